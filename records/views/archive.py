"""The archive: files as a list, what waits to be filed, a file with its catalogue, closing and opening again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from records import jobs
from records.actions import archive as actions
from records.actions.attachments import visible_root
from records.archive.forms import ScanForm
from records.archive.lists import COLUMNS, ArchiveFilter, files_of, not_filed
from records.archive.registry import archive_kinds, kind_label
from records.archive.work import EXPORT
from records.archive.workflow import ARCHIVE
from records.list_exports import waiting_kind
from records.lists import CappedPaginator, export_url, listing
from records.models import ArchiveFile
from records.permissions import Permission
from records.state import Refused
from records.trail import audit
from records.web import buttons, perform, timeline

MOVES = {"close": "已归档，目录固定。", "reopen": "案卷已退回整理。"}


@require_GET
@requires(Permission.VIEW_ARCHIVE)
def archive_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = listing(
        request, files_of(actor), columns=COLUMNS, default_sort="-opened_at", filterset_class=ArchiveFilter,
        export="archive",
    )  # fmt: skip
    context["due"] = ArchiveFile.objects.visible_to(actor).due_for_appraisal().count()
    context["may_keep"] = actor.can(Permission.KEEP_ARCHIVE)
    return render(request, "records/archivefile_list.html", context)


@require_GET
@requires(Permission.KEEP_ARCHIVE)
def archive_waiting(request: HttpRequest) -> HttpResponse:
    """Finished matters without a file, one kind at a time."""
    actor, chosen = actor_of(request), waiting_kind(request.GET)
    paginator = CappedPaginator(not_filed(chosen, actor).select_related("subject_org"), 50)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "kinds": archive_kinds(),
        "export_url": export_url(request, "archive-waiting"),
        "chosen": chosen,
        "page_obj": page,
        "total": paginator.count,
        "lines": [(root, chosen.title(root), chosen.ended(root)) for root in page],
    }
    return render(request, "records/archive_waiting.html", context)


@require_POST
@requires(Permission.KEEP_ARCHIVE, writes=True)
def archive_open(request: HttpRequest) -> HttpResponse:
    """立卷 from a finished root, named by kind and number."""
    actor = actor_of(request)
    root = _root(request.POST.get("root_kind", ""), request.POST.get("root_id", ""), actor)
    try:
        return redirect(actions.open_file(root, by=actor))
    except Refused as error:
        messages.error(request, str(error.refusal))
        return redirect("records:archive_waiting")


def _root(kind: str, pk: str, actor: Actor) -> Any:
    root = visible_root(kind, int(pk), actor) if pk.isdecimal() and len(pk) < 19 else None
    if root is None:
        raise Http404("没有这个事项。")
    return root


def file_of(actor: Actor, pk: int) -> ArchiveFile:
    rows = ArchiveFile.objects.visible_to(actor).select_related("office", "opened_by", "closed_by", "transfer")
    found: ArchiveFile = get_object_or_404(rows, pk=pk)
    return found


@require_GET
@requires(Permission.VIEW_ARCHIVE)
def archive_file(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    file = file_of(actor, pk)
    return render(request, "records/archivefile_detail.html", file_context(file, actor))


def file_context(file: ArchiveFile, actor: Actor, scan: ScanForm | None = None) -> dict[str, Any]:
    """What the page of a file shows; `scan`: the form that was refused, with what was typed."""
    root = visible_root(file.root_kind, file.root_id, actor)
    items = list(file.items.all())
    return {
        "file": file,
        "items": items,
        "kept": sum(not item.left_out for item in items),
        "pages": sum(item.pages or 0 for item in items if not item.left_out),
        "waiting": not file.prepare_error and any(not i.is_ready for i in items if not i.left_out),
        "may_arrange": file.is_open and actor.can(Permission.KEEP_ARCHIVE),
        "actions": buttons(ARCHIVE, file, actor, "records:archive_move"),
        "entries": timeline(file),
        "facts": _facts(file, root),
        "form": scan or ScanForm(),
    }


def _facts(file: ArchiveFile, root: Any) -> list[dict[str, Any]]:
    return [
        {"label": "档号", "value": file.number or "归档时编号"},
        {"label": "类别", "value": kind_label(file.root_kind), "url": root.get_absolute_url() if root else ""},
        {"label": "对象单位", "value": file.subject_name},
        {"label": "归档年度", "value": f"{file.year}年"},
        {"label": "保管期限", "value": file.retention, "source": file.retention_basis},
        {"label": "保管期满", "value": _day(file.expires_on) if file.expires_on else "—"},
        {"label": "立卷人", "value": f"{file.opened_by}（{file.opened_as}）"},
        {"label": "检查人", "value": f"{file.closed_by}（{file.closed_as}）" if file.closed_by else "—"},
        {
            "label": "移交",
            "value": file.transfer or "—",
            "url": file.transfer.get_absolute_url() if file.transfer else "",
        },
    ]


def _day(day: Any) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


@require_POST
@requires(Permission.CLOSE_ARCHIVE, writes=True)
def archive_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    actor = actor_of(request)
    file = file_of(actor, pk)
    if name not in MOVES:
        raise Http404("没有这个步骤。")
    reason = request.POST.get("reason", "")
    act = {
        "close": lambda: actions.close_file(file, by=actor),
        "reopen": lambda: actions.reopen_file(file, by=actor, reason=reason),
    }[name]
    perform(request, act, done=MOVES[name])
    return redirect(file)


@require_POST
@requires(Permission.VIEW_ARCHIVE, writes=True)
def archive_export(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as one PDF or as the ZIP, by a job."""
    actor = actor_of(request)
    file = file_of(actor, pk)
    if file.is_open:
        messages.error(request, "归档以后才能导出案卷。")
        return redirect(file)
    what = "zip" if request.POST.get("what") == "zip" else "pdf"
    audit.exported(request, file, filters=f"{file.number} {what}", rows=file.items.filter(left_out=False).count())
    title = f"导出案卷{'（压缩包）' if what == 'zip' else '（合订本）'}：{file}"
    return redirect(jobs.start(EXPORT, by=actor, params={"file": file.pk, "what": what}, title=title))


@require_GET
@requires(Permission.VIEW_ARCHIVE)
def archive_catalogue(request: HttpRequest, pk: int) -> HttpResponse:
    """The catalogue to print."""
    file = file_of(actor_of(request), pk)
    items = list(file.items.filter(left_out=False))
    return render(request, "records/archive_catalogue.html", {"file": file, "items": items})
