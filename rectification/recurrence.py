"""What recurs: problems and relapses by category, and units that have the same kind again and again."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.db.models import Count, Q
from django.http import QueryDict

from accounts.actors import Actor
from records.exports import Cells, Sheet, filter_words
from rectification.filters import ProblemFilter
from rectification.models import Problem

MOST_IN_CHART = 15
MOST_UNITS = 20
AGAIN = 2  # times from which a unit's kind of problem recurs


@dataclass(frozen=True)
class Kind:
    """A category's figures. `unit_count`: how many units had it."""

    label: str
    basis: str
    category_id: int | None
    count: int
    relapses: int
    closed: int
    unit_count: int

    @property
    def first_time(self) -> int:
        return self.count - self.relapses

    @property
    def share(self) -> str:
        """Relapses among all, as people say it."""
        return f"{100 * self.relapses / self.count:.1f}%" if self.count else "—"


@dataclass(frozen=True)
class Unit:
    name: str
    label: str
    count: int
    relapses: int


@dataclass(frozen=True)
class Recurrence:
    """`form` is the ledger's filter, bound to the address."""

    form: Any
    kinds: list[Kind]
    units: list[Unit]

    @property
    def total(self) -> int:
        return sum(kind.count for kind in self.kinds)

    @property
    def relapses(self) -> int:
        return sum(kind.relapses for kind in self.kinds)

    def chart(self) -> dict[str, Any]:
        """For chart.js: bars by category, what came back on top of what was found for the first time."""
        shown = self.kinds[:MOST_IN_CHART]
        return {
            "title": "各类问题数与反弹数",
            "categories": [kind.label for kind in shown],
            "series": [
                {"name": "首次发现", "values": [kind.first_time for kind in shown]},
                {"name": "反弹", "values": [kind.relapses for kind in shown]},
            ],
        }


def recurrence(actor: Actor, query: QueryDict) -> Recurrence:
    """The figures of the ledger as the address narrows it. Three queries beside the filter's own."""
    request: Any = SimpleNamespace(actor=actor, GET=query)
    filterset = ProblemFilter(query, queryset=Problem.objects.visible_to(actor), request=request)
    labels = {branch.category.pk: branch.category for branch in filterset.branches}
    rows = filterset.qs.order_by()
    return Recurrence(filterset.form, _kinds(rows, labels), _units(rows, labels))


def _kinds(rows: Any, labels: dict[int, Any]) -> list[Kind]:
    counted = rows.values("category_id").annotate(
        n=Count("pk"), again=Count("pk", filter=Q(relapse_of__isnull=False)),
        closed=Count("pk", filter=Q(state=Problem.State.CLOSED)), units=Count("subject_org_id", distinct=True),
    )  # fmt: skip
    found = [
        Kind(_label(labels, row["category_id"]), _basis(labels, row["category_id"]), row["category_id"], row["n"],
             row["again"], row["closed"], row["units"])
        for row in counted
    ]  # fmt: skip
    return sorted(found, key=lambda kind: (-kind.relapses, -kind.count, kind.label))


def _units(rows: Any, labels: dict[int, Any]) -> list[Unit]:
    """Units with the same kind of problem more than once, the most frequent first."""
    counted = (
        rows.filter(category__isnull=False, subject_org__isnull=False)
        .values("subject_org_id", "subject_org__name", "category_id")
        .annotate(n=Count("pk"), again=Count("pk", filter=Q(relapse_of__isnull=False)))
        .filter(n__gte=AGAIN)
        .order_by("-n", "-again", "subject_org_id", "category_id")
    )
    return [
        Unit(row["subject_org__name"], _label(labels, row["category_id"]), row["n"], row["again"])
        for row in counted[:MOST_UNITS]
    ]


def _label(labels: dict[int, Any], pk: int | None) -> str:
    return labels[pk].label if pk in labels else "未分类" if pk is None else "其他分类"


def _basis(labels: dict[int, Any], pk: int | None) -> str:
    return labels[pk].basis if pk in labels else ""


def recurrence_sheet(actor: Actor, query: QueryDict) -> Sheet:
    found = recurrence(actor, query)
    columns = [
        Cells("分类", lambda kind: kind.label, 36), Cells("依据", lambda kind: kind.basis, 44),
        Cells("问题数", lambda kind: kind.count, 10), Cells("其中反弹", lambda kind: kind.relapses, 10),
        Cells("反弹占比", lambda kind: kind.share, 10), Cells("已销号", lambda kind: kind.closed, 10),
        Cells("涉及单位数", lambda kind: kind.unit_count, 12),
    ]  # fmt: skip
    return Sheet("问题反复情况", columns, found.kinds, len(found.kinds), filter_words(found.form))
