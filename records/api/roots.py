"""What every root shows through the API beside its own row."""

from __future__ import annotations

from typing import Any

from accounts.actors import Actor
from accounts.api.fields import BOOLEAN, DAY, INTEGER, MOMENT, STRING, Field, Part, moment, number, record, ref
from records.web import deadlines_of, timeline

# Whose it is and about whom: the columns that every root has.
TENANCY: tuple[Field, ...] = (
    number("owner_code", "承办区划", column="owner_code"),
    ref("author_org", "拟制单位"),
    number("subject_code", "对象区划", column="subject_code"),
    ref("subject_org", "对象单位"),
    moment("served_at", "送达时间"),
    moment("created_at", "创建时间", sort=True),
)


def _history(root: Any, actor: Actor) -> list[dict[str, Any]]:
    """What happened, newest first; lines meant for one recipient stay his, and nobody reads what came before the root was
    shown to him."""
    since = root.told_since(actor)
    return [
        {"at": e.at, "what": e.what, "who": e.who, "as_whom": e.as_whom, "note": e.note}
        for e in timeline(root)
        if (e.only_for is None or actor.is_office or e.only_for == actor.organization_id)
        and (since is None or e.at >= since)
    ]


ENTRY = record(at=MOMENT, what=STRING, who=STRING, as_whom=STRING, note=STRING)
HISTORY = Part("history", "经过", {"type": "array", "items": ENTRY}, _history, inline=False)
DEADLINE = record(
    id=INTEGER, title=STRING, party=STRING, due_at=MOMENT, met_at=MOMENT, paused_on=DAY, overdue=BOOLEAN, basis=STRING
)


def deadline(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "title": row.title, "party": row.party_org.label, "due_at": row.due_at, "met_at": row.met_at,
        "paused_on": row.paused_on, "overdue": row.is_overdue, "basis": row.basis,
    }  # fmt: skip


DEADLINES = Part(
    "deadlines",
    "期限",
    {"type": "array", "items": DEADLINE},
    lambda root, actor: [deadline(d) for d in deadlines_of(root)],
)
JOB = record(id=INTEGER, url=STRING, title=STRING, state=STRING)
# The answer of what a worker does afterwards: GET …/jobs/{id}/ tells how far it is.
STARTED = Part(
    "job",
    "任务",
    JOB,
    lambda job, actor: {"id": job.pk, "url": f"/api/v1/jobs/{job.pk}/", "title": job.title, "state": job.state},
)
