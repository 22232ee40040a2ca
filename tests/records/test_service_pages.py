"""Pages of service: the form of each kind, what a refusal looks like, evidence, the printed form, several recipients."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.actors import Role
from accounts.scope import scope
from records import clock, registrations, storage
from records.actions import service as serving
from records.models import AuditEntry, DeadlineRule, Document, Job, Service, ServiceEvidence
from tests import factories
from tests.conftest import as_owner
from tests.records.papers import Office
from tests.records.samples import picture, upload
from tests.records.test_service import another, row_of

pytestmark = pytest.mark.django_db
STAFF, HEAD = Role.OFFICE_STAFF, Role.OFFICE_HEAD


@pytest.fixture
def office() -> Office:
    cache.clear()
    return Office()


def text(answer: Any) -> str:
    return str(answer.content.decode())


def receipt_url(document: Document, office: Office, query: str = "") -> str:
    return reverse("records:service_receipt", args=[row_of(document, office.school).pk]) + query


def now() -> str:
    return f"{clock.now():%Y-%m-%dT%H:%M}"


def test_left_with_two_witnesses(office: Office) -> None:
    document = office.served()
    client = office.client(STAFF)
    page = text(client.get(receipt_url(document, office, "?kind=left")))
    for label in ("拒收理由", "第二见证人单位", "送达凭证"):
        assert label in page
    assert "承运单位" not in page
    typed = {"kind": "left", "received_at": now(), "refusal": "称不归其管", "server": "陈办事", "witness": "李芳",
             "witness_of": "街道办", "second_witness": "李芳", "second_witness_of": "居委会"}  # fmt: skip
    answer = client.post(receipt_url(document, office), typed | {"proofs": upload("现场.jpg", picture())})
    assert answer.status_code == 422
    assert "两名见证人不能是同一人" in text(answer)
    assert "称不归其管" in text(answer), "nothing typed is lost"
    answer = client.post(
        receipt_url(document, office),
        typed | {"second_witness": "王强", "proofs": upload("现场.jpg", picture())},
        follow=True,
    )
    page = text(answer)
    assert "已登记送达" in page
    for shown in ("留置送达", "拒收理由：称不归其管", "李芳（街道办）、王强（居委会）", "现场.jpg"):
        assert shown in page
    with as_owner():
        file = ServiceEvidence.objects.get()
    got = office.client("school").get(file.url)
    assert got.status_code == 200
    list(got.streaming_content)
    with as_owner():
        assert AuditEntry.objects.filter(object_kind="records.service", detail="现场.jpg").count() == 1
    assert "已于" in text(client.get(receipt_url(document, office), follow=True))


def test_bad_moments_are_said(office: Office) -> None:
    document = office.served()
    client = office.client(STAFF)
    for moment, sentence in (
        ("2999-01-01T00:00", "收到时间不能晚于现在"), ("2001-01-01T00:00", "不能早于公文印发时间"), ("昨天", "请填写日期和时间"),
    ):  # fmt: skip
        typed = {
            "kind": "handed_over",
            "received_at": moment,
            "received_by": "张",
            "received_as": "校长",
            "server": "陈",
        }
        answer = client.post(receipt_url(document, office), typed)
        assert answer.status_code == 422
        assert sentence in text(answer)


def test_posted_and_then_received(office: Office) -> None:
    document = office.served()
    client = office.client(STAFF)
    typed = {"kind": "post", "carrier": "中国邮政", "tracking": "EMS1", "posted_on": f"{clock.today():%Y-%m-%d}"}
    page = text(client.post(receipt_url(document, office), typed | {"posted": "1"}, follow=True))
    assert "已登记交寄" in page
    assert "中国邮政 EMS1" in page
    assert "待签收" in page
    answer = client.post(receipt_url(document, office), typed | {"received_at": now()})
    assert "妥投证明" in text(answer)


def test_void_by_page(office: Office) -> None:
    document = office.served()
    typed = {
        "kind": "handed_over",
        "received_at": now(),
        "received_by": "张校长",
        "received_as": "校长",
        "server": "陈",
    }
    client = office.client(STAFF)
    page = text(client.post(receipt_url(document, office), typed, follow=True))
    assert "撤销登记" not in page, "not by the one who recorded it"
    void = reverse("records:service_void", args=[row_of(document, office.school).pk])
    assert "不能是同一人" in text(client.post(void, {"reason": "填错"}, follow=True))
    page = text(office.client(HEAD).post(void, {"reason": "填错单位"}, follow=True))
    assert "已撤销" in page
    assert "理由：填错单位" in page
    assert "待签收" in page


def test_a_deemed_receipt_is_shown_with_its_rule_and_never_as_signed(office: Office) -> None:
    with as_owner():
        DeadlineRule.objects.create(
            code="document.deemed_service", division_code=530102, label="视为送达", party="unit", amount=3,
            unit="calendar_day", start_event="公文在系统发出", basis="区送达办法", basis_kind="local_practice",
        )  # fmt: skip
    document = office.served()
    assert "24时仍未签收的，视为送达" in text(office.client("school").get(document.get_absolute_url()))
    row = row_of(document, office.school)
    with as_owner():
        Service.objects.filter(pk=row.pk).update(kind="deemed", received_at=clock.now())
    page = text(office.client("school").get(document.get_absolute_url()))
    assert "自公文在系统发出起3日未签收视为送达，区送达办法" in page
    assert "本地惯例" in page
    assert "已签收" not in page
    assert "补签收" in page
    client = office.client("school")
    page = text(client.post(reverse("records:document_move", args=[document.pk, "sign_for"]), follow=True))
    assert "补签收：" in page
    assert ">已签收</span>" not in page


def test_recipients_by_name(office: Office) -> None:
    other, contact = another(office)
    document = office.submitted()
    url = reverse("records:document_recipients", args=[document.pk])
    client = office.client(STAFF)
    answer = client.post(url, {"names": f"{other.name}\n没有这所学校"})
    assert answer.status_code == 422
    assert "第2行“没有这所学校”：没有这个单位" in text(answer)
    assert other.name in text(answer)
    page = text(client.post(url, {"names": f" {other.name} \n\n{office.school.name}"}, follow=True))
    assert "已增加1个受送达单位" in page
    assert "都已经在名单上" in text(client.post(url, {"names": other.name}, follow=True))
    assert other.name in text(client.get(document.get_absolute_url()))
    assert "已移除" in text(client.post(url, {"drop": str(other.pk)}, follow=True))
    with as_owner():
        stranger = factories.member(factories.office(530103), STAFF)
    assert factories.client_for(stranger).get(url).status_code == 404
    assert office.client(Role.LEADER).get(url).status_code == 403
    assert contact.organization_id == other.pk


def test_another_recipient_reads_nothing_of_the_first(office: Office) -> None:
    other, contact = another(office)
    document = office.served()
    with scope(office.staff):
        serving.add_recipients(document, [other], by=office.staff)
    typed = {
        "kind": "handed_over",
        "received_at": now(),
        "received_by": "张校长秘密",
        "received_as": "校长",
        "server": "陈",
    }
    typed["proofs"] = upload("回证.jpg", picture())  # type: ignore[assignment]
    office.client(STAFF).post(receipt_url(document, office), typed)
    with as_owner():
        file = ServiceEvidence.objects.get()
        member = factories.member(other, Role.UNIT_CONTACT)
    client = factories.client_for(member)
    page = text(client.get(document.get_absolute_url()))
    assert "张校长秘密" not in page
    assert "登记直接送达" not in page
    assert "回证.jpg" not in page
    assert client.get(file.url).status_code == 404
    assert client.post(reverse("records:service_form", args=[file.service_id])).status_code == 404
    assert "送达2个单位，已收到1个" in text(office.client(STAFF).get(document.get_absolute_url()))
    assert "1/2已收到" in text(office.client(STAFF).get(reverse("records:document_list")))
    assert contact.organization_id == other.pk


def test_the_form_is_printed_blank_and_filled(office: Office, django_capture_on_commit_callbacks: Any) -> None:
    document = office.served()
    client = office.client(STAFF)
    url = reverse("records:service_form", args=[row_of(document, office.school).pk])
    sizes = []
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(url)
        assert "/jobs/" in answer["Location"]
        with as_owner():
            job = Job.objects.latest("pk")
        assert (job.state, job.note) == ("done", "")
        with storage.opened(job.result) as file:
            assert file.read(5) == b"%PDF-"
        sizes.append(job.result)
        typed = {
            "kind": "handed_over",
            "received_at": now(),
            "received_by": "张校长",
            "received_as": "校长",
            "server": "陈",
        }
        client.post(receipt_url(document, office), typed)
    assert sizes[0] != sizes[1]


def test_detail_budget_with_many_receipts(office: Office) -> None:
    document = office.served()
    with as_owner():
        for n in range(6):
            row = Service.objects.create(
                document=document, recipient=factories.school(530102).organization, sent_at=clock.now()
            )
            ServiceEvidence.objects.create(
                service=row, name=f"{n}.jpg", mime="image/jpeg", size=3, sha256="0" * 64, uploaded_at=clock.now(),
                uploaded_by_id=office.staff.user_id,
            )  # fmt: skip
    assert factories.queries_of(office.client(HEAD), document.get_absolute_url()) <= 15


def test_deemed_service_is_switched_on_and_off_by_the_head(office: Office) -> None:
    url = reverse("records:deemed_service")
    client = office.client(HEAD)
    assert "没有起用" in text(client.get(url))
    answer = client.post(url, {"amount": "5", "unit": "working_day", "basis": " "})
    assert answer.status_code == 422
    page = text(client.post(url, {"amount": "5", "unit": "working_day", "basis": "区公文送达办法"}, follow=True))
    assert "发出后5个工作日未签收的，视为送达" in page
    assert "本地惯例" in page
    document = office.served()
    assert row_of(document, office.school).deem_at is not None
    assert "停用" in text(client.post(url, {"off": "1"}, follow=True))
    assert row_of(office.served(), office.school).deem_at is None
    assert row_of(document, office.school).deem_at is not None, "what was sent keeps its rule"
    assert office.client(STAFF).get(url).status_code == 403


def test_the_desk_asks_where_a_paper_stays(office: Office) -> None:
    with clock.travel(clock.now() - timedelta(days=20)):
        document = office.served()
    office.served(title="今天刚发的督办单")
    with scope(office.staff):
        lines = list(registrations.documents_that_wait(office.staff))
    assert [(line.unit, line.lane) for line in lines] == [(office.school.label, "watch")]
    assert document.number in lines[0].title
    assert "发出20天未收到" in lines[0].what
    with scope(office.unit):
        assert len(list(registrations.documents_to_sign(office.unit))) == 2
        serving.sign_for(document, by=office.unit)
        assert len(list(registrations.documents_to_sign(office.unit))) == 1
    with scope(office.staff):
        assert list(registrations.documents_that_wait(office.staff)) == []
