"""Figures as an office may count them: what is summed up, and what still waits to be added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db.models import Case, DateTimeField, ExpressionWrapper, F, Q, SmallIntegerField, Sum, Value, When
from django.db.models.functions import Cast, TruncMonth

from accounts.actors import PREFECTURE_SPAN, PROVINCE_SPAN, Actor
from records import clock
from records.models import Figure, FigureDelta
from records.models.figures import Level

# Where a moment is folded that needs no month of its own: long past, lately past, still to come.
PASSED = datetime(1970, 1, 1, tzinfo=clock.TZ)
LATELY = datetime(1971, 1, 1, tzinfo=clock.TZ)
AHEAD = datetime(9999, 1, 1, tzinfo=clock.TZ)
INSTANT = timedelta(microseconds=1)


class Place(NamedTuple):
    """A division's code, and whether it is meant alone or with all that lies under it."""

    code: int
    level: int = Level.EXACT

    @classmethod
    def whole(cls, code: int) -> Place:
        """The division with everything under it."""
        if code % PROVINCE_SPAN == 0:
            return cls(code, Level.PROVINCE)
        return cls(code, Level.PREFECTURE if code % PREFECTURE_SPAN == 0 else Level.EXACT)

    @property
    def last(self) -> int:
        """The highest code that is meant."""
        span = {Level.EXACT: 1, Level.PREFECTURE: PREFECTURE_SPAN, Level.PROVINCE: PROVINCE_SPAN}[Level(self.level)]
        return self.code + span - 1

    def holds(self, code: int) -> bool:
        return self.code <= code <= self.last


def month_start(day: date) -> datetime:
    return datetime.combine(day.replace(day=1), time(), clock.TZ)


@dataclass(frozen=True)
class Kinds:
    """How each measure's moments are meant: `monthly` counts in months; `stock` stands at present, whenever it came;
    `open_until` is open up to its last moment; `standing` began or ended on its day."""

    monthly: Collection[str]
    stock: Collection[str] = ()
    open_until: Collection[str] = ()
    standing: Collection[str] = ()

    @property
    def all(self) -> list[str]:
        return [*self.monthly, *self.stock, *self.open_until, *self.standing]


@dataclass(frozen=True)
class Window:
    """The months that are read, from `first` to `last` (any day in them). `by_month`: each for itself, else as one sum
    under the first. What is open and overdue is folded by the month of its last day, and outside the window into
    PASSED; of the measure that `lately` names, what fell due in that time before now goes under LATELY."""

    first: date
    last: date
    by_month: bool
    lately: tuple[str, timedelta] | None = None

    @property
    def since(self) -> datetime:
        return month_start(self.first)

    @property
    def until(self) -> datetime:
        """The first moment after the window."""
        return month_start(self.last.replace(day=28) + timedelta(days=7))

    def wanted(self, kinds: Kinds) -> Q:
        inside = Q(measure__in=kinds.monthly, at__gte=self.since, at__lt=self.until)
        return inside | Q(measure__in=[*kinds.stock, *kinds.open_until, *kinds.standing])

    def moment(self, kinds: Kinds) -> Case:
        """SQL of the moment under which a row is summed."""
        last_instant = ExpressionWrapper(F("at") - Value(INSTANT), output_field=DateTimeField())
        months = TruncMonth(last_instant, tzinfo=clock.TZ) if self.by_month else Value(self.since)
        now = clock.now()
        due = Q(measure__in=kinds.open_until)
        branches = [
            When(due & Q(at__gt=now), then=Value(AHEAD)),
            When(measure__in=kinds.stock, then=Value(PASSED)),
            When(measure__in=kinds.standing, at__lt=self.since, then=Value(PASSED)),
            When(measure__in=kinds.standing, then=F("at")),
            When(due & Q(at__gt=self.since, at__lte=self.until), then=months),
            When(due, then=Value(PASSED)),
        ]
        if self.lately is not None:
            measure, span = self.lately
            branches.insert(1, When(measure=measure, at__gt=now - span, then=Value(LATELY)))
        return Case(*branches, default=F("at") if self.by_month else Value(self.since), output_field=DateTimeField())


class Figures:
    """Sums by place, measure and moment: one query for any number of places, of the summary and of what waits."""

    def __init__(self, actor: Actor, places: Iterable[Place], kinds: Kinds, window: Window) -> None:
        self._sums: dict[tuple[Place, str], dict[datetime, int]] = defaultdict(lambda: defaultdict(int))
        self._places, self._kinds, self._window = list(places), kinds, window
        for code, level, measure, moment, n in self._summary(actor).union(self._waiting(actor), all=True):
            if level is None:
                self._add_waiting(code, measure, clock.local(moment), n)
            else:
                self._sums[Place(code, level), measure][clock.local(moment)] += n

    def _summed(self, rows: Any, *by: str) -> Any:
        moment = self._window.moment(self._kinds)
        wanted = rows.filter(self._window.wanted(self._kinds)).annotate(moment=moment).order_by()
        return wanted.values_list(*by, "measure", "moment").annotate(total=Sum("n"))

    def _summary(self, actor: Actor) -> Any:
        by_level: dict[int, list[int]] = defaultdict(list)
        for place in self._places:
            by_level[place.level].append(place.code)
        here = Q(pk__in=[])
        for level, codes in by_level.items():
            here |= Q(level=level, place_code__in=codes)
        rows = Figure.objects.visible_to(actor).filter(here, measure__in=self._kinds.all)
        return self._summed(rows, "place_code", "level")

    def _waiting(self, actor: Actor) -> Any:
        rows = FigureDelta.objects.visible_to(actor).filter(measure__in=self._kinds.all)
        no_level = Value(None, output_field=SmallIntegerField())
        return self._summed(rows.annotate(level=Cast(no_level, SmallIntegerField())), "subject_code", "level")

    def _add_waiting(self, code: int, measure: str, moment: datetime, n: int) -> None:
        for place in self._places:
            if place.holds(code):
                self._sums[place, measure][moment] += n

    def of(self, place: Place, measure: str) -> dict[datetime, int]:
        return self._sums.get((place, measure), {})

    def month(self, place: Place, measure: str, day: date) -> int:
        return self.of(place, measure).get(month_start(day), 0)

    def between(self, place: Place, measure: str, first: date, last: date) -> int:
        """The sum of the months from that of `first` to that of `last`."""
        since, until = month_start(first), month_start(last)
        return sum(n for at, n in self.of(place, measure).items() if since <= at <= until)

    def stock(self, place: Place, measure: str) -> int:
        return sum(self.of(place, measure).values())

    def overdue(self, place: Place, measure: str) -> int:
        """What is open although its last moment has passed."""
        return sum(n for at, n in self.of(place, measure).items() if at != AHEAD)

    def standing(self, place: Place, plus: str, minus: str, day: date) -> int:
        """What had begun by the end of the day and had not ended by then."""
        end = clock.end_of(day)
        began = sum(n for at, n in self.of(place, plus).items() if at < end)
        return began - sum(n for at, n in self.of(place, minus).items() if at < end)
