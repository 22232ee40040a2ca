"""The ticket's clock starts from the receipt of its notice, whatever the kind; and stops with a receipt taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.scope import scope
from records import clock
from records.actions import receipts
from records.documents.receipts import Receipt
from records.models import Deadline, DeadlineRule, Service, StateTransition
from records.timing.sweep import sweep
from rectification.models import Ticket
from rectification.papers import order_reason
from rectification.rules import REPORT, SIGN
from tests.conftest import as_owner
from tests.records.samples import picture, upload
from tests.rectification import conftest as journey
from tests.rectification.conftest import Bench, again

pytestmark = pytest.mark.django_db


def service_of(row: Ticket) -> Service:
    with as_owner():
        return Service.objects.in_force().get(document=row.notice)


def running(row: Ticket, act: str) -> list[Deadline]:
    with as_owner():
        return list(Deadline.objects.of(row).open().filter(act=act))


def test_a_notice_handed_over_starts_the_reports_clock(bench: Bench) -> None:
    row = journey.ticket(bench, state="served")
    staff, head = bench.actor("staff"), bench.actor("head")
    moment = clock.now()
    given = Receipt("handed_over", moment, received_by="王校长", received_as="校长", server="陈办事")
    with clock.travel(clock.today() + timedelta(days=3)):
        with scope(staff):
            receipts.record_receipt(service_of(row), given, by=staff, proofs=[upload("回证.jpg", picture())])
        journey.consume_all()
    row = again(row)
    assert (row.state, row.signed_at, row.signed_by_id) == (Ticket.State.RECTIFYING, moment, None)
    [report] = running(row, REPORT)
    assert report.started_at == moment
    assert not running(row, SIGN)
    with as_owner():
        assert StateTransition.objects.of(row).get(name="receive").reason == "直接送达"
        assert "收到，应当" in order_reason(row, clock.today(), 0)
    with clock.travel(clock.today() + timedelta(days=4)):
        with scope(head):
            receipts.void_receipt(service_of(row), by=head, reason="送错校区")
        journey.consume_all()
        row = again(row)
        assert (row.state, row.signed_at) == (Ticket.State.SERVED, None)
        assert not running(row, REPORT) and len(running(row, SIGN)) == 1
        row = journey.sign(bench, row)
    assert row.state == Ticket.State.RECTIFYING
    assert len(running(row, REPORT)) == 1


def test_a_notice_deemed_received_starts_the_reports_clock(bench: Bench) -> None:
    with as_owner():
        DeadlineRule.objects.create(
            code="document.deemed_service", division_code=530102, label="视为送达", party="unit", amount=3,
            unit="calendar_day", start_event="公文在系统发出", basis="区办法", basis_kind="local_practice",
        )  # fmt: skip
    row = journey.ticket(bench, state="served")
    due = service_of(row).deem_at
    assert due is not None
    with clock.travel(due + timedelta(hours=1)):
        assert sweep().deemed == 1
        journey.consume_all()
    row = again(row)
    assert (row.state, row.signed_at, row.signed_by_id) == (Ticket.State.RECTIFYING, due, None)
    assert running(row, REPORT)[0].started_at == due
    with as_owner():
        names = set(StateTransition.objects.of(row).values_list("name", flat=True))
    assert "sign" not in names, "never shown as signed"


def test_after_the_report_the_ticket_stands(bench: Bench) -> None:
    row = journey.ticket(bench, state="served")
    staff, head = bench.actor("staff"), bench.actor("head")
    given = Receipt("handed_over", clock.now(), received_by="王校长", received_as="校长", server="陈办事")
    with scope(staff):
        receipts.record_receipt(service_of(row), given, by=staff)
    journey.consume_all()
    row = journey.report(bench, again(row))
    with scope(head):
        receipts.void_receipt(service_of(row), by=head, reason="送错校区")
    journey.consume_all()
    assert again(row).state == Ticket.State.REPORTED
