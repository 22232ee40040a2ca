"""What the pages of rules and of the calendar show: the binding rule of each act, its ladder, the days of a year."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from records.calendars import Amount, Unit, WorkingCalendar
from records.models import DeadlineRule, LadderRung


@dataclass(frozen=True)
class Acts:
    """A rule with the steps of its ladder."""

    rule: DeadlineRule
    rungs: list[LadderRung]

    @property
    def amount(self) -> str:
        return Amount(self.rule.amount, Unit(self.rule.unit)).label

    @property
    def is_local(self) -> bool:
        return self.rule.basis_kind == "local_practice"


def _nearness(code: int | None) -> int:
    """County 3, prefecture 2, province 1, the country 0."""
    return 0 if code is None else 1 if code % 10_000 == 0 else 2 if code % 100 == 0 else 3


def binding(rules: Iterable[DeadlineRule]) -> list[DeadlineRule]:
    """Of rules with one code the one nearest to the division, in the order of who must act."""
    nearest = {rule.code: rule for rule in sorted(rules, key=lambda rule: _nearness(rule.division_code))}
    parties = [str(party) for party in DeadlineRule.Party]
    return sorted(nearest.values(), key=lambda rule: (parties.index(rule.party), rule.code))


def rungs_by_act(rungs: Iterable[LadderRung]) -> dict[str, list[LadderRung]]:
    """The steps in force of each act, by day; of rungs with one step and audience the nearest, unless it switches off."""
    nearest = {(r.act, r.step, r.audience): r for r in sorted(rungs, key=lambda r: _nearness(r.division_code))}
    found: dict[str, list[LadderRung]] = defaultdict(list)
    for rung in sorted(nearest.values(), key=lambda r: (r.offset_days, r.pk)):
        if rung.active:
            found[rung.act].append(rung)
    return found


def when(rung: LadderRung) -> str:
    """On which day a step falls, in words."""
    if rung.offset_days == 0:
        return "到期当日"
    return f"到期前{-rung.offset_days}天" if rung.offset_days < 0 else f"逾期第{rung.offset_days}天"


@dataclass(frozen=True)
class Day:
    """A square of the calendar; `mark` is 休, 班 or empty."""

    day: date
    is_working: bool
    name: str
    is_today: bool

    @property
    def mark(self) -> str:
        weekend = self.day.weekday() >= 5
        if self.is_working:
            return "班" if weekend else ""
        return "休" if self.name or not weekend else ""


@dataclass(frozen=True)
class Month:
    """A month as weeks of seven squares from Monday; None outside the month."""

    number: int
    weeks: list[list[Day | None]]
    working_days: int


def months_of(year: int, calendar: WorkingCalendar, today: date) -> list[Month]:
    """The twelve months of a year."""
    return [_month(year, number, calendar, today) for number in range(1, 13)]


def _month(year: int, number: int, calendar: WorkingCalendar, today: date) -> Month:
    first, length = monthrange(year, number)
    days = [date(year, number, n) for n in range(1, length + 1)]
    squares: list[Day | None] = [None] * first
    squares += [Day(d, calendar.is_working(d), calendar.name(d), d == today) for d in days]
    squares += [None] * (-len(squares) % 7)
    weeks = [squares[n : n + 7] for n in range(0, len(squares), 7)]
    return Month(number, weeks, sum(calendar.is_working(d) for d in days))
