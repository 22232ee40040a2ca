"""The audit trail, for the audit administrator: who did what when and from where, never the contents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count
from django.db.models.functions import TruncHour
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from records import clock
from records.filters import AuditFilter
from records.lists import Column, listing
from records.models import AuditEntry
from records.permissions import Permission

COLUMNS = [
    Column("at", "时间", "at"),
    Column("person", "人员", "person_name"),
    Column("action", "行为", "action"),
    Column("object", "对象"),
    Column("outcome", "结果", "succeeded"),
    Column("address", "地址"),
]
LOOKS = (AuditEntry.Action.READ, AuditEntry.Action.REVEAL, AuditEntry.Action.EXPORT)
LOOKED_BACK = timedelta(days=7)
MOST = 10


@dataclass(frozen=True)
class Unusual:
    """Somebody who looked at or took away more within an hour than people usually do."""

    person: str
    hour: datetime
    count: int


@require_GET
@requires(Permission.READ_AUDIT)
def audit_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    entries = AuditEntry.objects.visible_to(actor)
    context = listing(request, entries, columns=COLUMNS, default_sort="-at", filterset_class=AuditFilter)
    context |= {"unusual": _unusual(actor), "threshold": settings.READS_AN_HOUR}
    query = request.GET.urlencode()
    context["export_url"] = reverse("records:list_export", args=["audit"]) + (f"?{query}" if query else "")
    return render(request, "records/auditentry_list.html", context)


def _unusual(actor: Actor) -> list[Unusual]:
    """Of the last week, the busiest first. One query."""
    looks = AuditEntry.objects.visible_to(actor).filter(action__in=LOOKS, at__gte=clock.now() - LOOKED_BACK)
    hours = (
        looks.annotate(hour=TruncHour("at", tzinfo=clock.TZ))
        .order_by()
        .values("user_id", "person_name", "hour")
        .annotate(n=Count("pk"))
        .filter(n__gt=settings.READS_AN_HOUR)
        .order_by("-n", "person_name")[:MOST]
    )
    return [Unusual(row["person_name"], row["hour"], row["n"]) for row in hours]
