"""Lists, workbench and overview for a unit, a county, a prefecture and the province, each beside its floor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection

from bench.measure import Person, alternately
from bench.table import Line, Table

LISTS = {"tickets": "/rectification/tickets/", "units": "/supervision/schools/", "visits": "/inspections/visits/",
         "documents": "/records/documents/"}  # fmt: skip
API = {
    "tickets": "/api/v1/tickets/",
    "units": "/api/v1/schools/",
    "visits": "/api/v1/visits/",
    "documents": "/api/v1/documents/",
}
PAGES = {"workbench": "/", "overview": "/overview/"}
LIST_MOST, PAGE_MOST, GROWTH_MOST = 4, 6, 1.3
READERS = (1, 8)


@dataclass(frozen=True)
class Level:
    """Who asks: an account, and the floor's column and value for the same rows."""

    name: str
    username: str
    scope: str
    value: int


def levels(school: int) -> list[Level]:
    return [
        Level("unit", "school-530102-1", "unit", school), Level("county", "office-530102", "county", 530_102),
        Level("prefecture", "office-530100", "prefecture", 530_100), Level("province", "office-530000", "province", 530_000),
    ]  # fmt: skip


def answers(person: Person, path: str) -> bool:
    """Whether the address exists and the person may open it; what does not is left out of the table."""
    http = HTTPConnection("127.0.0.1", person.port, timeout=120)
    http.request(
        "GET", path, headers={"Cookie": "; ".join(f"{k}={v}" for k, v in person.cookies.items()), **person.headers}
    )
    answer = http.getresponse()
    answer.read()
    http.close()
    return answer.status == 200


def asks(person: Person, path: str, readers: int) -> list[Callable[[], object]]:
    people = [person] + [person.again() for _ in range(readers - 1)]
    return [partial(one.ask, path) for one in people]


def lists(
    table: Table, people: dict[str, Person], found: list[Level], seconds: float, *, kinds: dict[str, str], word: str
) -> None:
    """The lists of `kinds`; `word` is HTML or API."""
    floor = "floor" if word == "HTML" else "floor-json"
    for level, name, readers in _rows(found, kinds):
        person = people[level.name]
        if not answers(person, kinds[name]):
            continue
        below = f"/bench/{floor}/{name}/{level.scope}/{level.value}/"
        pair = alternately(asks(person, below, readers), asks(person, kinds[name], readers), seconds=seconds)
        note = f"{pair.page:.1f} ms over {pair.floor:.1f} ms"
        table.add(Line(f"list of {name}, {word}, {readers} at once", level.name, pair.ratio, LIST_MOST, note=note))


def _rows(found: list[Level], kinds: dict[str, str]) -> Iterator[tuple[Level, str, int]]:
    for name in kinds:
        for level in found:
            for readers in READERS:
                yield level, name, readers


def pages(table: Table, people: dict[str, Person], found: list[Level], seconds: float) -> None:
    """Workbench and overview, over the floor of the list of tickets."""
    for level, name, readers in _rows(found, PAGES):
        person = people[level.name]
        if not answers(person, PAGES[name]):
            continue
        below = f"/bench/floor/tickets/{level.scope}/{level.value}/"
        pair = alternately(asks(person, below, readers), asks(person, PAGES[name], readers), seconds=seconds)
        note = f"{pair.page:.1f} ms over {pair.floor:.1f} ms"
        table.add(Line(f"{name}, {readers} at once", level.name, pair.ratio, PAGE_MOST, note=note))


def growth(table: Table, few: dict[str, Person], many: dict[str, Person], found: list[Level], seconds: float) -> None:
    """The same page of the same account in a database with ten times the rows, in turn with the smaller one."""
    for name, path in {**LISTS, **PAGES}.items():
        for level in found:
            if not (answers(few[level.name], path) and answers(many[level.name], path)):
                continue
            pair = alternately(asks(few[level.name], path, 1), asks(many[level.name], path, 1), seconds=seconds)
            note = f"{pair.page:.1f} ms, with a tenth of the rows {pair.floor:.1f} ms"
            table.add(Line(f"{name} on 10 times the rows", level.name, pair.ratio, GROWTH_MOST, note=note))
