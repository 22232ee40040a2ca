"""督导记录 on paper: every word of it whole, over as many pages as it takes, and only for who reads the visit."""

from __future__ import annotations

import io
import re
from typing import Any
from uuid import uuid4

import pdfplumber
import pytest
from django.urls import reverse

from inspections.models import RoutineVisit
from records import jobs, storage
from records.models import Job
from tests.conftest import as_owner
from tests.inspections.conftest import Corps, accepted, begin, finding, save

HEAD_OF_PAGE, FOOT_OF_PAGE = "督导记录五华区教育督导委员会办公室", re.compile(r"第\d+页\u3000共\d+页$")
LONG_NAME = "昆明市五华区" + "云津街道办事处附属实验" * 16 + "示范性小学分校"


def printed(corps: Corps, visit: RoutineVisit, who: str = "staff") -> Any:
    answer = corps.client(who).post(reverse("inspections:visit_print", args=[visit.pk]))
    assert answer.status_code == 302
    with as_owner():
        pk = Job.objects.latest("pk").pk
    member = corps.members[who]
    jobs.run(pk, member.user_id, member.pk)
    with as_owner():
        job = Job.objects.get(pk=pk)
    assert job.state == "done", job.note
    assert job.result_name.startswith("督导记录 ") and answer.headers["Location"] == job.get_absolute_url()
    with storage.opened(job.result) as file:
        return pdfplumber.open(io.BytesIO(file.read()))


def words(pdf: Any) -> str:
    """Every character in reading order, head and foot of the pages taken out: a cell that runs over a page is whole."""
    pages = ["".join(char["text"] for char in page.chars).replace(" ", "") for page in pdf.pages]
    return "".join(FOOT_OF_PAGE.sub("", page).replace(HEAD_OF_PAGE, "", 1) for page in pages)


def test_a_long_finding_a_long_name_and_the_head_on_each_page(corps: Corps) -> None:
    long = "".join(f"第{n}处消防通道堆放杂物，" for n in range(400))
    with as_owner():
        type(corps.school.organization).objects.filter(pk=corps.school.organization.pk).update(name=LONG_NAME[:200])
    visit = save(corps, begin(corps), findings={uuid4(): finding("rectify", description=long)})
    pdf = printed(corps, visit, "inspector")
    text = words(pdf)
    found = text.replace("填写中", "")
    assert len(pdf.pages) > 2
    assert all("督导记录" in (page.extract_text() or "") for page in pdf.pages), "the head stands on each page"
    assert all(f"第{n}处消防通道堆放杂物" in found for n in range(400)), "nothing of the finding is lost"
    assert LONG_NAME[:200] in text
    assert all(char["x1"] <= page.width for page in pdf.pages for char in page.chars)
    assert "学校负责人（签名、盖章）" in text and visit.inspector_name in text
    assert text.count("填写中") == len(pdf.pages), "a record that was not accepted says so"


def test_the_school_prints_what_was_served(corps: Corps) -> None:
    visit = accepted(corps, "rectify", "on_spot")
    text = words(printed(corps, visit, "unit"))
    assert "发现问题" in text and "随行督学" in text and "待审核" not in text
    page = corps.client("unit").get(visit.get_absolute_url()).content.decode()
    assert "打印督导记录" in page


@pytest.mark.parametrize(("who", "status"), [("other_unit", 404), ("department", 403)])
def test_nobody_else_prints_it(corps: Corps, who: str, status: int) -> None:
    visit = accepted(corps)
    assert corps.client(who).post(reverse("inspections:visit_print", args=[visit.pk])).status_code == status
