"""The permission's word stands one line above the view; whether it reads or writes is declared there too (style.md 8, 9)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from accounts.actors import Actor

View = Callable[..., HttpResponseBase]
READING = ("SELECT", "WITH", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET", "SHOW", "EXPLAIN")


class WroteInReadOnlyView(RuntimeError):
    """A view declared as reading tried to write."""


def requires(*permissions: str, writes: bool = False, leaves_trace: bool = False) -> Callable[[View], View]:
    """Refuse (403) whoever carries none of the words. A view that does not write on GET or POST lets only SELECT through.

    With `writes=True` a GET still only reads; POST may write. `leaves_trace`: opening the page is itself recorded (who
    read a file, that a message was read), so a GET writes too.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor: Actor | None = getattr(request, "actor", None)
            if actor is None or not any(actor.can(word) for word in permissions):
                raise PermissionDenied("您当前的身份没有使用这个页面的权限。")
            if leaves_trace or (writes and request.method == "POST"):
                return view(request, *args, **kwargs)
            with connection.execute_wrapper(only_reading):
                return view(request, *args, **kwargs)

        inner.permissions = permissions  # type: ignore[attr-defined]
        inner.writes = writes  # type: ignore[attr-defined]
        return inner

    return decorate


def only_reading(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    if not str(sql).lstrip(" (\n").upper().startswith(READING):
        raise WroteInReadOnlyView(f"This view is declared as reading, and tried: {str(sql)[:120]}")
    return execute(sql, params, many, context)


def actor_of(request: HttpRequest) -> Actor:
    """The request's actor, where the view's decorator has made sure that there is one."""
    actor: Actor | None = getattr(request, "actor", None)
    assert actor is not None
    return actor
