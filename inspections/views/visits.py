"""Visits to read and to act upon: the list, the record, accepting and returning, what a school sees."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from accounts.models import Organization
from inspections.actions import visits as actions
from inspections.cards import by_part, cards_of
from inspections.coverage import MONTH_BASIS, PER_MONTH, PER_TERM, TERM_BASIS, schools_for, strip_of, term_at
from inspections.exports import UNIT_VISIT_COLUMNS, VISIT_COLUMNS, VISIT_READS, visits
from inspections.filters import ServedVisitFilter, VisitFilter
from inspections.forms import METHOD_UNITS, METHODS, StartForm, VisitForm, may_write
from inspections.instruments import items_of
from inspections.models import PlannedVisit, RoutineVisit
from inspections.months import Month, last_months
from inspections.permissions import Permission
from inspections.printing import VISIT_FORM
from inspections.workflow import VISIT
from inspectors.assignments import inspectors_of
from records import clock
from records.actions.attachments import attachments_of
from records.actions.grants import may_download
from records.jobs import start
from records.lists import listing
from records.state import Refused
from records.web import buttons, perform, timeline
from rectification.models import Problem
from supervision.models import School

READERS = (Permission.VIEW_VISITS, Permission.READ_SERVED_VISITS)


@requires(*READERS)
def visit_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    in_office = actor.can(Permission.VIEW_VISITS)
    context = listing(
        request, visits(actor), columns=VISIT_COLUMNS if in_office else UNIT_VISIT_COLUMNS, default_sort="-visited_on",
        filterset_class=VisitFilter if in_office else ServedVisitFilter,
        export="visits" if in_office else "served-visits", reads=VISIT_READS,
    )  # fmt: skip
    context["may_start"] = actor.can(Permission.WRITE_VISITS)
    return render(request, "inspections/visit_list.html" if in_office else "inspections/visit_list_unit.html", context)


@requires(*READERS)
def visit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    visits = (
        RoutineVisit.objects.visible_to(actor)
        .select_related("subject_org", "version", "version__instrument", "plan")
        .with_companions()
    )
    visit = get_object_or_404(visits, pk=pk)
    cards = cards_of(visit, items_of(visit.version), by_part(attachments_of(visit)), _problem_urls(visit, actor))
    context = {
        "visit": visit, "cards": [c for c in cards if not c.is_silent], "silent": [c for c in cards if c.is_silent],
        "facts": _facts(visit), "methods": _methods(visit), "findings": [f for c in cards for f in c.findings],
    }  # fmt: skip
    if not actor.can(Permission.VIEW_VISITS):
        return render(request, "inspections/visit_unit.html", context)
    context["actions"] = buttons(VISIT, visit, actor, "inspections:visit_move")
    context["entries"] = timeline(visit)
    context["may_write"] = may_write(visit, actor)
    return render(request, "inspections/visit_detail.html", context)


@require_POST
@requires(*READERS, writes=True)
def visit_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The record in table layout, set by a worker."""
    actor = actor_of(request)
    visit = get_object_or_404(RoutineVisit.objects.visible_to(actor).select_related("subject_org"), pk=pk)
    if not may_download(actor, visit):
        raise PermissionDenied("这份督导记录只可在页面上查阅，没有向您开放下载。")
    return redirect(print_visit(visit, actor))


def print_visit(visit: Any, actor: Actor) -> Any:
    """The job that sets it."""
    title = f"督导记录：{visit.school.name}（{visit.visited_on:%Y-%m-%d}）"
    return start(VISIT_FORM, by=actor, params={"visit": visit.pk}, title=title[:200])


def _problem_urls(visit: RoutineVisit, actor: Actor) -> dict[int, str]:
    """Addresses of the ledger's rows that the actor may open: a school only once its notice was served."""
    made = visit.findings.filter(problem_id__isnull=False).values("problem_id")
    return {p.pk: p.get_absolute_url() for p in Problem.objects.visible_to(actor).filter(pk__in=made)}


def _methods(visit: RoutineVisit) -> list[tuple[str, int, str]]:
    labels = {name: str(field.label) for name, field in VisitForm.base_fields.items()}
    return [(labels[n], getattr(visit, n), METHOD_UNITS[n]) for n in METHODS if getattr(visit, n)]


def _facts(visit: Any) -> list[dict[str, Any]]:
    day = visit.visited_on
    times = [t.strftime("%H:%M") if t else "" for t in (visit.time_from, visit.time_until)]
    return [
        {"label": "督导日期", "value": f"{day.year}年{day.month}月{day.day}日"},
        {"label": "到校、离校时间", "value": "—".join(times) if any(times) else ""},
        {"label": "督学", "value": visit.inspector_name},
        {"label": "随行督学", "value": "、".join(visit.companion_names) or "无"},
        {
            "label": "督导工具",
            "value": str(visit.version),
            "url": reverse("inspections:version", args=[visit.version_id]),
        },
    ]


@requires(Permission.ACCEPT_VISITS, Permission.WRITE_VISITS, writes=True)
def visit_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Submit, accept or return, by the button of the record's page."""
    actor = actor_of(request)
    visit: RoutineVisit = get_object_or_404(
        RoutineVisit.objects.visible_to(actor).select_related("subject_org", "version"), pk=pk
    )
    if request.method != "POST" or name not in VISIT.by_name:
        return redirect(visit)
    moves = {
        "accept": (lambda: actions.accept_visit(visit, by=actor), "已审核通过，并送达学校。"),
        "return": (
            lambda: actions.return_visit(visit, by=actor, reason=request.POST.get("reason", "")),
            "已退回督学修改。",
        ),
        "submit": (lambda: actions.submit_visit(visit, by=actor), "已提交，督导办审核后送达学校。"),
    }
    act, done = moves[name]
    perform(request, act, done=done)
    return redirect(visit)


@requires(Permission.WRITE_VISITS, writes=True)
def visit_start(request: HttpRequest) -> HttpResponse:
    """Choose a school and begin; `?school=` chooses it already."""
    actor = actor_of(request)
    schools = list(
        schools_for(actor).order_by("organization__name").values_list("organization_id", "organization__name")
    )
    form = StartForm(request.POST or None, schools=schools, initial={"school": request.GET.get("school", "")})
    if request.method == "POST" and form.is_valid():
        school = Organization.objects.visible_to(actor).get(pk=form.cleaned_data["school"])
        return _started(request, actor, school, None, form.cleaned_data["visited_on"])
    status = 422 if form.is_bound else 200
    return render(request, "inspections/visit_start.html", {"form": form, "schools": schools}, status=status)


@requires(Permission.WRITE_VISITS, writes=True)
def plan_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the visit of a plan."""
    actor = actor_of(request)
    plan: PlannedVisit = get_object_or_404(PlannedVisit.objects.visible_to(actor).select_related("subject_org"), pk=pk)
    if request.method != "POST":
        return redirect(plan)
    existing = RoutineVisit.objects.visible_to(actor).filter(plan=plan).first()
    if existing is not None:
        return redirect("inspections:visit_edit", existing.pk)
    return _started(request, actor, plan.subject_org, plan, clock.today())


def _started(request: HttpRequest, actor: Actor, school: Any, plan: PlannedVisit | None, day: Any) -> HttpResponse:
    try:
        visit = actions.start_visit(by=actor, school=school, plan=plan, visited_on=day)
    except Refused as refused:
        messages.error(request, str(refused.refusal))
        return redirect("inspections:visit_list")
    return redirect("inspections:visit_edit", visit.pk)


@requires(Permission.WRITE_VISITS, writes=True)
def visit_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw away a draft."""
    actor = actor_of(request)
    visit = get_object_or_404(RoutineVisit.objects.visible_to(actor), pk=pk)
    if request.method != "POST":
        return redirect(visit)
    gone = perform(request, lambda: actions.discard_visit(visit, by=actor), done="草稿已删除。")
    return redirect("inspections:visit_list") if gone else redirect(visit)


@requires(*READERS)
def school_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """A school's twelve months and its latest visits; a panel of the school's page, a page of its own without JS."""
    actor = actor_of(request)
    school: School = get_object_or_404(School.objects.visible_to(actor).select_related("organization"), pk=pk)
    visits: QuerySet[RoutineVisit] = RoutineVisit.objects.visible_to(actor).made().filter(subject_org_id=pk)
    year = list(
        visits.filter(visited_on__gte=last_months(12, clock.today())[0].first).order_by("-visited_on", "-pk")[:400]
    )
    month = Month.of(clock.today())
    term = term_at(month, school.division_code)
    counts = {
        "in_month": sum(month.first <= v.visited_on <= month.last for v in year),
        "in_term": sum(term.first <= v.visited_on <= term.last for v in year),
    }
    context = {
        "school": school, "strip": strip_of(year), "latest": year[:5], "term": term, "month": month, "counts": counts,
        "per_month": PER_MONTH, "per_term": PER_TERM, "month_basis": MONTH_BASIS, "term_basis": TERM_BASIS,
        "responsible": list(inspectors_of(pk)), "may_start": actor.can(Permission.WRITE_VISITS),
    }  # fmt: skip
    whole = "inspections/school_visits.html"
    return render(request, "inspections/school_panel.html" if request.htmx else whole, context)  # type: ignore[attr-defined]
