"""The rows of a batch of letters as somebody pastes them from a table: names, and what each name fills in. No database."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from records.documents.blanks import names_in
from records.documents.kinds import KNOWN_BLANKS

MOST_LETTERS = 2000
LONGEST_VALUE = 500
KNOWN = frozenset(name for name, _ in KNOWN_BLANKS)
CELLS = re.compile(r"\t|\|")


@dataclass(frozen=True)
class Row:
    """`place`: the line in what was pasted, from 1."""

    place: int
    name: str
    values: dict[str, str] = field(default_factory=dict)


def asked_in(*texts: str) -> list[str]:
    """The blanks that each row must fill in: all but what the platform knows by itself."""
    return [name for name in names_in(*texts) if name not in KNOWN]


def read_rows(pasted: str, blanks: Sequence[str]) -> tuple[list[Row], list[str]]:
    """The rows and what is wrong with the paste, a sentence each. With blanks the first line names the columns; without,
    each line is a name."""
    lines = [(n, _cells(line)) for n, line in enumerate(pasted.splitlines(), 1) if line.strip()]
    if not blanks:
        rows = [Row(n, cells[0]) for n, cells in lines]
        return rows, _doubles(rows)
    if not lines:
        return [], []
    header = lines[0][1]
    missing = [name for name in blanks if name not in header[1:]]
    if missing:
        return [], [f"第{lines[0][0]}行须是表头，第一列为单位名称，还缺少：{'、'.join(missing)}。"]
    rows, faults = [], []
    for n, cells in lines[1:]:
        values = {name: (cells[header.index(name, 1)] if header.index(name, 1) < len(cells) else "") for name in blanks}
        rows.append(Row(n, cells[0], values))
        empty = [name for name, value in values.items() if not value]
        if empty:
            faults.append(f"第{n}行“{cells[0]}”没有填写：{'、'.join(empty)}。")
        faults += [
            f"第{n}行“{name}”超过{LONGEST_VALUE}字。" for name, value in values.items() if len(value) > LONGEST_VALUE
        ]
    return rows, faults + _doubles(rows)


def _cells(line: str) -> list[str]:
    return [" ".join(cell.split()) for cell in CELLS.split(line.strip().strip("|"))]


def _doubles(rows: Sequence[Row]) -> list[str]:
    seen: dict[str, int] = {}
    faults = []
    for row in rows:
        if row.name in seen:
            faults.append(f"第{row.place}行“{row.name}”与第{seen[row.name]}行重复。")
        seen.setdefault(row.name, row.place)
    return faults


def as_text(columns: Sequence[str], rows: Sequence[tuple[str, dict[str, str]]]) -> str:
    """The inverse of read_rows, for changing a batch."""
    head = ["\t".join(["单位名称", *columns])] if columns else []
    return "\n".join([*head, *("\t".join([name, *(values.get(c, "") for c in columns)]) for name, values in rows)])
