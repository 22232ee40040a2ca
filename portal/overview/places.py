"""Where one stands on the way down from the province to the county, and what lies directly below."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.http import Http404
from django.urls import reverse

from accounts.actors import Actor, division_chain
from accounts.models import Division
from records.figures.reading import Place

Level = Division.Level
OWN = {Level.PROVINCE: "省本级", Level.PREFECTURE: "市本级", Level.COUNTY: "本级"}


@dataclass(frozen=True)
class Part:
    """What a tile and a row of the table stand for."""

    name: str
    place: Place
    url: str


@dataclass(frozen=True)
class Territory:
    """A division within the actor's own; `alone`: only what it manages itself, without the divisions below."""

    division: Division
    above: list[Division]
    below: list[Division]
    alone: bool

    @cached_property
    def place(self) -> Place:
        return Place(self.division.code) if self.alone else Place.whole(self.division.code)

    @property
    def name(self) -> str:
        return f"{self.division.name}本级" if self.alone else self.division.name

    @property
    def shows_units(self) -> bool:
        """The last level: a county, or what a division manages itself."""
        return self.alone or not self.below

    @cached_property
    def parts(self) -> list[Part]:
        """The divisions of the tree directly below, whatever their level, and last what is managed by none of them."""
        if self.shows_units:
            return []
        parts = [Part(d.name, Place.whole(d.code), address(d.code)) for d in self.below]
        own = Part(OWN[Level(self.division.level)], Place(self.division.code), address(self.division.code, alone=True))
        return [*parts, own]


def address(code: int, *, alone: bool = False) -> str:
    return reverse("portal:overview_place", args=[code]) + ("?own=1" if alone else "")


def territory(actor: Actor, code: int, *, alone: bool) -> Territory:
    """The division of the code; 404 outside the actor's range, as where there is none. One query."""
    lo, hi = actor.range
    if not lo <= code <= hi:
        raise Http404("没有这个区划，或者它不在您的范围内。")
    wanted = Division.within(actor.division_code).filter(pk__in=division_chain(code))
    rows = {d.code: d for d in wanted | Division.within(actor.division_code).filter(parent_id=code)}
    if code not in rows:
        raise Http404("没有这个区划，或者它不在您的范围内。")
    above: list[Division] = []
    here = rows[code]
    while here.parent_id in rows:
        here = rows[here.parent_id]
        above.insert(0, here)
    below = [d for d in rows.values() if d.parent_id == code]
    return Territory(rows[code], above, sorted(below, key=lambda d: d.code), alone)
