"""A province loads 2027's holidays: its subtree's estimates are counted anew, lengthened only, told, and once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.actors import Actor, Role
from accounts.scope import scope
from records import clock
from records.actions.holidays import load_notice, plan_for, recompute_office
from records.models import CalendarDay, Deadline, DeadlineRule, HolidayNotice, Notification, StateTransition
from records.outbox import consume
from records.state import Refused
from records.timing import deadlines
from records.timing.calendars import statutory_days
from records.timing.holiday_notices import read
from rectification.models import Ticket
from tests import factories
from tests.conftest import as_owner, as_system
from tests.rectification import conftest as journey
from tests.rectification.conftest import Bench

# As 2027 might be worded: a bridge of two working days after New Year, made up for on the Sunday before.
TEXT = """元旦：1月1日（周五）至5日（周二）放假调休，共5天。1月9日（周六）、1月10日（周日）上班。
春节：2月5日（周五）至11日（周四）放假调休，共7天。
清明节：4月5日（周一）放假。
劳动节：5月1日（周六）至4日（周二）放假调休，共4天。
端午节：6月9日（周三）放假。
中秋节：9月15日（周三）放假。
国庆节：10月1日（周五）至7日（周四）放假调休，共7天。"""
NAMED = {"title": "国务院办公厅关于2027年部分节假日安排的通知", "number": "国办发明电〔2026〕99号"}


@pytest.fixture
def province(bench: Bench) -> Actor:
    with as_owner():
        return factories.office_actor(530000, Role.OFFICE_STAFF)


def opened(bench: Bench, ticket: Ticket, days: int = 8, code: str = "test.long") -> Deadline:
    with as_owner():
        DeadlineRule.objects.create(code=code, label="长期事项", party="unit", amount=days, unit="working_day",
                                    start_event="送达", basis="本地惯例", basis_kind="local_practice")  # fmt: skip
        return deadlines.open_deadline(ticket, rule_code=code, party_org=bench.school.organization, title="长期事项")


def load(by: Actor, text: str = TEXT, **more: Any) -> HolidayNotice | None:
    with scope(by):
        return load_notice(read(text, 2027), by=by, text=text, **(NAMED | more))


def run() -> None:
    with as_system():
        consume(slow=True)
        consume()


def test_estimates_are_lengthened_and_told(bench: Bench, province: Actor) -> None:
    with clock.travel(date(2026, 12, 28)):
        ticket = journey.ticket(bench, state="rectifying")
        estimate = opened(bench, ticket)
    assert (estimate.last_day, estimate.provisional) == (date(2027, 1, 8), True)
    with clock.travel(date(2026, 12, 30)):
        notice = load(province)
        assert notice is not None
        run()
        with as_owner():
            row = Deadline.objects.get(pk=estimate.pk)
            entries = StateTransition.objects.of(ticket).filter(name="deadline_recompute")
            assert [e.reason for e in entries] == [
                "长期事项：截止日由2027年1月8日改为2027年1月10日。"
                "依据：国务院办公厅关于2027年部分节假日安排的通知（国办发明电〔2026〕99号）"
            ]
            told = Notification.objects.filter(title="期限已顺延：长期事项").values_list("user_id", flat=True)
            assert list(told) == [bench.members["unit"].user_id]
        assert (row.last_day, row.provisional, row.original_last_day) == (date(2027, 1, 10), False, date(2027, 1, 8))
        with as_system():
            assert recompute_office(530102, since=date(2026, 12, 1), source="再算一次") == 0
        assert load(province) is None
        run()
    with as_owner():
        assert entries.count() == 1
        assert HolidayNotice.objects.count() == 1


def test_what_the_estimate_gave_too_much_stays(bench: Bench, province: Actor) -> None:
    """A Saturday that will be worked makes the period shorter: the issued day stays, and is no longer provisional."""
    with clock.travel(date(2027, 1, 4)):
        ticket = journey.ticket(bench, state="rectifying")
        estimate = opened(bench, ticket, days=6)
        assert load(province, TEXT.replace("1月1日（周五）至5日（周二）放假调休，共5天", "1月1日（周五）放假1天"))
        run()
    with as_owner():
        row = Deadline.objects.get(pk=estimate.pk)
    assert (row.due_at, row.provisional) == (estimate.due_at, False)


def test_a_second_text_for_the_year_asks_first_and_another_province_is_not_touched(
    bench: Bench, province: Actor
) -> None:
    with as_owner():
        foreign = factories.office_actor(520000, Role.OFFICE_STAFF)
        CalendarDay.objects.create(day=date(2027, 7, 20), is_working=False, name="火把节", source="省人民政府通知",
                                   division_code=530000)  # fmt: skip
    load(province)
    later = TEXT.replace("清明节：4月5日（周一）放假。", "清明节：4月3日（周六）至5日（周一）放假，共3天。")
    later = later.replace("端午节：6月9日（周三）放假。", "")
    with scope(province):
        plan = plan_for(province, read(later, 2027))
        assert ([d.day.day for d in plan.added], [r.day.day for r in plan.removed]) == ([3, 4], [9])
    with pytest.raises(Refused, match="已经载入过"):
        load(province, later)
    assert load(province, later, confirmed=True)
    with scope(province):
        assert deadlines.working_calendar(530102).name(date(2027, 7, 20)) == "火把节"
        assert deadlines.working_calendar(530102).is_provisional(date(2027, 6, 9))
    with scope(foreign):
        assert not CalendarDay.objects.exists()
        assert not HolidayNotice.objects.visible_to(foreign).exists()


def test_bad_texts_are_refused_whole(bench: Bench, province: Actor) -> None:
    with pytest.raises(Refused, match="看不懂或互相矛盾"):
        load(province, TEXT.replace("周五", "周三", 1))
    with pytest.raises(Refused, match="通知名称和文号"):
        load(province, number=" ")
    with as_owner():
        assert not CalendarDay.objects.exists()


def test_the_countrys_estimate_names_every_statutory_day() -> None:
    assert not read(TEXT, 2027).missing
    assert {d for d in statutory_days(2027) if d.weekday() < 5} <= set(read(TEXT, 2027).days)
