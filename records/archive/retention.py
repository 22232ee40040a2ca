"""保管期限: how long each kind of file is kept. No text that we could verify gives numbers for these papers, so the
country's rows are local practice and an office sets its own by its 档案分类方案、归档范围、保管期限表."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from accounts.actors import division_chain
from records.models import RetentionRule
from records.timing.rules import LOCAL

CHOICES = ((None, "永久"), (30, "30年"), (10, "10年"))
_ROWS: tuple[tuple[str, int | None], ...] = (
    ("rectification.ticket", 30),
    ("inspections.routinevisit", 10),
    ("records.document", 30),
    ("records.letterbatch", 30),
)


def load_retention(model: type[Any]) -> None:
    """Write the country's rows that are not there yet. Repeatable."""
    rows = [model(kind=kind, years=years, basis=LOCAL, basis_kind="local_practice") for kind, years in _ROWS]
    model.objects.bulk_create(rows, ignore_conflicts=True)


def retention_for(kind: str, division_code: int) -> RetentionRule:
    """The rule in force for the division: its own, else the nearest above. Where nobody set one, for ever: what is
    thrown away too early does not come back."""
    return nearest(RetentionRule.objects.filter(kind=kind), kind, division_chain(division_code))


def inherited_by(kind: str, division_code: int) -> RetentionRule:
    """What would bind the division if it had set nothing."""
    above = [code for code in division_chain(division_code) if code != division_code]
    return nearest(RetentionRule.objects.filter(kind=kind), kind, above)


def is_shorter(years: int | None, than: int | None) -> bool:
    """Whether a period ends before another; None is for ever."""
    return years is not None and (than is None or years < than)


def nearest(rows: Iterable[RetentionRule], kind: str, chain: Sequence[int]) -> RetentionRule:
    """Of `rows`, the kind's row that the chain (nearest division first) meets first, the country's last."""
    order = {code: n for n, code in enumerate(chain)}
    found = sorted(
        (r for r in rows if r.kind == kind and (r.division_code is None or r.division_code in order)),
        key=lambda r: len(chain) if r.division_code is None else order[r.division_code],
    )
    return found[0] if found else RetentionRule(kind=kind, years=None, basis=LOCAL)


def expiry(year: int, years: int | None) -> date | None:
    """The last day of keeping: counted from the first of January after the file's year. None for ever."""
    return date(year + years, 12, 31) if years else None
