"""Ask and answer: `find` gives what the actor may see of what matches, best first, by kind. Three queries, whatever is found.

The database's function gives kinds and keys; what is shown is read through each kind's own `visible_to`, under row
security. So a fault of the function could at most leave a hit out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from accounts.actors import Actor
from accounts.models import Organization
from records.search.registry import Findable, kinds_for
from records.search.words import Asked, norm, norm_each

RANKS = {0: "完全一致", 1: "名称开头", 3: "拼音首字母", 4: "部分"}


@dataclass(frozen=True)
class Found:
    """A hit as a page shows it. `also` says what matched where the shown line does not: a former name, the recipient."""

    kind: Findable
    key: int
    title: str
    number: str
    unit: str
    more: str
    state: str
    on: date | None
    page: int
    rank: int
    aliases: str
    asked: Asked = field(repr=False)

    @property
    def url(self) -> str:
        return reverse(self.kind.page, args=[self.page])

    @property
    def marked(self) -> SafeString:
        return mark(self.title, self.asked)

    @property
    def marked_number(self) -> SafeString:
        return mark(self.number, self.asked)

    @property
    def marked_unit(self) -> SafeString:
        return mark(self.unit, self.asked)

    @property
    def also(self) -> SafeString | str:
        """In which field it matched, where none of those shown did."""
        shown = norm(f"{self.title} {self.number} {self.unit}")
        missing = [word for word in self.asked.words if word not in shown]
        if not missing:
            return ""
        if self.aliases and any(word in norm(self.aliases) for word in missing):
            return mark_safe("曾用名：") + mark(self.aliases, self.asked)
        if self.more and any(word in norm(self.more) for word in missing):
            return mark(self.more, self.asked)
        if self.rank == 3:
            return f"拼音首字母：{self.asked.letters}"
        return "主送或抄送单位" if self.kind.kind == "document" else ""


@dataclass(frozen=True)
class Group:
    """One kind's hits. `more`: there are further ones than `hits`."""

    kind: Findable
    hits: list[Found]
    more: bool

    @property
    def count(self) -> str:
        return f"{len(self.hits)}+" if self.more else str(len(self.hits))


def find(asked: Asked, actor: Actor, *, most: int, only: str = "") -> list[Group]:
    """At most `most` of each kind, or of the kind `only`; kinds in the order in which the rooms registered them."""
    kinds = {one.kind: one for one in kinds_for(actor) if only in ("", one.kind)}
    if asked.is_empty or not kinds:
        return []
    places = _keys(asked, list(kinds), most + 1)
    rows = _shown([kinds[kind] for kind in kinds if any(k == kind for k, _ in places)], places, actor)
    names = _names(rows.values())
    groups = []
    for one in kinds.values():
        hits = [
            _found(one, rows[place], places[place], names, asked)
            for place in places
            if place[0] == one.kind and place in rows
        ]
        hits = list({hit.page: hit for hit in hits}.values()) if one.kind == "person" else hits
        if hits:
            groups.append(Group(one, hits[:most], len(hits) > most))
    return groups


# And no parallel workers for what follows in the transaction: to start them for a few rows of each kind costs more than
# the whole search.
FIND = """SELECT kind, object_id, rank, aliases
    FROM set_config('max_parallel_workers_per_gather', '0', true), search_find(%s, %s, %s)"""


def _keys(asked: Asked, kinds: list[str], most: int) -> dict[tuple[str, int], tuple[int, str]]:
    """(kind, key) → (rank, aliases), best first within a kind."""
    with connection.cursor() as cursor:
        cursor.execute(FIND, [json.dumps(asked.as_json()), kinds, most])
        return {(kind, key): (rank, aliases) for kind, key, rank, aliases in cursor.fetchall()}


def _shown(
    kinds: list[Findable], places: Iterable[tuple[str, int]], actor: Actor
) -> dict[tuple[str, int], tuple[Any, ...]]:
    """The rows behind the keys that the actor may see, through their own doors. One query, or none."""
    keys: dict[str, list[int]] = {}
    for kind, key in places:
        keys.setdefault(kind, []).append(key)
    asked = [one.show(actor).filter(pk__in=keys[one.kind]) for one in kinds]
    if not asked:
        return {}
    rows = asked[0].union(*asked[1:], all=True) if len(asked) > 1 else asked[0]
    return {(row[0], row[1]): row for row in rows}


def _names(rows: Iterable[tuple[Any, ...]]) -> dict[int, str]:
    """The names of the bodies that the rows are about, as far as row security shows them: joined to each kind, their
    policy would be planned once a kind."""
    keys = {row[4] for row in rows if row[4]}
    return dict(Organization.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}


def _found(kind: Findable, row: tuple[Any, ...], where: tuple[int, str], names: dict[int, str], asked: Asked) -> Found:
    _, key, title, number, unit, place, more, state, on, page = row
    return Found(kind, key, title, number, names.get(unit, "") or place, more, kind.states.get(state, state), on, page,
                 where[0], where[1], asked)  # fmt: skip


def mark(text: str, asked: Asked) -> SafeString:
    """`text`, escaped, with what matched in <mark>: compared as normalised, shown as written."""
    if not text:
        return SafeString("")
    plain, places = _with_places(text)
    spans = [match.span() for word in asked.words for match in re.finditer(re.escape(word), plain)]
    hot = {place for first, last in spans for place in range(places[first], places[last - 1] + 1)}
    pieces: list[str] = []
    for n, character in enumerate(text):
        if n in hot and n - 1 not in hot:
            pieces.append("<mark>")
        pieces.append(escape(character))
        if n in hot and n + 1 not in hot:
            pieces.append("</mark>")
    return mark_safe("".join(pieces))


def _with_places(text: str) -> tuple[str, list[int]]:
    """The normalised text, and for each of its characters where in `text` it came from. As `norm`, a character at a time."""
    plain: list[str] = []
    places: list[int] = []
    gap = -1  # where something was dropped after a digit
    for place, character in enumerate(text):
        for kept in norm_each(character):
            if not kept:
                gap = place if gap < 0 and plain and plain[-1].isdigit() else gap
                continue
            if gap >= 0 and kept.isdigit():
                plain.append("-")
                places.append(gap)
            gap = -1
            plain.append(kept)
            places.append(place)
    return "".join(plain), places
