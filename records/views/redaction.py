"""Deciding on flags: passages, words masked by hand, photos. After each, the page stands at the next one that waits."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import actor_of, requires
from records.actions import publications as acts
from records.files import hand_out
from records.models import Publication, RedactionFlag
from records.permissions import Permission
from records.pictures import copy_of, redacted_copy
from records.publication.forms import PhotoForm
from records.state import Refused
from records.uploads import UploadRefused
from records.views.publications import publication_of


def _flag(request: HttpRequest, pk: int, flag: int) -> RedactionFlag:
    publication = publication_of(request, pk)
    rows = RedactionFlag.objects.visible_to(actor_of(request)).select_related("publication", "attachment")
    found: RedactionFlag = get_object_or_404(rows, publication=publication, pk=flag)
    return found


def _next(request: HttpRequest, publication: Publication, after: int = 0) -> HttpResponse:
    """Back to the editor, at the next flag without a decision."""
    waiting = RedactionFlag.objects.visible_to(actor_of(request)).filter(publication=publication, decision="")
    order = sorted(waiting.values_list("pk", flat=True), key=lambda pk: (pk < after, pk))
    return redirect(f"{publication.get_absolute_url()}#{f'flag-{order[0]}' if order else 'redaction'}")


@require_POST
@requires(Permission.PROPOSE_PUBLICATIONS, writes=True)
def flag_decide(request: HttpRequest, pk: int, flag: int) -> HttpResponse:
    """Mask or keep one passage, or all of the same words."""
    row = _flag(request, pk, flag)
    typed = request.POST
    try:
        done = acts.decide(
            row, by=actor_of(request), decision=typed.get("decision", ""), mask=typed.get("mask", ""),
            reason=typed.get("reason", ""), alike="alike" in typed,
        )  # fmt: skip
    except Refused as error:
        messages.error(request, str(error.refusal))
        return redirect(f"{row.publication.get_absolute_url()}#flag-{row.pk}")
    if done > 1:
        messages.success(request, f"相同的{done}处已一并确认。")
    return _next(request, row.publication, row.pk)


@require_POST
@requires(Permission.PROPOSE_PUBLICATIONS, writes=True)
def mask_by_hand(request: HttpRequest, pk: int) -> HttpResponse:
    """Words that the rules did not find."""
    publication = publication_of(request, pk)
    typed = request.POST
    try:
        done = acts.mask_passage(
            publication, by=actor_of(request), text=typed.get("text", ""), mask=typed.get("mask", "")
        )
        messages.success(request, f"已遮盖{done}处。")
    except Refused as error:
        messages.error(request, str(error.refusal))
    return _next(request, publication)


@require_POST
@requires(Permission.PROPOSE_PUBLICATIONS, writes=True)
def photo_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Photos to go with the text; each is flagged."""
    publication = publication_of(request, pk)
    files = request.FILES.getlist("photos")
    if not files:
        messages.error(request, "没有选择照片，请先选择再上传。")
    for file in files:
        try:
            acts.add_photo(publication, file, by=actor_of(request))
        except UploadRefused as error:
            messages.error(request, str(error))
        except Refused as refusal:
            messages.error(request, str(refusal.refusal))
    return _next(request, publication)


@require_POST
@requires(Permission.PROPOSE_PUBLICATIONS, writes=True)
def photo_decide(request: HttpRequest, pk: int, flag: int) -> HttpResponse:
    """Cover parts of a photo, keep it as it is, or leave it out."""
    row = _flag(request, pk, flag)
    back = redirect(f"{row.publication.get_absolute_url()}#flag-{row.pk}")
    form = PhotoForm(request.POST)
    if not form.is_valid():
        messages.error(request, "；".join(str(e) for errors in form.errors.values() for e in errors))
        return back
    try:
        acts.decide_photo(row, by=actor_of(request), **form.cleaned_data)
    except Refused as error:
        messages.error(request, str(error.refusal))
        return back
    return _next(request, row.publication, row.pk)


@require_GET
@requires(Permission.VIEW_PUBLICATIONS)
def photo_image(request: HttpRequest, pk: int, flag: int) -> HttpResponseBase:
    """The full photo, or with ?redacted as the public would see it."""
    row = _flag(request, pk, flag)
    if row.attachment is None:
        raise Http404("这不是照片。")
    if "redacted" in request.GET:
        made = redacted_copy(row.attachment.sha256, row.boxes, blurred=row.blurred)
        return HttpResponse(made.content, content_type="image/jpeg", headers={"X-Content-Type-Options": "nosniff"})
    path = copy_of(row.attachment.sha256, "view")
    return hand_out(request, path, mime="image/jpeg", name="photo.jpg", etag=f"{row.attachment.sha256}-view")
