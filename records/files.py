"""Handing out stored bytes: the right type, a name, no sniffing, and by nginx where it stands in front."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.http import content_disposition_header, parse_etags

# What a browser shows without running anything of it; all else is offered for saving.
SHOWN_IN_PLACE = ("image/", "video/", "application/pdf")


def hand_out(request: HttpRequest, path: str, *, mime: str, name: str, etag: str) -> HttpResponseBase:
    """The stored file at `path`. The browser may keep it and must ask each time: the right to read may have ended.

    Http404 when the bytes are gone.
    """
    tag = f'"{etag}"'
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        return _headed(HttpResponseNotModified(), tag)
    if not default_storage.exists(path):
        raise Http404("文件不存在。")
    response: HttpResponseBase
    if settings.ACCEL_REDIRECT:
        response = HttpResponse(headers={"X-Accel-Redirect": settings.ACCEL_REDIRECT + quote(path)})
    else:
        response = FileResponse(default_storage.open(path, "rb"))
        response.headers["Content-Length"] = str(default_storage.size(path))
    response.headers["Content-Type"] = f"{mime}; charset=utf-8" if mime.startswith("text/") else mime
    saved = not mime.startswith(SHOWN_IN_PLACE) or "download" in request.GET
    response.headers["Content-Disposition"] = content_disposition_header(saved, name) or "attachment"
    return _headed(response, tag)


def _headed(response: HttpResponseBase, tag: str) -> HttpResponseBase:
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
