"""Loading a year's holiday notice; what was computed by estimate is counted anew by the scheduler, and only lengthened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from django.db.models import Prefetch

from accounts.actors import Actor, division_range, system
from accounts.models import Organization
from accounts.scope import scope
from records import clock
from records.models import CalendarDay, Category, Deadline, DeadlineChange, HolidayNotice, Outbox
from records.notices.notify import notify
from records.outbox import office_actor
from records.state import Refusal, Refused, log
from records.timing.calendars import DAY
from records.timing.deadlines import recompute, root_of, working_calendar
from records.timing.holiday_notices import NoticeDay, Reading

RECOMPUTE, RECOMPUTE_OFFICE = "records.recompute", "records.recompute_office"
logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Plan:
    """What loading would do to the office's own rows of the year."""

    added: list[NoticeDay]
    changed: list[NoticeDay]
    removed: list[CalendarDay]
    had_notice: bool

    @property
    def count(self) -> int:
        return len(self.added) + len(self.changed) + len(self.removed)

    @property
    def needs_confirmation(self) -> bool:
        """The year was loaded before and this says otherwise."""
        return self.had_notice and bool(self.changed or self.removed or self.added)


def plan_for(by: Actor, reading: Reading) -> Plan:
    """Compare the text with what the office has loaded for the year. The office's own festivals stay."""
    own = CalendarDay.objects.visible_to(by).filter(division_code=by.division_code)
    rows = {row.day: row for row in own.filter(day__range=(date(reading.year - 1, 12, 1), date(reading.year, 12, 31)))}
    notices = HolidayNotice.objects.visible_to(by).filter(division_code=by.division_code, year=reading.year)
    before = list(notices)
    sources = {notice.source for notice in before}
    found = reading.days
    return Plan(
        added=[d for d in found.values() if d.day not in rows],
        changed=[d for d in found.values() if d.day in rows and _differs(rows[d.day], d)],
        removed=[row for row in rows.values() if row.day not in found and row.source in sources and row.day.year == reading.year],
        had_notice=bool(before),
    )  # fmt: skip


def _differs(row: CalendarDay, found: NoticeDay) -> bool:
    return (row.is_working, row.name) != (found.is_working, found.name[:40])


def load_notice(
    reading: Reading, *, by: Actor, title: str, number: str, text: str, confirmed: bool = False
) -> HolidayNotice | None:
    """Write the days into the office's calendar and have its subtree's deadlines counted anew. None when nothing
    changes. A year that was loaded before is only changed when that was `confirmed`."""
    if reading.faults:
        raise Refused(Refusal("通知中还有看不懂或互相矛盾的内容，请改正后再载入。"))
    if not title.strip() or not number.strip():
        raise Refused(Refusal("请填写通知名称和文号，作为日历的依据。"))
    assert by.user_id is not None
    with transaction.atomic():
        # One at a time: a second click waits here and then finds nothing to change.
        list(Organization.objects.select_for_update(of=("self",)).filter(pk=by.organization_id))
        plan = plan_for(by, reading)
        if plan.count == 0:
            return None
        if plan.needs_confirmation and not confirmed:
            raise Refused(Refusal(f"{reading.year}年的安排已经载入过，与这次的内容不同，请核对差异并确认替换。"))
        notice: HolidayNotice = HolidayNotice.objects.create(
            division_code=by.division_code, year=reading.year, title=title.strip(), number=number.strip(), text=text,
            loaded_at=clock.now(), loaded_by_id=by.user_id, loaded_by_name=by.display_name, loaded_as=by.label,
            changed_days=plan.count,
        )  # fmt: skip
        _write(plan, notice)
        _ask_for_recompute(notice, by)
    return notice


def _write(plan: Plan, notice: HolidayNotice) -> None:
    place = notice.division_code
    CalendarDay.objects.filter(division_code=place, pk__in=[row.pk for row in plan.removed]).delete()
    for day in (*plan.added, *plan.changed):
        facts = {"is_working": day.is_working, "name": day.name[:40], "source": notice.source[:200]}
        CalendarDay.objects.update_or_create(division_code=place, day=day.day, defaults=facts)


def _ask_for_recompute(notice: HolidayNotice, by: Actor) -> None:
    since = date(notice.year, 1, 1) - 31 * DAY
    row = Outbox(
        topic=RECOMPUTE, owner_code=by.division_code, author_org_id=by.organization_id, created_at=clock.now(),
        key=f"{RECOMPUTE}:{notice.pk}", payload={"since": since.isoformat(), "source": notice.source},
    )  # fmt: skip
    Outbox.objects.bulk_create([row], ignore_conflicts=True)
    transaction.on_commit(lambda: current_app.tasks["records.tasks.consume_outbox"].delay(True), robust=True)


# --- counted anew, by the scheduler --------------------------------------------------------------------------------------


def spread(row: Outbox) -> int:
    """One piece of work for each office in the subtree that has open deadlines reaching into the year. Returns how many."""
    lo, hi = division_range(row.owner_code)
    with scope(system()):
        running = _concerned(date.fromisoformat(row.payload["since"])).filter(owner_code__range=(lo, hi))
        codes = sorted(set(running.values_list("owner_code", flat=True)))
    with scope(system()):
        Outbox.objects.bulk_create(
            [Outbox(topic=RECOMPUTE_OFFICE, owner_code=code, key=f"{row.key}:{code}", payload=row.payload, created_at=clock.now())
             for code in codes],
            ignore_conflicts=True,
        )  # fmt: skip
    return len(codes)


def _concerned(since: date) -> Any:
    """Open deadlines that end on the day or later, where working days matter."""
    rows = Deadline.objects.open().filter(due_at__gte=clock.end_of(since - DAY))
    return rows.exclude(unit__in=["calendar_day", "month", "hour"], move_last_day=False)


def recompute_office(owner_code: int, *, since: date, source: str) -> int:
    """Count the office's open deadlines anew; each that moved is logged on its root and told to the party. Run again
    it moves nothing. Returns how many moved."""
    actor = office_actor(owner_code)
    with scope(actor):
        granted = DeadlineChange.objects.filter(status=DeadlineChange.Status.APPROVED)
        rows = _concerned(since).filter(owner_code=owner_code).order_by("pk")
        locked = rows.select_for_update(of=("self",)).prefetch_related(Prefetch("changes", granted))
        return _recompute_all(locked, actor, source)


def _recompute_all(rows: Iterable[Deadline], actor: Actor, source: str) -> int:
    calendar, moved = working_calendar(actor.division_code), 0
    for deadline in rows:
        before = deadline.due_at
        try:
            changed = recompute(deadline, calendar=calendar, changes=deadline.changes.all())
        except (LookupError, ValueError) as error:  # no rule, no terms: the others must not wait for it
            logger.warning("deadline.not_recomputed", deadline=deadline.pk, error=str(error))
            continue
        if changed:
            moved += 1
            _say(deadline, before, actor, source)
    return moved


def _say(deadline: Deadline, before: datetime, actor: Actor, source: str) -> None:
    root = root_of(deadline)
    if root is None:
        return
    state = str(getattr(root, "state", ""))
    dates = f"截止日由{_day(clock.last_day(before))}改为{_day(deadline.last_day)}"
    log(root, by=actor, name="deadline_recompute", label="按节假日安排重新计算期限", source=state, target=state,
        reason=f"{deadline.title}：{dates}。依据：{source}", facts={"deadline": deadline.pk})  # fmt: skip
    notify(root, by=actor, key=f"recomputed:{deadline.pk}:{deadline.due_at:%Y%m%d}", category=Category.DEADLINE, organizations=[deadline.party_org_id],
           title=f"期限已顺延：{deadline.title}", body=f"{dates}。依据：{source}")  # fmt: skip


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
