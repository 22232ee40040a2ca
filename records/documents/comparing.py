"""Two texts side by side, paragraph by paragraph, with what differs inside a paragraph marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

Segments = tuple[tuple[str, bool], ...]
"""Pieces of a paragraph, each with whether it differs."""
LONGEST = 3000
ALIKE = 0.4


@dataclass(frozen=True)
class Row:
    """`kind`: same, changed, added, removed. A side that has nothing there is empty."""

    kind: str
    before: Segments = ()
    after: Segments = ()


def compare(before: Sequence[str], after: Sequence[str]) -> list[Row]:
    """The paragraphs of both, in order; those that correspond stand in one row."""
    rows: list[Row] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            rows += [Row("same", _whole(text), _whole(text)) for text in before[a:b]]
        else:
            rows += [_row(old, new) for old, new in zip_longest(before[a:b], after[c:d])]
    return rows


def differs(rows: Sequence[Row]) -> bool:
    return any(row.kind != "same" for row in rows)


def _whole(text: str, *, differs: bool = False) -> Segments:
    return ((text, differs),)


def _row(old: str | None, new: str | None) -> Row:
    if old is None:
        return Row("added", (), _whole(new or "", differs=True))
    if new is None:
        return Row("removed", _whole(old, differs=True), ())
    if len(old) + len(new) > LONGEST:
        return Row("changed", _whole(old, differs=True), _whole(new, differs=True))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return Row("changed", _whole(old, differs=True), _whole(new, differs=True))
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        left += [(old[a:b], tag != "equal")] if b > a else []
        right += [(new[c:d], tag != "equal")] if d > c else []
    return Row("changed", tuple(left), tuple(right))
