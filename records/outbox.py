"""Facts flow down, consequences wait: a row written with the fact, consumed once by the higher room's handler.

A handler is registered for a topic by the room that owns it (`handles` in its tasks.py). The consuming task opens the
scope of the owning office, so the handler acts as that office's scheduler and as nobody else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from django.db.models import F

from accounts.actors import Actor, OrganizationKind, system
from accounts.models import Organization
from accounts.scope import scope
from records import clock
from records.models import Outbox

Handler = Callable[[Outbox, Actor], None]
FailureHandler = Callable[[Outbox, Actor, str], None]
_handlers: dict[str, Handler] = {}
_failed: dict[str, FailureHandler] = {}
_slow: set[str] = set()
log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 20


def handles(topic: str, *, slow: bool = False, failed: FailureHandler | None = None) -> Callable[[Handler], Handler]:
    """Register the one handler of a topic. Topics without a handler stay on the office's workbench as proposals.

    `slow` topics (rendering) have a task of their own: a notice does not wait behind a paper. `failed` is told each
    time the handler broke off, after what it wrote was undone.
    """

    def register(handler: Handler) -> Handler:
        _handlers[topic] = handler
        if failed is not None:
            _failed[topic] = failed
        if slow:
            _slow.add(topic)
        return handler

    return register


def publish(topic: str, *, key: str, root: Any, by: Actor, payload: dict[str, Any] | None = None) -> None:
    """Write the event once (`key` makes it one) and wake the consumer after the commit."""
    row = Outbox(
        topic=topic, owner_code=root.owner_code, author_org_id=by.organization_id or None, root_kind=root.kind, root_id=root.pk,
        key=f"{topic}:{key}"[:160], payload=payload or {}, created_at=clock.now(),
    )  # fmt: skip
    Outbox.objects.bulk_create([row], ignore_conflicts=True)
    # Robust: without a broker the fact stands all the same, and the scheduler's next round finds the row.
    transaction.on_commit(lambda: current_app.tasks["records.tasks.consume_outbox"].delay(topic in _slow), robust=True)


def retry(topic: str, *, key: str, owner_code: int) -> None:
    """Let a row that failed too often be tried again, at once."""
    rows = Outbox.objects.filter(owner_code=owner_code, key=f"{topic}:{key}"[:160], consumed_at__isnull=True)
    rows.update(attempts=0, error="")
    transaction.on_commit(lambda: current_app.tasks["records.tasks.consume_outbox"].delay(topic in _slow), robust=True)


def office_actor(owner_code: int) -> Actor:
    """The scheduler acting within one office, with the office's organization as author of what it drafts."""
    with scope(system(owner_code)):
        office = (
            Organization.objects.filter(kind=OrganizationKind.OFFICE, division_id=owner_code).order_by("pk").first()
        )
    return system(owner_code, organization_id=office.pk if office else 0)


def consume(*, slow: bool = False, limit: int = 500) -> int:
    """Hand waiting rows to their handlers, oldest first, and then what those handlers wrote, until nothing moves.

    A failing row is kept with its error and tried again the next time. Returns how many rows were done.
    """
    topics = [topic for topic in _handlers if (topic in _slow) is slow]
    tried: set[Any] = set()
    done = 0
    while rows := [row for row in _waiting(topics, limit) if row[0] not in tried]:
        for pk, owner_code in rows:
            tried.add(pk)
            done += _consume_one(pk, office_actor(owner_code))
    return done


def _waiting(topics: list[str], limit: int) -> list[tuple[Any, int]]:
    with scope(system()):
        return list(
            Outbox.objects.filter(consumed_at__isnull=True, topic__in=topics, attempts__lt=MAX_ATTEMPTS)
            .order_by("created_at")
            .values_list("pk", "owner_code")[:limit]
        )


def _consume_one(pk: Any, actor: Actor) -> int:
    try:
        with scope(actor):
            row = Outbox.objects.select_for_update(skip_locked=True).filter(pk=pk, consumed_at__isnull=True).first()
            if row is None:
                return 0
            _handlers[row.topic](row, actor)
            row.consumed_at, row.error = clock.now(), ""
            row.save(update_fields=["consumed_at", "error"])
        return 1
    except Exception as error:  # whatever breaks, the rows behind this one must not wait for it
        log.warning("outbox.failed", row=str(pk), error=repr(error))
        _keep_failure(pk, actor, str(error)[:2000] or repr(error))
        return 0


def _keep_failure(pk: Any, actor: Actor, sentence: str) -> None:
    with scope(actor):
        row = Outbox.objects.filter(pk=pk).first()
        if row is None:
            return
        Outbox.objects.filter(pk=pk).update(attempts=F("attempts") + 1, error=sentence)
        if row.topic in _failed:
            _failed[row.topic](row, actor, sentence)
