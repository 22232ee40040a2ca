"""How much of everything (architecture.md §8), and how it is spread over the counties: unevenly, as it is."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from accounts.models import Division
from portal.demo.size import CAPITAL, MAIN, PROVINCE

YEARS = 5
# Yunnan: 16 prefectures and 129 counties.
SCHOOLS, INSPECTORS, VISITS, PROBLEMS, TICKETS = 25_000, 5_000, 1_250_000, 500_000, 400_000
LOG_ROWS, DUE_STEPS = 5_000_000, 20_000
# Who issued the tickets: most the counties, some from above. A prefecture's lie anywhere under it.
OF_PREFECTURES, OF_PROVINCE = 0.07, 0.03
# The capital's counties together hold a tenth of the province: its scale is the province's with a tenth of the rows.
CAPITAL_SHARE = 0.1
SPREAD = 0.55  # sigma of the counties' sizes: the largest is about six times the median


@dataclass(frozen=True)
class Scale:
    """`top`: the division under which everything lies; `part`: how much of each county's rows, for tests."""

    name: str
    top: int
    part: float = 1.0

    def holds(self, code: int) -> bool:
        if self.top == PROVINCE:
            return True
        if self.top % 100 == 0:
            return code // 100 == self.top // 100
        return code == self.top


SCALES = {s.name: s for s in (Scale("county", MAIN), Scale("prefecture", CAPITAL), Scale("province", PROVINCE))}
TINY = Scale("tiny", MAIN, part=0.02)


@dataclass(frozen=True)
class Share:
    """What one office has. A prefecture's and the province's office own tickets only; the schools are the counties'."""

    code: int
    number: int  # of the division in the province's list: the same at every scale
    schools: int
    inspectors: int
    visits: int
    tickets: int

    @property
    def is_county(self) -> bool:
        return self.code % 100 != 0


def shares(scale: Scale, seed: int) -> list[Share]:
    """By office in the order of the codes; the offices above the counties too, because they look down on them."""
    codes = [d.pk for d in _province()]
    weights = _weights([code for code in codes if code % 100], seed)
    by_prefecture: dict[int, float] = {}
    for code, weight in weights.items():
        by_prefecture[code // 100 * 100] = by_prefecture.get(code // 100 * 100, 0) + weight
    found = []
    for number, code in enumerate(codes):
        if not (scale.holds(code) or code in (PROVINCE, scale.top // 100 * 100)):
            continue
        weight = weights.get(code, 0) * scale.part
        found.append(Share(code, number, max(3, round(SCHOOLS * weight)) if weight else 0,
                           max(1, round(INSPECTORS * weight)) if weight else 0, round(VISITS * weight),
                           round(TICKETS * _issued(code, weights, by_prefecture, scale))))  # fmt: skip
    return found


def _issued(code: int, weights: dict[int, float], by_prefecture: dict[int, float], scale: Scale) -> float:
    """The office's share of all tickets. Above, as much as lies within the scale: a tenth of the schools, a tenth of the
    tickets about them."""
    if code % 100:
        return weights[code] * (1 - OF_PREFECTURES - OF_PROVINCE) * scale.part
    within = sum(w for county, w in weights.items() if scale.holds(county)) * scale.part
    if code == PROVINCE:
        return within * OF_PROVINCE
    return min(by_prefecture.get(code, 0), within) * OF_PREFECTURES


def _province() -> list[Division]:
    rows = Division.objects.filter(pk__gte=PROVINCE, pk__lt=PROVINCE + 10_000, kind=Division.Kind.ADMINISTRATIVE)
    return list(rows.order_by("pk"))


def _weights(counties: list[int], seed: int) -> dict[int, float]:
    """Shares of the counties, lognormal, together 1; the capital's CAPITAL_SHARE."""
    raw = {code: Random(f"{seed}/{code}").lognormvariate(0, SPREAD) for code in counties}
    capital = sum(w for code, w in raw.items() if code // 100 == CAPITAL // 100)
    rest = sum(raw.values()) - capital
    return {
        code: w / capital * CAPITAL_SHARE if code // 100 == CAPITAL // 100 else w / rest * (1 - CAPITAL_SHARE)
        for code, w in raw.items()
    }
