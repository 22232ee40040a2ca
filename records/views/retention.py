"""保管期限: how long each kind of file is kept here, and an office's own periods."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import actor_of, requires
from records.actions import retention as acts
from records.archive.forms import RetentionForm
from records.archive.lists import Retention, retention_past, retention_rows
from records.archive.retention import inherited_by
from records.permissions import Permission
from records.state import Refused
from records.web import perform


@require_GET
@requires(Permission.VIEW_ARCHIVE)
def retention_list(request: HttpRequest) -> HttpResponse:
    """How long each kind is kept here, what it stands on, and who set it."""
    actor = actor_of(request)
    context = {"rows": retention_rows(actor), "entries": retention_past(actor), "sets": actor.can(Permission.SET_RULES)}
    return render(request, "records/archive_retention.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SET_RULES, writes=True)
def retention_change(request: HttpRequest, kind: str) -> HttpResponse:
    actor, row = actor_of(request), _row(request, kind)
    begin = {"years": row.rule.years or "", "basis": row.rule.basis, "basis_kind": row.rule.basis_kind}
    form = RetentionForm(request.POST or None, initial=begin)
    if request.method == "POST" and form.is_valid():
        try:
            acts.set_retention(kind, by=actor, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error.refusal))
        else:
            messages.success(request, "已保存。今后立的案卷按新的期限保管，已立的案卷不变。")
            return redirect("records:archive_retention")
    context = {"form": form, "row": row, "above": inherited_by(kind, actor.division_code)}
    return render(request, "records/retention_change.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.SET_RULES, writes=True)
def retention_reset(request: HttpRequest, kind: str) -> HttpResponse:
    row = _row(request, kind)
    perform(request, lambda: acts.reset_retention(row.kind, by=actor_of(request)), done="已恢复沿用上级的保管期限。")
    return redirect("records:archive_retention")


def _row(request: HttpRequest, kind: str) -> Retention:
    found = next((row for row in retention_rows(actor_of(request)) if row.kind == kind), None)
    if found is None:
        raise Http404("没有这类案卷。")
    return found
