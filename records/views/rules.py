"""期限规则: which periods bind here and under which article, a calculator, the calendar; and the office's series."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.decorators import actor_of, requires
from records import clock
from records.actions.series import series_of, set_series
from records.calendars import FIRST_NOTICED_YEAR, add
from records.deadlines import working_calendar
from records.forms import PeriodForm, SeriesForm
from records.models import CalendarDay, DeadlineRule, LadderRung
from records.permissions import Permission
from records.rule_pages import Acts, binding, months_of, rungs_by_act

LAST_SHOWN_YEAR = 2035


@require_GET
@requires(Permission.VIEW_RULES)
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule that binds the division, each with its ladder; ?start= asks the calculator."""
    actor = actor_of(request)
    found = binding(list(DeadlineRule.objects.visible_to(actor)))
    rungs = rungs_by_act(list(LadderRung.objects.visible_to(actor)))
    asked = request.GET if "start" in request.GET else None
    form = PeriodForm(found, asked, initial={"start": clock.today()})
    context = {
        "acts": [Acts(rule, rungs.get(rule.code, [])) for rule in found],
        "form": form,
        "answer": _answer(form, actor.division_code) if form.is_bound and form.is_valid() else None,
        "year": clock.today().year,
    }
    return render(request, "records/rules.html", context)


def _answer(form: PeriodForm, division_code: int) -> dict[str, Any] | None:
    """The calculator's answer, or its refusal at the form."""
    amount, rule = form.rule_or_amount()
    try:
        due = add(form.cleaned_data["start"], amount, calendar=working_calendar(division_code),
                  move_last_day=rule.move_last_day if rule else False)  # fmt: skip
    except ValueError as error:
        form.add_error(None, str(error))
        return None
    return {"due": due, "amount": amount, "rule": rule, "start": form.cleaned_data["start"],
            "weekday": "一二三四五六日"[due.last_day.weekday()]}  # fmt: skip


@require_GET
@requires(Permission.VIEW_RULES)
def calendar(request: HttpRequest, year: int) -> HttpResponse:
    """The working days of a year: rest days, make-up days, and whether the notice is still to come."""
    if not FIRST_NOTICED_YEAR <= year <= LAST_SHOWN_YEAR:
        raise Http404("没有这一年的日历。")
    actor = actor_of(request)
    working = working_calendar(actor.division_code)
    own = CalendarDay.objects.visible_to(actor).filter(day__year=year)
    context = {
        "year": year,
        "months": months_of(year, working, clock.today()),
        "provisional": working.is_provisional(date(year, 1, 1)),
        "own_days": list(own),
        "working_days": working.count_until(year, date(year, 12, 31)),
        "before": year - 1 if year > FIRST_NOTICED_YEAR else None,
        "after": year + 1 if year < LAST_SHOWN_YEAR else None,
    }
    return render(request, "records/calendar.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_SERIES, writes=True)
def series(request: HttpRequest) -> HttpResponse:
    """机关代字 of the actor's office."""
    actor = actor_of(request)
    form = SeriesForm(request.POST or None, initial=series_of(actor))
    if request.method == "POST" and form.is_valid():
        changed = set_series(by=actor, codes=form.cleaned_data)
        messages.success(request, "机关代字已保存，从下一次签发起使用。" if changed else "没有改动。")
        return redirect("records:series")
    return render(request, "records/series.html", {"form": form}, status=422 if form.errors else 200)
