"""SQL of the figures: triggers that write deltas, and the functions that roll up, compare and mend.

They run as the owner (SECURITY DEFINER), because they count every tenant's rows at once and because nobody else may
write a figure. None takes a tenant, a measure or a number from its caller. The background role alone may call them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from accounts.hardening import hardens, quoted
from records.figures.measures import Source, sources

OLD, NEW = "old_rows", "new_rows"
KEY = "measure, at, sight, owner_code"
# Any number of ours: whoever adds to the summary holds it until his transaction ends.
LOCK = 7_310_466_001
DEFINER = "SECURITY DEFINER SET search_path = public, pg_temp"
LEVELS = """CROSS JOIN LATERAL (VALUES (c.subject_code, 0), (c.subject_code / 100 * 100, 1),
                                       (c.subject_code / 10000 * 10000, 2)) l(place_code, level)"""
# An owner's own figures stand in no total of a place above it: nobody there may count them.
SEEN_THERE = """(c.sight <> 'o' OR l.place_code BETWEEN c.owner_code AND c.owner_code +
    CASE WHEN c.owner_code % 10000 = 0 THEN 9999 WHEN c.owner_code % 100 = 0 THEN 99 ELSE 0 END)"""


def counted(source: Source, *, root: str = "", child: str = "", sign: int = 1) -> str:
    """SELECT measure, at, sight, owner_code, subject_code, n of every row that counts. `root`, `child`: what stands for
    the source's tables (a trigger's transition table)."""
    rows = f"FROM {root or quoted(source.table)} r"
    if source.child:
        rows += f" JOIN {child or quoted(source.child_table)} d ON {source.join}"
    values = ",\n".join(f"('{m.name}', {m.at}, {m.when})" for m in source.measures)
    return f"""SELECT m.measure, m.at, k.sight, CASE k.sight WHEN 's' THEN 0 ELSE {source.owner} END AS owner_code,
               {source.subject} AS subject_code, {sign} AS n
        {rows} CROSS JOIN LATERAL (SELECT {source.sight}) k(sight)
        CROSS JOIN LATERAL (VALUES {values}) m(measure, at, counts)
        WHERE m.counts AND k.sight IS NOT NULL"""


def truth() -> str:
    return "\nUNION ALL\n".join(counted(source) for source in sources())


@hardens
def statements() -> Iterable[str]:
    yield DROP
    for table in sorted({s.table for s in sources()} | {s.child_table for s in sources() if s.child}):
        yield _trigger_function(table)
        for operation, tables in (("INSERT", f"NEW TABLE AS {NEW}"), ("DELETE", f"OLD TABLE AS {OLD}"),
                                  ("UPDATE", f"OLD TABLE AS {OLD} NEW TABLE AS {NEW}")):  # fmt: skip
            yield f"""CREATE TRIGGER figures_{operation.lower()} AFTER {operation} ON {quoted(table)}
                REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION figures_of_{table}()"""
    yield _differences()
    yield from FUNCTIONS
    for function in ("figures_roll_up(int)", "figures_mend()", "figures_check()", "figures_differences()"):
        yield f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC, web"
        yield f"GRANT EXECUTE ON FUNCTION {function} TO sys"


DROP = r"""DO $drop$
DECLARE t record;
BEGIN
  FOR t IN SELECT tgname, tgrelid::regclass AS tab FROM pg_trigger WHERE tgname LIKE 'figures\_%' AND NOT tgisinternal
  LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.tab);
  END LOOP;
END $drop$"""


def _trigger_function(table: str) -> str:
    """What the statement's rows counted before is taken off, what they count now is added: one INSERT a statement,
    whether it wrote one row or a million."""
    branches = {"INSERT": [(NEW, 1)], "DELETE": [(OLD, -1)], "UPDATE": [(OLD, -1), (NEW, 1)]}
    body = "".join(
        f"""
      {"IF" if operation == "INSERT" else "ELSIF"} TG_OP = '{operation}' THEN
        INSERT INTO records_figuredelta ({KEY}, subject_code, n)
        SELECT {KEY}, subject_code, sum(n) FROM (
          {" UNION ALL ".join(_changes(table, rows, sign, operation) for rows, sign in sides)}) c
        GROUP BY {KEY}, subject_code HAVING sum(n) <> 0;"""
        for operation, sides in branches.items()
    )
    return f"""CREATE OR REPLACE FUNCTION figures_of_{table}() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $body$
    BEGIN {body} END IF; RETURN NULL; END $body$"""


def _changes(table: str, rows: str, sign: int, operation: str) -> str:
    """The contributions of the changed rows of the table, in every source it has a part in."""
    selects = []
    for source in sources():
        if source.child_table == table:
            selects.append(counted(source, child=rows, sign=sign))
        elif source.table == table and source.child is None:
            selects.append(counted(source, root=rows, sign=sign))
        elif source.table == table:
            # What hangs on a root changes with it only when others may see the root than before.
            moved = _moved(source, rows) if operation == "UPDATE" else rows
            selects.append(counted(source, root=moved, sign=sign))
    return " UNION ALL ".join(selects)


def _moved(source: Source, rows: str) -> str:
    other = OLD if rows == NEW else NEW
    key = f"ROW({source.sight}, {source.owner}, {source.subject})"
    return f"(SELECT r.* FROM {rows} r JOIN {other} o ON o.id = r.id WHERE {key} IS DISTINCT FROM {key.replace('r.', 'o.')})"


def _differences() -> str:
    """Every figure that is not what the rows say, with what waits to be added taken into account. One statement, so one
    snapshot: a fact and its delta are committed together, and neither writers nor the roll-up are stopped."""
    return f"""CREATE OR REPLACE FUNCTION figures_differences() RETURNS TABLE ({KEYS}, found bigint, "right" bigint)
    LANGUAGE sql STABLE {DEFINER} SET work_mem = '64MB' AS $body$
      SELECT measure, place_code, level, at, sight, owner_code, sum(f)::bigint, sum(t)::bigint FROM (
        SELECT c.measure, l.place_code, l.level, c.at, c.sight, c.owner_code, 0 AS f, c.n AS t FROM (
          SELECT {KEY}, subject_code, sum(n) AS n FROM ({truth()}) t GROUP BY {KEY}, subject_code
          UNION ALL SELECT {KEY}, subject_code, -n FROM records_figuredelta) c {LEVELS} WHERE {SEEN_THERE}
        UNION ALL
        SELECT measure, place_code, level, at, sight, owner_code, n, 0 FROM records_figure) rows
      GROUP BY measure, place_code, level, at, sight, owner_code HAVING sum(f) <> sum(t) $body$"""


KEYS = "measure text, place_code int, level int, at timestamptz, sight text, owner_code int"
COLUMNS = "measure, place_code, level, at, sight, owner_code"
ADD = "ON CONFLICT (place_code, level, measure, at, sight, owner_code) DO UPDATE SET n = f.n + EXCLUDED.n"
STAMP = "ON CONFLICT (place_code, level) DO UPDATE SET last = EXCLUDED.last"
MEND = f"""INSERT INTO records_figure AS f ({COLUMNS}, n)
           SELECT {COLUMNS}, d."right" - d.found FROM wrong d ORDER BY 2, 3, 1, 4, 5, 6 {ADD}"""
STAMPED = f"""INSERT INTO records_figureversion (place_code, level, last)
              SELECT place_code, level, nextval(pg_get_serial_sequence('records_figuredelta', 'id'))
                FROM (SELECT DISTINCT place_code, level FROM wrong) places {STAMP}"""

FUNCTIONS = [
    # Adds what waits, oldest first. Two workers at once: the second sees that somebody is at it and leaves (-1).
    f"""CREATE OR REPLACE FUNCTION figures_roll_up(most int) RETURNS int LANGUAGE plpgsql {DEFINER} AS $body$
    DECLARE done int;
    BEGIN
      IF NOT pg_try_advisory_xact_lock({LOCK}) THEN RETURN -1; END IF;
      WITH taken AS (DELETE FROM records_figuredelta WHERE id IN
                       (SELECT id FROM records_figuredelta ORDER BY id LIMIT most) RETURNING *),
           put AS (INSERT INTO records_figure AS f ({COLUMNS}, n)
                   SELECT c.measure, l.place_code, l.level, c.at, c.sight, c.owner_code, sum(c.n)
                     FROM taken c {LEVELS} WHERE {SEEN_THERE} GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(c.n) <> 0
                    ORDER BY 2, 3, 1, 4, 5, 6 {ADD}),
           stamped AS (INSERT INTO records_figureversion (place_code, level, last)
                       SELECT l.place_code, l.level, max(c.id) FROM taken c {LEVELS} GROUP BY 1, 2 {STAMP})
      SELECT count(*) INTO done FROM taken;
      DELETE FROM records_figure WHERE n = 0;
      RETURN done;
    END $body$""",
    # Puts right whatever differs, from nothing too (a rebuild). Returns how many figures were wrong.
    f"""CREATE OR REPLACE FUNCTION figures_mend() RETURNS int LANGUAGE plpgsql {DEFINER} AS $body$
    DECLARE mended int;
    BEGIN
      PERFORM pg_advisory_xact_lock({LOCK});
      WITH wrong AS MATERIALIZED (SELECT * FROM figures_differences()), put AS ({MEND}), stamped AS ({STAMPED})
      SELECT count(*) INTO mended FROM wrong;
      DELETE FROM records_figure WHERE n = 0;
      RETURN mended;
    END $body$""",
    # The nightly check: what differs is kept as it was found, and put right in the same statement.
    f"""CREATE OR REPLACE FUNCTION figures_check() RETURNS bigint LANGUAGE plpgsql {DEFINER} AS $body$
    DECLARE this bigint;
    BEGIN
      PERFORM pg_advisory_xact_lock({LOCK});
      INSERT INTO records_figurecheck (at, seconds, keys)
      SELECT clock_timestamp(), 0, count(*) FROM records_figure RETURNING id INTO this;
      WITH wrong AS MATERIALIZED (SELECT * FROM figures_differences()), put AS ({MEND}), stamped AS ({STAMPED})
      INSERT INTO records_figuredifference (run_id, {COLUMNS}, found, "right")
      SELECT this, {COLUMNS}, d.found, d."right" FROM wrong d;
      DELETE FROM records_figure WHERE n = 0;
      UPDATE records_figurecheck SET seconds = extract(epoch FROM clock_timestamp() - records_figurecheck.at) WHERE id = this;
      RETURN this;
    END $body$""",
]


def fingerprint() -> str:
    """Changes when what is counted changes: the figures must then be counted anew."""
    return hashlib.sha256((truth() + LEVELS + SEEN_THERE).encode()).hexdigest()
