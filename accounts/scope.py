"""The one place that opens a database scope. Outside one, every business table is empty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pghistory
from django.db import connection, transaction

from accounts.actors import NO_SCOPE, Actor


def _set(settings: Iterable[tuple[str, str]]) -> None:
    pairs = list(settings)
    sql = "SELECT " + ", ".join(["set_config(%s, %s, true)"] * len(pairs))
    with connection.cursor() as cursor:
        cursor.execute(sql, [text for pair in pairs for text in pair])


def _get() -> list[tuple[str, str]]:
    names = [name for name, _ in NO_SCOPE]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(["current_setting(%s, true)"] * len(names)), names)
        row = cursor.fetchone()
    return [(name, value or "") for name, value in zip(names, row, strict=True)]


@contextmanager
def scope(actor: Actor | None) -> Iterator[None]:
    """Run the block in a transaction that sees `actor`'s rows; None sees no business row at all.

    A released savepoint keeps set_config(…, true), so a nested block restores what stood before it.
    """
    nested = connection.in_atomic_block
    with transaction.atomic():
        before = _get() if nested else None
        _set(actor.settings() if actor else NO_SCOPE)
        try:
            with pghistory.context(**trail(actor)):
                yield
        finally:
            if before is not None and not connection.needs_rollback:
                _set(before)


def trail(actor: Actor | None) -> dict[str, object]:
    """What the trigger-written change log keeps of who acted."""
    if actor is None:
        return {"by": "nobody"}
    return {"user": actor.user_id, "membership": actor.membership_id, "by": actor.display_name, "as": actor.label}


@contextmanager
def system_role() -> Iterator[None]:
    """Tests only have one login, which plays every role: a task's body plays the system's there.

    In production Celery logs in as the system and this does nothing.
    """
    playing = connection.settings_dict.get("OPTIONS", {}).get("assume_role")
    if not playing:
        yield
        return
    _play("sys")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            _play(playing)


def _play(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {connection.ops.quote_name(role)}")
