"""视为送达: an office's own rule, counted with the calendar, marked by the sweep, never as a signature."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from accounts.scope import scope
from records import clock
from records.actions import documents
from records.actions import receipts as acts
from records.actions import service as serving
from records.actions.service import DEEMED_SERVICE
from records.models import CalendarDay, DeadlineRule, Document, Notification, Outbox, Service, StateTransition
from records.state import Refused
from records.timing.calendars import Amount, Unit, WorkingCalendar, add
from records.timing.sweep import sweep
from tests.conftest import as_owner
from tests.records.papers import Office, work

pytestmark = pytest.mark.django_db
START = datetime(2026, 12, 28, 10, tzinfo=clock.TZ)


@pytest.fixture
def office() -> Office:
    return Office()


def rule(amount: int = 5, unit: str = "working_day", code: int = 530102, **more: Any) -> None:
    with as_owner():
        DeadlineRule.objects.create(
            code=DEEMED_SERVICE, division_code=code, label="视为送达", party="unit", amount=amount, unit=unit,
            start_event="公文在系统发出", basis="五华区公文送达办法", basis_kind="local_practice", **more,
        )  # fmt: skip


def row_of(document: Document) -> Service:
    with as_owner():
        return Service.objects.in_force().get(document=document)


def swept(moment: datetime | date) -> int:
    with clock.travel(moment):
        done = sweep()
        work()
    return done.deemed


def test_without_a_rule_nothing_is_deemed(office: Office) -> None:
    with clock.travel(START):
        document = office.served()
    assert row_of(document).deem_at is None
    assert swept(date(2028, 1, 1)) == 0
    assert row_of(document).received_at is None


def test_another_offices_rule_does_not_bind(office: Office) -> None:
    rule(code=530103)
    assert row_of(office.served()).deem_at is None


def test_deemed_by_rule_across_the_new_year(office: Office) -> None:
    """28 December is Monday; 29, 30, 31, then New Year's Day is off: Monday 4 and Tuesday 5 January."""
    rule()
    with clock.travel(START):
        document = office.served()
    service = row_of(document)
    due = datetime(2027, 1, 6, tzinfo=clock.TZ)
    assert service.deem_at == due
    assert service.deem_provisional, "2027 has no notice yet"
    assert swept(due - timedelta(microseconds=1)) == 0
    assert swept(due + timedelta(hours=3)) == 1
    service = row_of(document)
    assert (service.kind, service.state, service.received_at) == ("deemed", "deemed", due)
    assert service.signed_at is None
    assert service.deem_rule["basis"] == "五华区公文送达办法"
    assert swept(due + timedelta(hours=4)) == 0, "idempotent"
    with as_owner():
        assert StateTransition.objects.of(document).filter(name="deem").count() == 1
        titles = list(Notification.objects.filter(user_id=office.unit.user_id).values_list("title", flat=True))
    assert any(t.startswith("视为送达") for t in titles)


def test_a_signature_afterwards_is_kept_and_moves_nothing(office: Office) -> None:
    rule(3, "calendar_day")
    with clock.travel(START):
        document = office.served()
    due = row_of(document).deem_at
    assert due is not None
    swept(due)
    with clock.travel(due + timedelta(days=2)), scope(office.unit):
        signed = serving.sign_for(document, by=office.unit)
        with pytest.raises(Refused, match="该公文已由"):
            serving.sign_for(document, by=office.unit)
    assert (signed.kind, signed.received_at) == ("deemed", due)
    assert signed.signed_at == due + timedelta(days=2)


def test_signed_in_time_is_never_deemed(office: Office) -> None:
    rule()
    with clock.travel(START):
        document = office.served()
    with clock.travel(START + timedelta(days=1)), scope(office.unit):
        serving.sign_for(document, by=office.unit)
    assert swept(date(2027, 3, 1)) == 0
    assert row_of(document).kind == "signed_for"


def test_an_outage_lengthens_time(office: Office) -> None:
    rule(3, "calendar_day")
    with clock.travel(START):
        document = office.served()
    late = datetime(2027, 1, 20, 9, tzinfo=clock.TZ)
    assert swept(late) == 1
    assert row_of(document).received_at == late


def test_nobody_who_could_read_it_nothing_deemed(office: Office) -> None:
    rule(3, "calendar_day")
    with clock.travel(START):
        document = office.served()
    with as_owner():
        Membership.objects.filter(organization=office.school).update(valid_until=date(2026, 12, 27))
    due = row_of(document).deem_at
    assert due is not None
    assert swept(due) == 0
    counted_again = row_of(document).deem_at
    assert counted_again is not None
    assert counted_again > due
    with as_owner():
        Membership.objects.filter(organization=office.school).update(valid_until=None)
    assert swept(counted_again) == 1


def test_the_notice_lengthens_what_was_provisional(office: Office) -> None:
    rule()
    with clock.travel(START):
        document = office.served()
    with as_owner():
        for day in (4, 5):
            CalendarDay.objects.create(day=date(2027, 1, day), is_working=False, source="通知", division_code=None)
    due = row_of(document).deem_at
    assert due is not None
    assert swept(due) == 0
    row = row_of(document)
    assert row.deem_at == datetime(2027, 1, 8, tzinfo=clock.TZ)
    assert swept(row.deem_at) == 1


def test_a_void_paper_is_not_deemed(office: Office) -> None:
    rule(3, "calendar_day")
    with clock.travel(START):
        document = office.served()
    with clock.travel(START + timedelta(days=1)), scope(office.head):
        documents.void(document, by=office.head, reason="对象有误")
    assert swept(date(2027, 2, 1)) == 0


def test_a_deemed_receipt_can_be_voided_and_counts_anew(office: Office) -> None:
    rule(3, "calendar_day")
    with clock.travel(START):
        document = office.served()
    due = row_of(document).deem_at
    assert due is not None
    swept(due)
    moment = due + timedelta(days=1)
    with clock.travel(moment), scope(office.staff):
        again = acts.void_receipt(row_of(document), by=office.staff, reason="该校系统账号当时未开通")
    assert again.deem_at == clock.end_of(clock.local(moment).date() + timedelta(days=3))


def test_the_root_hears_of_it_with_the_moment(office: Office) -> None:
    rule(3, "calendar_day")
    with clock.travel(START):
        document = office.served()
    with as_owner():
        Document.objects.filter(pk=document.pk).update(about_kind="test.root", about_id=1)
    due = row_of(document).deem_at
    assert due is not None
    swept(due + timedelta(hours=2))
    with as_owner():
        told = Outbox.objects.get(topic="document.signed:test.root")
    assert datetime.fromisoformat(told.payload["at"]) == due
    assert (told.payload["user"], told.payload["how"]) == (None, "视为送达")


DAYS = st.dates(date(2025, 12, 20), date(2027, 3, 10))
RULES = st.tuples(st.integers(1, 20), st.sampled_from(["working_day", "calendar_day"]), st.booleans())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent_on=DAYS, hour=st.integers(0, 23), terms=RULES, lag=st.integers(0, 47))
def test_never_earlier_than_the_rule_counts(
    office: Office, sent_on: date, hour: int, terms: tuple[int, str, bool], lag: int
) -> None:
    """Across holidays, make-up days and the year's end: the received moment is the rule's end or later, what rests on an
    estimated calendar is flagged, and the clock that follows starts from the same moment."""
    amount, unit, moves = terms
    with as_owner():
        DeadlineRule.objects.filter(code=DEEMED_SERVICE).delete()
    rule(amount, unit, move_last_day=moves)
    sent = datetime.combine(sent_on, time(hour), clock.TZ)
    with clock.travel(sent):
        document = office.served()
    expected = add(sent, Amount(amount, Unit(unit)), calendar=WorkingCalendar(), move_last_day=moves)
    service = row_of(document)
    assert (service.deem_at, service.deem_provisional) == (expected.due_at, expected.provisional)
    assert swept(expected.due_at - timedelta(seconds=1)) == 0
    noticed = expected.due_at + timedelta(hours=lag)
    assert swept(noticed) == 1
    service = row_of(document)
    assert service.received_at is not None
    assert expected.due_at <= service.received_at <= noticed
    assert service.received_at == (expected.due_at if lag <= 24 else noticed)
    if unit == "working_day":
        counted = sum(
            WorkingCalendar().is_working(sent_on + timedelta(days=n + 1))
            for n in range((clock.last_day(expected.due_at) - sent_on).days)
        )
        assert counted >= amount
