"""Evidence: reading a file, sending one, taking a draft back."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import actor_of, requires
from records import pictures, storage
from records.actions import attachments as evidence
from records.actions.attachments import UploadRefused
from records.actions.grants import may_download
from records.files import hand_out
from records.models import Attachment
from records.permissions import Permission
from records.trail import audit


@require_GET
@requires(Permission.READ_ATTACHMENTS, leaves_trace=True)
def attachment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, or with ?size=thumb|view a smaller picture. Whoever may not see its root gets 404."""
    found = evidence.readable(pk, actor_of(request))
    if found is None:
        raise Http404("附件不存在。")
    return take(request, *found)


def take(request: HttpRequest, row: Attachment, root: Any) -> HttpResponseBase:
    """The file of a root that came through its door; an outsider who was let in to read only does not take it away."""
    size = _size(request, row, root)
    on_the_page = row.is_image and request.GET.get("size", "") in pictures.PREVIEWS
    if not on_the_page and not may_download(actor_of(request), root):
        raise PermissionDenied("这份文件只可在页面上查阅，没有向您开放下载。")
    # A page shows its thumbnails by itself; opening one is what a person does.
    if size != "thumb":
        audit.read(request, row, detail=row.name)
    if not size:
        return hand_out(request, storage.path_of(row.sha256), mime=row.mime, name=row.name, etag=row.sha256)
    try:
        copied = pictures.copy_of(row.sha256, size)
    except FileNotFoundError as error:
        raise Http404("文件不存在。") from error
    return hand_out(request, copied, mime="image/jpeg", name=_as_jpeg(row.name), etag=f"{row.sha256}-{size}")


def _size(request: HttpRequest, row: Attachment, root: Any) -> str:
    """Which copy: "" is the original, with the time and position that its camera wrote."""
    if not row.is_image:
        return ""
    asked = request.GET.get("size", "")
    if asked in pictures.PREVIEWS:
        return asked
    return "" if evidence.may_see_position(row, root, actor_of(request)) else "clean"


def _as_jpeg(name: str) -> str:
    return f"{name.rpartition('.')[0] or name}.jpg"


@require_POST
@requires(Permission.ADD_ATTACHMENTS, writes=True)
def attachment_upload(request: HttpRequest) -> HttpResponse:
    """Take files as drafts for ?root_kind=&root_id=&part=. Answers JSON to upload.js ({"id"} of a single file, or
    {"detail"}), and goes back to the page where there is no JavaScript."""
    root = _root(request)
    files: list[File[bytes]] = [file for name in request.FILES for file in request.FILES.getlist(name)]
    taken, refused = _take(files, root, request)
    if request.headers.get("Accept", "").startswith("application/json"):
        if refused:
            return JsonResponse({"detail": refused[0], "ids": [row.pk for row in taken]}, status=422)
        return JsonResponse({"id": taken[0].pk, "ids": [row.pk for row in taken], "url": taken[0].url})
    for sentence in refused:
        messages.error(request, sentence)
    if taken:
        messages.success(request, f"已上传{len(taken)}个文件。")
    return _back(request, root)


def _root(request: HttpRequest) -> Any:
    asked = {**request.GET.dict(), **request.POST.dict()}
    number = str(asked.get("root_id", ""))
    root = (
        evidence.visible_root(str(asked.get("root_kind", "")), int(number), actor_of(request))
        if number.isdecimal()
        else None
    )
    if root is None:
        raise Http404("没有这个事项。")
    return root


def _take(files: list[File[bytes]], root: Any, request: HttpRequest) -> tuple[list[Attachment], list[str]]:
    """What was taken, and the sentences about what was not. A file refused takes no other with it."""
    part = request.POST.get("part") or request.GET.get("part", "")
    taken: list[Attachment] = []
    refused = [] if files else ["没有选择文件，请先选择再上传。"]
    for file in files:
        try:
            with transaction.atomic():
                taken.append(evidence.store_upload(file, root=root, by=actor_of(request), part=part, filed=False))
        except UploadRefused as error:
            refused.append(str(error))
    return taken, refused


@require_POST
@requires(Permission.ADD_ATTACHMENTS, writes=True)
def attachment_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a draft back; what was handed in stays."""
    found = evidence.readable(pk, actor_of(request))
    if found is None:
        raise Http404("附件不存在。")
    row, root = found
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    try:
        evidence.remove_draft(row, actor_of(request))
    except UploadRefused as error:
        if wants_json:
            return JsonResponse({"detail": str(error)}, status=409)
        messages.error(request, str(error))
        return _back(request, root)
    if wants_json:
        return JsonResponse({"removed": pk})
    messages.success(request, f"已移除“{row.name}”。")
    return _back(request, root)


def _back(request: HttpRequest, root: Any) -> HttpResponse:
    """To the page that asked (?next=), if it is one of ours, else to the root's own."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return redirect(quote(wanted, safe="/?=&%#-_.~:"))
    return redirect(root.get_absolute_url())
