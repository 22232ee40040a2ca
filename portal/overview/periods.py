"""The months an overview is about, as the address names them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from inspections.months import Month, last_months

MONTHS_BACK = 24
WORDS = {"month": "本月", "previous": "上月", "year": "本年", "12": "近12个月"}


@dataclass(frozen=True)
class Period:
    """From month to month, both included. `key` is what stands in the address: a word of WORDS, or 2026-10."""

    key: str
    label: str
    first: Month
    last: Month

    @property
    def months(self) -> list[Month]:
        found = [self.last]
        while found[-1].first > self.first.first:
            found.append(found[-1].previous)
        return found[::-1]

    @property
    def words(self) -> str:
        """本年（2026年1月至11月): which months are meant, in words."""
        if self.first == self.last:
            return self.label if self.key == self.first.key else f"{self.label}（{self.first.label}）"
        return f"{self.label}（{self.first.label}至{self.last.label}）"


def read(asked: str, today: date) -> Period:
    """The period of the address; what is none, or lies outside the last 24 months, is this month."""
    this = Month.of(today)
    if asked == "previous":
        return Period(asked, WORDS[asked], this.previous, this.previous)
    if asked == "year":
        return Period(asked, WORDS[asked], Month(today.replace(month=1, day=1)), this)
    if asked == "12":
        return Period(asked, WORDS[asked], last_months(12, today)[0], this)
    named = next((m for m in last_months(MONTHS_BACK, today) if m.key == asked), None)
    return Period(named.key, named.label, named, named) if named else Period("month", WORDS["month"], this, this)


def choices(today: date) -> list[tuple[str, str]]:
    """(key, label) for the page's list: the words, then single months, the newest first."""
    months = last_months(MONTHS_BACK, today)[::-1][2:]
    return [*WORDS.items(), *((month.key, month.label) for month in months)]
