"""How a school stands in rectification, on the school's own page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.decorators import actor_of, requires
from rectification.models import Ticket
from rectification.permissions import Permission
from supervision.models import School

SHOWN = 6


@requires(Permission.VIEW_TICKETS)
def school_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Tickets of a school, those still open first; a page of its own without JavaScript."""
    actor = actor_of(request)
    school = get_object_or_404(School.objects.visible_to(actor).select_related("organization"), pk=pk)
    tickets = Ticket.objects.visible_to(actor).filter(subject_org_id=pk)
    context = {
        "school": school,
        "tickets": tickets.running_first()[:SHOWN],
        "total": tickets.count(),
        "running": tickets.running().count(),
        "overdue": tickets.overdue().count(),
    }
    template = "rectification/school_panel.html" if request.htmx else "rectification/school_tickets.html"  # type: ignore[attr-defined]
    return render(request, template, context)
