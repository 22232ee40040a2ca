"""期限规则: which periods bind here and under which article, an office's own, a calculator; and the office's series."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actors import PREFECTURE_SPAN
from accounts.decorators import actor_of, requires
from records import clock
from records.actions import rules as acts
from records.actions.series import layouts_of, series_of, set_series
from records.forms import SeriesForm
from records.models import DeadlineRule, LadderRung
from records.permissions import Permission
from records.state import Refused
from records.timing.bounds import bounds_of, violation_of, whose
from records.timing.deadlines import NoRule, in_force, nearest, term_ranges, working_calendar
from records.timing.period_forms import OwnRuleForm, PeriodForm
from records.timing.periods import end_of
from records.timing.rule_pages import Acts, binding, counted, history_of, levels, rungs_by_act
from records.web import perform


@require_GET
@requires(Permission.VIEW_RULES)
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule that binds the division, each with its ladder; ?start= asks the calculator."""
    actor, today = actor_of(request), clock.today()
    rows = list(DeadlineRule.objects.visible_to(actor))
    found, names = binding(rows, today), acts.names_of(actor)
    rungs = rungs_by_act(list(LadderRung.objects.visible_to(actor)))
    asked = request.GET if "start" in request.GET else None
    form = PeriodForm(found, asked, initial={"start": today})
    context = {
        "acts": [
            Acts(rule, rungs.get(rule.code, []), whose(rule, names),
                 violation_of(rule, [r for r in rows if r.code == rule.code], today, names))
            for rule in found
        ],
        "form": form,
        "answer": _answer(form, actor.division_code) if form.is_bound and form.is_valid() else None,
        "year": today.year,
        "keeps": actor.can(Permission.KEEP_CALENDAR),
    }  # fmt: skip
    return render(request, "records/rules.html", context)


def _answer(form: PeriodForm, division_code: int) -> dict[str, Any] | None:
    """The calculator's answer with the days as they were counted, or its refusal at the form."""
    start, period, calendar = form.cleaned_data["start"], form.period(), working_calendar(division_code)
    try:
        due = end_of(start, period, calendar=calendar, terms=term_ranges(period.amount.unit, division_code))
    except ValueError as error:
        form.add_error(None, str(error))
        return None
    return {"due": due, "period": period, "rule": form.chosen, "start": start,
            "weekday": "一二三四五六日"[due.last_day.weekday()],
            "days": counted(start, due, period, calendar, clock.today())}  # fmt: skip


@require_GET
@requires(Permission.VIEW_RULES)
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """One rule: what each division above has set, within which bounds, who changed it when."""
    actor, today = actor_of(request), clock.today()
    rows = _rows(code, request)
    names, binds = acts.names_of(actor), nearest(rows, actor.division_code or None, today)
    if binds is None:
        raise Http404("这项规则还没有起用。")
    own = in_force(rows, today).get(actor.division_code)
    context = {
        "rule": binds, "levels": levels(rows, actor.division_code, today, names),
        "bounds": bounds_of(rows, actor.division_code, today).words(names) if actor.division_code else "",
        "violation": violation_of(binds, rows, today, names), "entries": history_of(code, actor, names),
        "sets": actor.can(Permission.SET_RULES), "is_own": own is not None and own.set_at is not None,
    }  # fmt: skip
    return render(request, "records/rule_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SET_RULES, writes=True)
def rule_change(request: HttpRequest, code: str) -> HttpResponse:
    """The office's own period, within the bounds from above."""
    actor, rows = actor_of(request), _rows(code, request)
    binds = nearest(rows, actor.division_code, clock.today())
    if binds is None:
        raise Http404("这项规则还没有起用。")
    begin = {"amount": binds.amount, "move_last_day": binds.move_last_day, "basis_kind": binds.basis_kind}
    below = actor.division_code % PREFECTURE_SPAN == 0
    form = OwnRuleForm(binds, below, request.POST or None, initial=begin)
    if request.method == "POST" and form.is_valid():
        try:
            acts.set_rule(code, form.own(), by=actor)
        except Refused as error:
            form.add_error(None, str(error.refusal))
        else:
            messages.success(request, "已保存。正在计算的期限不受影响，从起用日期以后开出的期限按新的规则计算。")
            return redirect("records:rule", code=code)
    names = acts.names_of(actor)
    context = {"form": form, "rule": binds, "bounds": bounds_of(rows, actor.division_code, clock.today()).words(names)}
    return render(request, "records/rule_change.html", context, status=422 if form.is_bound and form.errors else 200)


@require_POST
@requires(Permission.SET_RULES, writes=True)
def rule_reset(request: HttpRequest, code: str) -> HttpResponse:
    """Back to what is inherited, from today."""
    _rows(code, request)
    by, today = actor_of(request), clock.today()
    perform(request, lambda: acts.reset_rule(code, by=by, valid_from=today), done="已恢复沿用上级的规则，从今天起用。")
    return redirect("records:rule", code=code)


def _rows(code: str, request: HttpRequest) -> list[DeadlineRule]:
    try:
        return acts.rules_of(code, actor_of(request))
    except NoRule:
        raise Http404("没有这项期限规则。") from None


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_SERIES, writes=True)
def series(request: HttpRequest) -> HttpResponse:
    """机关代字 of the actor's office."""
    actor = actor_of(request)
    layouts = {f"layout-{kind}": layout for kind, layout in layouts_of(actor).items()}
    form = SeriesForm(request.POST or None, initial=series_of(actor) | layouts)
    if request.method == "POST" and form.is_valid():
        changed = set_series(by=actor, codes=form.codes(), layouts=form.layouts())
        messages.success(request, "机关代字已保存，从下一次签发起使用。" if changed else "没有改动。")
        return redirect("records:series")
    return render(request, "records/series.html", {"form": form}, status=422 if form.errors else 200)
