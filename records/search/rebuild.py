"""All entries made anew, set by set: after rows came in with the triggers off, or when what an entry is made of changed."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction

from records.search import sql
from records.search.install import TABLE, definition, filling, installed
from records.search.registry import findables


def rebuild(note: Callable[[str], None] = lambda sentence: None) -> int:
    """Empty the table, fill it from the rows and index it; as the owner, in one transaction. Answers how many entries.

    Writers of what can be found wait until it is done: about two minutes for 1.5 million rows. `note` hears how far it is.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLE}")
        cursor.execute(f"DROP INDEX IF EXISTS {sql.INDEX}")
        for one in findables.values():
            cursor.execute(filling(one, "true"))
            note(f"{one.label}：{cursor.rowcount}")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute(sql.CREATE_INDEX)
        cursor.execute(f"ANALYZE {TABLE}")
        cursor.execute(f"COMMENT ON TABLE {TABLE} IS '{definition()}'")
        cursor.execute(f"SELECT count(*) FROM {TABLE}")
        return int(cursor.fetchone()[0])


def rebuild_if_changed() -> None:
    """After a migration: only where entries are made otherwise than those that stand there, or none ever were."""
    if installed() != definition():
        rebuild()
