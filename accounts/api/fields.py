"""What a row shows: each field names the columns that it is made of, so that a list is one `values_list` and no model is
built for it (50 tickets as models cost more than the query)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.actors import Actor

Schema = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """`columns`: ORM paths. `make` gets their values and gives what JSON shows. `sort`: orders a list by the column.
    `shown`: to whom, where not to everybody who sees the row; to others the field is null."""

    name: str
    schema: Schema
    columns: tuple[str, ...]
    make: Callable[..., Any] | None = None
    sort: bool = False
    shown: Callable[[Actor], bool] | None = None
    # Long, or dear to fetch: not in lists unless asked for by `fields`.
    whole: bool = False

    def only_for(self, shown: Callable[[Actor], bool]) -> Field:
        return replace(self, shown=shown, schema=self.schema | {"nullable": True})

    def apart(self) -> Field:
        """Not in lists, of itself: what is dear to fetch (a paper’s policy costs more than fifty rows of anything else) or a detail."""
        return replace(self, whole=True)


@dataclass(frozen=True)
class Part:
    """What an object has besides its row: fetched for one object. `inline`: part of GET …/{id}/; else an address of its
    own under it. `get` gets the model instance and the actor."""

    name: str
    title: str
    schema: Schema
    get: Callable[[Any, Actor], Any]
    inline: bool = True
    words: tuple[str, ...] = ()


def _schema(kind: str, label: str, null: bool, **more: Any) -> Schema:
    return {"type": kind, "description": label, **({"nullable": True} if null else {}), **more}


def text(name: str, label: str, *, column: str = "", sort: bool = False, null: bool = False, make: Any = None) -> Field:
    return Field(name, _schema("string", label, null), (column or name,), make, sort)


def long_text(name: str, label: str, *, column: str = "") -> Field:
    return Field(name, _schema("string", label, False), (column or name,), whole=True)


def number(name: str, label: str, *, column: str = "", sort: bool = False, null: bool = False) -> Field:
    return Field(name, _schema("integer", label, null), (column or name,), None, sort)


def flag(name: str, label: str, *, column: str = "", make: Any = None, sort: bool = False) -> Field:
    return Field(name, _schema("boolean", label, False), (column or name,), make, sort)


def moment(name: str, label: str, *, column: str = "", sort: bool = False) -> Field:
    return Field(name, _schema("string", label, True, format="date-time"), (column or name,), None, sort)


def day(name: str, label: str, *, column: str = "", sort: bool = False) -> Field:
    return Field(name, _schema("string", label, True, format="date"), (column or name,), None, sort)


def happened(name: str, label: str, *, column: str) -> Field:
    """Whether a nullable column is set."""
    return Field(name, _schema("boolean", label, False), (column,), lambda value: value is not None)


def coded(
    name: str, label: str, choices: Iterable[tuple[Any, Any]], *, column: str = "", sort: bool = False
) -> Sequence[Field]:
    """A code and, as `…_label`, how it is called."""
    names = {str(code): str(said) for code, said in choices}
    code = Field(name, _schema("string", label, False, enum=_enum(names)), (column or name,), None, sort)
    said = Field(
        f"{name}_label",
        _schema("string", f"{label}（名称）", False),
        (column or name,),
        lambda c: names.get(str(c), str(c)),
    )
    return (code, said)


def _enum(names: dict[str, str]) -> list[str]:
    return [*names] if "" in names else [*names, ""]


def ref(name: str, label: str, *, shown: str = "name", column: str = "") -> Field:
    """A foreign key as {id, name}."""
    path = column or name
    schema = {
        "type": "object", "description": label, "nullable": True, "required": ["id", "name"],
        "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
    }  # fmt: skip
    make = lambda pk, said: None if pk is None else {"id": pk, "name": said or ""}  # noqa: E731
    return Field(name, schema, (f"{path}_id", f"{path}__{shown}"), make)


def person(name: str, label: str) -> Field:
    return ref(name, label, shown="full_name")


def listed(item: Schema, label: str = "") -> Schema:
    return {"type": "array", "items": item, "description": label}


def record(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": [*properties]}


STRING: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer"}
BOOLEAN: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date", "nullable": True}
MOMENT: Schema = {"type": "string", "format": "date-time", "nullable": True}


class Reader:
    """Compiled fields: which columns to ask for, and how a row of them becomes a dict."""

    def __init__(self, fields: Sequence[Field], actor: Actor, address: str) -> None:
        self.columns = list(dict.fromkeys(["pk", *(c for f in fields for c in f.columns)]))
        self.address = address
        place = {column: n for n, column in enumerate(self.columns)}
        self.steps: list[tuple[str, Callable[..., Any] | None, tuple[int, ...]]] = [
            (
                f.name,
                (_hidden if f.shown is not None and not f.shown(actor) else f.make),
                tuple(place[c] for c in f.columns),
            )
            for f in fields
        ]

    def read(self, row: Sequence[Any]) -> dict[str, Any]:
        made: dict[str, Any] = {"id": row[0], "url": f"{self.address}{row[0]}/"}
        for name, make, places in self.steps:
            made[name] = row[places[0]] if make is None else make(*[row[n] for n in places])
        return made


def _hidden(*values: Any) -> None:
    return None
