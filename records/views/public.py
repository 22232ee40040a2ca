"""The page behind the QR code of a paper. Nobody signs in for it, and it says no more than the paper itself does."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from records.documents.genuine import MOST_FILES, MOST_LOOKS, Hasher, too_many
from records.documents.genuine import verify as look_up
from records.trail.audit import address_of


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # the check is made inside, once the upload's own handler stands: nothing of the file is to be kept
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Issuer, number, date, valid, replaced or void; a POST compares an uploaded file with the one in the archive."""
    hasher = Hasher(settings.UPLOAD_MAX_BYTES)
    request.upload_handlers = [hasher]
    return _answer(request, token, hasher)


@csrf_protect
def _answer(request: HttpRequest, token: str, hasher: Hasher) -> HttpResponse:
    address = address_of(request)
    is_file = request.method == "POST"
    if too_many(address, "file" if is_file else "look", MOST_FILES if is_file else MOST_LOOKS):
        return _closed(render(request, "records/verify.html", {"busy": True}, status=429))
    paper = look_up(token)
    context = {"paper": paper, "answer": ""}
    if is_file and paper is not None:
        assert request.FILES is not None  # reading them streams the file through the hasher
        context["answer"] = hasher.answer(paper.sha256)
    return _closed(render(request, "records/verify.html", context, status=200 if paper else 404))


def _closed(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
