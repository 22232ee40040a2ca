"""What overview.js draws. The same figures stand in a table beside each chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.overview.indicators import RATED, Rate
from portal.overview.summary import Overview
from portal.overview.words import PARTY

Values = Sequence[float | None]


@dataclass(frozen=True)
class Series:
    name: str
    values: Values
    type: str = "line"


@dataclass(frozen=True)
class Chart:
    """`kind`: line (over months) or funnel. None is a gap, never 0."""

    title: str
    categories: list[str]
    series: list[Series] = field(default_factory=list)
    unit: str = ""
    kind: str = "line"

    @property
    def drawn(self) -> dict[str, Any]:
        lines = [{"name": s.name, "type": s.type, "values": list(s.values)} for s in self.series]
        return {"kind": self.kind, "unit": self.unit, "categories": self.categories, "series": lines}

    @property
    def is_empty(self) -> bool:
        return not any(value is not None and value != 0 for s in self.series for value in s.values)

    @property
    def rows(self) -> list[tuple[str, list[float | None]]]:
        """For the table: each category with its values."""
        return [(name, [s.values[at] for s in self.series]) for at, name in enumerate(self.categories)]

    @property
    def steps(self) -> list[tuple[str, float, str]]:
        """Of a funnel: each step, and what share of the first it is."""
        values = [int(value or 0) for value in self.series[0].values]
        return [
            (name, value, f"占登记的{Rate(value, values[0]).words}" if at and values[0] else "")
            for at, (name, value) in enumerate(zip(self.categories, values, strict=True))
        ]


def visits(overview: Overview) -> Chart:
    series = [
        Series("督导", [m.visits.done for m in overview.trend], "bar"),
        Series("应督导", [m.visits.due for m in overview.trend]),
    ]
    return Chart(_title(overview, "督导次数与应督导次数"), _months(overview), series, "次")


def business(overview: Overview) -> Chart:
    series = [
        Series("登记问题", [m.found for m in overview.trend]), Series("下达整改单", [m.served for m in overview.trend]),
        Series("销号整改单", [m.closed for m in overview.trend]),
    ]  # fmt: skip
    return Chart(_title(overview, "问题与整改"), _months(overview), series)


def on_time(overview: Overview) -> Chart:
    series = [Series(PARTY[party], [m.on_time[party].value for m in overview.trend]) for party in RATED]
    return Chart(_title(overview, "各责任方按时率"), _months(overview), series, "%")


def funnel(overview: Overview) -> Chart:
    now = overview.standing
    title = f"{overview.here.name}{overview.period.label}登记的问题到了哪一步"
    values = Series("问题", [now.found, now.ticketed, now.closed], "funnel")
    return Chart(title, ["登记", "下达整改", "销号"], [values], "个", "funnel")


def _title(overview: Overview, what: str) -> str:
    return f"{overview.here.name}近24个月{what}"


def _months(overview: Overview) -> list[str]:
    return [month.month.key for month in overview.trend]
