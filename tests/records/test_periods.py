"""Pauses and extensions: no path shortens an issued deadline, and the order in which they were granted changes nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records import clock
from records.timing.calendars import DAY, Amount, Due, Unit, WorkingCalendar, add, lengthen_only, statutory_days
from records.timing.periods import LONGEST_PAUSE, Period, days_of, end_of

# Two cores are shared with browsers: how long one example takes says nothing about the arithmetic.
settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")

CALENDAR = WorkingCalendar()
TERMS = [(date(year, month, 1), date(year + (month == 9), 1 if month == 9 else 7, 10))
         for year in range(2023, 2045) for month in (2, 9)]  # fmt: skip
NIGHT = datetime(2026, 12, 31, 23, 59, tzinfo=clock.TZ)

days = st.dates(date(2024, 1, 1), date(2029, 12, 31))
units = st.sampled_from([Unit.CALENDAR_DAY, Unit.WORKING_DAY, Unit.MONTH, Unit.SCHOOL_TERM])
amounts = st.builds(
    lambda unit, n: Amount(min(n, 3) if unit is Unit.SCHOOL_TERM else n, unit), units, st.integers(1, 40)
)


@st.composite
def pauses(draw: st.DrawFn) -> tuple[date, date]:
    first = draw(days)
    return first, first + draw(st.integers(0, 120)) * DAY


def ends(start: date | datetime, period: Period, calendar: WorkingCalendar = CALENDAR) -> Due:
    return end_of(start, period, calendar=calendar, terms=TERMS)


@given(days, amounts, st.booleans(), st.lists(st.integers(1, 30), max_size=3), st.lists(pauses(), max_size=3))
def test_nothing_that_is_granted_ends_a_period_earlier(
    start: date, amount: Amount, move: bool, extensions: list[int], paused: list[tuple[date, date]]
) -> None:
    extensions = [min(n, 2) for n in extensions] if amount.unit is Unit.SCHOOL_TERM else extensions
    plain = ends(start, Period(amount, move))
    longer = ends(start, Period(amount, move, tuple(extensions)))
    both = ends(start, Period(amount, move, tuple(extensions), tuple(paused)))
    assert plain.due_at <= longer.due_at <= both.due_at
    assert plain.due_at <= ends(start, Period(amount, move, (), tuple(paused))).due_at <= both.due_at
    assert both.last_day not in days_of(paused) or both.last_day <= start


@given(days, amounts, st.permutations([3, 1, 2]), st.lists(pauses(), min_size=2, max_size=3).flatmap(st.permutations))
def test_the_order_changes_nothing(
    start: date, amount: Amount, extensions: list[int], paused: list[tuple[date, date]]
) -> None:
    one = Period(amount, True, tuple(extensions), tuple(paused))
    other = Period(amount, True, tuple(sorted(extensions)), tuple(sorted(paused)))
    assert ends(start, one) == ends(start, other)


@given(days, st.integers(1, 40), pauses())
def test_a_pause_adds_the_days_that_it_took(start: date, n: int, paused: tuple[date, date]) -> None:
    """By counting on: days (working days) that come after the start and are not paused, up to the last day, are n."""
    out = days_of([paused])
    for unit in (Unit.CALENDAR_DAY, Unit.WORKING_DAY):
        last = ends(start, Period(Amount(n, unit), pauses=(paused,))).last_day
        between = [start + k * DAY for k in range(1, (last - start).days + 1)]
        counted = [d for d in between if d not in out and (unit is Unit.CALENDAR_DAY or CALENDAR.is_working(d))]
        assert len(counted) == n
        assert counted[-1] == last


moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(clock.TZ))  # noqa: DTZ001 – hypothesis wants naive bounds


@given(moments, st.integers(1, 400), pauses())
def test_hours_stand_still_for_the_paused_days(start: datetime, hours: int, paused: tuple[date, date]) -> None:
    plain = add(start, Amount(hours, Unit.HOUR), calendar=CALENDAR)
    held = ends(start, Period(Amount(hours, Unit.HOUR), pauses=(paused,)))
    assert held.due_at >= plain.due_at
    if paused[0] > start.date() and paused[0] < clock.local(plain.due_at).date():
        assert held.due_at - plain.due_at == timedelta(days=len(days_of([paused])))


@given(days, amounts, st.lists(st.integers(1, 10), max_size=2), st.lists(pauses(), max_size=2),
       st.sets(st.dates(date(2027, 1, 1), date(2027, 12, 31)), max_size=25), st.permutations(["notice", "extension", "pause"]))  # fmt: skip
def test_a_notice_an_extension_and_a_pause_in_any_order_never_shorten(
    start: date,
    amount: Amount,
    extensions: list[int],
    paused: list[tuple[date, date]],
    turned: set[date],
    order: list[str],
) -> None:
    """The rule as documented: each step lengthens or leaves; the end is at least what all of them together give."""
    extensions = [1] * len(extensions) if amount.unit is Unit.SCHOOL_TERM else extensions
    notice = dict.fromkeys(statutory_days(2027), False) | {day: day.weekday() >= 5 for day in turned}
    period, calendar, granted_extensions, granted_pauses = Period(amount, True), CALENDAR, (), ()
    issued = ends(start, period)
    for step in order:
        calendar = WorkingCalendar(notice) if step == "notice" else calendar
        granted_extensions = tuple(extensions) if step == "extension" else granted_extensions
        granted_pauses = tuple(paused) if step == "pause" else granted_pauses
        now = lengthen_only(issued, ends(start, Period(amount, True, granted_extensions, granted_pauses), calendar))
        assert now.due_at >= issued.due_at
        issued = now
    everything = ends(start, Period(amount, True, tuple(extensions), tuple(paused)), WorkingCalendar(notice))
    assert issued.due_at >= everything.due_at


def test_new_years_eve() -> None:
    """Paused on the last day of the year, by a rule that ends on it; and by the hour across midnight."""
    period = Period(Amount(10, Unit.WORKING_DAY), pauses=((date(2026, 12, 31), date(2026, 12, 31)),))
    held = ends(date(2026, 12, 17), period)
    assert (held.last_day, held.provisional) == (date(2027, 1, 4), True)
    assert ends(date(2026, 12, 17), Period(Amount(10, Unit.WORKING_DAY))).last_day == date(2026, 12, 31)
    hours = ends(NIGHT, Period(Amount(2, Unit.HOUR), pauses=((date(2026, 12, 31), date(2027, 1, 1)),)))
    assert hours.due_at == NIGHT + timedelta(hours=2) + timedelta(minutes=1) + timedelta(days=1)


def test_a_pause_is_no_notice() -> None:
    """Standing still over all the festivals of 2027 makes nobody know which days will be worked."""
    whole = Period(Amount(5, Unit.WORKING_DAY), pauses=((date(2026, 12, 30), date(2027, 12, 30)),))
    assert ends(date(2026, 12, 28), whole).provisional


def test_an_endless_pause_is_a_slip_of_the_pen() -> None:
    with pytest.raises(ValueError, match="中止时间过长"):
        days_of([(date(2026, 1, 1), date(2026, 1, 1) + LONGEST_PAUSE * DAY)])
