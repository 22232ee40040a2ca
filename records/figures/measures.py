"""What is counted. Each room says it of its own tables (`<room>/figures.py`), as SQL over the row `r`.

The same text counts what is there (rebuild, nightly check) and what has just changed (triggers), so the two cannot
drift apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ZONE = "Asia/Shanghai"
# Open, and no last moment: sorts after everything that can fall due.
NEVER = "TIMESTAMPTZ '9999-01-01 00:00+08'"
# Since ever: what has no beginning in the register.
ALWAYS = "TIMESTAMPTZ '1970-01-01 00:00+08'"
SERVED_FIRST = """CASE WHEN r.served_at IS NOT NULL THEN 's' WHEN r.reported_at IS NOT NULL THEN 'r'
                       WHEN r.filed_at IS NOT NULL THEN 'o' END"""


def month_of(moment: str) -> str:
    """SQL: the first moment, in China, of the month in which the moment lies."""
    return f"date_trunc('month', {moment} AT TIME ZONE '{ZONE}') AT TIME ZONE '{ZONE}'"


def month_of_day(day: str) -> str:
    return f"date_trunc('month', ({day})::timestamp) AT TIME ZONE '{ZONE}'"


def first_moment(day: str) -> str:
    return f"({day})::timestamp AT TIME ZONE '{ZONE}'"


def month_of_last_day(moment: str) -> str:
    """SQL: the month of the last day of a deadline, which ends at 24:00 (clock.last_day)."""
    return month_of(f"({moment} - interval '1 microsecond')")


@dataclass(frozen=True)
class Measure:
    """`when`: SQL condition of a row that counts; `at`: SQL of the month's first moment, or of the moment from which it
    counts otherwise (a last moment). `r` is the row, `d` a row that hangs on it. `label` is shown by the check."""

    name: str
    label: str
    when: str
    at: str


@dataclass(frozen=True)
class Source:
    """The rows of a table, and the SQL that says about which division they are and who may see them.

    `child`: rows `d` of that table are counted instead, as visible as their root `r` (records.Deadline).
    """

    model: type[Any]
    measures: tuple[Measure, ...]
    owner: str = "r.owner_code"
    subject: str = "r.subject_code"
    sight: str = SERVED_FIRST
    child: type[Any] | None = None

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)

    @property
    def child_table(self) -> str:
        return str(self.child._meta.db_table) if self.child else ""

    @property
    def join(self) -> str:
        return f"d.root_kind = '{self.model._meta.label_lower}' AND d.root_id = r.id" if self.child else ""


_sources: list[Source] = []


def measures(source: Source) -> Source:
    """A room registers what it counts of a table."""
    _sources.append(source)
    return source


def sources() -> list[Source]:
    """In an order of their own, so that the SQL made of them is the same in every process."""
    return sorted(_sources, key=lambda s: (s.table, s.child_table))


def labels() -> dict[str, str]:
    return {m.name: m.label for s in _sources for m in s.measures}
