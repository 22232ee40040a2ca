"""What the pages of rules and of the calendar show: the binding rule of each act, its ladder, the days of a year."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps

from accounts.actors import Actor, division_chain
from records.models import DeadlineRule, LadderRung
from records.timing.bounds import whose
from records.timing.calendars import DAY, Amount, Due, Unit, WorkingCalendar
from records.timing.deadlines import in_force
from records.timing.periods import Period, days_of
from records.web import Entry

LONGEST_SHOWN = 400


@dataclass(frozen=True)
class Acts:
    """A rule with the steps of its ladder; `whose` set it, and what is wrong with it since the bounds were narrowed."""

    rule: DeadlineRule
    rungs: list[LadderRung]
    whose: str = ""
    violation: str = ""

    @property
    def amount(self) -> str:
        return Amount(self.rule.amount, Unit(self.rule.unit)).label

    @property
    def is_local(self) -> bool:
        return self.rule.basis_kind == "local_practice"


def _nearness(code: int | None) -> int:
    """County 3, prefecture 2, province 1, the country 0."""
    return 0 if code is None else 1 if code % 10_000 == 0 else 2 if code % 100 == 0 else 3


def binding(rules: Iterable[DeadlineRule], day: date) -> list[DeadlineRule]:
    """Of rules with one code the one nearest to the division that is in force, in the order of who must act."""
    by_code: dict[str, list[DeadlineRule]] = defaultdict(list)
    for rule in rules:
        by_code[rule.code].append(rule)
    nearest = {}
    for code, rows in by_code.items():
        found = in_force(rows, day)
        if found:
            nearest[code] = found[max(found, key=_nearness)]
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
    # What a page says of the day beside that: "start", "counted", "skipped", "paused", "last", "changed", "".
    role: str = ""

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
    year: int = 0


def months_of(year: int, calendar: WorkingCalendar, today: date, roles: dict[date, str] | None = None) -> list[Month]:
    """The twelve months of a year."""
    return [_month(year, number, calendar, today, roles or {}) for number in range(1, 13)]


def _month(year: int, number: int, calendar: WorkingCalendar, today: date, roles: dict[date, str]) -> Month:
    first, length = monthrange(year, number)
    days = [date(year, number, n) for n in range(1, length + 1)]
    squares: list[Day | None] = [None] * first
    squares += [Day(d, calendar.is_working(d), calendar.name(d), d == today, roles.get(d, "")) for d in days]
    squares += [None] * (-len(squares) % 7)
    weeks = [squares[n : n + 7] for n in range(0, len(squares), 7)]
    return Month(number, weeks, sum(calendar.is_working(d) for d in days), year)


# --- how the calculator counted ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counted:
    """The days of a period as they were counted: months with each day's role; none where the period is too long."""

    months: list[Month]
    counted: int
    skipped: int
    paused: int


def counted(start: date, due: Due, period: Period, calendar: WorkingCalendar, today: date) -> Counted:
    """Which days were counted and which were not, from the start to the last day."""
    length = (due.last_day - start).days
    if length > LONGEST_SHOWN:
        return Counted([], 0, 0, 0)
    paused, works = days_of(period.pauses), period.total.unit is Unit.WORKING_DAY
    roles = {start: "start"}
    for day in (start + n * DAY for n in range(1, length + 1)):
        rests = works and not calendar.is_working(day)
        roles[day] = "paused" if day in paused else "skipped" if rests else "counted"
    tally = {role: sum(r == role for r in roles.values()) for role in ("counted", "skipped", "paused")}
    roles[due.last_day] = "last"
    months = {(d.year, d.month) for d in roles}
    return Counted([_month(y, m, calendar, today, roles) for y, m in sorted(months)], **tally)


# --- a rule's page ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Level:
    """A rule as one division has set it; `binds`: it is the one that counts here."""

    whose: str
    rule: DeadlineRule
    binds: bool
    is_future: bool


def levels(rules: Sequence[DeadlineRule], division_code: int, day: date, names: dict[int | None, str]) -> list[Level]:
    """From the country down to the division: what each has set, in force or to come."""
    found = in_force(rules, day)
    nearest = max(found, key=_nearness) if found else None
    lines = [
        Level(whose(r, names), r, p == nearest, False) for p, r in sorted(found.items(), key=lambda i: _nearness(i[0]))
    ]
    to_come = [r for r in rules if r.valid_from and r.valid_from > day]
    lines += [Level(whose(r, names), r, False, True) for r in sorted(to_come, key=lambda r: r.valid_from or day)]
    return lines


def history_of(code: str, actor: Actor, names: dict[int | None, str]) -> list[Entry]:
    """Who set, changed or took back the rule, from the change log of the divisions that bind the actor. One query."""
    log: Any = apps.get_model("records", "DeadlineRuleChangeEvent")
    rows = log.objects.filter(code=code).order_by("-pgh_id")[:100]
    chain = {None, *division_chain(actor.division_code)}
    return [_event(row, names) for row in rows if row.division_code in chain]


def _event(row: Any, names: dict[int | None, str]) -> Entry:
    context = row.pgh_context or {}
    length = Amount(row.amount, Unit(row.unit)).label
    place = names.get(row.division_code, "")
    what = f"{whose(row, names)}为{length}" if row.active else f"{place}恢复沿用上级规则"
    since = f"，自{row.valid_from.year}年{row.valid_from.month}月{row.valid_from.day}日起" if row.valid_from else ""
    bounds = (
        f"；下级可在{row.min_amount or '不限'}至{row.max_amount or '不限'}之间规定"
        if row.min_amount or row.max_amount
        else ""
    )
    by_person = row.set_at is not None
    return Entry(at=row.pgh_created_at, what=f"{what}{since}", who=str(context.get("by", "")) if by_person else "随平台载入",
                 as_whom=str(context.get("as", "")) if by_person else "", note=f"依据：{row.basis}{bounds}", icon="history",
                 tone="grey")  # fmt: skip
