"""Everything that one overview page says, from the figures the actor may count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from accounts.actors import Actor
from inspections.months import Month, last_months
from portal.overview.indicators import INDICATORS, KINDS, RATED, Indicator, Rate, Standing, on_time, quota, standing
from portal.overview.periods import MONTHS_BACK, Period, read
from portal.overview.places import Part, Territory
from records import clock
from records.figures.reading import LATELY, Figures, Window

LATE = "tickets_open"
NEWLY = timedelta(days=30)
DEFAULT = "overdue"


@dataclass(frozen=True)
class Row:
    """A division below, or a place's own business, and how it stands."""

    part: Part
    standing: Standing


@dataclass(frozen=True)
class MonthOf:
    """One month of the trend."""

    month: Month
    visits: Rate
    found: int
    served: int
    closed: int
    on_time: dict[str, Rate]


class Overview:
    """`indicator`: by what the tiles are coloured and the table begins to be sorted."""

    def __init__(self, actor: Actor, here: Territory, *, figure: str, period: str) -> None:
        self.actor, self.here = actor, here
        self.period: Period = read(period, clock.today())
        self.indicator: Indicator = INDICATORS.get(figure, INDICATORS[DEFAULT])

    @cached_property
    def months(self) -> list[Month]:
        return last_months(MONTHS_BACK, clock.today())

    @cached_property
    def _own(self) -> Figures:
        """The place itself, month by month: one query."""
        window = Window(self.months[0].first, self.months[-1].first, by_month=True, lately=(LATE, NEWLY))
        return Figures(self.actor, [self.here.place], KINDS, window)

    @cached_property
    def standing(self) -> Standing:
        return standing(self._own, self.here.place, self.period)

    @cached_property
    def newly_overdue(self) -> int:
        """Fell due within the last thirty days and is still open."""
        return self._own.of(self.here.place, LATE).get(LATELY, 0)

    @cached_property
    def rows(self) -> list[Row]:
        """The places below, in the order of their codes: one query. A place without own business has no row for it."""
        parts = self.here.parts
        if not parts:
            return []
        window = Window(self.period.first.first, self.period.last.first, by_month=False)
        figures = Figures(self.actor, [part.place for part in parts], KINDS, window)
        rows = [Row(part, standing(figures, part.place, self.period)) for part in parts]
        own = rows[-1].standing
        return rows if own.schools or not own.is_empty else rows[:-1]

    @cached_property
    def ranked(self) -> list[Row]:
        """What needs looking at first; what has no value last."""
        key = self.indicator.key

        def order(row: Row) -> tuple[bool, float, int]:
            value = row.standing.of(key)
            ascending = self.indicator.worse < 0
            return value is None, (value if ascending else -value) if value is not None else 0, row.part.place.code

        return sorted(self.rows, key=order)

    @cached_property
    def trend(self) -> list[MonthOf]:
        place, figures = self.here.place, self._own
        return [
            MonthOf(
                month,
                Rate(figures.month(place, "visits", month.first), quota(figures, place, self._single(month))),
                figures.month(place, "problems_found", month.first), figures.month(place, "tickets_served", month.first),
                figures.month(place, "tickets_closed", month.first),
                {party: on_time(figures, place, party, self._single(month)) for party in RATED},
            )
            for month in self.months
        ]  # fmt: skip

    @staticmethod
    def _single(month: Month) -> Period:
        return Period(month.key, month.label, month, month)
