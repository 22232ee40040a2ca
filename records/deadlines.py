"""Rules, calendars and deadlines of parties: opened, met once, their verdict frozen (architecture.md §4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Q

from accounts.actors import Actor, division_chain
from accounts.models import Organization
from records import clock
from records.calendars import Amount, Due, Unit, WorkingCalendar, add
from records.models import CalendarDay, Deadline, DeadlineRule


class NoRule(LookupError):
    """No rule of that code binds the division."""


def rule_for(code: str, division_code: int | None) -> DeadlineRule:
    """The rule `code` nearest to the division: its own, its prefecture's, its province's, the country's. NoRule if none."""
    chain = division_chain(division_code) if division_code else ()
    rules: dict[int | None, DeadlineRule] = {
        rule.division_code: rule
        for rule in DeadlineRule.objects.filter(Q(division_code__isnull=True) | Q(division_code__in=chain), code=code)
    }
    for place in (*chain, None):
        if place in rules:
            return rules[place]
    raise NoRule(f"没有代码为“{code}”的期限规则。")


def working_calendar(division_code: int | None) -> WorkingCalendar:
    """The State Council's days, with the editable table over them: the country's rows first, then the nearer ones'."""
    chain = division_chain(division_code) if division_code else ()
    days = CalendarDay.objects.filter(Q(division_code__isnull=True) | Q(division_code__in=chain))
    nearest_last = sorted(days, key=lambda d: (d.division_code is not None, -_span(d.division_code)))
    overrides = {row.day: row.is_working for row in nearest_last}
    return WorkingCalendar(overrides, {row.day: row.name for row in nearest_last if row.name})


def _span(code: int | None) -> int:
    return 0 if code is None else 10_000 if code % 10_000 == 0 else 100 if code % 100 == 0 else 1


def due(rule: DeadlineRule, start: date | datetime, division_code: int | None) -> Due:
    """When the rule that starts at `start` ends for the division."""
    amount = Amount(rule.amount, Unit(rule.unit))
    return add(start, amount, calendar=working_calendar(division_code), move_last_day=rule.move_last_day)


def open_deadline(
    root: Any, *, rule_code: str, party_org: Organization, title: str, start: datetime | None = None, since: str = ""
) -> Deadline:
    """Start a party's clock on a root, by the rule that binds the root's office. One open row per party and act.

    `since`: the event it runs from where that is not the rule's own (a report sent back).
    """
    rule = rule_for(rule_code, root.owner_code)
    started = start or clock.now()
    ends = due(rule, started, root.owner_code)
    row: Deadline = Deadline.objects.create(
        root_kind=root.kind,
        root_id=root.pk,
        owner_code=root.owner_code,
        subject_code=root.subject_code,
        title=title[:200],
        act=rule.code,
        party=rule.party,
        party_org=party_org,
        rule_label=f"{rule.label}：{Amount(rule.amount, Unit(rule.unit)).label}，自{since or rule.start_event}起算",
        basis=rule.basis,
        basis_kind=rule.basis_kind,
        started_at=started,
        due_at=ends.due_at,
        provisional=ends.provisional,
    )
    return row


def meet(root: Any, act: str, *, by: Actor, party_org_id: int | None = None, at: datetime | None = None) -> int:
    """The party acted: freeze the verdict of its open deadline. Returns how many rows (0 when none was running)."""
    moment = at or clock.now()
    rows = Deadline.objects.of(root).open().filter(act=act)
    if party_org_id is not None:
        rows = rows.filter(party_org_id=party_org_id)
    met = 0
    for row in rows.select_for_update(of=("self",)):
        row.met_at, row.met_by_id = moment, by.user_id
        row.verdict = Deadline.Verdict.ON_TIME if moment < row.due_at else Deadline.Verdict.LATE
        row.save(update_fields=["met_at", "met_by", "verdict"])
        met += 1
    return met


def cancel(root: Any, *acts: str) -> int:
    """The duty fell away (the ticket was withdrawn): stop the open clocks of these acts, or of all."""
    rows = Deadline.objects.of(root).open()
    if acts:
        rows = rows.filter(act__in=acts)
    return rows.update(cancelled_at=clock.now())
