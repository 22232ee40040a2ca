"""Paging by cursor: the next page begins after the last row's place in the order, however many rows came in between.

A cursor is signed with the list's and the order's name: one of another list, or one that somebody wrote, is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db.models import Field, Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime

from accounts.api.problems import Problem

USUAL, MOST = 50, 200
COUNT_TO = 1000
PAGING = ("cursor", "page_size", "ordering", "fields", "count")


@dataclass(frozen=True)
class Order:
    """By `column`, then by key. `name` as the caller wrote it."""

    name: str
    column: str
    descends: bool
    null: bool

    def by(self, backwards: bool) -> list[str]:
        sign = "-" if self.descends is not backwards else ""
        return [f"{sign}pk"] if self.column == "pk" else [f"{sign}{self.column}", f"{sign}pk"]

    def after(self, value: Any, pk: Any, backwards: bool) -> Q:
        """Rows behind a place. PostgreSQL holds nulls for the greatest value."""
        descends = self.descends is not backwards
        way = "lt" if descends else "gt"
        if self.column == "pk":
            return Q(**{f"pk__{way}": pk})
        same = Q(**{f"pk__{way}": pk})
        if value is None:
            found = Q(**{f"{self.column}__isnull": True}) & same
            return found | Q(**{f"{self.column}__isnull": False}) if descends else found
        beyond = Q(**{f"{self.column}__{way}": value}) | (Q(**{self.column: value}) & same)
        # The range that an index can be read by.
        found = Q(**{f"{self.column}__{way}e": value}) & beyond
        return found | Q(**{f"{self.column}__isnull": True}) if self.null and not descends else found


def order_of(asked: str, sorts: dict[str, str], model: Any) -> Order:
    """The order that `ordering` names; 400 for one that the list does not have."""
    name = asked.removeprefix("-")
    if name not in sorts:
        known = "、".join(sorts)
        raise Problem(400, f"不能按“{name[:40]}”排序。可用：{known}（前加“-”为倒序）。", kind="unknown-ordering")
    field, nullable = _column(model, sorts[name])
    return Order(asked, sorts[name], asked.startswith("-"), nullable or field.null)


def _column(model: Any, path: str) -> tuple[Field, bool]:
    nullable = False
    *steps, last = path.split("__")
    for step in steps:
        relation = model._meta.get_field(step)
        nullable = nullable or getattr(relation, "null", True)
        model = relation.related_model
    field = model._meta.pk if last == "pk" else model._meta.get_field(last)
    return field, nullable


@dataclass(frozen=True)
class Page:
    rows: Sequence[Any]
    next: str | None
    previous: str | None


def page_of(
    rows: QuerySet[Any], *, columns: Sequence[str], order: Order, query: Any, listed: str, address: str
) -> Page:
    """One page of `rows` as value lists whose first column is the key. `listed` names the list in its cursors."""
    size = size_of(query.get("page_size"))
    wanted = [*columns] if order.column in ("pk", *columns) else [*columns, order.column]
    at = wanted.index(order.column)
    place = _open(query.get("cursor"), f"{listed}?{order.name}")
    backwards = bool(place and place[2])
    if place is not None:
        rows = rows.filter(order.after(_value(place[0]), place[1], backwards))
    # One row more than the page tells whether another page follows.
    found = list(rows.order_by(*order.by(backwards)).values_list(*wanted)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    base = {k: query.getlist(k) for k in query if k != "cursor"}

    def link(row: Any, back: bool) -> str:
        cursor = signing.dumps([_text(row[at]), row[0], back], salt=f"api:{listed}?{order.name}", compress=False)
        return f"{address}?{urlencode([*((k, v) for k, vs in base.items() for v in vs), ('cursor', cursor)])}"

    ahead = (more or backwards) and found
    behind = ((place is not None and not backwards) or (backwards and more)) and found
    return Page(found, link(found[-1], False) if ahead else None, link(found[0], True) if behind else None)


def size_of(asked: str | None) -> int:
    if asked is None:
        return USUAL
    if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked[:9]) <= MOST or len(asked) > 9:
        raise Problem(400, f"page_size 应为1至{MOST}的整数。", kind="page-size")
    return int(asked)


def capped_count(rows: QuerySet[Any]) -> dict[str, Any]:
    """Counted to 1,000; beyond, `count_is_capped` says that there are more."""
    found = rows.order_by()[: COUNT_TO + 1].count()
    return {"count": min(found, COUNT_TO), "count_is_capped": found > COUNT_TO}


def _open(cursor: str | None, listed: str) -> tuple[Any, Any, bool] | None:
    if cursor is None:
        return None
    try:
        value, pk, back = signing.loads(cursor, salt=f"api:{listed}")
    except (signing.BadSignature, ValueError, TypeError):
        raise Problem(
            400,
            "cursor 不属于这个列表和这种排序，或者已被改动。请从第一页重新开始，按返回的 next 翻页。",
            kind="bad-cursor",
        ) from None
    return value, pk, back


def _text(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return {"at": value.isoformat()}
    return value


def _value(kept: Any) -> Any:
    if isinstance(kept, dict):
        return parse_datetime(kept["at"]) if "T" in kept["at"] else parse_date(kept["at"])
    return kept
