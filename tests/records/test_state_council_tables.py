"""The State Council's holiday notices of 2024–2026 as published, and due dates counted by hand across them.

国办发明电〔2023〕7号 of 2023-10-25 for 2024, 〔2024〕12号 of 2024-11-12 for 2025, and 〔2025〕7号 of
2025-11-04 for 2026.
"""

from datetime import date, timedelta

import pytest

from records.timing.calendars import Amount, WorkingCalendar, add, working_days_between

# Year -> (number of the notice, spans off, days worked instead), months and days as the notice writes them.
NOTICES: dict[int, tuple[str, list[tuple[str, str, str]], list[str]]] = {
    2024: (
        "国办发明电〔2023〕7号",
        [
            ("元旦", "01-01", "01-01"),
            ("春节", "02-10", "02-17"),
            ("清明节", "04-04", "04-06"),
            ("劳动节", "05-01", "05-05"),
            ("端午节", "06-10", "06-10"),
            ("中秋节", "09-15", "09-17"),
            ("国庆节", "10-01", "10-07"),
        ],
        ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"],
    ),
    2025: (
        "国办发明电〔2024〕12号",
        [
            ("元旦", "01-01", "01-01"),
            ("春节", "01-28", "02-04"),
            ("清明节", "04-04", "04-06"),
            ("劳动节", "05-01", "05-05"),
            ("端午节", "05-31", "06-02"),
            ("国庆节、中秋节", "10-01", "10-08"),
        ],
        ["01-26", "02-08", "04-27", "09-28", "10-11"],
    ),
    2026: (
        "国办发明电〔2025〕7号",
        [
            ("元旦", "01-01", "01-03"),
            ("春节", "02-15", "02-23"),
            ("清明节", "04-04", "04-06"),
            ("劳动节", "05-01", "05-05"),
            ("端午节", "06-19", "06-21"),
            ("中秋节", "09-25", "09-27"),
            ("国庆节", "10-01", "10-07"),
        ],
        ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
    ),
}
DAY = timedelta(days=1)
CALENDAR = WorkingCalendar()


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + n * DAY for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


def worked_by_the_notice(year: int, day: date) -> bool:
    _, spans, worked = NOTICES[year]
    monthday = day.strftime("%m-%d")
    off = day.weekday() >= 5 or any(begin <= monthday <= end for _, begin, end in spans)
    return monthday in worked or not off


@pytest.mark.parametrize("year", NOTICES)
def test_every_day_of_the_year_is_as_the_notice_says(year: int) -> None:
    wrong = [day for day in days_of(year) if CALENDAR.is_working(day) != worked_by_the_notice(year, day)]
    assert wrong == [], NOTICES[year][0]
    assert not any(CALENDAR.is_provisional(day) for day in days_of(year))


@pytest.mark.parametrize("year", NOTICES)
def test_days_off_have_a_name(year: int) -> None:
    for name, begin, end in NOTICES[year][1]:
        first, last = date.fromisoformat(f"{year}-{begin}"), date.fromisoformat(f"{year}-{end}")
        named = {CALENDAR.name(first + n * DAY) for n in range((last - first).days + 1)}
        assert all(any(part.startswith(word) for word in named) for part in name.split("、")), (name, named)


@pytest.mark.parametrize(("year", "number"), [(2024, 251), (2025, 248), (2026, 248)])
def test_working_days_of_the_year(year: int, number: int) -> None:
    """Weekdays, less weekdays off, plus weekends worked: 262-19+8, 261-18+5, 261-19+6."""
    assert working_days_between(date(year - 1, 12, 31), date(year, 12, 31), CALENDAR) == number


# Counted by hand on a paper calendar; each line says what lies on the way.
DUE_DATES = [
    ("2024-02-02", "5wd", "2024-02-08"),  # Fri; Sunday 4 Feb is worked: 4 5 6 7 8
    ("2024-02-08", "3wd", "2024-02-19"),  # 9 (除夕 is worked in 2024), 18 (Sunday), 19
    ("2024-04-03", "2wd", "2024-04-08"),  # 清明 4-6; Sunday 7 is worked: 7 8
    ("2024-04-26", "5wd", "2024-05-07"),  # Sunday 28, 29, 30; 劳动节 1-5; 6, 7
    ("2024-05-10", "1wd", "2024-05-11"),  # a Saturday that is worked
    ("2024-06-07", "1wd", "2024-06-11"),  # weekend and 端午 on Monday
    ("2024-09-13", "3wd", "2024-09-19"),  # Saturday 14; 中秋 15-17; 18, 19
    ("2024-09-27", "4wd", "2024-10-09"),  # Sunday 29, 30; 国庆 1-7; 8, 9
    ("2024-10-11", "2wd", "2024-10-14"),  # Saturday 12 is worked, Monday 14
    ("2024-12-30", "10wd", "2025-01-14"),  # 31; 元旦; 2 3; 6-10; 13 14
    ("2025-01-24", "5wd", "2025-02-07"),  # Sunday 26, 27; 春节 28-4 Feb; 5 6 7
    ("2025-02-07", "1wd", "2025-02-08"),  # a Saturday that is worked
    ("2025-04-03", "1wd", "2025-04-07"),  # 清明 on Friday, no make-up day
    ("2025-04-25", "4wd", "2025-04-30"),  # Sunday 27, 28, 29, 30
    ("2025-04-25", "5wd", "2025-05-06"),  # and over 劳动节
    ("2025-05-30", "1wd", "2025-06-03"),  # 端午 to Monday 2 June
    ("2025-09-26", "4wd", "2025-10-09"),  # Sunday 28, 29, 30; 1-8 October; 9
    ("2025-10-09", "3wd", "2025-10-13"),  # 10, Saturday 11, 13
    ("2025-12-31", "1wd", "2026-01-04"),  # 元旦 1-3; Sunday 4 is worked
    ("2026-02-13", "3wd", "2026-02-25"),  # Saturday 14; 春节 15-23; 24, 25
    ("2026-02-27", "1wd", "2026-02-28"),  # a Saturday that is worked
    ("2026-04-03", "1wd", "2026-04-07"),  # 清明 to Monday 6
    ("2026-04-30", "4wd", "2026-05-09"),  # 劳动节 1-5; 6 7 8; Saturday 9
    ("2026-06-18", "1wd", "2026-06-22"),  # 端午 on Friday
    ("2026-09-18", "10wd", "2026-10-09"),  # Sunday 20, 21-24; 中秋; 28-30; 国庆; 8, 9
    ("2026-10-09", "1wd", "2026-10-10"),  # a Saturday that is worked
    ("2026-09-14", "20d", "2026-10-04"),  # calendar days end within the holidays
    ("2026-11-24", "20d", "2026-12-14"),
    ("2025-12-31", "2m", "2026-02-28"),
]
MOVED = [
    ("2026-09-14", "20d", "2026-10-08"),  # out of 国庆
    ("2026-01-25", "20d", "2026-02-14"),  # a Saturday that is worked stays
    ("2026-01-26", "20d", "2026-02-24"),  # out of 春节
    ("2026-01-15", "1m", "2026-02-24"),
    ("2024-01-10", "1m", "2024-02-18"),  # to the Sunday that is worked
    ("2025-09-04", "1m", "2025-10-09"),
    ("2026-11-08", "20d", "2026-11-30"),  # out of a plain weekend
]


@pytest.mark.parametrize(("start", "amount", "last"), DUE_DATES)
def test_due_dates_counted_by_hand(start: str, amount: str, last: str) -> None:
    due = add(date.fromisoformat(start), Amount.parse(amount), calendar=CALENDAR)
    assert due.last_day.isoformat() == last
    assert not due.provisional


@pytest.mark.parametrize(("start", "amount", "last"), MOVED)
def test_moved_due_dates_counted_by_hand(start: str, amount: str, last: str) -> None:
    due = add(date.fromisoformat(start), Amount.parse(amount), calendar=CALENDAR, move_last_day=True)
    assert due.last_day.isoformat() == last


def test_a_deadline_into_a_year_without_notice_counts_by_the_estimate() -> None:
    """30 working days from Monday 2034-12-18: 9 in December, 4 after 元旦, three full weeks, 29, 30."""
    due = add(date(2034, 12, 18), Amount.parse("30wd"), calendar=CALENDAR)
    assert due.last_day == date(2035, 1, 30)
    assert due.provisional
