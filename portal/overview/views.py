"""The overview page, for whoever leads or runs an office; the place, the figure and the period stand in the address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.actors import PREFECTURE_SPAN, PROVINCE_SPAN, Actor
from accounts.decorators import actor_of, requires
from portal.overview import charts, periods
from portal.overview.caching import kept
from portal.overview.indicators import INDICATORS
from portal.overview.places import Territory, territory
from portal.overview.summary import Overview, Row
from portal.overview.tiles import tile_map
from portal.overview.units import sorted_by, units
from portal.overview.words import PARTY, sentence
from portal.permissions import Permission
from records import clock
from records.models import Document

LATEST, FIRST_UNITS = 6, 50
SUBJECT = ("subject_org__name", "subject_org__short_name")
EXPORTS = ("places", "units", "months")
# Columns of the table of places: (key to sort by, head).
COLUMNS = {
    "name": lambda row: row.part.place.code, "visits": lambda row: row.standing.visits.value,
    "problems_open": lambda row: row.standing.problems_open, "tickets_open": lambda row: row.standing.tickets_open,
    "overdue": lambda row: row.standing.overdue, "on_time_unit": lambda row: row.standing.of("on_time_unit"),
    "on_time_office": lambda row: row.standing.of("on_time_office"),
    "on_time_department": lambda row: row.standing.of("on_time_department"),
}  # fmt: skip


@require_GET
@requires(Permission.VIEW_OVERVIEW)
def overview(request: HttpRequest, code: int | None = None) -> HttpResponse:
    """Of the actor's own division, or of one under it."""
    actor = actor_of(request)
    here = territory(actor, actor.division_code if code is None else code, alone="own" in request.GET)
    found = Overview(actor, here, figure=request.GET.get("figure", ""), period=request.GET.get("period", ""))
    context = kept(request, found, lambda: _figures(request, found))
    context |= {
        "overview": found,
        "crumbs": [(d.name, _kept(reverse("portal:overview_place", args=[d.code]), request.GET)) for d in _above(found)],
        "documents": _documents(actor, here),
        "today": clock.today(),
    }  # fmt: skip
    return render(request, "portal/overview.html", context)


def _figures(request: HttpRequest, found: Overview) -> dict[str, Any]:
    """The sentence and the page's part that is made of figures alone, as it is kept (portal.overview.caching)."""
    asks = {"overview": found, "indicators": INDICATORS.values(), "periods": periods.choices(clock.today())}
    context = _level(request, found) | {
        "overview": found,
        "exports": _exports(request, found),
        "parties": [(PARTY[party], rate) for party, rate in found.standing.on_time.items()],
        "charts": [
            ("visits", charts.visits(found)), ("business", charts.business(found)), ("on-time", charts.on_time(found)),
        ],
        "funnel": charts.funnel(found),
    }  # fmt: skip
    return {
        "sentence": sentence(found),
        "choice": render_to_string("portal/overview_choice.html", asks, request),
        "figures": render_to_string("portal/overview_figures.html", context, request),
    }


def _exports(request: HttpRequest, found: Overview) -> dict[str, str]:
    """Where the tables are fetched as Excel, for this place, figure and period."""
    query = request.GET.copy()
    query["place"] = str(found.here.division.code)
    return {
        name: f"{reverse('records:list_export', args=[f'overview-{name}'])}?{query.urlencode()}" for name in EXPORTS
    }


def _above(found: Overview) -> list[Any]:
    """The divisions above; of what a division manages itself, also the division as a whole."""
    return [*found.here.above, found.here.division] if found.here.alone else found.here.above


def _kept(url: str, query: QueryDict) -> str:
    """The address with the figure and the period of this page."""
    kept = query.copy()
    for name in list(kept):
        if name not in ("figure", "period"):
            del kept[name]
    return f"{url}{'&' if '?' in url else '?'}{kept.urlencode()}" if kept else url


def _level(request: HttpRequest, found: Overview) -> dict[str, Any]:
    """The tiles and the ranked table of the places below, or the units of the last level."""
    if found.here.shows_units:
        every = sorted_by(units(found.actor, found.here.division.code, found.period), request.GET.get("sort", ""))
        shown = every if "all" in request.GET else every[:FIRST_UNITS]
        return {"units": shown, "unit_count": len(every), "hidden": len(every) - len(shown)}
    links = {row.part.place: _kept(row.part.url, request.GET) for row in found.rows}
    rows = [(links[row.part.place], row) for row in _sorted(found, request.GET.get("sort", ""))]
    tiles = tile_map(found)
    return {"rows": rows, "tiles": list(zip(links.values(), tiles.tiles, strict=True)), "tile_map": tiles}


def _sorted(found: Overview, asked: str) -> list[Row]:
    """As the head of the table asks; else what needs looking at comes first."""
    value = COLUMNS.get(asked.removeprefix("-"))
    if value is None:
        return found.ranked
    rows = [row for row in found.rows if value(row) is not None]
    rest = [row for row in found.rows if value(row) is None]
    return sorted(rows, key=value, reverse=asked.startswith("-")) + rest


def _documents(actor: Actor, here: Territory) -> list[Document]:
    """The latest papers about the place that the actor may read. One query."""
    code = here.division.code
    column = "subject_code"
    if not here.alone and code % PREFECTURE_SPAN == 0:
        column = "subject_province" if code % PROVINCE_SPAN == 0 else "subject_prefecture"
    papers = Document.objects.visible_to(actor).filter(**{column: code}, issued_at__isnull=False)
    latest = papers.exclude(state=Document.State.VOID).order_by("-created_at", "-pk")
    shown = latest.select_related("subject_org").only("title", "number", "issued_at", *SUBJECT)
    return list(shown[:LATEST])
