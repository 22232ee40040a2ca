"""Province → prefecture → county, of those divisions that have published something."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from accounts.actors import PREFECTURE_SPAN, PROVINCE_SPAN
from records.models import PublishedCopy

COLUMNS = ("province_code", "province_name", "prefecture_code", "prefecture_name", "owner_code", "division_name")


@dataclass(frozen=True)
class Spot:
    """A division by code and name."""

    code: int
    name: str

    @property
    def column(self) -> str:
        if self.code % PROVINCE_SPAN == 0:
            return "province_code"
        return "prefecture_code" if self.code % PREFECTURE_SPAN == 0 else "owner_code"

    def narrow(self, rows: QuerySet[PublishedCopy]) -> QuerySet[PublishedCopy]:
        """What the division published, and those under it."""
        return rows.filter(**{self.column: self.code})


NOWHERE = Spot(0, "全部地区")


@dataclass
class Tree:
    """`under[code]`: the divisions directly below; 0 holds the provinces. A county may hang under its province."""

    spots: dict[int, Spot] = field(default_factory=dict)
    above: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: QuerySet[PublishedCopy]) -> Tree:
        """From one query."""
        tree = cls()
        for province, province_name, prefecture, prefecture_name, own, name in (
            rows.order_by().values_list(*COLUMNS).distinct()
        ):
            tree._add(province, province_name, 0)
            if prefecture:
                tree._add(prefecture, prefecture_name, province)
            if own not in (province, prefecture):
                tree._add(own, name, prefecture or province)
        return tree

    def _add(self, code: int, name: str, above: int) -> None:
        self.spots.setdefault(code, Spot(code, name))
        self.above.setdefault(code, above)

    def chosen(self, asked: str) -> Spot:
        """The division of that code where it has published, otherwise everywhere."""
        return self.spots.get(int(asked), NOWHERE) if asked.isdecimal() and len(asked) == 6 else NOWHERE

    def path(self, spot: Spot) -> list[Spot]:
        """From the province down to the spot."""
        found: list[Spot] = []
        code = spot.code
        while code:
            found.insert(0, self.spots[code])
            code = self.above[code]
        return found

    def below(self, spot: Spot) -> list[Spot]:
        return sorted((s for s in self.spots.values() if self.above[s.code] == spot.code), key=lambda s: s.code)

    @property
    def provinces(self) -> Iterable[Spot]:
        return self.below(NOWHERE)
