"""records.timing.calendars: properties of the arithmetic and its refusals (worked dates stand elsewhere)."""

import time
from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from records import clock
from records.timing.calendars import (
    FIRST_NOTICED_YEAR,
    LAST_NOTICED_YEAR,
    Amount,
    Due,
    NoTerms,
    Unit,
    WorkingCalendar,
    add,
    days_left,
    lengthen_only,
    statutory_days,
    working_days_between,
)

# Two cores are shared with browsers: how long one example takes says nothing about the arithmetic.
settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")

DAY = timedelta(days=1)
PLAIN = WorkingCalendar()
DATE_UNITS = [Unit.CALENDAR_DAY, Unit.WORKING_DAY, Unit.MONTH]
starts = st.dates(date(2003, 1, 1), date(2042, 12, 31))
date_amounts = st.builds(Amount, st.integers(1, 400), st.sampled_from(DATE_UNITS))
moments = st.datetimes(datetime(2004, 1, 1), datetime(2040, 1, 1), timezones=st.sampled_from([UTC, clock.TZ]))  # noqa: DTZ001 – hypothesis wants naive bounds
# Tables as an office might keep them: scattered local festivals and make-up days, years without a notice
# among them.
tables = st.dictionaries(st.dates(date(2025, 6, 1), date(2029, 6, 1)), st.booleans(), max_size=40)
calendars = st.builds(WorkingCalendar, tables)
year_ends = st.dates(date(2026, 9, 1), date(2027, 3, 31))


def wd(n: int) -> Amount:
    return Amount(n, Unit.WORKING_DAY)


@given(calendars, starts | year_ends, date_amounts, st.booleans())
def test_never_before_the_day_after_the_start_and_ends_at_24(
    calendar: WorkingCalendar, start: date, amount: Amount, move: bool
) -> None:
    due = add(start, amount, calendar=calendar, move_last_day=move)
    assert due.last_day > start
    assert due.due_at == clock.end_of(due.last_day)


@given(calendars, starts | year_ends, st.integers(0, 40), date_amounts, st.booleans())
def test_monotonic_in_start(calendar: WorkingCalendar, start: date, later: int, amount: Amount, move: bool) -> None:
    first = add(start, amount, calendar=calendar, move_last_day=move)
    assert add(start + later * DAY, amount, calendar=calendar, move_last_day=move).due_at >= first.due_at


@given(calendars, starts | year_ends, date_amounts, st.integers(1, 40))
def test_strictly_monotonic_in_amount(calendar: WorkingCalendar, start: date, amount: Amount, more: int) -> None:
    longer = Amount(amount.amount + more, amount.unit)
    assert add(start, longer, calendar=calendar).due_at > add(start, amount, calendar=calendar).due_at


@given(calendars, starts | year_ends, st.integers(1, 300))
def test_working_days_are_counted_one_by_one(calendar: WorkingCalendar, start: date, n: int) -> None:
    last = add(start, wd(n), calendar=calendar).last_day
    worked = [day for i in range((last - start).days) if calendar.is_working(day := start + (i + 1) * DAY)]
    assert len(worked) == n
    assert worked[-1] == last
    assert working_days_between(start, last, calendar) == n


@given(calendars, starts | year_ends, starts)
def test_working_days_between_is_a_difference(calendar: WorkingCalendar, a: date, b: date) -> None:
    assert working_days_between(a, b, calendar) == -working_days_between(b, a, calendar)
    assert working_days_between(a, a, calendar) == 0
    assert working_days_between(a, a + DAY, calendar) == calendar.is_working(a + DAY)


@given(calendars, starts | year_ends, date_amounts)
def test_moving_goes_to_the_next_working_day_and_no_further(
    calendar: WorkingCalendar, start: date, amount: Amount
) -> None:
    still = add(start, amount, calendar=calendar)
    moved = add(start, amount, calendar=calendar, move_last_day=True)
    assert moved.due_at >= still.due_at
    assert calendar.is_working(moved.last_day)
    passed = [still.last_day + i * DAY for i in range((moved.last_day - still.last_day).days)]
    assert not any(calendar.is_working(day) for day in passed)


@given(calendars, starts | year_ends, date_amounts, st.booleans())
@example(PLAIN, date(2003, 12, 31), wd(5), False)  # the start day is not asked
def test_provisional_exactly_when_a_year_without_notice_was_asked(
    calendar: WorkingCalendar, start: date, amount: Amount, move: bool
) -> None:
    still = add(start, amount, calendar=calendar)
    due = add(start, amount, calendar=calendar, move_last_day=move)
    if amount.unit is Unit.WORKING_DAY:
        first_asked = start + DAY
    elif move:
        first_asked = still.last_day
    else:
        assert not due.provisional
        return
    asked = (first_asked + i * DAY for i in range((due.last_day - first_asked).days + 1))
    assert due.provisional == any(calendar.is_provisional(day) for day in asked)


@given(starts, st.integers(1, 300))
@example(date(2026, 1, 31), 1)
@example(date(2023, 12, 31), 2)
def test_months_keep_the_day_or_clamp_to_the_months_end(start: date, n: int) -> None:
    last = add(start, Amount(n, Unit.MONTH), calendar=PLAIN).last_day
    assert (last.year - start.year) * 12 + last.month - start.month == n
    assert last.day == start.day or (last.day < start.day and (last + DAY).day == 1)


@pytest.mark.parametrize(
    ("start", "amount", "last"),
    [
        (date(2026, 1, 31), "1m", date(2026, 2, 28)),
        (date(2024, 1, 31), "1m", date(2024, 2, 29)),
        (date(2024, 2, 29), "12m", date(2025, 2, 28)),
        (date(2026, 10, 31), "2m", date(2026, 12, 31)),
        (date(2026, 11, 24), "20d", date(2026, 12, 14)),
        (date(2026, 12, 31), "1d", date(2027, 1, 1)),
    ],
)
def test_dates_that_anyone_can_check(start: date, amount: str, last: date) -> None:
    assert add(start, Amount.parse(amount), calendar=PLAIN) == Due(clock.end_of(last), last, False)


@given(moments, st.integers(1, 5000))
def test_hours_are_exact(start: datetime, n: int) -> None:
    due = add(start, Amount(n, Unit.HOUR), calendar=PLAIN)
    assert due.due_at - start == timedelta(hours=n)
    assert due.due_at.tzinfo is clock.TZ
    assert not due.provisional
    assert due.last_day in (due.due_at.date(), due.due_at.date() - DAY)


@given(moments, date_amounts)
def test_a_moment_starts_on_its_shanghai_day(start: datetime, amount: Amount) -> None:
    assert add(start, amount, calendar=PLAIN) == add(start.astimezone(clock.TZ).date(), amount, calendar=PLAIN)


def test_what_hours_refuse() -> None:
    with pytest.raises(ValueError, match="须从具体时刻起算"):
        add(date(2026, 3, 2), Amount(24, Unit.HOUR), calendar=PLAIN)
    with pytest.raises(ValueError, match="不因休息日顺延"):
        add(datetime(2026, 3, 2, tzinfo=UTC), Amount(24, Unit.HOUR), calendar=PLAIN, move_last_day=True)


@pytest.mark.parametrize("unit", list(Unit))
def test_naive_starts_and_impossible_years_are_refused(unit: Unit) -> None:
    with pytest.raises(ValueError, match="缺少时区"):
        add(datetime(2026, 3, 2, 9), Amount(1, unit), calendar=PLAIN)  # noqa: DTZ001
    for year in (226, 3000):
        with pytest.raises(ValueError, match="起算日期"):
            add(datetime(year, 6, 1, 9, tzinfo=UTC), Amount(1, unit), calendar=PLAIN)


TERMS = [(date(2026, 9, 1), date(2027, 1, 22)), (date(2027, 2, 22), date(2027, 7, 9))]


@pytest.mark.parametrize(
    ("start", "n", "last"),
    [
        (date(2026, 10, 8), 1, date(2027, 1, 22)),
        (date(2026, 10, 8), 2, date(2027, 7, 9)),
        (date(2027, 1, 22), 1, date(2027, 7, 9)),  # the start day is not counted
        (date(2027, 2, 1), 1, date(2027, 7, 9)),  # in the winter holidays
    ],
)
def test_terms(start: date, n: int, last: date) -> None:
    amount = Amount(n, Unit.SCHOOL_TERM)
    assert add(start, amount, calendar=PLAIN, terms=TERMS[::-1]).last_day == last


@pytest.mark.parametrize("terms", [None, [], TERMS])
def test_too_few_terms(terms: list[tuple[date, date]] | None) -> None:
    with pytest.raises(NoTerms, match="请先登记学期起止日期"):
        add(date(2027, 3, 1), Amount(2, Unit.SCHOOL_TERM), calendar=PLAIN, terms=terms)


@given(st.builds(Amount, st.integers(1, 36500), st.sampled_from(Unit)))
def test_amounts_are_read_as_they_are_written(amount: Amount) -> None:
    assert Amount.parse(str(amount)) == amount
    assert amount.label.startswith(str(amount.amount))


@pytest.mark.parametrize(
    ("text", "label"),
    [("10d", "10日"), ("10wd", "10个工作日"), ("2m", "2个月"), ("24h", "24小时"), ("1t", "1个学期")],
)
def test_labels(text: str, label: str) -> None:
    assert Amount.parse(text).label == label


@pytest.mark.parametrize(
    "text", ["", "10", "d", "-1d", "1.5d", "10 d", "10D", "10w", "十d", "１０d", "10d5", "9999999d"]
)
def test_nonsense_amounts(text: str) -> None:
    with pytest.raises(ValueError, match="无法识别期限"):
        Amount.parse(text)


@pytest.mark.parametrize("text", ["0d", "0wd", "36501m", "999999h"])
def test_amounts_out_of_bounds(text: str) -> None:
    with pytest.raises(ValueError, match="期限数额须为1至36500的整数"):
        Amount.parse(text)


@given(tables, st.dates(date(2024, 1, 1), date(2037, 12, 31)))
def test_the_table_wins(table: dict[date, bool], day: date) -> None:
    expected = table[day] if day in table else PLAIN.is_working(day)
    assert WorkingCalendar(table).is_working(day) == expected


def test_a_table_changed_later_does_not_change_a_calendar() -> None:
    table = {date(2026, 8, 7): False}
    calendar = WorkingCalendar(table)
    table.clear()
    assert not calendar.is_working(date(2026, 8, 7))


def test_which_years_are_provisional() -> None:
    assert FIRST_NOTICED_YEAR == 2004
    assert LAST_NOTICED_YEAR >= 2026
    assert [year for year in range(2000, 2040) if PLAIN.is_provisional(date(year, 7, 1))] == [
        *range(2000, 2004),
        *range(LAST_NOTICED_YEAR + 1, 2040),
    ]


def test_a_notice_in_the_table_ends_the_provisional_year_and_a_local_festival_does_not() -> None:
    unknown = LAST_NOTICED_YEAR + 1
    notice = dict.fromkeys(statutory_days(unknown), False)
    assert not WorkingCalendar(notice).is_provisional(date(unknown, 12, 31))
    assert WorkingCalendar(notice).is_provisional(date(unknown + 1, 1, 1))
    assert WorkingCalendar({date(unknown, 7, 28): False}).is_provisional(date(unknown, 7, 28))
    weekday = next(day for day in notice if day.weekday() < 5)
    del notice[weekday]
    assert WorkingCalendar(notice).is_provisional(date(unknown, 12, 31))


@given(st.dates(date(LAST_NOTICED_YEAR + 1, 1, 1), date(2045, 12, 31)))
def test_a_year_without_notice_is_monday_to_friday_less_the_statutory_days(day: date) -> None:
    assert PLAIN.is_working(day) == (day.weekday() < 5 and day not in statutory_days(day.year))
    assert PLAIN.name(day) == statutory_days(day.year).get(day, "")


def test_statutory_days_are_thirteen() -> None:
    counts = {year: len(statutory_days(year)) for year in range(2027, 2037)}
    # In 2028 and 2031 Mid-Autumn falls on National Day; the moon of 2036 is not in the table.
    assert counts == dict.fromkeys(range(2027, 2036), 13) | {2028: 12, 2031: 12, 2036: 6}
    assert statutory_days(2028)[date(2028, 10, 3)] == "国庆节、中秋节"
    assert statutory_days(2027)[date(2027, 2, 5)] == "除夕"
    fixed = [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)]
    assert sorted(statutory_days(2050)) == [date(2050, *day) for day in fixed]


@given(st.dates(date(FIRST_NOTICED_YEAR, 1, 1), date(LAST_NOTICED_YEAR, 12, 31)))
def test_noticed_years_are_the_librarys(day: date) -> None:
    rests, english = chinese_calendar.get_holiday_detail(day)
    assert PLAIN.is_working(day) is not rests
    assert PLAIN.name(day) == (chinese_calendar.Holiday(english).chinese if english else "")


def test_names() -> None:
    assert PLAIN.name(date(2026, 2, 17)) == "春节"
    assert PLAIN.name(date(2026, 2, 14)) == "春节"  # a Saturday worked for it
    assert PLAIN.name(date(2026, 3, 2)) == ""
    assert PLAIN.name(date(2035, 2, 7)) == "除夕"
    assert WorkingCalendar({date(2026, 8, 6): False}, {date(2026, 8, 6): "火把节"}).name(date(2026, 8, 6)) == "火把节"


@given(starts, st.integers(-400, 400), st.integers(0, 86399))
def test_days_left(last: date, distance: int, second: int) -> None:
    now = datetime.combine(last - distance * DAY, datetime.min.time(), clock.TZ) + timedelta(seconds=second)
    assert days_left(clock.end_of(last), now) == days_left(clock.end_of(last), now.astimezone(UTC)) == distance


def test_days_left_of_hours() -> None:
    due_at = datetime(2026, 3, 2, 10, tzinfo=clock.TZ)
    assert days_left(due_at, due_at - timedelta(hours=1)) == 0
    assert days_left(due_at, due_at - timedelta(hours=11)) == 1
    assert days_left(due_at, due_at) == -1
    assert days_left(due_at, due_at + timedelta(hours=13)) == -1
    assert days_left(due_at, due_at + timedelta(hours=40)) == -2


@given(year_ends, st.integers(1, 120), tables)
def test_loading_a_notice_lengthens_and_never_shortens(start: date, n: int, table: dict[date, bool]) -> None:
    issued = add(start, wd(n), calendar=PLAIN)
    recomputed = add(start, wd(n), calendar=WorkingCalendar(table | dict.fromkeys(statutory_days(2027), False)))
    stands = lengthen_only(issued, recomputed)
    assert stands.due_at == max(issued.due_at, recomputed.due_at)
    assert stands.last_day == max(issued.last_day, recomputed.last_day)
    assert stands.provisional == recomputed.provisional
    assert lengthen_only(stands, recomputed) == stands


def test_big_amounts_are_quick() -> None:
    began = time.perf_counter()
    for n in range(1000, 6000, 100):
        add(date(2026, 1, 5), wd(n), calendar=WorkingCalendar())
    assert time.perf_counter() - began < 2.5
