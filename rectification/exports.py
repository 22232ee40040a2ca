"""What the lists of this room give away as Excel."""

from __future__ import annotations

from typing import Any

from accounts.actors import Actor
from records.exports import Export, Table, register_export
from records.lists import Column
from rectification.filters import ProblemFilter
from rectification.models import Problem
from rectification.permissions import Permission
from rectification.recurrence import recurrence_sheet
from rectification.sources import source_name

PROBLEM_COLUMNS = (
    Column("title", "问题", "title"),
    Column("school", "单位", "subject_org__name"),
    Column("place", "区划", "subject_code", shown=False),
    Column("category", "分类", "category__order"),
    Column("item", "督导事项", shown=False),
    Column("severity", "程度", "severity"),
    Column("found", "发现日期", "found_on"),
    Column("source", "来源", "source_kind", shown=False),
    Column("state", "状态", "state"),
    Column("relapse", "反弹"),
    Column("ticket", "整改单"),
)


def ledger(actor: Actor) -> Any:
    """The ledger over all sources, with what a line shows."""
    rows = Problem.objects.visible_to(actor)
    return rows.select_related("subject_org__division", "ticket", "category").defer("description")


def _of_problem(name: str) -> Any:
    return lambda problem: getattr(problem, name)


VALUES: dict[str, Any] = {
    "title": _of_problem("title"),
    "school": lambda p: p.subject_org.name if p.subject_org else "",
    "place": lambda p: p.subject_org.division.name if p.subject_org else "",
    "category": lambda p: p.category.label if p.category else "未分类",
    "item": _of_problem("item_label"),
    "severity": lambda p: p.get_severity_display(),
    "found": _of_problem("found_on"),
    "source": lambda p: "：".join(filter(None, (source_name(p.source_kind), p.source_label))),
    "state": lambda p: p.get_state_display(),
    "relapse": lambda p: "反弹" if p.relapse_of_id else "",
    "ticket": lambda p: p.ticket.number if p.ticket else "",
}

register_export(
    Export(
        name="problems", title="问题台账", permissions=(Permission.VIEW_PROBLEMS,), about=Problem, rows=ledger,
        columns=PROBLEM_COLUMNS, values=VALUES, default_sort="-found_on", filterset_class=ProblemFilter,
        widths={"title": 44, "school": 28, "category": 28, "item": 28, "source": 36},
    )
)  # fmt: skip
register_export(
    Table(
        name="recurring-problems", title="问题反复情况", permissions=(Permission.VIEW_PROBLEMS,), about=Problem,
        build=recurrence_sheet,
    )
)  # fmt: skip
