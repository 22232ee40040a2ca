"""The ladder: which reminder or escalation falls due, delivered once, however often and wherever the sweep runs.

Steps are written by one INSERT … SELECT over all tenants and guarded by a unique key. They are claimed and told a thousand at
a time (records.timing.ladder), so of two sweeps at once each step is told by one. A consequence waits until the warning before it was really delivered and its grace has
passed: an outage lengthens everybody's time and never shortens it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from accounts.actors import system
from accounts.models import Organization
from accounts.scope import scope, system_role
from records import clock
from records.actions.deadlines import turn_pauses
from records.actions.receipts import deem_due
from records.models import Deadline, LadderRung, LadderStep
from records.timing import ladder


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
        today = clock.today()
        turn_pauses()
        with scope(system()):
            done.written = write_steps(today)
            done.skipped = ladder.skip_overtaken()
        done.sent, done.unreachable = _deliver()
        done.consequences = _until_nothing_is_left(lambda: ladder.set_going(today))
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
  -- Those of the days before are there: to find that by the conflict costs as much as to write them.
  AND NOT EXISTS (SELECT 1 FROM {step} known WHERE known.deadline_id = found.deadline_id AND known.step = found.step
                    AND known.due_on = found.due_on AND known.recipient_org_id = found.recipient AND known.channel = 'inbox')
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


def _deliver() -> tuple[int, int]:
    """Reminders that reach somebody, and those that reach nobody."""
    sent = _until_nothing_is_left(ladder.remind)
    unreachable, beyond = 0, 0
    while True:
        with scope(system()):
            steps = ladder.complain(beyond)
        if not steps:
            return sent, unreachable
        unreachable, beyond = unreachable + len(steps), steps[-1]


def _until_nothing_is_left(chunk: Callable[[], int]) -> int:
    """Each chunk is a transaction of its own: whoever is killed loses no more than one, and the next sweep does it."""
    done = 0
    while True:
        with scope(system()):
            found = chunk()
        done += found
        if found < ladder.CHUNK:
            return done
