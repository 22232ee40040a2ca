"""The tile map: the places below in five shades of the chosen figure, each tile with its number."""

from __future__ import annotations

from dataclasses import dataclass

from portal.overview.indicators import Indicator
from portal.overview.summary import Overview, Row

SHADES = 5


@dataclass(frozen=True)
class Tile:
    name: str
    url: str
    words: str
    shade: str


@dataclass(frozen=True)
class Band:
    """A line of the legend."""

    shade: str
    words: str


@dataclass(frozen=True)
class TileMap:
    tiles: list[Tile]
    legend: list[Band]
    meaning: str


def tile_map(overview: Overview) -> TileMap:
    """The darkest shade is where to look first; of a figure that is neither good nor bad, where there is most."""
    key, indicator = overview.indicator.key, overview.indicator
    values = [value for row in overview.rows if (value := row.standing.of(key)) is not None]
    low, high = min(values, default=0), max(values, default=0)

    def shade(row: Row) -> str:
        value = row.standing.of(key)
        return "none" if value is None else str(_band(value, low, high, indicator))

    tiles = [Tile(row.part.name, row.part.url, row.standing.words(key), shade(row)) for row in overview.rows]
    meaning = "颜色越深，数值越大" if indicator.worse >= 0 else "颜色越深，数值越低"
    return TileMap(tiles, _legend(tiles, values, low, high, indicator), meaning)


def _band(value: float, low: float, high: float, indicator: Indicator) -> int:
    """0 (lightest) to 4; all alike is the lightest."""
    if high <= low:
        return 0
    step = min(SHADES - 1, int(SHADES * (value - low) / (high - low)))
    return SHADES - 1 - step if indicator.worse < 0 else step


def _legend(tiles: list[Tile], values: list[float], low: float, high: float, indicator: Indicator) -> list[Band]:
    """The shades that occur, from light to dark, with the values they stand for."""
    unit = "%" if indicator.is_rate else ""
    bands: dict[int, list[float]] = {}
    for value in values:
        bands.setdefault(_band(value, low, high, indicator), []).append(value)
    found = [Band(str(n), _range(min(inside), max(inside), unit)) for n, inside in sorted(bands.items())]
    return [*found, Band("none", "无数据")] if any(tile.shade == "none" for tile in tiles) else found


def _range(low: float, high: float, unit: str) -> str:
    return f"{low:g}{unit}" if low == high else f"{low:g}–{high:g}{unit}"
