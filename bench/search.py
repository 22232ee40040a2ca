"""Search for a unit, a county, a prefecture and the province: frequent, rare and absent words, numbers, initials."""

from __future__ import annotations

from urllib.parse import urlencode

from bench.measure import Person, alternately
from bench.pages import Level, answers, asks
from bench.table import Line, Table

MOST, GROWTH_MOST = 6, 1.5
READERS = (1, 8)
# By what they are: in every third row, in a few of a thousand, in none, two words, a number, letters of a name.
WORDS = {
    "frequent": "整改",
    "frequent name": "小学",
    "in a few": "围墙护栏",
    "two words": "食品 过期未换",
    "absent": "不存在",
    "absent of frequent": "消防食品",
    "number": "2025-12号",
    "initials": "kms",
    "suggestion": "消防",
}


def _path(name: str) -> str:
    page = "/search/suggest/" if name == "suggestion" else "/search/"
    return f"{page}?{urlencode({'q': WORDS[name]})}"


def search(table: Table, people: dict[str, Person], found: list[Level], seconds: float) -> None:
    """Each over the floor of the list of tickets of the same scope."""
    for name in WORDS:
        for level in found:
            person = people[level.name]
            if not answers(person, _path(name)):
                continue
            below = f"/bench/floor/tickets/{level.scope}/{level.value}/"
            for readers in READERS if name in ("frequent", "in a few") else (1,):
                pair = alternately(asks(person, below, readers), asks(person, _path(name), readers), seconds=seconds)
                note = f"{pair.page:.1f} ms over {pair.floor:.1f} ms"
                table.add(Line(f"search, {name}, {readers} at once", level.name, pair.ratio, MOST, note=note))


def growth(table: Table, few: dict[str, Person], many: dict[str, Person], found: list[Level], seconds: float) -> None:
    """The same words with ten times the rows."""
    for name in WORDS:
        for level in found:
            pair = alternately(
                asks(few[level.name], _path(name), 1), asks(many[level.name], _path(name), 1), seconds=seconds
            )
            note = f"{pair.page:.1f} ms, with a tenth of the rows {pair.floor:.1f} ms"
            table.add(Line(f"search, {name}, on 10 times the rows", level.name, pair.ratio, GROWTH_MOST, note=note))
