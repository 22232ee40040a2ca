"""What can be found: each room registers its kinds once, in its own `finds.py`, imported by its AppConfig."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import BigIntegerField, DateField, F, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, TruncDate

from accounts.actors import Actor

COLUMNS = ("hit_kind", "hit_key", "hit_title", "hit_number", "hit_unit", "hit_place", "hit_more", "hit_state", "hit_on",
           "hit_page")  # fmt: skip


@dataclass(frozen=True)
class Watch:
    """Whose change makes an entry stale: a table, its columns (empty: every change), and which things are meant, as SQL
    over the changed row `{row}`."""

    table: str
    columns: tuple[str, ...]
    ids: str


@dataclass(frozen=True)
class Findable:
    """One kind of thing that can be found.

    `rows`: SQL that gives, for the table `t` of `model`, the columns of sql.FILLED in their order, with `{these}` where it
    is narrowed to some keys. `named`: people and bodies, found by how a name begins and by initials too, and not dated.
    `his`: SQL of the keys that are an inspector's, where within his office he sees only some of this kind; `narrow` is
    the same as a condition on the row, where there are too many to name. `mine`: SQL of the keys that a unit's or an
    outsider's own paths lead to; roots have it from their model. `show`: the kind's rows that the actor may see, through
    their own door, shaped by `shown`. `page`: the name of the address that opens one; `order`: where
    the kind stands among the others.
    """

    kind: str
    label: str
    icon: str
    model: type[models.Model]
    permissions: tuple[str, ...]
    page: str
    rows: str
    show: Callable[[Actor], QuerySet[Any]]
    watches: tuple[Watch, ...]
    named: bool = False
    order: int = 50
    his: str = ""
    narrow: str = ""
    mine: str = ""
    states: Mapping[str, str] = field(default_factory=dict)


findables: dict[str, Findable] = {}


def register_findable(*new: Findable) -> None:
    for one in new:
        findables[one.kind] = one


def kinds_for(actor: Actor) -> list[Findable]:
    """What the actor may look for at all, in the order of pages: whoever may not open a list finds nothing of it."""
    mine = [one for one in findables.values() if any(actor.can(word) for word in one.permissions)]
    return sorted(mine, key=lambda one: one.order)


def _day(rows: QuerySet[Any], on: str) -> Any:
    """The day in China; without a date, none."""
    if not on:
        return Cast(Value(None), DateField())
    is_moment = isinstance(rows.model._meta.get_field(on), models.DateTimeField)
    return TruncDate(on) if is_moment else Cast(F(on), DateField())


def shown(
    kind: str, rows: QuerySet[Any], *, title: str, number: str = "", unit: str = "", place: str = "", more: str = "", state: str = "",
    on: str = "", page: str = "pk",
) -> QuerySet[Any]:  # fmt: skip
    """`rows` with the columns that every kind shows, by the names of its fields. `unit`: the key of an
    organization, whose name is asked for once for all kinds, or
    `place` a text in its stead; `page`: the key of the address."""

    nothing = Value("", output_field=TextField())

    def text(path: str) -> Any:
        return Coalesce(Cast(path, TextField()), nothing) if path else nothing

    shaped: QuerySet[Any] = rows.order_by().annotate(
        hit_kind=Value(kind, output_field=TextField()), hit_key=Cast("pk", BigIntegerField()), hit_title=text(title),
        hit_number=text(number), hit_unit=Cast(unit, BigIntegerField()) if unit else Cast(Value(None), BigIntegerField()), hit_place=text(place), hit_more=text(more), hit_state=text(state),
        hit_on=_day(rows, on),
        hit_page=Cast(page, BigIntegerField()),
    ).values_list(*COLUMNS)  # fmt: skip
    return shaped
