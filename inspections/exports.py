"""What the lists of this room show and give away as Excel."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from accounts.actors import PREFECTURE_SPAN, Actor, Role
from inspections.coverage import covered, term_at
from inspections.filters import ComplaintFilter, CoverageFilter, ServedVisitFilter, VisitFilter
from inspections.models import Complaint, RoutineVisit
from inspections.months import Month
from inspections.permissions import Permission
from records.exports import Cells, Export, register_export
from records.lists import Column
from supervision.models import School

VISIT_COLUMNS = (
    Column("school", "学校", "subject_org__name", reads=("subject_org__name",)),
    Column("day", "督导日期", "visited_on"),
    Column("inspector", "督学", "inspector_name", reads=("inspector_name",)),
    Column("found", "发现问题", "finding_count", reads=("finding_count",)),
    Column("state", "状态", "state"),
    Column("served", "送达时间", "served_at", shown=False, reads=("served_at",)),
)
VISIT_READS = ("visited_on", "state")  # what every line shows
UNIT_VISIT_COLUMNS = (*VISIT_COLUMNS[1:4], Column("served", "送达时间", "served_at", reads=("served_at",)))
COMPLAINT_COLUMNS = (
    Column("number", "编号", "number"),
    Column("category", "类别", "category"),
    Column("unit", "反映单位", "subject_org__name"),
    Column("state", "状态", "state"),
    Column("received", "收到时间", "received_at"),
    Column("finished", "办结时间", "finished_at", shown=False),
)
COVERAGE_COLUMNS = (
    Column("school", "学校", "organization__name"),
    Column("inspector", "责任督学"),
    Column("month", "本月", "in_month"),
    Column("term", "本学期", "in_term"),
    Column("last", "上次督导", "last_on"),
    Column("plan", "本月计划", "planned_on"),
)


def visits(actor: Actor, query: Any = None) -> QuerySet[Any]:
    """To a unit its own; somebody from outside acts for none."""
    rows: QuerySet[Any] = RoutineVisit.objects.visible_to(actor).select_related("subject_org")
    if not actor.can(Permission.VIEW_VISITS) and actor.organization_id:
        rows = rows.filter(subject_org_id=actor.organization_id)
    return rows


def complaints(actor: Actor, query: Any = None) -> QuerySet[Any]:
    return Complaint.objects.visible_to(actor).select_related("subject_org").defer("text", "answer")


def coverage_rows(actor: Actor, query: QueryDict) -> QuerySet[Any]:
    month = Month.read(query.get("month", ""))
    return covered(actor, month, term_at(month, actor.division_code))


def coverage_sort(actor: Actor) -> str:
    """Least visited first, where that is a county's sum; over a province it would count at every school before a page."""
    few = actor.role == Role.INSPECTOR or actor.division_code % PREFECTURE_SPAN != 0
    return "in_month" if few else "organization_id"


VISIT_VALUES: dict[str, Any] = {
    "school": lambda v: v.subject_org.name, "day": lambda v: v.visited_on, "inspector": lambda v: v.inspector_name,
    "found": lambda v: None if v.state == RoutineVisit.State.DRAFT else v.finding_count,
    "state": lambda v: v.get_state_display(), "served": lambda v: v.served_at,
}  # fmt: skip
VISITS: dict[str, Any] = {"title": "督导记录", "about": RoutineVisit, "rows": visits, "values": VISIT_VALUES,
                          "default_sort": "-visited_on", "widths": {"school": 34}}  # fmt: skip
register_export(
    Export(name="visits", permissions=(Permission.VIEW_VISITS,), columns=VISIT_COLUMNS, filterset_class=VisitFilter, **VISITS)
)  # fmt: skip
register_export(
    Export(
        name="served-visits", permissions=(Permission.READ_SERVED_VISITS,), columns=UNIT_VISIT_COLUMNS,
        filterset_class=ServedVisitFilter, **VISITS,
    )
)  # fmt: skip
register_export(
    Export(
        name="complaints", title="投诉举报", permissions=(Permission.VIEW_COMPLAINTS,), about=Complaint, rows=complaints,
        columns=COMPLAINT_COLUMNS, default_sort="-received_at", filterset_class=ComplaintFilter, widths={"unit": 34},
        values={
            "number": lambda c: c.number, "category": lambda c: c.get_category_display(),
            "unit": lambda c: c.subject_org.name if c.subject_org else f"{c.unit_text}（未对应）",
            "state": lambda c: c.get_state_display(), "received": lambda c: c.received_at, "finished": lambda c: c.finished_at,
        },
    )
)  # fmt: skip
register_export(
    Export(
        name="coverage", title="督导覆盖情况", permissions=(Permission.VIEW_PLANS,), about=School, rows=coverage_rows,
        columns=COVERAGE_COLUMNS, default_sort=coverage_sort, filterset_class=CoverageFilter,
        beside={"school": (Cells("学段", lambda s: s.get_stage_display(), 16),)}, widths={"school": 34, "inspector": 24},
        values={
            "school": lambda s: s.organization.name, "inspector": lambda s: s.inspectors or "未安排", "month": lambda s: s.in_month,
            "term": lambda s: s.in_term, "last": lambda s: s.last_on,
            "plan": lambda s: s.planned_on or ("已列入，日期未定" if s.planned else ""),
        },
    )
)  # fmt: skip
