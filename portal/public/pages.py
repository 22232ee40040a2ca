"""Pages of the public site: rendered without a request, kept until something is published or withdrawn."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

import redis
import structlog
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag

from records import clock
from records.files import hand_out
from records.publication.public_cache import GENERATION

log = structlog.get_logger(__name__)
View = Callable[..., HttpResponseBase]
# Others may keep a page this long, so what was withdrawn is gone everywhere after a minute; here it is gone at once.
BROWSER_SECONDS = 60
# Beyond what publishing throws away: a day ends, a notice expires with it.
SERVER_SECONDS = 300
LONGEST_PARAMETER = 60
KEPT_STATUS = (200, 410)


def page(template: str, context: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    """A page of the site. No request: no user, no messages, no token can find their way into it."""
    return HttpResponse(render_to_string(template, {"today": clock.today(), **(context or {})}), status=status)


def kept(*parameters: str) -> Callable[[View], View]:
    """Keep the view's page on the server, by its address and `parameters` of the query, until `changed` is called.

    The view must read no other parameter. Answers a conditional request with 304.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            key = _key(request, parameters)
            generation, found = _looked_up(key)
            if found is None:
                response = view(request, *args, **kwargs)
                if response.streaming or response.status_code not in KEPT_STATUS:
                    return response
                assert isinstance(response, HttpResponse)
                found = _keep(key, generation, response)
            return _answer(request, found)

        return inner

    return decorate


def _key(request: HttpRequest, parameters: tuple[str, ...]) -> str:
    asked = [(name, request.GET[name][:LONGEST_PARAMETER]) for name in parameters if request.GET.get(name)]
    address = f"{request.scheme}://{request.get_host()}{request.path}?{urlencode(asked)}"
    return f"public:page:{hashlib.sha256(address.encode()).hexdigest()}"


Kept = dict[str, Any]


def _looked_up(key: str) -> tuple[float, Kept | None]:
    """The time of the last change, and the page where one of today and since then is kept. One round trip."""
    try:
        rows = cache.get_many([GENERATION, key])
        generation = rows.get(GENERATION)
        if generation is None:
            generation = cache.get_or_set(GENERATION, time.time(), None)
    except redis.RedisError as error:  # without its cache the site is slower, and still there
        log.warning("public.cache", error=str(error))
        return time.time(), None
    page: Kept | None = rows.get(key)
    fresh = page is not None and page["generation"] == generation and page["day"] == clock.today()
    return float(generation or 0), page if fresh else None


def _keep(key: str, generation: float, response: HttpResponse) -> Kept:
    found: Kept = {
        "generation": generation, "day": clock.today(), "status": response.status_code, "body": response.content,
        "type": response.headers["Content-Type"], "at": max(generation, _midnight()),
        "etag": quote_etag(hashlib.sha256(response.content).hexdigest()[:32]),
    }  # fmt: skip
    try:
        cache.set(key, found, SERVER_SECONDS)
    except redis.RedisError as error:
        log.warning("public.cache", error=str(error))
    return found


def _midnight() -> float:
    return clock.now().astimezone(clock.TZ).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _answer(request: HttpRequest, found: Kept) -> HttpResponseBase:
    response = HttpResponse(found["body"], status=found["status"], content_type=found["type"])
    response.headers["Cache-Control"] = f"public, max-age={BROWSER_SECONDS}"
    response.headers["ETag"] = found["etag"]
    response.headers["Last-Modified"] = http_date(found["at"])
    if found["status"] != 200:
        return response
    return get_conditional_response(request, found["etag"], int(found["at"]), response) or response


def public_file(request: HttpRequest, path: str, *, mime: str, name: str, etag: str) -> HttpResponseBase:
    """A stored redacted copy. Others may keep it for as long as a page, and ask again by its tag."""
    response = hand_out(request, path, mime=mime, name=name, etag=etag)
    response.headers["Cache-Control"] = f"public, max-age={BROWSER_SECONDS}"
    return response
