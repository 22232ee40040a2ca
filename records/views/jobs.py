"""The person's long work: how far each job is, what it came to, and the file to fetch."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import actor_of, requires
from records import storage
from records.files import hand_out
from records.jobs import jobs_of
from records.list_exports import JOB_COLUMNS
from records.lists import listing
from records.lost_jobs import run_again
from records.permissions import Permission
from records.trail import audit
from records.web import perform


@require_GET
@requires(Permission.USE_JOBS)
def job_list(request: HttpRequest) -> HttpResponse:
    jobs = jobs_of(actor_of(request)).defer("params", "faults")
    context = listing(request, jobs, columns=JOB_COLUMNS, default_sort="-created_at", export="jobs")
    return render(request, "records/job_list.html", context | {"columns": None})


@require_GET
@requires(Permission.USE_JOBS)
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """The page asks for itself again while the work runs; htmx swaps the inner part only."""
    row = get_object_or_404(jobs_of(actor_of(request)), pk=pk)
    template = "records/job_progress.html" if request.headers.get("HX-Request") else "records/job.html"
    return render(request, template, {"job": row, "progress": row.progress})


@require_POST
@requires(Permission.USE_JOBS, writes=True)
def job_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Once more what was cut off."""
    actor = actor_of(request)
    row = get_object_or_404(jobs_of(actor), pk=pk)
    perform(request, lambda: run_again(row, by=actor), done="已重新排队，完成后会在收件箱通知您。")
    return redirect(row)


@require_GET
@requires(Permission.USE_JOBS, leaves_trace=True)
def job_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The result. Fetching it is an export and stands in the audit log."""
    row = get_object_or_404(jobs_of(actor_of(request)), pk=pk)
    if not row.result:
        raise Http404("这项任务没有结果文件。")
    audit.exported(request, row, filters=row.title, rows=row.done)
    path = storage.path_of(row.result)
    return hand_out(request, path, mime=row.result_mime, name=row.result_name, etag=row.result)
