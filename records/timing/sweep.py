"""The ladder: which reminder or escalation falls due, delivered once, however often and wherever the sweep runs.

Steps are written by one INSERT … SELECT over all tenants and guarded by a unique key. Delivery claims rows by UPDATE, so
of two sweeps at once one delivers. A consequence waits until the warning before it was really delivered and its grace has
passed: an outage lengthens everybody's time and never shortens it.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from accounts.actors import OFFICE_ROLES, OrganizationKind, system
from accounts.models import Membership, Organization
from accounts.scope import scope, system_role
from records import clock
from records.actions.deadlines import turn_pauses
from records.actions.receipts import deem_due
from records.models import Category, Deadline, LadderRung, LadderStep, Outbox
from records.notices.notify import deliver, recipients
from records.timing.deadlines import falls_on

OFFICE_DESK = (Membership.Role.OFFICE_STAFF, Membership.Role.OFFICE_HEAD)
NO_CONTACT = "该单位没有有效联系人，尚未送达"


@dataclass
class Swept:
    """What one sweep did: rows written, notices delivered, overtaken ones skipped, consequences set going."""

    written: int = 0
    sent: int = 0
    skipped: int = 0
    consequences: int = 0
    unreachable: int = 0
    deemed: int = 0

    def __str__(self) -> str:
        return (
            f"新增步骤 {self.written}，已发送 {self.sent}，被后续提醒取代 {self.skipped}，"
            f"进入下一步 {self.consequences}，无联系人未送达 {self.unreachable}，视为送达 {self.deemed}"
        )


def sweep(on: date | None = None) -> Swept:
    """Do what is due on `on` (default today) in all tenants. May run any number of times, also at once."""
    done = Swept()
    with clock.travel(on) if on else nullcontext(), system_role():
        done.deemed = deem_due()
        with scope(system()):
            today = clock.today()
            turn_pauses()
            done.written = write_steps(today)
            done.skipped = _skip_overtaken(today)
            done.sent, done.unreachable = _deliver(today)
            done.consequences = _consequences(today)
    return done


# The nearest division's rung binds; the recipient is found from the deadline's party and office. What would have fallen
# before the clock started is no step of it, nor a reminder that would have come before the end was moved.
WRITE = """
INSERT INTO {step} (deadline_id, owner_code, rung_id, step, due_on, recipient_org_id, channel, status, note)
SELECT found.deadline_id, found.owner_code, found.rung_id, found.step, found.due_on, found.recipient, 'inbox', 'pending', ''
FROM (
  SELECT DISTINCT ON (d.id, r.step, r.audience)
         d.id AS deadline_id, d.owner_code, r.id AS rung_id, r.step, r.active, days.last_day + r.offset_days AS due_on,
         days.first_day, days.last_day, d.moved_on,
         CASE r.audience WHEN 'party' THEN d.party_org_id
                         WHEN 'department' THEN party.competent_department_id
                         WHEN 'office' THEN office.id
                         WHEN 'superior' THEN superior.id END AS recipient
  FROM {deadline} d
  JOIN {rung} r ON r.act = d.act AND (r.division_code IS NULL OR r.division_code IN
       (d.owner_code, d.owner_code / 100 * 100, d.owner_code / 10000 * 10000))
  CROSS JOIN LATERAL (SELECT ((d.due_at AT TIME ZONE 'Asia/Shanghai') - interval '1 microsecond')::date AS last_day,
                             (d.started_at AT TIME ZONE 'Asia/Shanghai')::date AS first_day) days
  JOIN {organization} party ON party.id = d.party_org_id
  LEFT JOIN {organization} office ON office.division_id = d.owner_code AND office.kind = 'office' AND office.closed_on IS NULL
  LEFT JOIN {division} place ON place.code = d.owner_code
  LEFT JOIN {organization} superior ON superior.division_id = place.parent_id AND superior.kind = 'office'
       AND superior.closed_on IS NULL
  WHERE d.met_at IS NULL AND d.cancelled_at IS NULL AND d.paused_on IS NULL AND d.due_at < %(horizon)s
  ORDER BY d.id, r.step, r.audience, r.division_code DESC NULLS LAST
) found
WHERE found.active AND found.recipient IS NOT NULL AND found.due_on <= %(today)s AND found.due_on > found.first_day
  AND (found.moved_on IS NULL OR found.due_on >= found.moved_on OR found.due_on > found.last_day)
ON CONFLICT DO NOTHING
"""


def write_steps(today: date) -> int:
    earliest = (
        LadderRung.objects.filter(active=True).order_by("offset_days").values_list("offset_days", flat=True).first()
    )
    if earliest is None:
        return 0
    # Nothing that ends later than the longest warning from now can have a step today.
    horizon = clock.end_of(today + timedelta(days=max(0, -earliest) + 1))
    tables = {
        "step": LadderStep, "deadline": Deadline, "rung": LadderRung, "organization": Organization,
    }  # fmt: skip
    sql = WRITE.format(
        division='"accounts_division"', **{name: f'"{model._meta.db_table}"' for name, model in tables.items()}
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {"today": today, "horizon": horizon})
        return int(cursor.rowcount)


def _pending(today: date) -> Any:
    open_deadline = Q(deadline__met_at__isnull=True, deadline__cancelled_at__isnull=True, deadline__paused_on=None)
    return LadderStep.objects.filter(open_deadline, status=LadderStep.Status.PENDING, due_on__lte=today)


def _skip_overtaken(today: date) -> int:
    """After an outage only the latest of several reminders to the same recipient is sent; a warning on which a
    consequence depends is never skipped."""
    later = LadderStep.objects.filter(
        deadline=OuterRef("deadline"), recipient_org=OuterRef("recipient_org"), rung__consequence="",
        due_on__gt=OuterRef("due_on"), due_on__lte=today,
    )  # fmt: skip
    needed = LadderRung.objects.filter(act=OuterRef("rung__act"), after=OuterRef("step"), active=True)
    overtaken = _pending(today).filter(Exists(later), ~Exists(needed), rung__consequence="")
    keys = list(overtaken.values_list("pk", flat=True))
    # Asked again under the row's lock: another sweep may have sent it meanwhile.
    return LadderStep.objects.filter(pk__in=keys, status=LadderStep.Status.PENDING).update(
        status=LadderStep.Status.SKIPPED, done_on=today, done_at=clock.now(), note="已有后续提醒，本次略过"
    )


def _deliver(today: date) -> tuple[int, int]:
    reachable = Membership.objects.filter(organization=OuterRef("recipient_org")).valid_on(today)
    notices = _pending(today).filter(rung__consequence="")
    claimed = _claim(notices.filter(Exists(reachable)), today)
    by_recipient: dict[int, set[int]] = defaultdict(set)
    for step in claimed:
        if step.recipient_org_id not in by_recipient:
            by_recipient[step.recipient_org_id] = recipients([step.recipient_org_id], _roles(step))
        _put(step, by_recipient[step.recipient_org_id] or recipients([step.recipient_org_id], OFFICE_ROLES))
    return len(claimed), _unreachable(notices.filter(~Exists(reachable)))


def _unreachable(steps: Any) -> int:
    """What reaches nobody stays pending, so that no consequence follows from it; the managing office is told, once."""
    waiting = list(steps.select_related("deadline", "rung", "recipient_org"))
    for step in waiting:
        office = Organization.objects.filter(
            kind=OrganizationKind.OFFICE, division_id=step.owner_code, closed_on=None
        ).first()
        if office is None or office.pk == step.recipient_org_id:
            continue
        deliver(
            owner_code=step.owner_code, users=recipients([office.pk], OFFICE_DESK), key=f"unreachable:{step.pk}",
            title=f"提醒未送达：{step.recipient_org.label}没有有效联系人",
            body=f"“{step.rung.title}：{step.deadline.title}”没有送达。请先补充该单位联系人；送达前不会进入下一步。",
            root_kind=step.deadline.root_kind, root_id=step.deadline.root_id, urgent=True,
            organizations=[office.pk],
        )  # fmt: skip
    LadderStep.objects.filter(pk__in=[step.pk for step in waiting]).update(note=NO_CONTACT)
    return len(waiting)


def _roles(step: LadderStep) -> tuple[str, ...]:
    """Within an office reminders go to those who run it, not to every inspector."""
    if step.recipient_org.kind == OrganizationKind.OFFICE:
        return OFFICE_DESK
    return ()


def _put(step: LadderStep, users: set[int]) -> None:
    deadline = step.deadline
    deliver(
        owner_code=step.owner_code, users=users, key=f"ladder:{step.pk}",
        title=f"{step.rung.title}：{deadline.title}",
        body=f"{step.rung.body}\n期限：{deadline.last_day:%Y年%-m月%-d日}。依据：{deadline.basis}".strip(),
        root_kind=deadline.root_kind, root_id=deadline.root_id, urgent=step.rung.offset_days > 0,
        category=Category.ESCALATION if step.rung.offset_days > 0 else Category.DEADLINE,
        organizations=[step.recipient_org_id],
    )  # fmt: skip


def _claim(steps: Any, today: date) -> list[LadderStep]:
    """Mark the steps sent and return them: of two sweeps at once each row is claimed by one."""
    keys = list(steps.order_by("pk").values_list("pk", flat=True))
    if not keys:
        return []
    table = f'"{LadderStep._meta.db_table}"'
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET status = 'sent', done_on = %s, done_at = %s, note = '' "
            "WHERE id = ANY(%s) AND status = 'pending' RETURNING id",
            [today, clock.now(), keys],
        )
        won = [row[0] for row in cursor.fetchall()]
    found = LadderStep.objects.filter(pk__in=won).select_related("deadline", "rung", "recipient_org")
    return list(found.order_by("due_on", "pk"))


def _consequences(today: date) -> int:
    due = [
        step.pk
        for step in _pending(today).exclude(rung__consequence="").select_related("rung", "deadline")
        if _warned(step, today)
    ]
    claimed = _claim(LadderStep.objects.filter(pk__in=due), today)
    Outbox.objects.bulk_create([_event(step) for step in claimed], ignore_conflicts=True)
    return len(claimed)


def _warned(step: LadderStep, today: date) -> bool:
    """Whether the party really got the warning before this consequence, and its grace has passed since. A warning about
    an end that was moved since is none."""
    given = LadderStep.objects.filter(
        deadline=step.deadline, step=step.rung.after, status=LadderStep.Status.SENT,
        recipient_org=step.deadline.party_org_id, due_on__gte=falls_on(step.deadline),
    ).order_by("-due_on").values_list("done_on", flat=True).first()  # fmt: skip
    return given is not None and (today - given).days >= step.rung.grace_days


def _event(step: LadderStep) -> Outbox:
    deadline = step.deadline
    return Outbox(
        topic=step.rung.consequence, owner_code=step.owner_code, root_kind=deadline.root_kind, root_id=deadline.root_id,
        key=f"{step.rung.consequence}:{step.pk}", created_at=clock.now(),
        payload={"deadline": deadline.pk, "step": step.pk, "on": clock.today().isoformat(), "basis": step.rung.basis},
    )  # fmt: skip
