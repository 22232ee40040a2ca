"""The complaint form as the public meets it: floods, guesses, bad files; nothing typed is lost, no table is read."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inspections.models import ComplaintIntake
from portal.public import work
from tests import factories as f
from tests.access_table import PUBLIC_FORMS
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db
TEXT = "食堂后厨有老鼠，十一月以来多次看到。"


@pytest.fixture
def school() -> Any:
    cache.clear()
    with as_owner():
        f.office(530102)
        return f.school(530102).organization


def solve(task: str) -> str:
    return next(str(n) for n in range(10_000_000) if work.solves(task, str(n)))


def post(school: Any, *, working: bool = True, client: Client | None = None, **changed: Any) -> Any:
    client = client or Client()
    task = work.task()
    data = {"unit": str(school.pk), "category": "canteen", "text": TEXT, "task": task,
            "found": solve(task) if working else ""}  # fmt: skip
    return client.post(f"{reverse('public:complaint')}?place=530102", data | changed)


def kept() -> int:
    with as_owner():
        return ComplaintIntake.objects.count()


def test_from_the_place_to_the_receipt(school: Any) -> None:
    client = Client()
    assert "?place=530102" in client.get(reverse("public:complaint")).content.decode()
    form = client.get(f"{reverse('public:complaint')}?place=530102").content.decode()
    assert school.name in form
    answer = post(school)
    assert answer.status_code == 200 and kept() == 1
    number, code = re.findall(r"<dd>([A-Z0-9-]+)</dd>", answer.content.decode())
    asked = Client().post(reverse("public:complaint_query"), {"number": number, "code": code})
    assert asked.status_code == 200 and "正在登记" in asked.content.decode()


def test_the_code_at_the_gate_names_the_school(school: Any) -> None:
    page = Client().get(f"{reverse('public:complaint')}?unit={school.pk}").content.decode()
    assert school.name in page and "<select" not in page
    assert Client().get(f"{reverse('public:complaint')}?unit=99999999").status_code == 404


@pytest.mark.parametrize("name", PUBLIC_FORMS)
def test_no_table_is_read_and_nobody_asked(name: str, school: Any) -> None:
    address = reverse(name)
    with CaptureQueriesContext(connection) as captured:
        answers = [Client().get(address), Client().get(f"{address}?place=530102")]
        post(school)
        Client().post(reverse("public:complaint_query"), {"number": "TS20261124-AAAAAA", "code": "BBBBBBBBBB"})
    read = [
        q["sql"] for q in captured.captured_queries if re.search(r"FROM \"?(accounts|records|inspections)_", q["sql"])
    ]
    assert not read
    for answer in answers:
        assert answer.status_code == 200 and not answer.cookies and answer.headers["Cache-Control"] == "no-store"


def test_a_flood_from_one_address_stops_and_loses_no_text(school: Any) -> None:
    answers = [post(school) for _ in range(12)]
    assert [a.status_code for a in answers] == [200] * 10 + [429] * 2
    assert TEXT in answers[-1].content.decode() and "一小时后" in answers[-1].content.decode()
    assert kept() == 10


def test_without_javascript_it_works_a_few_times(school: Any) -> None:
    assert [post(school, working=False).status_code for _ in range(3)] == [200, 200, 429]


def test_one_solution_serves_one_letter(school: Any) -> None:
    task = work.task()
    found = solve(task)
    assert work.done(task, found) and not work.done(task, found)
    assert not work.done("forged:abc:def", found) and not work.done(work.task(), "not a number")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"text": "短"}, "至少10个字"),
        ({"unit": "", "unit_text": ""}, "请选择学校"),
        ({"unit": "987654"}, "有1处需要修改"),
        ({"category": "nonsense"}, "有1处需要修改"),
        ({"text": "长" * 5001}, "有1处需要修改"),
    ],
)
def test_what_is_wrong_is_said(school: Any, changed: dict[str, str], sentence: str) -> None:
    answer = post(school, **changed)
    assert answer.status_code == 422 and sentence in answer.content.decode() and kept() == 0


def test_fifty_attachments(school: Any) -> None:
    files = [SimpleUploadedFile(f"{n}.txt", "证据".encode()) for n in range(50)]
    answer = post(school, evidence=files)
    assert answer.status_code == 422 and "最多9个" in answer.content.decode() and TEXT in answer.content.decode()


def test_a_file_that_is_not_what_its_name_says(school: Any) -> None:
    answer = post(school, evidence=[SimpleUploadedFile("a.jpg", b"MZ\x90\x00 program")])
    assert answer.status_code == 422 and "不能上传" in answer.content.decode() and TEXT in answer.content.decode()


def test_guessing_ends(school: Any) -> None:
    url, tries = (
        reverse("public:complaint_query"),
        [{"number": "TS20261124-AAAAAA", "code": f"C{n:09d}"} for n in range(12)],
    )
    statuses = [Client().post(url, data).status_code for data in tries]
    assert statuses == [404] * 10 + [429] * 2


def test_from_another_site_nothing_is_taken(school: Any) -> None:
    task = work.task()
    data = {"unit": str(school.pk), "category": "canteen", "text": TEXT, "task": task, "found": solve(task)}
    answer = Client().post(
        f"{reverse('public:complaint')}?place=530102", data, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403 and kept() == 0


def test_an_objection_is_asked_after_with_its_receipt_and_guessing_ends(school: Any) -> None:
    url = reverse("public:objection_query")
    answers = [Client().post(url, {"receipt": f"AAAAAAAA{n:02d}"}) for n in range(22)]
    assert [a.status_code for a in answers] == [404] * 20 + [429] * 2
    assert "没有查到" in answers[0].content.decode() and "一小时后" in answers[-1].content.decode()
    assert not answers[0].cookies and answers[0].headers["Cache-Control"] == "no-store"
