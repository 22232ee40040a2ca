"""Handing files over to an archive: the list to sign, and the entry of what has gone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from accounts.decorators import actor_of, requires
from records import clock
from records.actions import archive as actions
from records.actions.attachments import UploadRefused
from records.archive.forms import TransferForm
from records.files import hand_out
from records.list_exports import TRANSFER_COLUMNS
from records.lists import listing
from records.models import ArchiveFile, ArchiveTransfer
from records.permissions import Permission
from records.state import Refused
from records.storage import path_of
from records.trail import audit


@require_GET
@requires(Permission.VIEW_ARCHIVE)
def transfer_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = listing(
        request, ArchiveTransfer.objects.visible_to(actor), columns=TRANSFER_COLUMNS, default_sort="-handed_on",
        export="archive-transfers",
    )  # fmt: skip
    context["may_hand_over"] = actor.can(Permission.CLOSE_ARCHIVE)
    return render(request, "records/archivetransfer_list.html", context)


@requires(Permission.CLOSE_ARCHIVE, writes=True)
def transfer_create(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = TransferForm(
        request.POST or None, request.FILES or None, actor=actor, initial={"handed_on": clock.today()},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        files, receipt = list(values.pop("chosen")), values.pop("receipt")
        try:
            return redirect(actions.hand_over(files, by=actor, values=values, receipt=receipt))
        except (Refused, UploadRefused) as error:
            form.add_error(None, str(getattr(error, "refusal", error)))
    return render(request, "records/archivetransfer_form.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@requires(Permission.CLOSE_ARCHIVE)
def transfer_draft(request: HttpRequest) -> HttpResponse:
    """The list to print and sign, of the files that are ready to go."""
    actor = actor_of(request)
    files = ArchiveFile.objects.visible_to(actor).closed().order_by("number")
    chosen = [int(pk) for pk in request.GET.getlist("files") if pk.isdecimal()]
    rows = list((files.filter(pk__in=chosen) if chosen else files)[: actions.MOST_TRANSFERRED])
    return render(request, "records/archivetransfer_detail.html", {"files": rows, "actor": actor, "facts": []})


@require_GET
@requires(Permission.VIEW_ARCHIVE)
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    found = get_object_or_404(ArchiveTransfer.objects.visible_to(actor).select_related("recorded_by"), pk=pk)
    files = list(ArchiveFile.objects.visible_to(actor).filter(transfer=found).order_by("number"))
    context = {"transfer": found, "files": files, "actor": actor, "facts": _facts(found)}
    return render(request, "records/archivetransfer_detail.html", context)


def _facts(found: ArchiveTransfer) -> list[dict[str, Any]]:
    day = found.handed_on
    return [
        {"label": "接收单位", "value": f"{found.receiver}（{found.get_receiver_kind_display()}）"},
        {"label": "接收人", "value": found.received_by},
        {"label": "移交日期", "value": f"{day.year}年{day.month}月{day.day}日"},
        {"label": "登记人", "value": found.recorded_by},
        {"label": "备注", "value": found.note or "—"},
    ]


@require_GET
@requires(Permission.VIEW_ARCHIVE, leaves_trace=True)
def transfer_receipt(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = get_object_or_404(ArchiveTransfer.objects.visible_to(actor_of(request)), pk=pk)
    audit.read(request, found, detail=found.receipt_name)
    path = path_of(found.receipt_sha256)
    return hand_out(request, path, mime=found.receipt_mime, name=found.receipt_name, etag=found.receipt_sha256)
