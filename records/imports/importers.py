"""What a kind of import is: its columns, how a row is judged, and how all of it is written.

A room registers its own (`<room>/imports.py`). Rows are told apart by a key (a code): known ones are changed, others
are new, and a cell left empty leaves what is there. Checking writes nothing; writing checks again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from accounts.actors import Actor
from records.imports.cells import BadCell, Column
from records.imports.reading import Row, plain, read
from records.models import Import

MISSING = "必填，请补上。"


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"


@dataclass(frozen=True)
class Fault:
    """What is wrong in a row, in which column ("" for the row), what stood there, and what to do."""

    row: int
    head: str
    value: str
    cure: str

    @property
    def place(self) -> str:
        return f"第{self.row}行 {self.head}".strip()


@dataclass(frozen=True)
class Judged:
    """A row that may be written: `on` is what it changes (None: new), `facts` what it says."""

    row: int
    facts: dict[str, Any]
    on: Any = None
    same: bool = False


class Planner(Protocol):
    """One run of an importer for one person."""

    def know(self, rows: Sequence[dict[str, Any]]) -> None:
        """Look up, in a fixed number of queries, what the rows name and may change."""

    def judge(self, row: int, facts: dict[str, Any]) -> Judged | list[tuple[str, str]]:
        """The row as it may be written, or (column name, cure) of what is wrong."""

    def write(self, rows: Sequence[Judged]) -> list[tuple[int, str, str]]:
        """Write rows that were judged, in as few statements as can be, in the person's scope. Returns (row, column name,
        cure) of those that the database refused."""


@dataclass(frozen=True)
class Next:
    """What to do once all is written: a button, where it leads, and why."""

    label: str
    url: str
    why: str


@dataclass(frozen=True)
class Importer:
    """`plan(actor, run)` begins a run; `run` is the import's number. `key`: the column by which things are told apart;
    `together`: those by which rows are, where a thing may have several. `next`: what follows an import, if anything."""

    kind: str
    title: str
    permissions: tuple[str, ...]
    columns: tuple[Column, ...]
    key: str
    plan: Callable[[Actor, int], Planner]
    about: str = ""
    together: tuple[str, ...] = ()
    next: Callable[[Import], Next | None] = lambda made: None

    @property
    def heads(self) -> list[str]:
        return [c.head for c in self.columns]

    def allows(self, actor: Actor) -> bool:
        return any(actor.can(word) for word in self.permissions)


_importers: dict[str, Importer] = {}


def register_importer(importer: Importer) -> Importer:
    _importers[importer.kind] = importer
    return importer


def importers() -> list[Importer]:
    return list(_importers.values())


def importer_of(kind: str) -> Importer | None:
    return _importers.get(kind)


@dataclass
class Found:
    """What a table came to."""

    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(Outcome, 0)))
    unknown: tuple[str, ...] = ()
    total: int = 0


CHUNK = 1000


def chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    held: list[Row] = []
    for row in rows:
        held.append(row)
        if len(held) == CHUNK:
            yield held
            held = []
    if held:
        yield held


def go_through(
    importer: Importer, content: bytes, *, actor: Actor, run: int = 0, fault: Callable[[Fault], None],
    step: Callable[[int], None], expect: Callable[[int], None],
) -> Found:  # fmt: skip
    """Judge every row and write those that may be; the caller undoes all when he only asks, or when a fault comes.

    Reads in chunks, so that what is held does not grow with the table. Unreadable when it is no such table.
    """
    needed = [c.head for c in importer.columns if c.required]
    table = read(content, importer.heads, needed=needed)
    expect(table.total)
    found, planner = Found(unknown=table.unknown), importer.plan(actor, run)
    seen: dict[str, int] = {}
    by_name = {c.name: c.head for c in importer.columns}
    for part in chunks(table.rows):
        parsed = [_parse(importer, row, fault) for row in part]
        good = [(row, facts) for row, facts in zip(part, parsed, strict=True) if facts is not None]
        planner.know([facts for _, facts in good])
        judged = [j for row, facts in good if (j := _judge(importer, planner, row, facts, by_name, seen, fault))]
        found.total += len(part)
        found.counts[Outcome.WRONG] += len(part) - len(judged)
        for j in judged:
            found.counts[Outcome.SAME if j.same else Outcome.NEW if j.on is None else Outcome.CHANGED] += 1
        for row, name, cure in planner.write([j for j in judged if not j.same]):
            value = next((plain(r.cells.get(by_name.get(name, ""), "")) for r in part if r.n == row), "")
            fault(Fault(row, by_name.get(name, ""), value, cure))
        step(len(part))
    return found


def _parse(importer: Importer, row: Row, fault: Callable[[Fault], None]) -> dict[str, Any] | None:
    """The row's values by column name; None when a cell is bad (told). Empty cells are absent."""
    facts, good = {}, True
    for column in importer.columns:
        raw = row.cells.get(column.head)
        if raw is None or plain(raw) == "":
            if column.required:
                fault(Fault(row.n, column.head, "", MISSING))
                good = False
            continue
        try:
            facts[column.name] = column.parse(raw)
        except BadCell as error:
            fault(Fault(row.n, column.head, plain(raw), str(error)))
            good = False
    return facts if good else None


def _judge(
    importer: Importer, planner: Planner, row: Row, facts: dict[str, Any], by_name: Mapping[str, str],
    seen: dict[str, int], fault: Callable[[Fault], None],
) -> Judged | None:  # fmt: skip
    key = "\n".join(str(facts.get(name, "")).lower() for name in importer.together or (importer.key,))
    if key and key in seen:
        shown = str(facts[importer.key])
        fault(Fault(row.n, by_name[importer.key], shown, f"与第{seen[key]}行重复，请只保留一行。"))
        return None
    if key:
        seen[key] = row.n
    result = planner.judge(row.n, facts)
    if isinstance(result, Judged):
        return result
    for name, cure in result:
        head = by_name.get(name, "")
        fault(Fault(row.n, head, plain(row.cells.get(head, "")), cure))
    return None
