"""Townships and sub-districts of Yunnan, shipped with the project; elsewhere the name is typed freely."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SHIPPED = Path(__file__).resolve().parent / "data" / "yunnan_townships.csv"


@dataclass(frozen=True)
class Township:
    """A nine-digit code whose first six are the county's."""

    code: int
    name: str

    @property
    def county(self) -> int:
        return self.code // 1000


@cache
def _by_county() -> dict[int, tuple[Township, ...]]:
    found: dict[int, list[Township]] = {}
    with SHIPPED.open(encoding="utf-8-sig", newline="") as lines:
        for line in csv.DictReader(lines):
            found.setdefault(int(line["county"]), []).append(Township(int(line["code"]), line["name"]))
    return {county: tuple(inside) for county, inside in found.items()}


def townships_of(county: int) -> tuple[Township, ...]:
    """The county's townships in the order of their codes; empty where the project ships none."""
    return _by_county().get(county, ())


def named(county: int, name: str) -> Township | None:
    """The county's township of this name."""
    return next((t for t in townships_of(county) if t.name == name), None)
