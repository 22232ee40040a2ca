"""The change log's dates in the demo. Its triggers write the database's time, which stands still while a year is played in
one transaction; a real year has a date for each change.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models.functions import Coalesce

from accounts.hardening import event_models, quoted
from inspections.models import RoutineVisit


def date_visits() -> None:
    """Of visits written at once: when they were begun, and when they were accepted."""
    changes: Any = RoutineVisit._meta.get_field("change_events").related_model
    changes.objects.update(pgh_created_at=Coalesce("served_at", "created_at"))


class ChangeDates:
    """Gives the changes since the last call the moment at which the story has arrived. For the owner's role only."""

    def __init__(self) -> None:
        self._last = {model._meta.db_table: 0 for model in event_models()}

    def skip(self) -> None:
        """What has been changed up to here keeps its date."""
        union = " UNION ALL ".join(f"SELECT %s, max(pgh_id) FROM {quoted(table)}" for table in self._last)
        with connection.cursor() as cursor:
            cursor.execute(union, list(self._last))
            self._last |= {table: last for table, last in cursor.fetchall() if last is not None}

    def date(self, moment: datetime) -> None:
        """One statement for all tables, each through its primary key."""
        tables = list(self._last)
        moved = [
            f"u{n} AS (UPDATE {quoted(table)} SET pgh_created_at = %s WHERE pgh_id > %s RETURNING pgh_id)"
            for n, table in enumerate(tables)
        ]
        newest = [f"SELECT %s, max(pgh_id) FROM u{n}" for n in range(len(tables))]
        values = [value for table in tables for value in (moment, self._last[table])]
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {', '.join(moved)} {' UNION ALL '.join(newest)}", [*values, *tables])
            self._last |= {table: last for table, last in cursor.fetchall() if last is not None}
