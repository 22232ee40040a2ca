"""Arithmetic of legal periods: pure functions, no database.

The national regulation gives no day counts; amounts come from deadline rules, this module only counts. The
day on which a period starts is not counted, and a period in days, working days, months or terms ends at 24:00
of its last day. Working days follow the State Council's yearly notice (rest days and make-up days). For a
year without a notice they are estimated from 《全国年节及纪念日放假办法》 (revised 2024, in force
2025-01-01), and whatever was computed so is provisional.
"""

import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from chinese_calendar import Holiday
from chinese_calendar import holidays as notice_rest
from chinese_calendar import workdays as notice_work

from records import clock

# The library's tables are read directly: its functions look for the first and last year in each call, which
# makes a year of days a hundred times as dear. A test holds the two against each other.
FIRST_NOTICED_YEAR: int = min(notice_rest).year
LAST_NOTICED_YEAR: int = max(notice_rest).year

# Outside these years a date is a slip of the pen, not the start of a period.
FIRST_YEAR, LAST_YEAR = 1949, 2999
LARGEST_AMOUNT = 36_500

DAY = timedelta(days=1)


class Unit(StrEnum):
    """What a period is counted in."""

    HOUR = "hour"
    CALENDAR_DAY = "calendar_day"
    WORKING_DAY = "working_day"
    MONTH = "month"
    SCHOOL_TERM = "school_term"


_SUFFIXES = {
    Unit.HOUR: "h",
    Unit.CALENDAR_DAY: "d",
    Unit.WORKING_DAY: "wd",
    Unit.MONTH: "m",
    Unit.SCHOOL_TERM: "t",
}
_UNITS = {suffix: unit for unit, suffix in _SUFFIXES.items()}
_LABELS = {
    Unit.HOUR: "{}小时",
    Unit.CALENDAR_DAY: "{}日",
    Unit.WORKING_DAY: "{}个工作日",
    Unit.MONTH: "{}个月",
    Unit.SCHOOL_TERM: "{}个学期",
}


class NoTerms(ValueError):
    """A period in school terms, and too few terms are known to find its end."""


@dataclass(frozen=True)
class Amount:
    """A length of time as a rule states it: ``Amount(10, Unit.WORKING_DAY)``; ValueError outside 1–36500."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if not 1 <= self.amount <= LARGEST_AMOUNT:
            raise ValueError(f"期限数额须为1至{LARGEST_AMOUNT}的整数，收到“{self.amount}”。")

    @classmethod
    def parse(cls, text: str) -> "Amount":
        """Read 10d (days), 10wd (working days), 2m (months), 24h (hours) or 1t (terms); else ValueError."""
        match = re.fullmatch(r"([0-9]{1,6})(wd|d|m|h|t)", text.strip())
        if match is None:
            raise ValueError(
                f"无法识别期限“{text}”，请写成：10d（日）、10wd（工作日）、2m（月）、24h（小时）或1t（学期）。"
            )
        return cls(int(match[1]), _UNITS[match[2]])

    def __str__(self) -> str:
        return f"{self.amount}{_SUFFIXES[self.unit]}"

    @property
    def label(self) -> str:
        """As a document would say it: 10个工作日."""
        return _LABELS[self.unit].format(self.amount)


@dataclass(frozen=True)
class Due:
    """The end of a period: the moment, the day to show, and whether a notice to come may still move it."""

    due_at: datetime
    last_day: date
    provisional: bool


# First day of the first lunar month, Qingming, fifth day of the fifth, fifteenth of the eighth. Facts of
# astronomy (tests/records/test_lunar_days.py computes them again); which days around them are off is for the
# notice to say.
_LUNAR_DAYS: dict[int, tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]] = {
    2027: ((2, 6), (4, 5), (6, 9), (9, 15)),
    2028: ((1, 26), (4, 4), (5, 28), (10, 3)),
    2029: ((2, 13), (4, 4), (6, 16), (9, 22)),
    2030: ((2, 3), (4, 5), (6, 5), (9, 12)),
    2031: ((1, 23), (4, 5), (6, 24), (10, 1)),
    2032: ((2, 11), (4, 4), (6, 12), (9, 19)),
    2033: ((1, 31), (4, 4), (6, 1), (9, 8)),
    2034: ((2, 19), (4, 5), (6, 20), (9, 27)),
    2035: ((2, 8), (4, 5), (6, 10), (9, 16)),
}


def statutory_days(year: int) -> dict[date, str]:
    """Days off by the regulation of 2024 with their names, 13 a year; the six of fixed date beyond the table.

    Two festivals on one day share it (国庆节、中秋节). A statutory day on a weekend is made good on a working
    day that only the notice names, so the estimate leaves it out: a provisional deadline errs to the short
    side and may be lengthened later.
    """
    festivals = [(date(year, 1, 1), "元旦"), (date(year, 5, 1), "劳动节"), (date(year, 5, 2), "劳动节")]
    festivals += [(date(year, 10, n), "国庆节") for n in (1, 2, 3)]
    if year in _LUNAR_DAYS:
        spring, qingming, dragon_boat, mid_autumn = (date(year, *day) for day in _LUNAR_DAYS[year])
        festivals += [(spring - DAY, "除夕"), *((spring + n * DAY, "春节") for n in range(3))]
        festivals += [(qingming, "清明节"), (dragon_boat, "端午节"), (mid_autumn, "中秋节")]
    days: dict[date, str] = {}
    for day, name in festivals:
        days[day] = f"{days[day]}、{name}" if day in days else name
    return days


class WorkingCalendar:
    """Which days are worked: by the editable table, else the notices in the library, else the estimate.

    ``overrides`` says of a day whether it is worked; ``names`` may name such days.
    """

    def __init__(self, overrides: Mapping[date, bool] | None = None, names: Mapping[date, str] | None = None) -> None:
        self._overrides = dict(overrides or {})
        self._names = dict(names or {})
        self._working: dict[int, tuple[date, ...]] = {}
        self._statutory: dict[int, dict[date, str]] = {}
        self._noticed: dict[int, bool] = {}

    def with_days(self, overrides: Mapping[date, bool], names: Mapping[date, str]) -> "WorkingCalendar":
        """The same calendar with other days laid over it, for a look before a notice is loaded."""
        return WorkingCalendar({**self._overrides, **overrides}, {**self._names, **names})

    def is_working(self, day: date) -> bool:
        """Whether offices work on that day."""
        if day in self._overrides:
            return self._overrides[day]
        if FIRST_NOTICED_YEAR <= day.year <= LAST_NOTICED_YEAR:
            return day in notice_work or (day.weekday() < 5 and day not in notice_rest)
        return day.weekday() < 5 and day not in self._festivals(day.year)

    def is_provisional(self, day: date) -> bool:
        """Whether that day's year has no notice yet, so that the answer of ``is_working`` is an estimate."""
        if day.year not in self._noticed:
            self._noticed[day.year] = self._has_notice(day.year)
        return not self._noticed[day.year]

    def name(self, day: date) -> str:
        """The holiday that the day belongs to (of a make-up day: for which it makes up), empty if none."""
        if day in self._names:
            return self._names[day]
        if FIRST_NOTICED_YEAR <= day.year <= LAST_NOTICED_YEAR:
            english = notice_work.get(day) or notice_rest.get(day)
            return str(Holiday(english).chinese) if english else ""
        return self._festivals(day.year).get(day, "")

    def nth_working_day_after(self, day: date, n: int) -> date:
        """The ``n``-th working day (from 1) of those that come after ``day``."""
        year = day.year
        days = self._working_days(year)
        place = bisect_right(days, day) + n - 1
        while place >= len(days):
            place -= len(days)
            year += 1
            days = self._working_days(year)
        return days[place]

    def count_until(self, year: int, day: date) -> int:
        """How many working days lie from 1 January of ``year`` up to and including ``day``."""
        whole = sum(len(self._working_days(past)) for past in range(year, day.year))
        return whole + bisect_right(self._working_days(day.year), day)

    def _working_days(self, year: int) -> tuple[date, ...]:
        if year not in self._working:
            first = date(year, 1, 1)
            length = (date(year, 12, 31) - first).days + 1
            self._working[year] = tuple(day for day in (first + n * DAY for n in range(length)) if self.is_working(day))
        return self._working[year]

    def _festivals(self, year: int) -> dict[date, str]:
        if year not in self._statutory:
            self._statutory[year] = statutory_days(year)
        return self._statutory[year]

    def _has_notice(self, year: int) -> bool:
        # A notice speaks of every statutory day. One local festival in the table (火把节) is no notice.
        if FIRST_NOTICED_YEAR <= year <= LAST_NOTICED_YEAR:
            return True
        return all(day in self._overrides for day in statutory_days(year) if day.weekday() < 5)


def add(
    start: date | datetime,
    amount: Amount,
    *,
    calendar: WorkingCalendar,
    move_last_day: bool = False,
    terms: Sequence[tuple[date, date]] | None = None,
) -> Due:
    """The end of a period of ``amount`` that an event on ``start`` sets going.

    - Hours run exactly from a moment and are never moved; a mere date has no hour to count from.
    - Months end on the day of the same number, else on the month's last (31 January + 1 month: 28 February).
    - The n-th term is the n-th whose last day lies after ``start``: within a term the first is that one.
    - ``move_last_day`` moves a last day which is a rest day to the next working day.
    - Provisional when a day was asked (counted, or checked as a last day) whose year has no notice.

    Raises ValueError with a Chinese sentence (NoTerms when the terms do not reach far enough).
    """
    if amount.unit is Unit.HOUR:
        return _add_hours(start, amount.amount, move_last_day)
    first = _start_day(start)
    last = _unmoved(first, amount, calendar, terms or ())
    asked_from = first + DAY if amount.unit is Unit.WORKING_DAY else last
    if move_last_day:
        last = calendar.nth_working_day_after(last - DAY, 1)
    asked = move_last_day or amount.unit is Unit.WORKING_DAY
    provisional = asked and any(
        calendar.is_provisional(date(year, 1, 1)) for year in range(asked_from.year, last.year + 1)
    )
    return Due(due_at=clock.end_of(last), last_day=last, provisional=provisional)


def working_days_between(a: date, b: date, calendar: WorkingCalendar) -> int:
    """Working days after ``a`` up to and including ``b``; negative when ``b`` comes first."""
    year = min(a, b).year
    return calendar.count_until(year, b) - calendar.count_until(year, a)


def days_left(due_at: datetime, now: datetime) -> int:
    """Calendar days to the last day: 0 on it, negative from the moment ``due_at`` on (at first -1)."""
    days = (clock.last_day(due_at) - clock.local(now).date()).days
    return min(days, -1) if now >= due_at else days


def lengthen_only(issued: Due, recomputed: Due) -> Due:
    """What stands after a notice was loaded: the later end, provisional only if the new computation is."""
    later = max(issued, recomputed, key=lambda due: due.due_at)
    return Due(due_at=later.due_at, last_day=later.last_day, provisional=recomputed.provisional)


def _start_day(start: date | datetime) -> date:
    day = clock.local(start).date() if isinstance(start, datetime) else start
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"起算日期{day.isoformat()}不在{FIRST_YEAR}年至{LAST_YEAR}年之间，请检查。")
    return day


def _unmoved(first: date, amount: Amount, calendar: WorkingCalendar, terms: Sequence[tuple[date, date]]) -> date:
    match amount.unit:
        case Unit.WORKING_DAY:
            return calendar.nth_working_day_after(first, amount.amount)
        case Unit.MONTH:
            return _add_months(first, amount.amount)
        case Unit.SCHOOL_TERM:
            return _nth_term_end(first, amount.amount, terms)
        case _:
            return first + amount.amount * DAY


def _add_hours(start: date | datetime, hours: int, move_last_day: bool) -> Due:
    if not isinstance(start, datetime):
        raise ValueError("按小时计算的期限须从具体时刻起算，请给出带时区的时间。")
    if move_last_day:
        raise ValueError("按小时计算的期限不因休息日顺延，请取消顺延设置。")
    _start_day(start)
    due_at = clock.local(start.astimezone(UTC) + timedelta(hours=hours))
    return Due(due_at=due_at, last_day=clock.last_day(due_at), provisional=False)


def _add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _nth_term_end(day: date, n: int, terms: Sequence[tuple[date, date]]) -> date:
    ends = sorted(end for _, end in terms if end > day)
    if len(ends) < n:
        raise NoTerms(f"{day.isoformat()}之后已登记的学期不足{n}个，无法按学期计算期限，请先登记学期起止日期。")
    return ends[n - 1]
