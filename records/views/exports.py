"""A list as Excel, at once or as a job. Who took what, narrowed how, stands in the audit log."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from accounts.decorators import actor_of, requires
from records import clock, jobs
from records.exports import MIME, MOST_AT_ONCE, export_named, file_name, write
from records.permissions import Permission
from records.trail import audit

JOB = "records.export"


@require_GET
@requires(Permission.USE_JOBS, leaves_trace=True)
def list_export(request: HttpRequest, name: str) -> HttpResponseBase:
    """The registered list, as the address narrows it. The list's own words decide who may."""
    actor, export = actor_of(request), export_named(name)
    if export is None:
        raise Http404("没有这张表。")
    if not any(actor.can(word) for word in export.permissions):
        raise PermissionDenied("您当前的身份没有导出这张表的权限。")
    sheet = export.sheet(actor, request.GET)
    audit.exported(request, export.about, filters=sheet.filters, rows=sheet.written)
    if sheet.total > MOST_AT_ONCE:
        params = {"name": name, "query": request.GET.urlencode()}
        return redirect(jobs.start(JOB, by=actor, params=params, title=f"导出{export.title}"))
    with write(sheet, by=actor) as file:
        response = HttpResponse(file.read(), content_type=MIME)
    name = file_name(export.title, clock.today())
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
