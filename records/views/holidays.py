"""工作日历 and 学期: the days of a year, loading a holiday notice, the school terms of the division."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import actor_of, requires
from records import clock
from records.actions import terms as terms_acts
from records.actions.holidays import load_notice, plan_for
from records.models import CalendarDay, HolidayNotice, SchoolTerm
from records.permissions import Permission
from records.state import Refused
from records.timing.calendars import FIRST_NOTICED_YEAR
from records.timing.deadlines import terms_of, working_calendar
from records.timing.holiday_notices import Reading, differences, read
from records.timing.period_forms import NoticeForm, TermForm
from records.timing.rule_pages import months_of
from records.web import perform

LAST_SHOWN_YEAR = 2035


@require_GET
@requires(Permission.VIEW_RULES)
def calendar(request: HttpRequest, year: int) -> HttpResponse:
    """The working days of a year: rest days, make-up days, and whether the notice is still to come."""
    if not FIRST_NOTICED_YEAR <= year <= LAST_SHOWN_YEAR:
        raise Http404("没有这一年的日历。")
    actor = actor_of(request)
    working = working_calendar(actor.division_code)
    own = CalendarDay.objects.visible_to(actor).filter(day__year=year)
    notices = list(HolidayNotice.objects.visible_to(actor).filter(year=year))
    loaded = {notice.source for notice in notices}
    context = {
        "year": year,
        "months": months_of(year, working, clock.today()),
        "provisional": working.is_provisional(date(year, 1, 1)),
        "own_days": [day for day in own if day.source not in loaded],
        "notices": notices,
        "working_days": working.count_until(year, date(year, 12, 31)),
        "before": year - 1 if year > FIRST_NOTICED_YEAR else None,
        "after": year + 1 if year < LAST_SHOWN_YEAR else None,
        "keeps": actor.can(Permission.KEEP_CALENDAR),
    }
    return render(request, "records/calendar.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.KEEP_CALENDAR, writes=True)
def holidays_load(request: HttpRequest) -> HttpResponse:
    """Paste, look at what would change, then load. Nothing is written before the second button."""
    form = NoticeForm(request.POST or None)
    reading = _reading(form) if request.method == "POST" and form.is_valid() else None
    if reading is not None and not reading.faults and "load" in request.POST and _loaded(request, form, reading):
        return redirect("records:calendar", year=reading.year)
    context = {"form": form, "reading": reading, **(_preview(request, reading) if reading else {})}
    bad = form.is_bound and (form.errors or (reading is not None and reading.faults))
    return render(request, "records/holidays_load.html", context, status=422 if bad else 200)


def _reading(form: NoticeForm) -> Reading:
    return read(form.cleaned_data["text"], form.cleaned_data["year"])


def _preview(request: HttpRequest, reading: Reading) -> dict[str, Any]:
    """The year as it would be, with what changes."""
    actor = actor_of(request)
    working = working_calendar(actor.division_code)
    changes = differences(reading, working)
    after = working.with_days({d.day: d.is_working for d in reading.days.values()},
                              {d.day: d.name for d in reading.days.values()})  # fmt: skip
    roles = {change.day: "changed" for change in changes}
    return {"changes": changes, "months": months_of(reading.year, after, clock.today(), roles), "plan": plan_for(actor, reading),
            "missing": sorted(reading.missing.items()), "year": reading.year}  # fmt: skip


def _loaded(request: HttpRequest, form: NoticeForm, reading: Reading) -> bool:
    data = form.cleaned_data
    try:
        notice = load_notice(reading, by=actor_of(request), title=data["title"], number=data["number"], text=data["text"],
                             confirmed="confirmed" in request.POST)  # fmt: skip
    except Refused as error:
        form.add_error(None, str(error.refusal))
        return False
    if notice is None:
        messages.info(request, f"{reading.year}年的安排与已经载入的一致，没有改动。")
    else:
        messages.success(
            request, f"已载入{notice.changed_days}天的安排；受影响的期限正在重新计算，只延后、不提前，会逐一通知。"
        )
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_RULES, writes=True)
def terms(request: HttpRequest) -> HttpResponse:
    """The school terms that count here, and a line to add one of the office's own."""
    actor = actor_of(request)
    keeps = actor.can(Permission.KEEP_CALENDAR)
    form = TermForm(request.POST or None) if keeps else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            terms_acts.add_term(by=actor, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error.refusal))
        else:
            messages.success(request, "学期已登记。")
            return redirect("records:terms")
    names, own = terms_acts.names_of(actor), actor.division_code if keeps else None
    lines = [
        (term, names.get(term.division_code, ""), term.division_code == own) for term in terms_of(actor.division_code)
    ]
    context = {"lines": lines, "form": form, "today": clock.today()}
    return render(request, "records/terms.html", context, status=422 if form is not None and form.errors else 200)


@require_POST
@requires(Permission.KEEP_CALENDAR, writes=True)
def term_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a term of one's own away."""
    actor = actor_of(request)
    term = SchoolTerm.objects.visible_to(actor).filter(pk=pk, division_code=actor.division_code).first()
    if term is None:
        raise Http404("没有这个学期。")
    perform(request, lambda: terms_acts.remove_term(term, by=actor), done=f"已删除{term.name}。")
    return redirect("records:terms")
