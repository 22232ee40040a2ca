"""The database's side of search, rebuilt with every hardening: functions, the index, and the triggers that keep it true.

Triggers, not writers: jobs, COPY with triggers on, DivisionChange and plain SQL are in it too. They run as the owner,
because nobody else may touch the entries, and only when a column that is written into an entry changed: a ticket that
moves on costs nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from django.db import connection

from accounts.hardening import ROLES, quoted
from records.search import finding_sql, initials, sql
from records.search.registry import Findable, Watch, findables

TABLE = "records_searchentry"
CHANGED = ", ".join(f"{column} = excluded.{column}" for column in sql.FILLED[1:])
MINE, THEIRS = ", ".join(f"e.{c}" for c in sql.FILLED[1:]), ", ".join(f"excluded.{c}" for c in sql.FILLED[1:])


def functions() -> Iterator[str]:
    """What an entry is made of: a change here makes the stored entries wrong."""
    yield from (sql.NORM, sql.HASH, sql.GRAMS, sql.TOKENS, sql.DAY, sql.JOINED, sql.KEYS, sql.CORE)
    yield from sql.letters(initials.usual(), initials.other())
    yield sql.INITIALS


def statements() -> Iterator[str]:
    yield from functions()
    for one in findables.values():
        yield _put(one)
    yield from _no_triggers()
    for one in findables.values():
        yield from _triggers(one)
    yield from finding_sql.statements(list(findables.values()))
    yield from sql.NEWEST
    yield sql.CREATE_INDEX
    yield f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {TABLE} FROM {ROLES}"


def definition() -> str:
    """A mark of how entries are made: where the database bears another, they are made anew."""
    parts = [*functions(), *(one.rows for one in findables.values())]
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


def installed() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(%s::regclass, 'pg_class')", [TABLE])
        return str(cursor.fetchone()[0] or "")


def filling(one: Findable, these: str) -> str:
    """INSERT … SELECT of the entries of a kind; `these` narrows it."""
    return f"""INSERT INTO {TABLE} AS e (kind, {", ".join(sql.FILLED)})
        SELECT '{one.kind}', f.* FROM ({one.rows.format(these=these)}) f"""


def _put(one: Findable) -> str:
    """search_put_<kind>(keys): write the entries of these things, where they differ."""
    return f"""CREATE OR REPLACE FUNCTION search_put_{one.kind}(these bigint[]) RETURNS void
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN {filling(one, "t." + _key(one) + " = ANY (these)")}
          ON CONFLICT (kind, object_id) DO UPDATE SET {CHANGED} WHERE ({MINE}) IS DISTINCT FROM ({THEIRS});
        END $$"""


def _key(one: Findable) -> str:
    return str(one.model._meta.pk.column)  # type: ignore[union-attr]


def _no_triggers() -> Iterator[str]:
    """Those of before go first: a kind may have been renamed."""
    yield """DO $$ DECLARE t record; BEGIN
        FOR t IN SELECT tgname, tgrelid::regclass AS of FROM pg_trigger WHERE tgname LIKE 'search\\_%' AND NOT tgisinternal
        LOOP EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.of); END LOOP; END $$"""


def _triggers(one: Findable) -> Iterator[str]:
    table = one.model._meta.db_table
    yield _function(
        f"{one.kind}_gone", f"DELETE FROM {TABLE} WHERE kind = '{one.kind}' AND object_id = OLD.{_key(one)}"
    )
    yield _trigger(f"{one.kind}_gone", table, "DELETE")
    for number, watch in enumerate(one.watches):
        name, itself = f"{one.kind}_{number}", watch.table == table
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            if event == "DELETE" and (itself or watch.columns):
                continue
            if event == "INSERT" and watch.columns and not itself:
                continue
            yield _function(
                f"{name}_{event.lower()}", f"PERFORM search_put_{one.kind}(ARRAY({watch.ids.format(row=row)}))"
            )
            yield _trigger(f"{name}_{event.lower()}", watch.table, event, _changed(watch) if event == "UPDATE" else "")


def _changed(watch: Watch) -> str:
    return " OR ".join(f"OLD.{c} IS DISTINCT FROM NEW.{c}" for c in watch.columns)


def _function(name: str, body: str) -> str:
    return f"""CREATE OR REPLACE FUNCTION search_on_{name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $$ BEGIN {body}; RETURN NULL; END $$"""


def _trigger(name: str, table: str, event: str, when: str = "") -> str:
    return f"""CREATE TRIGGER search_{name} AFTER {event} ON {quoted(table)} FOR EACH ROW
        {f"WHEN ({when})" if when else ""} EXECUTE FUNCTION search_on_{name}()"""
