"""Simple lines of the workbench, from all rooms in one query.

Most kinds of work are a row that waits: a title, a date, a page. Each room names its rows with the same columns, and one
UNION ALL asks for all of them, so that a new kind of work costs no query of its own. What needs more than that stays a
provider of `records.registry`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, DateTimeField, F, Func, QuerySet, TextField, Value
from django.db.models.functions import Cast, JSONObject

from accounts.actors import Actor
from accounts.models import Organization
from records.lists import COUNT_TO
from records.registry import Todo

MOST = 100  # of one kind
COLUMNS = ("line_kind", "line_key", "line_title", "line_more", "line_basis", "line_due", "line_since")


@dataclass(frozen=True)
class Row:
    """What a kind's function makes a Todo of. `more`: the further columns that its rows named, None for a null."""

    key: int
    title: str
    more: Mapping[str, Any]
    basis: str
    due_at: datetime | None


Ask = Callable[[Actor], "Iterable[QuerySet[Any]]"]
Show = Callable[[Row], Todo]
_kinds: dict[str, tuple[Ask, Show]] = {}


def register_lines(kind: str, ask: Ask, show: Show) -> None:
    """`ask(actor)`: the rows that wait for the actor, through their own door, as `line_rows` shapes them."""
    _kinds[kind] = (ask, show)


def line_rows(
    kind: str, rows: QuerySet[Any], *, since: str, title: Any = "", key: Any = "pk", due: Any = None, basis: Any = "",
    more: Mapping[str, Any] | None = None,
) -> QuerySet[Any]:  # fmt: skip
    """The oldest MOST of `rows` with the columns that every kind has. Names are fields; expressions are taken as they are."""
    nothing = Value("", output_field=TextField())
    columns = {
        "line_kind": Value(kind, output_field=TextField()), "line_key": Cast(key, BigIntegerField()),
        "line_title": Cast(title, TextField()) if title else nothing,
        "line_more": Cast(JSONObject(**more), TextField()) if more else Value("{}", output_field=TextField()),
        "line_basis": Cast(basis, TextField()) if basis else nothing,
        "line_due": Cast(due if due is not None else Value(None), DateTimeField()),
        "line_since": F(since) if isinstance(since, str) else since,
    }  # fmt: skip
    shaped: QuerySet[Any] = rows.annotate(**columns).order_by("line_since").values_list(*COLUMNS)
    return shaped[:MOST]


def count_rows(kind: str, rows: QuerySet[Any], *, title: str, actor: Actor) -> QuerySet[Any]:
    """One line in place of many rows: `key` is how many there are, COUNT_TO + 1 where there are more. No line for none."""
    few = ArraySubquery(rows.order_by().values("pk")[: COUNT_TO + 1])
    columns = {
        "line_kind": Value(kind, output_field=TextField()),
        "line_key": Cast(Func(few, function="cardinality", output_field=BigIntegerField()), BigIntegerField()),
        "line_title": Value(title, output_field=TextField()), "line_more": Value(None, output_field=TextField()),
        "line_basis": Value("", output_field=TextField()),
        "line_due": Cast(Value(None), DateTimeField()), "line_since": Cast(Value(None), DateTimeField()),
    }  # fmt: skip
    here = Organization.objects.filter(pk=actor.organization_id).order_by()
    counted: QuerySet[Any] = here.annotate(**columns).values_list(*COLUMNS)
    return counted


def simple_lines(actor: Actor) -> Iterator[Todo]:
    """Every registered kind's lines for the actor, those that have waited longest first. One query, or none."""
    asked = [rows for ask, _ in _kinds.values() for rows in ask(actor)]
    if not asked:
        return
    found = asked[0].union(*asked[1:], all=True)
    for kind, key, title, more, basis, due_at, _ in sorted(found, key=lambda row: (row[-1] is None, row[-1])):
        if more is not None or key:  # a count of nothing is no line
            yield _kinds[kind][1](Row(key, title, json.loads(more or "{}"), basis, due_at))
