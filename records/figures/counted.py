"""What this room counts: documents, and for the rooms above the deadlines of the parties to their roots."""

from __future__ import annotations

from typing import Any

from records.figures.measures import Measure, Source, measures, month_of, month_of_last_day
from records.models import Deadline, Document

PARTIES = tuple(Deadline.Party)

measures(
    Source(
        Document,
        (
            Measure(
                "documents", "印发公文", "r.issued_at IS NOT NULL AND r.state <> 'void'",
                month_of("r.issued_at"),
            ),
        ),
    )
)  # fmt: skip


def measures_deadlines(root: type[Any]) -> None:
    """Count the deadlines of the parties to a root: met on time, met late, still running (by their last moment)."""
    in_month = month_of_last_day("d.due_at")
    found = []
    for party in PARTIES:
        own = f"d.party = '{party.value}'"
        found += [
            Measure(f"on_time_{party.value}", f"{party.label}按时", f"{own} AND d.verdict = 'on_time'", in_month),
            Measure(f"late_{party.value}", f"{party.label}逾期办结", f"{own} AND d.verdict = 'late'", in_month),
            Measure(
                f"due_{party.value}", f"{party.label}未完成",
                f"{own} AND d.met_at IS NULL AND d.cancelled_at IS NULL AND d.paused_on IS NULL", "d.due_at",
            ),
        ]  # fmt: skip
    measures(Source(root, tuple(found), child=Deadline))
