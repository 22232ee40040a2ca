"""Reading the inbox: how many lines are unread, opening one, marking some or all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import IntegerField, Subquery

from accounts.actors import Actor
from records import clock
from records.models import ChannelKind, Delivery, Notification

COUNT_TO = 100


def unread_count(actor: Actor | None) -> int:
    """Unread lines of the person, counted to 100: the frame shows 99+ beyond."""
    if actor is None:
        return 0
    return int(Notification.objects.visible_to(actor).filter(read_at__isnull=True).order_by()[:COUNT_TO].count())


def newest(actor: Actor, many: int) -> tuple[list[Notification], int]:
    """The newest lines of the person and `unread_count`, in one query."""
    lines = Notification.objects.visible_to(actor)
    unread = lines.filter(read_at__isnull=True).order_by().values("pk")[:COUNT_TO]
    counted = lines.annotate(unread=CountOf(unread)).order_by("-created_at", "-pk")
    found = list(counted[:many])
    return found, found[0].unread if found else 0  # type: ignore[attr-defined]


class CountOf(Subquery):
    """How many rows a query gives, its limit included."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def mark_read(line: Notification) -> None:
    """The person opened it; the first time counts."""
    _mark(Notification.objects.filter(pk=line.pk))


def mark_some_read(actor: Actor, keys: Iterable[int]) -> int:
    """Those of the keys that are the person's own; returns how many were unread."""
    return _mark(Notification.objects.visible_to(actor).filter(pk__in=list(keys)))


def mark_all_read(actor: Actor) -> int:
    """Returns how many were unread."""
    return _mark(Notification.objects.visible_to(actor))


def _mark(lines: Any) -> int:
    """The trail of the business shows when its message was opened."""
    now, unread = clock.now(), lines.filter(read_at__isnull=True)
    Delivery.objects.filter(
        notification__in=unread.values("pk"), channel=ChannelKind.INBOX, seen_at__isnull=True
    ).update(seen_at=now)
    return int(unread.update(read_at=now))
