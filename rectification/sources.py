"""Where problems come from, in words: each room that finds problems names its kind here, once, when it loads."""

from __future__ import annotations

BY_HAND = "hand"
_labels: dict[str, str] = {}


def register_source(kind: str, label: str) -> None:
    """`kind`: what the room writes into Problem.source_kind, e.g. "inspections.finding"."""
    _labels[kind] = label


def source_name(kind: str) -> str:
    return _labels.get(kind, "手工登记" if not kind else "其他来源")


def source_choices() -> list[tuple[str, str]]:
    return [(BY_HAND, source_name("")), *sorted(_labels.items(), key=lambda pair: pair[1])]
