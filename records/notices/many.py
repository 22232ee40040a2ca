"""What thousands are told of at once: one statement writes the lines and their deliveries to the inbox.

`notify.deliver` is the same for one event. What leaves the house is rare beside the inbox and is made in Python.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from records import clock
from records.models import Delivery, Notification
from records.notices.channels import open_channels
from records.notices.notify import Root, kept_away_from, outside_of


@dataclass(frozen=True)
class Told:
    """A SELECT of who is told what: owner_code, user_id, home (as whose member), key, title, body, root_kind, root_id,
    urgent, category; a person once for each key. `values` are its parameters; `roots` all that it may be about."""

    source: str
    values: dict[str, Any]
    roots: Collection[Root]


WRITE = """
WITH meant AS MATERIALIZED ({source}),
lines AS (
  INSERT INTO {notification} (user_id, owner_code, title, body, category, root_kind, root_id, key, urgent, created_at)
  SELECT m.user_id, m.owner_code, left(m.title, 200), m.body, m.category, m.root_kind, m.root_id, left(m.key, 120), m.urgent,
         %(now)s
    FROM meant m
   WHERE (m.root_kind, m.root_id, m.user_id) NOT IN
         (SELECT * FROM unnest(%(away_kinds)s::text[], %(away_roots)s::bigint[], %(away_users)s::bigint[]))
  ON CONFLICT DO NOTHING
  RETURNING id, user_id, owner_code, title, category, root_kind, root_id, key)
INSERT INTO {delivery} (notification_id, user_id, organization_id, owner_code, channel, category, title, root_kind, root_id,
                        alone, queued_at, delivered_at, error)
SELECT l.id, l.user_id, m.home, l.owner_code, 'inbox', l.category, l.title, l.root_kind, l.root_id, false, %(now)s, %(now)s, ''
  FROM lines l JOIN meant m ON m.owner_code = l.owner_code AND m.user_id = l.user_id AND left(m.key, 120) = l.key
RETURNING notification_id, organization_id"""


def deliver_all(told: Told) -> int:
    """Put the lines into the inboxes and queue what goes out besides, each once by its key. Runs as the system.

    Returns how many lines are new. Whoever is kept away from a root is not told (回避).
    """
    away = sorted(kept_away_from(told.roots))
    kinds, roots, users = zip(*away, strict=True) if away else ((), (), ())
    names = {
        "notification": connection.ops.quote_name(Notification._meta.db_table),
        "delivery": connection.ops.quote_name(Delivery._meta.db_table),
    }  # fmt: skip
    now = clock.now()
    values = {"now": now, "away_kinds": list(kinds), "away_roots": list(roots), "away_users": list(users)}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WRITE.format(source=told.source, **names), told.values | values)
        homes = dict(cursor.fetchall())
        if open_channels():
            lines = Notification.objects.filter(pk__in=homes)
            Delivery.objects.bulk_create(outside_of(list(lines), homes, now), ignore_conflicts=True)
    return len(homes)
