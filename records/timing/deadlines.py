"""Rules, calendars and deadlines of parties: opened, met once, their verdict frozen (architecture.md §4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import F, Q

from accounts.actors import Actor, division_chain
from accounts.models import Organization
from records import clock
from records.models import CalendarDay, Deadline, DeadlineChange, DeadlineRule, LadderStep, SchoolTerm
from records.state import Refusal, Refused
from records.timing.calendars import Amount, Due, NoTerms, Unit, WorkingCalendar, lengthen_only
from records.timing.periods import Period, Range, end_of

MOVED = "期限已变更，按新的截止日提醒"


class NoRule(LookupError):
    """No rule of that code binds the division."""


def in_force(rules: Iterable[DeadlineRule], day: date) -> dict[int | None, DeadlineRule]:
    """Of rows of one code, the one of each place that is in force on the day; a place that went back to what it
    inherits has none."""
    newest: dict[int | None, DeadlineRule] = {}
    for rule in sorted(rules, key=lambda r: r.valid_from or date.min):
        if rule.valid_from is None or rule.valid_from <= day:
            newest[rule.division_code] = rule
    return {place: rule for place, rule in newest.items() if rule.active}


def nearest(rules: Iterable[DeadlineRule], division_code: int | None, day: date) -> DeadlineRule | None:
    """Of rows of one code, the one that binds the division on the day."""
    found = in_force(rules, day)
    chain = division_chain(division_code) if division_code else ()
    return next((found[place] for place in (*chain, None) if place in found), None)


def rule_for(code: str, division_code: int | None, on: date | None = None) -> DeadlineRule:
    """The rule `code` nearest to the division on the day (default today): its own, its prefecture's, its province's, the
    country's. NoRule if none."""
    chain = division_chain(division_code) if division_code else ()
    rows = DeadlineRule.objects.filter(Q(division_code__isnull=True) | Q(division_code__in=chain), code=code)
    rule = nearest(rows, division_code, on or clock.today())
    if rule is None:
        raise NoRule(f"没有代码为“{code}”的期限规则。")
    return rule


def binding(code: str, division_code: int | None) -> DeadlineRule | None:
    """The same, None where there is no rule."""
    try:
        return rule_for(code, division_code)
    except NoRule:
        return None


def working_calendar(division_code: int | None) -> WorkingCalendar:
    """The State Council's days, with the editable table over them: the country's rows first, then the nearer ones'."""
    chain = division_chain(division_code) if division_code else ()
    days = CalendarDay.objects.filter(Q(division_code__isnull=True) | Q(division_code__in=chain))
    nearest_last = sorted(days, key=lambda d: (d.division_code is not None, -_span(d.division_code)))
    overrides = {row.day: row.is_working for row in nearest_last}
    return WorkingCalendar(overrides, {row.day: row.name for row in nearest_last if row.name})


def _span(code: int | None) -> int:
    return 0 if code is None else 10_000 if code % 10_000 == 0 else 100 if code % 100 == 0 else 1


def terms_of(division_code: int | None) -> list[SchoolTerm]:
    """The school terms of the division: its own, and those from above that do not overlap with a nearer one."""
    chain = division_chain(division_code) if division_code else ()
    rows = list(SchoolTerm.objects.filter(division_code__in=chain))
    kept: list[SchoolTerm] = []
    for term in sorted(rows, key=lambda t: _span(t.division_code)):
        if not any(_overlap(term, other) for other in kept if other.division_code != term.division_code):
            kept.append(term)
    return sorted(kept, key=lambda t: t.starts)


def _overlap(one: SchoolTerm, other: SchoolTerm) -> bool:
    return one.starts <= other.ends and other.starts <= one.ends


def term_ranges(unit: Unit, division_code: int | None) -> list[Range]:
    """The terms to count by, asked for only where the unit needs them."""
    return [(t.starts, t.ends) for t in terms_of(division_code)] if unit is Unit.SCHOOL_TERM else []


def due(rule: DeadlineRule, start: date | datetime, division_code: int | None) -> Due:
    """When the rule that starts at `start` ends for the division. Refused where its school terms are not entered."""
    period = Period(rule.length, move_last_day=rule.move_last_day)
    try:
        return end_of(start, period, calendar=working_calendar(division_code),
                      terms=term_ranges(period.amount.unit, division_code))  # fmt: skip
    except NoTerms as error:
        raise Refused(Refusal(f"{error}请督导办先在“设置—学期”中登记后再办理。", rule.basis)) from error


def open_deadline(
    root: Any, *, rule_code: str, party_org: Organization, title: str, start: datetime | None = None, since: str = ""
) -> Deadline:
    """Start a party's clock on a root, by the rule that binds the root's office. One open row per party and act.

    `since`: the event it runs from where that is not the rule's own (a report sent back).
    """
    started = start or clock.now()
    rule = rule_for(rule_code, root.owner_code, clock.local(started).date())
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
        rule=rule,
        amount=rule.amount,
        unit=rule.unit,
        move_last_day=rule.move_last_day,
        rule_label=f"{rule.label}：{rule.length.label}，自{since or rule.start_event}起算"[:80],
        basis=rule.basis,
        basis_kind=rule.basis_kind,
        started_at=started,
        due_at=ends.due_at,
        provisional=ends.provisional,
    )
    return row


def meet(root: Any, act: str, *, by: Actor, party_org_id: int | None = None, at: datetime | None = None) -> int:
    """The party acted: freeze the verdict of its open deadline. Returns how many rows (0 when none was running).

    A pause ends with the act and is counted first. What was still asked for falls away.
    """
    moment = at or clock.now()
    rows = Deadline.objects.of(root).open().filter(act=act)
    if party_org_id is not None:
        rows = rows.filter(party_org_id=party_org_id)
    met = 0
    for row in rows.select_for_update(of=("self",)):
        if row.paused_on is not None:
            end_pause(row, clock.local(moment).date())
        row.met_at, row.met_by_id = moment, by.user_id
        row.verdict = Deadline.Verdict.ON_TIME if moment < row.due_at else Deadline.Verdict.LATE
        row.save(update_fields=["met_at", "met_by", "verdict"])
        _let_requests_fall([row.pk])
        met += 1
    return met


def cancel(root: Any, *acts: str) -> int:
    """The duty fell away (the ticket was withdrawn): stop the open clocks of these acts, or of all."""
    rows = Deadline.objects.of(root).open()
    if acts:
        rows = rows.filter(act__in=acts)
    keys = list(rows.values_list("pk", flat=True))
    _let_requests_fall(keys)
    DeadlineChange.objects.running_pauses().filter(deadline__in=keys).update(closed_at=clock.now())
    return Deadline.objects.filter(pk__in=keys).open().update(cancelled_at=clock.now(), paused_on=None)


def _let_requests_fall(keys: list[int]) -> None:
    waiting = DeadlineChange.objects.filter(deadline__in=keys, status=DeadlineChange.Status.ASKED)
    waiting.update(status=DeadlineChange.Status.WITHDRAWN)


# --- what moves a deadline: pauses, extensions, a new year's notice ---------------------------------------------------


def period_of(deadline: Deadline, changes: Iterable[DeadlineChange]) -> Period:
    """The deadline's period as its rule of the day gave it, with what was granted since. A pause that still runs is
    counted when it ends."""
    granted = [c for c in changes if c.status == DeadlineChange.Status.APPROVED]
    pauses = [c for c in granted if c.kind == DeadlineChange.Kind.PAUSE and c.closed_at is not None]
    return Period(
        _amount(deadline),
        move_last_day=deadline.move_last_day,
        extensions=tuple(c.amount for c in granted if c.amount is not None),
        pauses=tuple((c.starts, c.ends) for c in pauses if c.starts and c.ends and c.starts <= c.ends),
    )


def _amount(deadline: Deadline) -> Amount:
    if deadline.amount is not None:
        return Amount(deadline.amount, Unit(deadline.unit))
    # Opened before deadlines kept their rule: the one that stood on the day.
    return rule_for(deadline.act, deadline.owner_code, clock.local(deadline.started_at).date()).length


def recompute(
    deadline: Deadline, *, calendar: WorkingCalendar | None = None, changes: Iterable[DeadlineChange] | None = None
) -> bool:
    """Count the deadline anew and write the end that is later; returns whether it moved. The caller holds the row."""
    period = period_of(deadline, deadline.changes.all() if changes is None else changes)
    place = deadline.owner_code
    computed = end_of(
        _start_of(deadline, period), period, calendar=calendar or working_calendar(place),
        terms=term_ranges(period.amount.unit, place),
    )  # fmt: skip
    issued = Due(deadline.due_at, deadline.last_day, deadline.provisional)
    ends = lengthen_only(issued, computed)
    moved = ends.due_at > deadline.due_at
    if moved or ends.provisional != deadline.provisional:
        deadline.due_at, deadline.provisional = ends.due_at, ends.provisional
        if moved:
            deadline.moved_on = clock.today()
        deadline.save(update_fields=["due_at", "provisional", "moved_on"])
    if moved:
        _drop_steps_of_before(deadline)
        tell_followers(deadline)
    return moved


def _start_of(deadline: Deadline, period: Period) -> date | datetime:
    start = clock.local(deadline.started_at)
    return start if period.amount.unit is Unit.HOUR else start.date()


def _drop_steps_of_before(deadline: Deadline) -> None:
    """Steps that wait for the former last day are passed over; those of the new one are written when they fall due."""
    waiting = LadderStep.objects.filter(deadline=deadline, status=LadderStep.Status.PENDING)
    stale = waiting.exclude(due_on=falls_on(deadline))
    LadderStep.objects.filter(pk__in=list(stale.values_list("pk", flat=True))).update(
        status=LadderStep.Status.SKIPPED, done_on=clock.today(), done_at=clock.now(), note=MOVED
    )


def falls_on(deadline: Deadline) -> models.ExpressionWrapper:
    """In a query of ladder steps: the day on which the step's rung falls for the deadline as it stands."""
    return models.ExpressionWrapper(models.Value(deadline.last_day) + F("rung__offset_days"), models.DateField())


def begin_pause(deadline: Deadline, change: DeadlineChange) -> None:
    """The clock stands from the pause's first day. The caller holds the row."""
    deadline.paused_on = change.starts
    deadline.save(update_fields=["paused_on"])
    tell_followers(deadline)


def end_pause(deadline: Deadline, last_day: date) -> bool:
    """Close the running pause: it lasted until `last_day` at most. Returns whether the deadline moved."""
    for change in DeadlineChange.objects.running_pauses().filter(deadline=deadline):
        assert change.ends is not None
        change.ends, change.closed_at = min(change.ends, last_day), clock.now()
        change.save(update_fields=["ends", "closed_at"])
        deadline.paused_on = None
        deadline.save(update_fields=["paused_on"])
        change.old_due_at = deadline.due_at
        moved = recompute(deadline)
        change.new_due_at = deadline.due_at
        change.save(update_fields=["old_due_at", "new_due_at"])
        if not moved:
            tell_followers(deadline)
        return moved
    return False


# --- who keeps a copy of a deadline ------------------------------------------------------------------------------------

Follower = Callable[[Any], None]
_followers: dict[str, Follower] = {}


def follows(kind: str) -> Callable[[Follower], Follower]:
    """A room that copies the running deadline to its root (to sort lists by it) is told here when it moved or stands.
    In the same transaction: a list must not call late what has just been extended."""

    def register(follower: Follower) -> Follower:
        _followers[kind] = follower
        return follower

    return register


def tell_followers(deadline: Deadline) -> None:
    follower = _followers.get(deadline.root_kind)
    root = root_of(deadline) if follower else None
    if follower and root is not None:
        follower(root)


def root_of(deadline: Deadline) -> Any | None:
    """The deadline's root as row security shows it to the present scope; None when it is hidden."""
    model = apps.get_model(deadline.root_kind)
    return model._default_manager.filter(pk=deadline.root_id).first()
