"""`/healthz` for the container and the balancer: answered before sessions, hosts, redirects and scopes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import redis
import structlog
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from psycopg2 import Error, connect

from accounts.checks import powerful_role

PATH = "/healthz"
SECONDS = 2
log = structlog.get_logger(__name__)


class HealthMiddleware:
    """200 `ok` when database and Redis answer within two seconds, else 503 with the name of what does not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return healthz() if request.path == PATH else self.get_response(request)


def healthz() -> HttpResponse:
    """What failed is named, why it failed goes to the log: the page is open to everybody."""
    failing = [name for name, works in (("database", _database), ("redis", _redis)) if not works()]
    text = f"failing: {', '.join(failing)}" if failing else "ok"
    response = HttpResponse(text, content_type="text/plain", status=503 if failing else 200)
    response["Cache-Control"] = "no-store"
    return response


def _database() -> bool:
    # A connection of its own: the request's may hang for as long as TCP likes. The statement's limit is local to its
    # transaction, because a pooler hands the session on.
    options = connection.get_connection_params() | {"connect_timeout": SECONDS, "tcp_user_timeout": SECONDS * 1000}
    try:
        with closing(connect(**options)) as own, own.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{SECONDS}s'")
            # Tests log in as the owner and play web by SET ROLE, which this connection does not.
            why = "" if connection.settings_dict["OPTIONS"].get("assume_role") else powerful_role(cursor)
    except Error as error:
        log.warning("health.database", error=str(error))
        return False
    if why:
        # It answers, and would answer everybody everything: nobody may be sent here (docs/adr/0002).
        log.error("health.database_role", why=why)
    return not why


def _redis() -> bool:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=SECONDS, socket_timeout=SECONDS)
    try:
        with closing(client):
            client.ping()
    except redis.RedisError as error:
        log.warning("health.redis", error=str(error))
        return False
    return True
