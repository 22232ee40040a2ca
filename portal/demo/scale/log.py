"""The change log's rows, copied straight into it from the rows that they are about."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from accounts.hardening import event_models
from portal.demo.scale.copying import run
from portal.demo.scale.work import Bases

WHO = """jsonb_build_object('user', {user}, 'by', coalesce(who.name, '系统'), 'as', coalesce(who.label, '督导平台 系统'))"""
# By tracked model: the moments at which a row was written, and by whom (label, moment, person).
WRITTEN = {
    "inspections.RoutineVisit": (("insert", "t.created_at", "t.created_by_id"), ("update", "t.accepted_at", "t.accepted_by_id")),
    "rectification.Problem": (("insert", "t.created_at", "t.created_by_id"),),
    "rectification.Ticket": (
        ("insert", "t.created_at", "t.created_by_id"), ("update", "t.served_at", "NULL::bigint"), ("update", "t.signed_at", "t.signed_by_id"),
        ("update", "t.answered_at", "t.answered_by_id"), ("update", "t.closed_at", "t.closed_by_id"),
    ),
    "records.Document": (("insert", "t.created_at", "t.created_by_id"),),
}  # fmt: skip
RANGES = {"inspections.RoutineVisit": ("vlo", "vhi"), "rectification.Problem": ("plo", "phi")}


def _event_of(label: str) -> type[models.Model]:
    tracked = apps.get_model(label)
    return next(m for m in event_models() if m._meta.get_field("pgh_obj").related_model is tracked)


def _statement(label: str) -> str:
    tracked, event = apps.get_model(label), _event_of(label)
    own = {f.column for f in event._meta.concrete_fields if not f.name.startswith("pgh_")}
    columns = [f'"{f.column}"' for f in tracked._meta.concrete_fields if f.column in own]
    written = ", ".join(f"('{kind}', {at}, {person})" for kind, at, person in WRITTEN[label])
    lo, hi = RANGES.get(label, ("lo", "hi"))
    return f"""
INSERT INTO "{event._meta.db_table}" ({", ".join(columns)}, pgh_created_at, pgh_label, pgh_obj_id, pgh_context)
SELECT {", ".join(f"t.{column}" for column in columns)}, w.at, w.kind, t.id, {WHO.format(user="w.person")}
FROM "{tracked._meta.db_table}" t CROSS JOIN LATERAL (VALUES {written}) w(kind, at, person)
LEFT JOIN scale_people who ON who.id = w.person
WHERE t.id > %({lo})s AND t.id <= %({hi})s AND w.at IS NOT NULL"""


def write_log(bases: Bases, ends: Bases) -> int:
    """What the triggers would have written; returns how many rows."""
    params = {
        "lo": bases.ticket,
        "hi": ends.ticket,
        "plo": bases.problem,
        "phi": ends.problem,
        "vlo": bases.visit,
        "vhi": ends.visit,
    }
    return sum(run(_statement(label), params) for label in WRITTEN)
