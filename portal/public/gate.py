"""Answers /public/ before sessions, users and scopes: nobody is asked who he is, and nothing is remembered of him."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.core.handlers.exception import convert_exception_to_response
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve

from portal.public.pages import page

PREFIX = "/public/"
# Stricter than inside: nothing of this site is framed, and no plug-in runs.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; object-src 'none'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)


class PublicSiteMiddleware:
    """Stands before the session middleware. What is not under /public/ goes on as ever."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.answer = convert_exception_to_response(answer)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        response = self.answer(request)
        assert isinstance(response, HttpResponseBase)
        return headed(response)


def answer(request: HttpRequest) -> HttpResponseBase:
    """The view's answer; a page that is not there says so in the site's own look."""
    request.get_host()  # a host that is not ours is refused before anything is kept under its name
    try:
        match = resolve(request.path_info)
        request.resolver_match = match
        if request.method == "POST" and not from_here(request):
            return page("public/refused.html", status=403)
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return response
    except Resolver404:
        return _with_slash(request) or missing()
    except Http404 as error:
        return missing(str(error))


def missing(sentence: str = "") -> HttpResponse:
    return page("public/missing.html", {"sentence": sentence}, status=404)


def _with_slash(request: HttpRequest) -> HttpResponse | None:
    if request.path_info.endswith("/") or request.method not in ("GET", "HEAD"):
        return None
    try:
        resolve(request.path_info + "/")
    except Resolver404:
        return None
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(request.path + "/" + (f"?{query}" if query else ""))


def from_here(request: HttpRequest) -> bool:
    """Whether a form was sent from this site. There is no cookie that a foreign page could misuse, so this only keeps
    other people's pages from speaking in their readers' names. A browser that names no origin is let through.
    """
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    if origin == "null":
        return False
    return not origin or urlsplit(origin).netloc == request.get_host()


def headed(response: HttpResponseBase) -> HttpResponseBase:
    """The headers of every answer; what is not marked as public is kept by nobody."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    response.headers.setdefault("X-Frame-Options", "DENY")
    if not response.streaming and not response.has_header("Content-Length"):
        response.headers["Content-Length"] = str(len(response.content))  # type: ignore[attr-defined]
    return response
