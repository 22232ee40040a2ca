"""The sweep's statements: a thousand steps at a time are claimed and told, each chunk one transaction, however many units
there are. Written in SQL because a row made in Python costs ten times one that the database makes.

A claim takes what nobody else holds (SKIP LOCKED) and is committed together with what it tells: a second sweep at once
neither repeats nor waits, and one that is killed leaves its chunk to the next. Called in the system's scope.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from accounts.actors import OFFICE_ROLES, OrganizationKind, Role
from accounts.models import Membership, Organization
from records import clock
from records.models import Deadline, LadderRung, LadderStep, Outbox
from records.notices.many import Told, deliver_all

CHUNK = 1000
Step = tuple[Any, ...]  # its key, and the kind and key of the root that its deadline is of
OFFICE_DESK = (Role.OFFICE_STAFF, Role.OFFICE_HEAD)
NO_CONTACT = "该单位没有有效联系人，尚未送达"
TABLES = {
    "step": LadderStep, "deadline": Deadline, "rung": LadderRung, "organization": Organization, "membership": Membership,
    "outbox": Outbox,
}  # fmt: skip
OPEN = "d.met_at IS NULL AND d.cancelled_at IS NULL AND d.paused_on IS NULL"
VALID = "m.valid_from <= %(today)s AND (m.valid_until IS NULL OR m.valid_until >= %(today)s)"
LAST_DAY = "((d.due_at AT TIME ZONE 'Asia/Shanghai') - interval '1 microsecond')::date"
REACHABLE = f"EXISTS (SELECT 1 FROM {{membership}} m WHERE m.organization_id = s.recipient_org_id AND {VALID})"
PENDING = f"s.status = 'pending' AND s.due_on <= %(today)s AND {OPEN}"


def run(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    """The rows that a statement returns; table names stand in it as {step}, {deadline} …"""
    with connection.cursor() as cursor:
        cursor.execute(sql.format(**_names()), {"today": clock.today(), "now": clock.now(), "most": CHUNK, **values})
        return cursor.fetchall() if cursor.description else []


def _names() -> dict[str, str]:
    return {name: connection.ops.quote_name(model._meta.db_table) for name, model in TABLES.items()}


# --- what a later reminder has overtaken ------------------------------------------------------------------------------

OVERTAKEN = f"""
UPDATE {{step}} s SET status = 'skipped', done_on = %(today)s, done_at = %(now)s, note = '已有后续提醒，本次略过'
  FROM {{rung}} r, {{deadline}} d
 WHERE r.id = s.rung_id AND d.id = s.deadline_id AND {PENDING} AND r.consequence = ''
   AND (r.act, s.step) NOT IN (SELECT n.act, n.after FROM {{rung}} n WHERE n.active)
   AND EXISTS (SELECT 1 FROM {{step}} l JOIN {{rung}} lr ON lr.id = l.rung_id
                WHERE l.deadline_id = s.deadline_id AND l.recipient_org_id = s.recipient_org_id
                  AND l.due_on > s.due_on AND l.due_on <= %(today)s AND lr.consequence = '')
RETURNING s.id"""


def skip_overtaken() -> int:
    """After an outage only the latest of several reminders to the same recipient is sent; a warning on which a
    consequence depends is never skipped. Returns how many."""
    return len(run(OVERTAKEN))


# --- reminders ---------------------------------------------------------------------------------------------------

CLAIM = f"""
UPDATE {{step}} s SET status = 'sent', done_on = %(today)s, done_at = %(now)s, note = ''
  FROM (SELECT s.id, d.root_kind, d.root_id
          FROM {{step}} s JOIN {{rung}} r ON r.id = s.rung_id JOIN {{deadline}} d ON d.id = s.deadline_id
         WHERE {PENDING} AND {{which}} ORDER BY s.due_on, s.id LIMIT %(most)s FOR UPDATE OF s SKIP LOCKED) won
 WHERE s.id = won.id RETURNING s.id, won.root_kind, won.root_id"""

# To all of a unit; within an office to those who run it, not to every inspector, and to all of it only where nobody does.
REMINDERS = f"""
SELECT DISTINCT ON (s.id, m.user_id) s.owner_code, m.user_id, s.recipient_org_id AS home, 'ladder:' || s.id AS key,
       r.title || '：' || d.title AS title,
       btrim(r.body || E'\\n期限：' || to_char({LAST_DAY}, 'FMYYYY"年"FMMM"月"FMDD"日"') || '。依据：' || d.basis, E' \\n') AS body,
       d.root_kind, d.root_id, r.offset_days > 0 AS urgent,
       CASE WHEN r.offset_days > 0 THEN 'escalation' ELSE 'deadline' END AS category
  FROM {{step}} s JOIN {{rung}} r ON r.id = s.rung_id JOIN {{deadline}} d ON d.id = s.deadline_id
  JOIN {{organization}} o ON o.id = s.recipient_org_id
  JOIN {{membership}} m ON m.organization_id = s.recipient_org_id AND {VALID}
 WHERE s.id = ANY(%(steps)s)
   AND (o.kind <> %(office)s OR m.role = ANY(%(desk)s)
        OR (m.role = ANY(%(all)s) AND NOT EXISTS (SELECT 1 FROM {{membership}} k WHERE k.organization_id = o.id
              AND k.role = ANY(%(desk)s) AND k.valid_from <= %(today)s
              AND (k.valid_until IS NULL OR k.valid_until >= %(today)s))))"""


def remind() -> int:
    """Tell the next chunk of reminders that reach somebody. Returns how many steps it was; 0 when nothing is left."""
    won = _claimed(f"r.consequence = '' AND {REACHABLE}")
    _tell(REMINDERS, won)
    return len(won)


def _claimed(which: str) -> list[Step]:
    return run(CLAIM.replace("{which}", which))


def _keys(steps: Sequence[Step]) -> list[int]:
    return [step[0] for step in steps]


def _tell(source: str, steps: Sequence[Step]) -> None:
    if steps:
        roots = {(kind, root) for _, kind, root in steps if root is not None}
        values = {
            "steps": _keys(steps),
            "office": OrganizationKind.OFFICE,
            "desk": list(OFFICE_DESK),
            "all": list(OFFICE_ROLES),
        }
        deliver_all(Told(source.format(**_names()), {"today": clock.today(), **values}, roots))


# --- what reaches nobody -------------------------------------------------------------------------------------------

UNREACHED = f"""
SELECT s.id, d.root_kind, d.root_id
  FROM {{step}} s JOIN {{rung}} r ON r.id = s.rung_id JOIN {{deadline}} d ON d.id = s.deadline_id
 WHERE {PENDING} AND r.consequence = '' AND NOT {REACHABLE} AND s.id > %(beyond)s ORDER BY s.id LIMIT %(most)s"""

COMPLAINTS = f"""
SELECT DISTINCT ON (s.id, m.user_id) s.owner_code, m.user_id, office.id AS home, 'unreachable:' || s.id AS key,
       '提醒未送达：' || coalesce(nullif(o.short_name, ''), o.name) || '没有有效联系人' AS title,
       '“' || r.title || '：' || d.title || '”没有送达。请先补充该单位联系人；送达前不会进入下一步。' AS body,
       d.root_kind, d.root_id, true AS urgent, 'escalation' AS category
  FROM {{step}} s JOIN {{rung}} r ON r.id = s.rung_id JOIN {{deadline}} d ON d.id = s.deadline_id
  JOIN {{organization}} o ON o.id = s.recipient_org_id
  JOIN {{organization}} office ON office.kind = %(office)s AND office.division_id = s.owner_code AND office.closed_on IS NULL
       AND office.id <> s.recipient_org_id
  JOIN {{membership}} m ON m.organization_id = office.id AND m.role = ANY(%(desk)s) AND {VALID}
 WHERE s.id = ANY(%(steps)s)"""


def complain(beyond: int) -> list[int]:
    """The next chunk after step `beyond` that reaches nobody: it stays pending, so that no consequence follows from it,
    and the managing office is told, once."""
    found = run(UNREACHED, beyond=beyond)
    _tell(COMPLAINTS, found)
    steps = _keys(found)
    run(
        "UPDATE {step} SET note = %(note)s WHERE id = ANY(%(steps)s) AND note <> %(note)s", note=NO_CONTACT, steps=steps
    )
    return steps


# --- consequences --------------------------------------------------------------------------------------------------

# The party really got the warning before the consequence, and its grace has passed since. A warning about an end that was
# moved since is none.
WARNED = f"""r.consequence <> '' AND %(today)s - (
    SELECT g.done_on FROM {{step}} g WHERE g.deadline_id = d.id AND g.step = r.after AND g.status = 'sent'
       AND g.recipient_org_id = d.party_org_id
       AND g.due_on >= {LAST_DAY} + (SELECT w.offset_days FROM {{rung}} w WHERE w.id = g.rung_id)
     ORDER BY g.due_on DESC LIMIT 1) >= r.grace_days"""

EVENTS = """
INSERT INTO {outbox} (id, topic, owner_code, root_kind, root_id, key, payload, created_at, attempts, error)
SELECT gen_random_uuid(), r.consequence, s.owner_code, d.root_kind, d.root_id, r.consequence || ':' || s.id,
       jsonb_build_object('deadline', d.id, 'step', s.id, 'on', %(on)s, 'basis', r.basis), %(now)s, 0, ''
  FROM {step} s JOIN {rung} r ON r.id = s.rung_id JOIN {deadline} d ON d.id = s.deadline_id
 WHERE s.id = ANY(%(steps)s)
ON CONFLICT DO NOTHING"""


def set_going(today: date) -> int:
    """The next chunk of consequences whose warning arrived, into the outbox. Returns how many steps it was."""
    won = _claimed(WARNED)
    if won:
        run(EVENTS, steps=_keys(won), on=today.isoformat())
    return len(won)
