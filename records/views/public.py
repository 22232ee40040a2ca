"""The page behind the QR code of a paper. Nobody signs in for it, and it says no more than the paper itself does."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from records import storage
from records.genuine import Genuine
from records.genuine import verify as look_up


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Issuer, number, date, valid or void; a POST compares an uploaded file with the one in the archive."""
    paper = look_up(token)
    context = {"paper": paper, "answer": ""}
    if request.method == "POST" and paper is not None:
        context["answer"] = _compare(request, paper)
    response = render(request, "records/verify.html", context, status=200 if paper else 404)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _compare(request: HttpRequest, paper: Genuine) -> str:
    """ "same", "different", or what keeps the file from being compared: "missing", "large"."""
    file = request.FILES.get("file")
    if file is None:
        return "missing"
    if (file.size or 0) > settings.UPLOAD_MAX_BYTES:
        return "large"
    return "same" if storage.digest(file.chunks()) == paper.sha256 else "different"
