from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.actors import PREFECTURE_SPAN, Actor, ActorKind, Role
from accounts.decorators import actor_of, requires
from portal.context import NavItem, permitted
from portal.permissions import Permission
from portal.sights import sight_of, starts
from portal.workbench import FIRST_LINES, LINES_A_ROOM, Show, When, Workbench, panels
from records import clock
from records.registry import Section

WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
HEADINGS = {
    Show.MINE: "待我处理", Show.WEEK: "本周到期", Show.OVERDUE: "已逾期", Show.BELOW: "下级报送",
    Show.WATCH: "等待他人办理",
}  # fmt: skip
TONES = {Show.WEEK: "amber", Show.OVERDUE: "red"}


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """The workbench, or a word to a person who is signed in and holds no identity today."""
    if getattr(request, "actor", None) is None:
        return render(request, "portal/no_identity.html")
    return workbench(request)


@requires(Permission.USE_WORKBENCH)
def workbench(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = _list(request, Workbench(actor))
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "portal/workbench_list.html", context)
    now = clock.now()
    context |= {
        "panels": panels(actor, request),
        "today": now.date(),
        "weekday": WEEKDAYS[now.weekday()],
        "greeting": "上午好" if now.hour < 12 else "下午好" if now.hour < 18 else "晚上好",
        "starts": starts(actor),
    }
    return render(request, "portal/workbench.html", context)


def _list(request: HttpRequest, bench: Workbench) -> dict[str, Any]:
    asked = request.GET.get("show", "")
    show = Show(asked) if asked in set(Show) else Show.ALL
    lines = bench.showing(show)
    shown = lines if "all" in request.GET else lines[:FIRST_LINES]
    return {
        "sight": sight_of(bench.actor),
        "administers": bench.actor.kind is ActorKind.ADMIN,
        "show": show,
        "heading": HEADINGS.get(show, ""),
        "places": _places(bench.actor),
        "stats": _strip(bench, show),
        "waiting": bench.waiting,
        "late": bench.late,
        "late_elsewhere": bench.late_elsewhere,
        "lines": lines,
        "groups": bench.groups(shown),
        "hidden": len(lines) - len(shown),
        "overdue_heading": When.OVERDUE,
        "next_of_others": bench.next_of_others,
    }


def _strip(bench: Workbench, show: Show) -> list[dict[str, Any]]:
    """The counts that are links. What a role never has (a school has nobody below) is left out when empty."""
    keys = [Show.MINE, Show.WEEK, Show.OVERDUE]
    keys += [Show.BELOW] if _has_offices_below(bench) else []
    keys += [Show.WATCH] if bench.showing(Show.WATCH) else []
    return [
        {"label": HEADINGS[key], "value": len(lines := bench.showing(key)), "tone": TONES.get(key, ""),
         "current": key is show, "url": "?" if key is show else f"?show={key}", "more": len(lines) >= LINES_A_ROOM}
        for key in keys
    ]  # fmt: skip


def _has_offices_below(bench: Workbench) -> bool:
    """A county's office has none; the count is shown all the same once something came up."""
    above_county = bench.actor.is_office and bench.actor.division_code % PREFECTURE_SPAN == 0
    return bool(bench.showing(Show.BELOW)) or (above_county and bench.actor.role != Role.INSPECTOR)


def _places(actor: Actor) -> list[NavItem]:
    """Where the identity may go from here: for the three administrators, who have no lines."""
    if actor.kind is not ActorKind.ADMIN:
        return []
    return [
        NavItem(p.label, reverse(p.url_name), p.icon) for p in permitted(actor) if p.section is not Section.WORKBENCH
    ]
