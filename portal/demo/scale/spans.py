"""Ends of the periods of the ticket's clocks, by the day on which they start: counted once for each day of the years."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from portal.demo.size import PROVINCE
from records import clock
from records.models import DeadlineRule
from records.timing.deadlines import rule_for, working_calendar
from records.timing.periods import Period, end_of
from rectification.rules import ORDER, REPORT, SIGN, URGE, VERIFY

DAY = timedelta(days=1)
ACTS = (SIGN, REPORT, VERIFY, URGE, ORDER)


class Spans:
    """`ends[act][day]`: the last moment of what starts on the day; `rules[act]`: the rule that binds the province."""

    def __init__(self, first: date, last: date) -> None:
        self.rules: dict[str, DeadlineRule] = {act: rule_for(act, PROVINCE) for act in ACTS}
        days = [first + DAY * n for n in range((last - first).days + 1)]
        self.ends: dict[str, dict[date, datetime]] = {act: self._ends(act, days) for act in ACTS}

    def _ends(self, act: str, days: list[date]) -> dict[date, datetime]:
        rule = self.rules[act]
        if rule.unit == "calendar_day" and not rule.move_last_day:
            return {day: clock.end_of(day + DAY * rule.amount) for day in days}
        period, calendar = Period(rule.length, move_last_day=rule.move_last_day), working_calendar(PROVINCE)
        return {day: end_of(day, period, calendar=calendar, terms=[]).due_at for day in days}

    def end(self, act: str, start: datetime) -> datetime:
        return self.ends[act][start.date()]
