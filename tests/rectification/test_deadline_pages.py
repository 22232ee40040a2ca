"""What a school, the office's staff and its head see of a deadline, and what a form answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from records import clock
from records.models import Deadline, DeadlineChange
from rectification.models import Ticket
from rectification.rules import REPORT
from tests import factories
from tests.conftest import as_owner
from tests.rectification import conftest as journey
from tests.rectification.conftest import Bench


@pytest.fixture
def ticket(bench: Bench) -> Ticket:
    return journey.ticket(bench, state="rectifying")


def address(row: Ticket) -> str:
    with as_owner():
        return reverse("records:deadline", args=[Deadline.objects.of(row).get(act=REPORT).pk])


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_from_the_form_to_the_new_date(bench: Bench, ticket: Ticket) -> None:
    school, head = factories.client_for(bench.members["unit"]), factories.client_for(bench.members["head"])
    page = address(ticket)
    assert "申请延期" in text(school.get(page))
    ask = f"{page}ask/extension/"
    assert "每次最多15日" in text(school.get(ask))
    empty = school.post(ask, {"amount": "99", "reason": "食堂改造工期较长"})
    assert empty.status_code == 422
    assert "每次延长不得超过15日" in text(empty)
    assert "食堂改造工期较长" in text(empty)
    file = SimpleUploadedFile("工期.txt", "工期证明".encode())
    done = school.post(ask, {"amount": "10", "reason": "食堂改造工期较长", "file": file}, follow=True)
    assert "延长10日" in text(done)
    assert "工期.txt" in text(done)
    assert "撤回延期申请" in text(done)
    assert "批准延期" not in text(done).replace("未批准", "")
    seen = text(head.get(page))
    assert "截止日将由" in seen
    assert "批准延期" in text(head.get("/"))
    with as_owner():
        change = DeadlineChange.objects.get()
    approved = head.post(reverse("records:deadline_change_move", args=[change.pk, "approve"]), follow=True)
    assert "最初的截止日" in text(approved)
    again = head.post(reverse("records:deadline_change_move", args=[change.pk, "approve"]), follow=True)
    assert "已批准" in text(again)
    assert "本次操作未生效" in text(again)
    assert "已延后" in text(school.get(ticket.get_absolute_url()))
    assert "批准延期" in text(school.get(ticket.get_absolute_url()))


def test_a_wrong_file_takes_nothing_with_it(bench: Bench, ticket: Ticket) -> None:
    school = factories.client_for(bench.members["unit"])
    bad = SimpleUploadedFile("运行.exe", b"MZ\x90\x00" + b"\x00" * 200)
    answer = school.post(f"{address(ticket)}ask/extension/", {"amount": "5", "reason": "工期", "file": bad})
    assert answer.status_code == 422
    with as_owner():
        assert not DeadlineChange.objects.exists()


def test_a_pause_on_the_page(bench: Bench, ticket: Ticket) -> None:
    school, head = factories.client_for(bench.members["unit"]), factories.client_for(bench.members["head"])
    page, today = address(ticket), clock.today()
    wrong = school.post(f"{page}ask/pause/", {"starts": "2020-01-01", "ends": "2020-01-02", "reason": "汛期"})
    assert "已经过去的日期不能中止" in text(wrong)
    asked = school.post(f"{page}ask/pause/", {"starts": today, "ends": today, "reason": "汛期"}, follow=True)
    assert "待批准" in text(asked)
    with as_owner():
        change = DeadlineChange.objects.get()
    move = reverse("records:deadline_change_move", args=[change.pk, "refuse"])
    assert "不予批准须写明理由" in text(head.post(move, {"reason": ""}, follow=True))
    head.post(reverse("records:deadline_change_move", args=[change.pk, "approve"]))
    page_now = text(head.get(page))
    assert "中止中，恢复后重新确定" in page_now
    assert "恢复计算期限" in page_now
    assert "已中止" in text(school.get(ticket.get_absolute_url()))
    assert "已中止" in text(head.get(reverse("rectification:ticket_list")))


def test_no_such_kind_or_verb(bench: Bench, ticket: Ticket) -> None:
    school = factories.client_for(bench.members["unit"])
    assert school.get(f"{address(ticket)}ask/shorten/").status_code == 404
    assert school.post(reverse("records:deadline_change_move", args=[1, "approve"])).status_code == 404
