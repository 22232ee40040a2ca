"""A period that is extended or paused while it runs: pure functions over `records.timing.calendars`, no database.

What the end depends on are sets: the length with all extensions, and the days taken out by pauses. So the order in which
they were granted changes nothing. A pause takes whole days out of the count: of working days those that were paused are
not counted; a period in days, months or terms ends as many days later as were paused within it; hours are added.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from records import clock
from records.timing.calendars import DAY, Amount, Due, Unit, WorkingCalendar, add

Range = tuple[date, date]
LONGEST_PAUSE = 1100


@dataclass(frozen=True)
class Period:
    """`extensions`: what each adds, in the unit of `amount`. `pauses`: first and last paused day of each."""

    amount: Amount
    move_last_day: bool = False
    extensions: tuple[int, ...] = ()
    pauses: tuple[Range, ...] = ()

    def __post_init__(self) -> None:
        if any(n < 1 for n in self.extensions):
            raise ValueError("延长的数额须为正整数，期限只能延长，不能缩短。")

    @property
    def total(self) -> Amount:
        return Amount(self.amount.amount + sum(self.extensions), self.amount.unit)


class PausedCalendar(WorkingCalendar):
    """A calendar on which nothing is counted on the paused days; what it knows of notices stays as it is."""

    def __init__(self, base: WorkingCalendar, paused: frozenset[date]) -> None:
        super().__init__()
        self._base, self._paused = base, paused

    def is_working(self, day: date) -> bool:
        return day not in self._paused and self._base.is_working(day)

    def is_provisional(self, day: date) -> bool:
        return self._base.is_provisional(day)

    def name(self, day: date) -> str:
        return self._base.name(day)


def days_of(pauses: Iterable[Range]) -> frozenset[date]:
    """Every paused day once, however the pauses overlap; ValueError for one longer than three years."""
    days: set[date] = set()
    for first, last in pauses:
        length = (last - first).days + 1
        if length > LONGEST_PAUSE:
            raise ValueError("中止时间过长，请检查起止日期。")
        days |= {first + n * DAY for n in range(length)}
    return frozenset(days)


def end_of(
    start: date | datetime, period: Period, *, calendar: WorkingCalendar, terms: Sequence[Range] | None = None
) -> Due:
    """The end of the period with its pauses and extensions. Raises as `calendars.add` does."""
    paused = days_of(period.pauses)
    total, move = period.total, period.move_last_day
    if not paused:
        return add(start, total, calendar=calendar, move_last_day=move, terms=terms)
    standing = PausedCalendar(calendar, paused)
    if total.unit is Unit.WORKING_DAY:
        return add(start, total, calendar=standing, move_last_day=move)
    whole = add(start, total, calendar=calendar, terms=terms)
    if total.unit is Unit.HOUR:
        return _hours(start, whole, paused)
    first = clock.local(start).date() if isinstance(start, datetime) else start
    last = _shifted(first, whole.last_day, paused)
    if not move:
        return Due(clock.end_of(last), last, provisional=False)
    moved = standing.nth_working_day_after(last - DAY, 1)
    years = range(last.year, moved.year + 1)
    return Due(clock.end_of(moved), moved, any(calendar.is_provisional(date(year, 1, 1)) for year in years))


def _shifted(first: date, last: date, paused: frozenset[date]) -> date:
    """A day later for each paused day after the start that the period meets, those that it meets by moving included."""
    for day in sorted(paused):
        if first < day <= last:
            last += DAY
    return last


def _hours(start: date | datetime, whole: Due, paused: frozenset[date]) -> Due:
    assert isinstance(start, datetime)
    due_at = whole.due_at
    for day in sorted(paused):
        ends = clock.end_of(day)
        begins = max(ends - timedelta(days=1), start)
        if begins < min(ends, due_at):
            due_at += ends - begins
    return Due(clock.local(due_at), clock.last_day(due_at), provisional=False)
