"""Reading the inbox: how many lines are unread, opening one, marking all."""

from __future__ import annotations

from accounts.actors import Actor
from records import clock
from records.models import Notification

COUNT_TO = 100


def unread_count(actor: Actor | None) -> int:
    """Unread lines of the person, counted to 100: the frame shows 99+ beyond."""
    if actor is None:
        return 0
    return int(Notification.objects.visible_to(actor).filter(read_at__isnull=True).order_by()[:COUNT_TO].count())


def mark_read(line: Notification) -> None:
    """The person opened it; the first time counts."""
    Notification.objects.filter(pk=line.pk, read_at__isnull=True).update(read_at=clock.now())


def mark_all_read(actor: Actor) -> int:
    """Returns how many were unread."""
    mine = Notification.objects.visible_to(actor).filter(read_at__isnull=True)
    return int(mine.update(read_at=clock.now()))
