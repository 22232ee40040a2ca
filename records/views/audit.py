"""The audit trail, for the audit administrator: who did what when and from where, never the contents."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.decorators import actor_of, requires
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


@require_GET
@requires(Permission.READ_AUDIT)
def audit_list(request: HttpRequest) -> HttpResponse:
    entries = AuditEntry.objects.visible_to(actor_of(request))
    context = listing(request, entries, columns=COLUMNS, default_sort="-at", filterset_class=AuditFilter)
    return render(request, "records/auditentry_list.html", context)
