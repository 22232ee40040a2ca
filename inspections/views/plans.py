"""The month plan and how the month stands against what is required."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.actors import Actor, Role
from accounts.decorators import actor_of, requires
from inspections.actions.plans import PlanRow, save_month_plan
from inspections.coverage import (
    MONTH_BASIS,
    PER_MONTH,
    PER_TERM,
    TERM_BASIS,
    coverage_of,
    covered,
    term_at,
    visits_counted,
)
from inspections.exports import COVERAGE_COLUMNS, coverage_sort
from inspections.filters import CoverageFilter
from inspections.forms import PlanRowForm
from inspections.models import PlannedVisit, RoutineVisit
from inspections.months import Month, Term
from inspections.permissions import Permission
from inspectors.assignments import schools_of
from inspectors.models import Inspector
from records import clock
from records.lists import listing
from records.web import perform
from supervision.models import School

MOST_A_DAY = 2
MOST_SCHOOLS = 120


@requires(Permission.VIEW_PLANS, writes=True)
def month_plan(request: HttpRequest) -> HttpResponse:
    """An inspector's month on one page: his schools, what each has had, and the days he proposes."""
    actor = actor_of(request)
    month = Month.read(request.GET.get("month", ""))
    colleagues = inspectors_to_plan(actor)
    chosen = _chosen(request, actor, colleagues)
    term = term_at(month, actor.division_code)
    rows = _rows(request, actor, chosen, month, term) if chosen else []
    may_plan = may_plan_in(month, actor)
    if request.method == "POST":
        if not may_plan or chosen is None:
            raise PermissionDenied("您不能编制这个月的计划。")
        valid = [r["form"].is_valid() for r in rows]  # each, so that each shows its own mistake
        if all(valid) and _save(request, actor, chosen, month, rows):
            return redirect(f"{reverse('inspections:month_plan')}?month={month.key}&inspector={chosen.user_id}")
    context = {
        "month": month, "term": term, "inspector": chosen, "colleagues": colleagues, "rows": rows,
        "may_plan": may_plan, "coming": month.next, "warnings": _warnings(rows), "month_basis": MONTH_BASIS,
        "term_basis": TERM_BASIS, "per_month": PER_MONTH, "per_term": PER_TERM,
        "planned": sum(r["plan"] is not None for r in rows),
    }  # fmt: skip
    return render(request, "inspections/month_plan.html", context, status=422 if request.method == "POST" else 200)


def may_plan_in(month: Month, actor: Actor) -> bool:
    """A month that is over is not planned any more."""
    return actor.can(Permission.PLAN_VISITS) and month.last >= clock.today()


def inspectors_to_plan(actor: Actor) -> list[Inspector]:
    """Whose plans the actor may open: the office's corps, or his own alone."""
    corps = Inspector.objects.visible_to(actor).valid_on(clock.today()).select_related("user")
    if actor.role == Role.INSPECTOR:
        return list(corps.filter(user_id=actor.user_id)[:1])
    return list(corps.filter(division_code=actor.division_code)[:300])


def _chosen(request: HttpRequest, actor: Actor, colleagues: list[Inspector]) -> Inspector | None:
    wanted = request.GET.get("inspector", "")
    return next((i for i in colleagues if str(i.user_id) == wanted), colleagues[0] if colleagues else None)


def schools_to_plan(actor: Actor, inspector: Inspector) -> QuerySet[Any]:
    """The open schools that the inspector answers for."""
    rows: QuerySet[Any] = School.objects.visible_to(actor).filter(
        organization_id__in=schools_of(inspector.user_id), organization__closed_on__isnull=True
    )
    return rows.select_related("organization")


def _rows(request: HttpRequest, actor: Actor, inspector: Inspector, month: Month, term: Term) -> list[dict[str, Any]]:
    """A line a school: its form, what stands in the plan, visits so far. Three queries."""
    made = RoutineVisit.objects.visible_to(actor).made()
    schools = (
        schools_to_plan(actor, inspector)
        .annotate(
            in_month=visits_counted(made, month.first, month.last), in_term=visits_counted(made, term.first, term.last),
            last_on=_last_on(made),
        )
        .order_by("last_on", "organization__name")[:MOST_SCHOOLS]
    )  # fmt: skip
    plans = {
        p.subject_org_id: p
        for p in PlannedVisit.objects.visible_to(actor)
        .standing()
        .filter(inspector_id=inspector.user_id, month=month.first)
        .select_related("visit")
    }
    data = request.POST if request.method == "POST" else None
    return [_row(school, plans.get(school.pk), month, data) for school in schools]


def _last_on(made: Any) -> Any:
    latest = made.filter(subject_org_id=OuterRef("organization_id")).order_by("-visited_on")
    return Subquery(latest.values("visited_on")[:1])


def _row(school: Any, plan: PlannedVisit | None, month: Month, data: Any) -> dict[str, Any]:
    form = PlanRowForm(
        data, instance=plan or PlannedVisit(), prefix=f"s{school.pk}", month=month, initial={"chosen": plan is not None}
    )
    visit = getattr(plan, "visit", None) if plan else None
    return {"school": school, "plan": plan, "form": form, "visit": visit, "lacking": school.in_month < PER_MONTH}


def _save(request: HttpRequest, actor: Actor, chosen: Inspector, month: Month, rows: list[dict[str, Any]]) -> bool:
    wanted = [
        PlanRow(
            school=r["school"].organization, chosen=r["form"].cleaned_data["chosen"],
            planned_on=r["form"].cleaned_data["planned_on"], purpose=r["form"].cleaned_data["purpose"],
            announced=r["form"].cleaned_data["announced"],
        )
        for r in rows
    ]  # fmt: skip
    return perform(
        request, lambda: save_month_plan(by=actor, inspector=chosen.user, month=month, rows=wanted),
        done=f"{month.label}的计划已保存。",
    )  # fmt: skip


def _warnings(rows: list[dict[str, Any]]) -> list[str]:
    """What the plan asks too much of, of the inspector or of a school; and whom it leaves out."""
    days = Counter(r["plan"].planned_on for r in rows if r["plan"] and r["plan"].planned_on)
    found = [
        f"{day.month}月{day.day}日安排了{n}所学校，一天内难以认真督导，请分散安排。"
        for day, n in sorted(days.items()) if n > MOST_A_DAY
    ]  # fmt: skip
    twice = [str(r["school"]) for r in rows if r["plan"] and not r["visit"] and r["school"].in_month]
    if twice:
        found.append(f"{'、'.join(twice[:5])}本月已督导过，再次到校会增加学校负担，请确认确有需要。")
    out = [r for r in rows if r["lacking"] and r["plan"] is None]
    if out:
        found.append(f"还有{len(out)}所学校本月没有督导，也没有列入计划。")
    return found


@requires(Permission.VIEW_PLANS, Permission.READ_SERVED_VISITS)
def plan_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One planned visit; a school sees it only when it was announced."""
    actor = actor_of(request)
    plans = PlannedVisit.objects.visible_to(actor).select_related("subject_org", "visit")
    plan: PlannedVisit = get_object_or_404(plans, pk=pk)
    day = plan.planned_on
    facts = [
        {"label": "学校", "value": str(plan.subject_org)},
        {
            "label": "时间",
            "value": f"{day.year}年{day.month}月{day.day}日" if day else f"{Month.of(plan.month).label}内",
        },
        {"label": "督学", "value": plan.inspector_name},
        {"label": "重点", "value": plan.purpose or "经常性督导"},
        {"label": "是否通知学校", "value": "已预先通知" if plan.announced else "不预先通知"},
    ]
    visit = getattr(plan, "visit", None)
    own = actor.can(Permission.WRITE_VISITS) and plan.inspector_id == actor.user_id
    may_start = own and plan.cancelled_at is None and visit is None
    context = {
        "plan": plan,
        "visit": visit,
        "facts": facts,
        "may_start": may_start,
        "in_office": actor.can(Permission.VIEW_PLANS),
    }
    return render(request, "inspections/plan_detail.html", context)


@requires(Permission.VIEW_PLANS)
def coverage(request: HttpRequest) -> HttpResponse:
    """Each school's visits of the month and the term against what is required."""
    actor = actor_of(request)
    month = Month.read(request.GET.get("month", ""))
    term = term_at(month, actor.division_code)
    context = listing(
        request, covered(actor, month, term), columns=COVERAGE_COLUMNS, default_sort=coverage_sort(actor),
        filterset_class=CoverageFilter, export="coverage",
    )  # fmt: skip
    context |= {
        "month": month, "term": term, "coverage": coverage_of(actor, month), "per_month": PER_MONTH,
        "per_term": PER_TERM, "month_basis": MONTH_BASIS, "term_basis": TERM_BASIS,
        "may_start": actor.can(Permission.WRITE_VISITS),
    }  # fmt: skip
    return render(request, "inspections/coverage.html", context)
