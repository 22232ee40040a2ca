"""The year, played day by day: stories take their steps, the scheduler sweeps, the worker consumes."""

from __future__ import annotations

import heapq
from collections.abc import Generator
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime, timedelta
from itertools import count

from portal.demo.changes import ChangeDates
from records import clock
from records.tasks import consume_outbox
from records.timing.sweep import sweep

# A story says when its next step happens and goes on when that moment has come.
Story = Generator[datetime, None, None]
WORKER_LAG = timedelta(minutes=2)


class Clockwork:
    """Plays stories in the order of their moments. What falls on today is done now, and its papers are left to the worker."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._serial = count()
        self._day: date | None = None
        self._changes = ChangeDates()

    def tell(self, story: Story) -> None:
        self._go_on(story)

    def _go_on(self, story: Story) -> None:
        moment = next(story, None)
        if moment is not None:
            heapq.heappush(self._waiting, (min(moment, self.now), next(self._serial), story))

    def run(self) -> None:
        """Everything up to now. Afterwards the papers approved before today are rendered and served."""
        self._changes.skip()
        while self._waiting:
            moment, _, story = heapq.heappop(self._waiting)
            self._sweep_until(moment.date())
            with self._at(moment):
                self._go_on(story)
            with self._at(moment + WORKER_LAG):
                self._work(render=moment.date() < self.now.date())
            self._changes.date(moment)
        self._sweep_until(self.now.date())
        with self._at(self.now):
            self._work(render=False)

    def _sweep_until(self, day: date) -> None:
        """The nights that have passed since the last step: what the scheduler would have done on each."""
        current = self._day or day
        while current < day:
            current += timedelta(days=1)
            sweep(None if current == self.now.date() else current)
            with self._at(min(datetime.combine(current, clock.OFFICE_OPENS, clock.TZ), self.now)):
                self._work(render=current < self.now.date())
            self._changes.date(min(datetime.combine(current, clock.OFFICE_OPENS, clock.TZ), self.now))
        self._day = current

    def _at(self, moment: datetime) -> AbstractContextManager[object]:
        return clock.travel(moment) if moment < self.now else nullcontext()

    @staticmethod
    def _work(*, render: bool) -> None:
        while consume_outbox() + (consume_outbox(slow=True) if render else 0):
            pass
