"""Keeping the ledger: classify, link what came back, the categories, and what recurs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from records.lists import export_url
from records.state import Refused
from records.web import perform
from rectification import actions
from rectification.categories import tree_of
from rectification.forms import CategoryForm, ClassifyForm, RelapseForm
from rectification.models import Problem, ProblemCategory
from rectification.permissions import Permission
from rectification.recurrence import recurrence
from rectification.relapses import candidates


def _problem(actor: Actor, pk: int) -> Problem:
    rows = Problem.objects.visible_to(actor).select_related("subject_org", "author_org", "category__parent")
    found: Problem = get_object_or_404(rows, pk=pk)
    return found


def keeps(problem: Problem, actor: Actor) -> bool:
    """Whether the actor's office keeps this line of the ledger."""
    return actor.can(Permission.KEEP_LEDGER) and problem.owner_code == actor.division_code


def relapse_context(problem: Problem, actor: Actor) -> dict[str, Any]:
    """For the problem's page: what it came back from, what came back of it, and whom to ask. At most three queries."""
    seen = Problem.objects.visible_to(actor)
    earlier = seen.filter(pk=problem.relapse_of_id).select_related("ticket").first() if problem.relapse_of_id else None
    may_keep = keeps(problem, actor)
    return {
        "earlier": earlier,
        "later": list(seen.filter(relapse_of_id=problem.pk).order_by("found_on")),
        "may_keep": may_keep,
        "suggested": candidates(problem, actor) if may_keep and not problem.relapse_of_id else [],
    }


@requires(Permission.KEEP_LEDGER, writes=True)
def problem_classify(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    problem = _problem(actor, pk)
    form = ClassifyForm(request.POST or None, actor=actor, problem=problem)
    if request.method == "POST" and form.is_valid():
        try:
            actions.classify(problem, by=actor, **form.cleaned_data)
            return redirect(problem)
        except Refused as error:
            form.add_error(None, str(error.refusal))
    context = {"form": form, "problem": problem}
    return render(request, "rectification/problem_classify.html", context, status=422 if form.errors else 200)


@requires(Permission.KEEP_LEDGER, writes=True)
def relapse_link(request: HttpRequest, pk: int) -> HttpResponse:
    """The suggestions with their reasons; the person chooses and says why."""
    actor = actor_of(request)
    problem = _problem(actor, pk)
    offered = candidates(problem, actor)
    form = RelapseForm(request.POST or None, offered=offered)
    if request.method == "POST" and form.is_valid():
        try:
            actions.link_relapse(problem, by=actor, earlier=form.chosen(), reason=form.cleaned_data["reason"])
            return redirect(problem)
        except Refused as error:
            form.add_error(None, str(error.refusal))
    context = {"form": form, "problem": problem, "offered": offered}
    return render(request, "rectification/relapse_form.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.KEEP_LEDGER, writes=True)
def relapse_unlink(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    problem = _problem(actor, pk)
    reason = request.POST.get("reason", "")
    perform(request, lambda: actions.unlink_relapse(problem, by=actor, reason=reason), done="已撤销反弹认定。")
    return redirect(problem)


@require_GET
@requires(Permission.VIEW_PROBLEMS)
def recurring(request: HttpRequest) -> HttpResponse:
    found = recurrence(actor_of(request), request.GET)
    context = {
        "found": found,
        "filter_form": found.form,
        "chart": found.chart(),
        "export_url": export_url(request, "recurring-problems"),
    }
    return render(request, "rectification/problem_recurring.html", context)


# --- categories -----------------------------------------------------------------------------------------------------


@require_GET
@requires(Permission.KEEP_LEDGER)
def category_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    rows = ProblemCategory.objects.visible_to(actor).binding_on(actor.division_code)
    context = {"branches": tree_of(rows), "own_code": actor.division_code}
    return render(request, "rectification/problemcategory_list.html", context)


@requires(Permission.KEEP_LEDGER, writes=True)
def category_create(request: HttpRequest) -> HttpResponse:
    return _category_form(request, ProblemCategory())


@requires(Permission.KEEP_LEDGER, writes=True)
def category_change(request: HttpRequest, pk: int) -> HttpResponse:
    return _category_form(request, _own_category(actor_of(request), pk))


def _own_category(actor: Actor, pk: int) -> ProblemCategory:
    rows = ProblemCategory.objects.visible_to(actor).filter(division_code=actor.division_code)
    found: ProblemCategory = get_object_or_404(rows, pk=pk)
    return found


def _category_form(request: HttpRequest, category: ProblemCategory) -> HttpResponse:
    actor = actor_of(request)
    form = CategoryForm(
        request.POST or None, instance=category, actor=actor, initial={"parent": request.GET.get("parent")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_category(category, by=actor, values=form.cleaned_data)
            return redirect("rectification:category_list")
        except Refused as error:
            form.add_error(None, str(error.refusal))
    context = {"form": form, "category": category}
    return render(request, "rectification/problemcategory_form.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.KEEP_LEDGER, writes=True)
def category_retire(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    category = _own_category(actor, pk)
    done = "已重新启用。" if category.retired_on else "已停用，不再提供选择；原来归在下面的问题不变。"
    perform(request, lambda: actions.retire_category(category, by=actor), done=done)
    return redirect("rectification:category_list")
