"""The audit log's one pen (GB/T 22239-2019, 安全审计): it names the object and never its contents."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.actors import Actor
from accounts.personal import mask_text
from records import clock
from records.models import AuditEntry


def record(request: HttpRequest, action: str, thing: Any = None, *, detail: str = "") -> None:
    """Write that the request's person did `action` to a model instance. Without an actor nothing is known to write."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return
    entry = AuditEntry(
        at=clock.now(), action=action, user_id=actor.user_id, person_name=actor.display_name, acting_as=actor.label,
        division_code=actor.division_code, object_kind=thing._meta.label_lower if thing is not None else "",
        object_id=str(getattr(thing, "pk", "")) if not isinstance(thing, type) else "", detail=detail[:200], address=address_of(request),
    )  # fmt: skip
    entry.save(force_insert=True)


def record_many(actor: Actor, action: str, lines: Sequence[tuple[Any, str]]) -> None:
    """Write, in one statement, that a person's job did `action` to each (model instance, detail). A job has no address."""
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=clock.now(), action=action, user_id=actor.user_id, person_name=actor.display_name, acting_as=actor.label[:260],
            division_code=actor.division_code, object_kind=thing._meta.label_lower, object_id=str(thing.pk), detail=detail[:200],
        )
        for thing, detail in lines
    )  # fmt: skip


def read(request: HttpRequest, thing: Any, *, detail: str = "") -> None:
    """Somebody looked at a document or a file."""
    record(request, AuditEntry.Action.READ, thing, detail=detail)


def exported(request: HttpRequest, what: Any, *, filters: str = "", rows: int) -> None:
    """Somebody took a list away: which (a model or an instance), narrowed how, and how many rows it had."""
    record(request, AuditEntry.Action.EXPORT, what, detail=f"{rows}行；筛选：{mask_text(filters) or '无'}")


def address_of(request: HttpRequest) -> str | None:
    """The client's address as the trusted proxies saw it; what a client claims about itself is worth nothing."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    claimed = hops[-proxies] if proxies and len(hops) >= proxies else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ip_address(claimed))
    except ValueError:
        return None
