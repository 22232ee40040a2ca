"""What the nightly check of the figures found, for whoever administers the system."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.decorators import actor_of, requires
from accounts.models import Division
from records.figures.measures import labels
from records.models import FigureCheck, FigureDifference
from records.permissions import Permission

NIGHTS, MOST = 30, 200


@require_GET
@requires(Permission.VIEW_FIGURE_CHECKS)
def check_list(request: HttpRequest) -> HttpResponse:
    """The last thirty checks, and what differed in the actor's range."""
    actor = actor_of(request)
    mine = FigureDifference.objects.visible_to(actor)
    counted = Count("differences", filter=Q(differences__in=mine))
    checks = list(FigureCheck.objects.visible_to(actor).annotate(wrong=counted)[:NIGHTS])
    found = list(mine.filter(run__in=[c.pk for c in checks]).select_related("run").order_by("-run_id", "place_code", "measure", "at", "pk")[:MOST])  # fmt: skip
    names, words = {d.code: d for d in Division.within(actor.division_code)}, labels()
    for row in found:
        row.place, row.label = names.get(row.place_code), words.get(row.measure, row.measure)
    return render(request, "records/figurecheck_list.html", {"checks": checks, "found": found, "most": MOST})
