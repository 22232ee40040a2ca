"""Months and terms, by which routine visits are counted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from records import clock


@dataclass(frozen=True)
class Month:
    """A calendar month, named by its first day."""

    first: date

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.replace(day=1))

    @classmethod
    def read(cls, text: str) -> Month:
        """2026-11 of an address; anything else is this month."""
        match = re.fullmatch(r"(20\d\d)-(\d\d)", text or "")
        if match is None or not 1 <= int(match[2]) <= 12:
            return cls.of(clock.today())
        return cls(date(int(match[1]), int(match[2]), 1))

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> Month:
        return Month((self.first + timedelta(days=31)).replace(day=1))

    @property
    def previous(self) -> Month:
        return Month((self.first - timedelta(days=1)).replace(day=1))

    @property
    def key(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def label(self) -> str:
        return f"{self.first.year}年{self.first.month}月"


@dataclass(frozen=True)
class Term:
    """A school term as visits are counted by: spring February to July, autumn August to January."""

    first: date
    last: date
    label: str

    @classmethod
    def of(cls, day: date) -> Term:
        if 2 <= day.month <= 7:
            return cls(date(day.year, 2, 1), date(day.year, 7, 31), f"{day.year}年春季学期")
        year = day.year if day.month >= 8 else day.year - 1
        return cls(date(year, 8, 1), date(year + 1, 1, 31), f"{year}年秋季学期")


def last_months(count: int, until: date) -> list[Month]:
    """The `count` months up to the one of `until`, oldest first."""
    months = [Month.of(until)]
    while len(months) < count:
        months.append(months[-1].previous)
    return months[::-1]
