"""The problem ledger, and a ticket opened from it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from records import clock
from records.actions.attachments import attachments_of
from records.lists import listing
from records.state import Refused
from records.web import buttons, perform, timeline
from rectification import actions
from rectification.exports import PROBLEM_COLUMNS, ledger
from rectification.filters import ProblemFilter
from rectification.forms import ProblemForm, TicketForm
from rectification.models import Problem
from rectification.permissions import Permission
from rectification.sources import source_name
from rectification.views.ledger import relapse_context
from rectification.workflow import PROBLEM

MOVES = {
    "dismiss": (actions.dismiss_problem, "已记为不予整改。"),
    "resume": (actions.resume_problem, "问题已恢复为待处置。"),
}


@requires(Permission.VIEW_PROBLEMS)
def problem_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = listing(
        request, ledger(actor), columns=PROBLEM_COLUMNS, default_sort="-found_on", filterset_class=ProblemFilter,
        export="problems",
    )  # fmt: skip
    context["may_register"] = actor.can(Permission.REGISTER_PROBLEMS)
    return render(request, "rectification/problem_list.html", context)


def _problem(actor: Actor, pk: int) -> Problem:
    rows = Problem.objects.visible_to(actor).select_related(
        "subject_org", "author_org", "ticket", "found_by", "category__parent", "relapse_of__ticket"
    )
    found: Problem = get_object_or_404(rows, pk=pk)
    return found


@requires(Permission.VIEW_PROBLEMS)
def problem_detail(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    problem = _problem(actor, pk)
    may_open = (
        actor.can(Permission.OPEN_TICKETS)
        and problem.state == Problem.State.OPEN
        and problem.owner_code == actor.division_code
    )
    context = {
        "problem": problem,
        "files": list(attachments_of(problem)),
        "actions": buttons(PROBLEM, problem, actor, "rectification:problem_move"),
        "entries": timeline(problem),
        "may_open": may_open,
        "facts": _facts(problem),
        **relapse_context(problem, actor),
    }
    return render(request, "rectification/problem_detail.html", context)


def _facts(problem: Problem) -> list[dict[str, Any]]:
    ticket = problem.ticket
    return [
        {"label": "单位", "value": problem.subject_org},
        {
            "label": "分类",
            "value": problem.category or "未分类",
            "source": problem.category.basis if problem.category else "",
        },
        {"label": "涉及督导事项", "value": problem.item_label},
        {"label": "程度", "value": problem.get_severity_display()},
        {"label": "发现日期", "value": f"{problem.found_on:%Y年%-m月%-d日}"},
        {"label": "发现人", "value": problem.found_by},
        {"label": "来源", "value": problem.source_label or source_name(problem.source_kind)},
        {
            "label": "整改单",
            "value": ticket.number if ticket else "尚未开具",
            "url": ticket.get_absolute_url() if ticket else "",
        },
        {"label": "具体情况", "value": problem.description, "wide": True},
    ]


@requires(Permission.REGISTER_PROBLEMS, writes=True)
def problem_create(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = ProblemForm(request.POST or None, actor=actor, initial={"found_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        problem = actions.register_problem(by=actor, **form.cleaned_data)
        return redirect(problem)
    return render(request, "rectification/problem_form.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@requires(Permission.OPEN_TICKETS, writes=True)
def problem_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    actor = actor_of(request)
    problem = _problem(actor, pk)
    if name not in MOVES:
        raise Http404("没有这个步骤。")
    act, done = MOVES[name]
    perform(request, lambda: act(problem, by=actor, reason=request.POST.get("reason", "")), done=done)
    return redirect(problem)


@requires(Permission.OPEN_TICKETS, writes=True)
def ticket_open(request: HttpRequest, pk: int) -> HttpResponse:
    """From one problem, with the other open ones of the same unit offered beside it."""
    actor = actor_of(request)
    problem = _problem(actor, pk)
    together = Problem.objects.visible_to(actor).filter(
        owner_code=problem.owner_code, subject_org_id=problem.subject_org_id, state=Problem.State.OPEN
    )
    unit = problem.subject_org
    initial = {
        "problems": [problem.pk],
        "title": problem.title,
        "department": unit.competent_department_id if unit else None,
    }
    form = TicketForm(request.POST or None, actor=actor, problems=together, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        chosen = list(values.pop("problems"))
        try:
            return redirect(actions.open_ticket(by=actor, problems=chosen, **values))
        except Refused as error:
            form.add_error(None, str(error.refusal))
    context = {"form": form, "problem": problem}
    return render(request, "rectification/ticket_form.html", context, status=422 if form.errors else 200)
