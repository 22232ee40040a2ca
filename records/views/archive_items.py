"""Arranging an open file: the order, what is left out, scanned papers; and each paper of a file to read."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from records.actions import archive as actions
from records.actions.attachments import UploadRefused, visible_root
from records.archive.forms import ScanForm
from records.files import hand_out
from records.models import ArchiveItem
from records.permissions import Permission
from records.state import Refused
from records.storage import path_of
from records.trail import audit
from records.views.archive import file_context, file_of
from records.web import perform

MOST = 1000


@require_POST
@requires(Permission.KEEP_ARCHIVE, writes=True)
def archive_arrange(request: HttpRequest, pk: int) -> HttpResponse:
    """The numbers and remarks typed beside the lines."""
    actor = actor_of(request)
    file = file_of(actor, pk)
    order = {
        item: int(value) for item, value in _typed(request, "position-") if value.isdecimal() and int(value) <= MOST
    }
    remarks = dict(_typed(request, "remarks-"))
    perform(request, lambda: actions.arrange(file, by=actor, order=order, remarks=remarks), done="顺序和备注已保存。")
    return redirect(file)


def _typed(request: HttpRequest, prefix: str) -> list[tuple[int, str]]:
    """What was typed into the fields named prefix + id of the line."""
    found = []
    for name, value in request.POST.items():
        pk = name.removeprefix(prefix)
        if name.startswith(prefix) and pk.isdecimal() and isinstance(value, str):
            found.append((int(pk), value.strip()))
    return found[:MOST]


def _item(actor: Actor, pk: int, item: int) -> ArchiveItem:
    rows = ArchiveItem.objects.visible_to(actor).filter(file_id=pk).select_related("file")
    found: ArchiveItem = get_object_or_404(rows, pk=item)
    return found


@require_POST
@requires(Permission.KEEP_ARCHIVE, writes=True)
def archive_leave_out(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    actor = actor_of(request)
    line, reason = _item(actor, pk, item), request.POST.get("reason", "")
    if not line.left_out and not reason.strip():
        messages.error(request, "不归档须写明理由。")
    else:
        words = "" if line.left_out else reason
        done = "已恢复归档。" if line.left_out else "已列为不归档。"
        perform(request, lambda: actions.leave_out(line.file, line, by=actor, reason=words), done=done)
    return redirect(line.file)


@require_POST
@requires(Permission.KEEP_ARCHIVE, writes=True)
def archive_scan(request: HttpRequest, pk: int) -> HttpResponse:
    """A scanned paper is added at the end; what was typed stays when the file is refused."""
    actor = actor_of(request)
    file = file_of(actor, pk)
    form = ScanForm(request.POST, request.FILES)
    if form.is_valid():
        values = dict(form.cleaned_data)
        try:
            actions.add_scan(file, values.pop("upload"), by=actor, **values)
            messages.success(request, "扫描件已加入目录末尾。")
            return redirect(file)
        except (Refused, UploadRefused) as error:
            form.add_error("upload", str(getattr(error, "refusal", error)))
    return render(request, "records/archivefile_detail.html", file_context(file, actor, form), status=422)


@require_POST
@requires(Permission.KEEP_ARCHIVE, writes=True)
def archive_refresh(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    file = file_of(actor, pk)
    root = visible_root(file.root_kind, file.root_id, actor)
    if root is None:
        raise Http404("原事项已经看不到了。")
    perform(request, lambda: actions.refresh(file, root, by=actor), done="已重新读取材料，新增的排在目录末尾。")
    return redirect(file)


@require_GET
@requires(Permission.VIEW_ARCHIVE, leaves_trace=True)
def archive_item(request: HttpRequest, pk: int, item: int) -> HttpResponseBase:
    """A paper of the file, as its bytes are."""
    line = _item(actor_of(request), pk, item)
    if not line.sha256:
        raise Http404("这份材料正在生成，请稍候。")
    audit.read(request, line.file, detail=line.title)
    return hand_out(request, path_of(line.sha256), mime=line.mime, name=line.name or line.title, etag=line.sha256)
