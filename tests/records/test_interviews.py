"""约谈记录 on paper: what is known is filled in whole, the rest is room to write."""

from __future__ import annotations

import io
from typing import Any

import pdfplumber
import pytest
from django.urls import reverse

from accounts.actors import Role
from accounts.scope import scope
from records import jobs, storage
from records.actions import documents as acts
from records.documents.interviews import Interview, interview_sheet
from records.models import Document, DocumentSeries, Job
from records.rendering.tables import form_of, render_form
from tests.conftest import as_owner
from tests.records.papers import Office

pytestmark = pytest.mark.django_db
STAFF = Role.OFFICE_STAFF


@pytest.fixture
def office() -> Office:
    return Office()


def words(content: bytes) -> str:
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        return "".join(char["text"] for page in pdf.pages for char in page.chars).replace(" ", "")


def result(office: Office) -> tuple[Job, bytes]:
    with as_owner():
        pk = Job.objects.latest("pk").pk
    member = office.people[STAFF]
    jobs.run(pk, member.user_id, member.pk)
    with as_owner():
        job = Job.objects.get(pk=pk)
    assert job.state == "done", job.note
    with storage.opened(job.result) as file:
        return job, file.read()


def test_long_facts_run_over_pages_and_the_head_is_repeated() -> None:
    unit = "五华区" + "云津教育集团" * 30 + "小学"
    facts = "\n".join(f"{n}. 第{n}个问题整改不力，" + "消防通道仍被占用" * 12 for n in range(60))
    content = render_form(
        form_of(interview_sheet(Interview("五华区督导办", unit, "五政教督〔2026〕9号", "事由", "依据", facts)))
    )
    text = words(content)
    assert unit in text and all(f"第{n}个问题整改不力" in text for n in range(60))
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        assert len(pdf.pages) > 3 and all("约谈记录" in (page.extract_text() or "") for page in pdf.pages)
    assert "上级主管部门备案" in text


def notice(office: Office) -> Document:
    with as_owner():
        DocumentSeries.objects.create(owner_code=office.code, kind="interview_notice", code="五政教督约")
    draft = office.submitted(kind="interview_notice", title="关于约谈某校负责人的通知书")
    with scope(office.head):
        return acts.approve(Document.objects.visible_to(office.head).get(pk=draft.pk), by=office.head)


def test_from_an_interview_notice(office: Office) -> None:
    document = notice(office)
    page = office.client(STAFF).get(document.get_absolute_url()).content.decode()
    assert "打印约谈记录表" in page
    answer = office.client(STAFF).post(reverse("records:interview_record", args=[document.pk]))
    job, content = result(office)
    assert answer.headers["Location"] == job.get_absolute_url()
    text = words(content)
    for known in (document.number, office.school.name, document.title, "被约谈人陈述", "约谈要求和整改时限"):
        assert known in text, known


def test_a_blank_one_and_none_for_other_papers(office: Office) -> None:
    client: Any = office.client(STAFF)
    assert "内部表格" in client.get(reverse("records:document_new")).content.decode()
    client.post(reverse("records:interview_blank"))
    assert "被约谈人陈述" in words(result(office)[1])
    other = office.draft()
    answer = client.post(reverse("records:interview_record", args=[other.pk]), follow=True)
    assert "只有约谈通知书有约谈记录" in answer.content.decode()
    with as_owner():
        assert Job.objects.count() == 1
