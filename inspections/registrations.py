"""What the portal shows of this room: places, lines of the workbench, a panel. It asks; it need not know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse

from accounts.actors import Actor, Role
from inspections.coverage import MONTH_BASIS, coverage_of
from inspections.models import Complaint, ComplaintContact, Finding, PlannedVisit, RoutineVisit
from inspections.months import Month
from inspections.permissions import Permission
from records import clock
from records.lines import Row, line_rows, register_lines
from records.models import Deadline
from records.registry import Panel, Place, Section, Todo, register_panels, register_place, register_todos
from records.timing.rules import COMPLAINT_ACCEPT, COMPLAINT_FINISH
from records.trail.reveal import register_personal
from rectification.sources import register_source

register_personal(ComplaintContact, "name", Permission.HANDLE_COMPLAINTS)
register_personal(ComplaintContact, "phone", Permission.HANDLE_COMPLAINTS)
register_source(Finding._meta.label_lower, "经常性督导")

State = RoutineVisit.State
LINES = 60
NEWLY = timedelta(days=14)

register_place(
    Place(Section.SCHOOLS, "督导记录", "inspections:visit_list",
          (Permission.VIEW_VISITS, Permission.READ_SERVED_VISITS), icon="checklist", order=10, phone=2),
    Place(Section.SCHOOLS, "月度计划", "inspections:month_plan", (Permission.VIEW_PLANS,), icon="calendar", order=20, phone=3),
    Place(Section.SCHOOLS, "督导覆盖", "inspections:coverage", (Permission.VIEW_VISITS,), icon="chart-bar", order=30, phone=4),
    Place(Section.SCHOOLS, "投诉举报", "inspections:complaint_list", (Permission.VIEW_COMPLAINTS,), icon="message", order=35),
    Place(Section.SCHOOLS, "督导工具", "inspections:instrument_list", (Permission.VIEW_INSTRUMENTS,), icon="list", order=40),
)  # fmt: skip


@register_todos
def todos(actor: Actor) -> Iterable[Todo]:
    """Two queries at most for a role."""
    if actor.role == Role.INSPECTOR:
        yield from _drafts(actor)
        yield from _planned(actor)
    elif actor.role == Role.UNIT_CONTACT:
        yield from _served(actor)


def _drafts(actor: Actor) -> Iterator[Todo]:
    """The inspector's own: returned first, then what he began and did not hand in."""
    own = RoutineVisit.objects.visible_to(actor).filter(
        inspector_id=actor.user_id, state__in=[State.DRAFT, State.RETURNED]
    )
    for visit in own.select_related("subject_org").order_by("-visited_on")[:LINES]:
        returned = visit.state == State.RETURNED
        yield Todo(
            what="修改被退回的督导记录" if returned else "填完并提交督导记录", title=f"{_day(visit.visited_on)}督导记录",
            unit=str(visit.subject_org), url=reverse("inspections:visit_edit", args=[visit.pk]),
            action="修改" if returned else "继续填写", due_at=clock.end_of(Month.of(visit.visited_on).last),
            basis=MONTH_BASIS,
        )  # fmt: skip


def _planned(actor: Actor) -> Iterator[Todo]:
    """Planned for this week, or earlier this month and not made; without a day it is due by the month's end."""
    today = clock.today()
    month = Month.of(today)
    plans = (
        PlannedVisit.objects.visible_to(actor)
        .standing()
        .filter(inspector_id=actor.user_id, month=month.first, visit__isnull=True)
        .select_related("subject_org")
    )
    for plan in plans.order_by("planned_on", "pk")[:LINES]:
        yield Todo(
            what="到校督导", title=plan.purpose or "经常性督导", unit=str(plan.subject_org), url=plan.get_absolute_url(),
            action="查看计划", due_at=clock.end_of(plan.planned_on or month.last), basis=MONTH_BASIS,
        )  # fmt: skip


def _handed_in(actor: Actor) -> list[QuerySet[Any]]:
    """Handed in and waiting for the office."""
    if actor.role == Role.INSPECTOR or not actor.can(Permission.ACCEPT_VISITS):
        return []
    rows = RoutineVisit.objects.visible_to(actor).filter(owner_code=actor.division_code, state=State.SUBMITTED)
    more = {"visited_on": "visited_on", "inspector_name": "inspector_name", "finding_count": "finding_count",
            "unit": "subject_org__name"}  # fmt: skip
    return [line_rows("visit", rows, since="submitted_at", more=more)]


def _visit(row: Row) -> Todo:
    found = f"，发现问题{row.more['finding_count']}个" if row.more["finding_count"] else ""
    day = _day(date.fromisoformat(row.more["visited_on"]))
    return Todo(
        what="审核督导记录", title=f"{row.more['inspector_name']}{day}督导记录{found}", unit=row.more["unit"],
        url=reverse("inspections:visit_detail", args=[row.key]), action="审核",
    )  # fmt: skip


register_lines("visit", _handed_in, _visit)


def _served(actor: Actor) -> Iterator[Todo]:
    """What a school was shown lately."""
    served = RoutineVisit.objects.visible_to(actor).filter(
        subject_org_id=actor.organization_id, served_at__gte=clock.now() - NEWLY
    )
    for visit in served.order_by("-served_at")[:LINES]:
        found = f"发现问题{visit.finding_count}个" if visit.finding_count else "没有发现问题"
        yield Todo(
            what="阅读督导记录", title=f"{_day(visit.visited_on)}督导，{found}", unit=visit.inspector_name, url=visit.get_absolute_url(),
            action="查看", lane="watch",
        )  # fmt: skip


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


@register_panels
def panels(actor: Actor) -> Iterable[Panel]:
    """本月督导覆盖 for whoever answers for schools. Two queries."""
    if not actor.can(Permission.VIEW_VISITS):
        return
    coverage = coverage_of(actor, Month.of(clock.today()))
    yield Panel(
        "本月督导覆盖", "inspections/coverage_panel.html", {"coverage": coverage, "basis": MONTH_BASIS}, order=20
    )


WHAT = {"received": ("决定是否受理投诉举报", "去办理"), "accepted": ("查办并答复投诉举报", "去办理"),
        "proposed": ("审定投诉举报的答复", "去审定")}  # fmt: skip


def _open_complaints(actor: Actor) -> list[QuerySet[Any]]:
    """What the office has to do with complaints, by the deadline that runs."""
    if not actor.can(Permission.HANDLE_COMPLAINTS):
        return []
    own = Complaint.objects.visible_to(actor).open().filter(owner_code=actor.division_code)
    if actor.can(Permission.ANSWER_COMPLAINTS):
        own = own.exclude(state=Complaint.State.PROPOSED, proposed_by_id=actor.user_id)
    else:
        own = own.exclude(state=Complaint.State.PROPOSED)
    clock_of_it = Deadline.objects.open().filter(
        root_kind=Complaint._meta.label_lower, root_id=OuterRef("pk"), act__in=[COMPLAINT_ACCEPT, COMPLAINT_FINISH]
    )
    unit = Coalesce(NullIf("subject_org__short_name", Value("")), "subject_org__name", "unit_text")
    return [line_rows("complaint", own, title="number", since="received_at", due=Subquery(clock_of_it.values("due_at")[:1]),
                      basis=Coalesce(Subquery(clock_of_it.values("basis")[:1]), Value("")),
                      more={"state": "state", "category": "category", "unit": unit})]  # fmt: skip


def _complaint(row: Row) -> Todo:
    what, action = WHAT[row.more["state"]]
    title = f"{row.title} {Complaint.Category(row.more['category']).label}"
    return Todo(what=what, title=title, unit=row.more["unit"] or "", action=action, due_at=row.due_at, basis=row.basis,
                url=reverse("inspections:complaint_detail", args=[row.key]))  # fmt: skip


register_lines("complaint", _open_complaints, _complaint)
