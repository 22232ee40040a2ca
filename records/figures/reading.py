"""Figures as an office may count them: what is summed up, and what still waits to be added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from typing import Any, NamedTuple

from django.db.models import Case, F, Q, Sum, Value, When

from accounts.actors import PREFECTURE_SPAN, PROVINCE_SPAN, Actor
from records import clock
from records.models import Figure, FigureDelta
from records.models.figures import Level

# What a measure of last moments is folded into: passed already, or still to come.
PASSED = datetime(1900, 1, 1, tzinfo=clock.TZ)
AHEAD = datetime(9999, 1, 1, tzinfo=clock.TZ)


class Place(NamedTuple):
    """A division's code and whether all that lies under it is meant."""

    code: int
    level: int = Level.EXACT

    @classmethod
    def whole(cls, code: int) -> Place:
        """The division with everything under it."""
        if code % PROVINCE_SPAN == 0:
            return cls(code, Level.PROVINCE)
        return cls(code, Level.PREFECTURE if code % PREFECTURE_SPAN == 0 else Level.EXACT)

    def holds(self, code: int) -> bool:
        span = {Level.EXACT: 1, Level.PREFECTURE: PREFECTURE_SPAN, Level.PROVINCE: PROVINCE_SPAN}[Level(self.level)]
        return code // span * span == self.code


def month_start(day: date) -> datetime:
    return datetime.combine(day.replace(day=1), time(), clock.TZ)


class Figures:
    """Sums by place, measure and moment. Two queries for any number of places: the summary and what waits.

    `dated`: measures whose moment is a last moment; theirs are folded into PASSED and AHEAD of now. Of the others only
    the months from `since` are read, except those in `always`, which are summed up to `since` in PASSED.
    """

    def __init__(
        self, actor: Actor, places: Iterable[Place], *, measures: Collection[str], since: datetime,
        dated: Collection[str] = (), always: Collection[str] = (),
    ) -> None:  # fmt: skip
        self._sums: dict[tuple[Place, str], dict[datetime, int]] = defaultdict(lambda: defaultdict(int))
        self._places, self._since = list(places), since
        self._dated, self._always = set(dated), set(always)
        wanted = {"measure__in": [*measures, *dated, *always]}
        self._read_summary(Figure.objects.visible_to(actor).filter(**wanted))
        self._read_waiting(FigureDelta.objects.visible_to(actor).filter(**wanted))

    def _folded(self, rows: Any) -> Any:
        now = clock.now()
        moment = Case(
            When(measure__in=self._dated, at__lte=now, then=Value(PASSED)),
            When(measure__in=self._dated, then=Value(AHEAD)),
            When(measure__in=self._always, at__lt=self._since, then=Value(PASSED)),
            default=F("at"),
        )
        recent = Q(measure__in=self._dated | self._always) | Q(at__gte=self._since)
        return rows.filter(recent).annotate(moment=moment).order_by()

    def _read_summary(self, rows: Any) -> None:
        by_level: dict[int, list[int]] = defaultdict(list)
        for place in self._places:
            by_level[place.level].append(place.code)
        here = Q(pk__in=[])
        for level, codes in by_level.items():
            here |= Q(level=level, place_code__in=codes)
        summed = self._folded(rows.filter(here)).values_list("place_code", "level", "measure", "moment")
        for code, level, measure, moment, n in summed.annotate(total=Sum("n")):
            self._sums[Place(code, level), measure][clock.local(moment)] += n

    def _read_waiting(self, rows: Any) -> None:
        summed = self._folded(rows).values_list("subject_code", "measure", "moment").annotate(total=Sum("n"))
        for code, measure, moment, n in summed:
            for place in self._places:
                if place.holds(code):
                    self._sums[place, measure][clock.local(moment)] += n

    def total(self, place: Place, measure: str, first: date | None = None, last: date | None = None) -> int:
        """The sum of the months from `first` to `last`, both by any day in them; of all that was read without."""
        since = month_start(first) if first else PASSED
        until = month_start(last) if last else AHEAD
        found = self._sums.get((place, measure), {})
        return sum(n for at, n in found.items() if since <= at <= until)

    def month(self, place: Place, measure: str, day: date) -> int:
        return self._sums.get((place, measure), {}).get(month_start(day), 0)

    def overdue(self, place: Place, measure: str) -> int:
        """Of a dated measure: what is open although its last moment has passed."""
        return self._sums.get((place, measure), {}).get(PASSED, 0)

    def standing(self, place: Place, plus: str, minus: str, day: date) -> int:
        """What had begun by the end of the day and had not ended by then (both in `always`)."""
        end = clock.end_of(day)
        began = sum(n for at, n in self._sums.get((place, plus), {}).items() if at < end)
        ended = sum(n for at, n in self._sums.get((place, minus), {}).items() if at < end)
        return began - ended
