"""SQL of how entries are found: `search_find`, the one function that the application calls.

It runs as the owner, because `@>` over an array is not leakproof and would lose its index under row security (tenancy.md
§4). So it applies the scope itself: the tokens that it looks up carry the caller's own division, and of what they lead to
each kind keeps the first `most` that `search_sees` lets through, which asks what the table's own policy asks. Whoever sees
no division looks only through what his own paths lead to.

Work is bounded, whatever the number of rows: the newest day is searched first, then ten days, a quarter, a year, all; the
next window is opened only for kinds that still have too few. It never holds more than a window's few hundred rows.
"""

from __future__ import annotations

from collections.abc import Iterator

from accounts.hardening import parties_of_mine, quoted, sees
from accounts.tenancy import Shape, setting
from records.search.registry import Findable
from records.search.sql import SPREAD, TOKENS_OF, WINDOWS

ROW = "kind text, object_id bigint, day int, keys text[], aliases text"
TOKENS = TOKENS_OF.format("e.")
MATCHES = "(e.body || ' ' || e.inside) LIKE ALL (patterns)"
FOUND = "e.kind::text, e.object_id, e.day, e.keys, e.aliases"
IS_INSPECTOR = "(SELECT scope_text('app.role')) = 'inspector'"


def statements(kinds: list[Findable]) -> Iterator[str]:
    yield _sees(kinds)
    yield _mine(kinds)
    yield NEWEST
    yield WINDOWED
    yield OWN
    yield _find(kinds)
    for name in ("search_windows(int[], text[], text[], text, text[], int, int)", "search_own(text[], text, text[], int)",
                 "search_newest(int[])", "search_mine(text)", "search_sees(text, bigint)"):  # fmt: skip
        yield f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC"


def _sees(kinds: list[Findable]) -> str:
    """search_sees(kind, id): what the policy of the thing's table says to the caller, and the rest of his narrowing."""
    branches = "\n".join(f"IF $1 = '{k.kind}' THEN RETURN EXISTS ({_seen(k)}); END IF;" for k in kinds)
    return f"""CREATE OR REPLACE FUNCTION search_sees(text, bigint) RETURNS boolean
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN {branches} RETURN false; END $$"""


def _seen(kind: Findable) -> str:
    table, key = quoted(kind.model._meta.db_table), kind.model._meta.pk.column  # type: ignore[union-attr]
    narrowed = f"AND (({IS_INSPECTOR}) IS NOT TRUE OR ({kind.narrow}))" if kind.narrow else ""
    return f"SELECT 1 FROM {table} WHERE {key} = $2 AND ({sees(kind.model)}) {narrowed}"


def _mine(kinds: list[Findable]) -> str:
    """search_mine(kind): the keys to which the caller's own paths lead, where he sees no division, or only part of it."""
    branches = "\n".join(
        f"IF $1 = '{k.kind}' THEN RETURN QUERY {_paths(k)}; RETURN; END IF;" for k in kinds if _paths(k)
    )
    return f"""CREATE OR REPLACE FUNCTION search_mine(text) RETURNS SETOF bigint
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN {branches} END $$"""


def _paths(kind: Findable) -> str:
    own = kind.mine or (_root_paths(kind) if kind.model.tenancy.shape is Shape.ROOT else "")  # type: ignore[attr-defined]
    mine = f"SELECT x FROM ({own}) o(x) WHERE {setting('lo')} IS NULL" if own else ""
    his = f"SELECT x FROM ({kind.his}) h(x) WHERE {IS_INSPECTOR}" if kind.his else ""
    return " UNION ".join(filter(None, (mine, his)))


def _root_paths(kind: Findable) -> str:
    table, parties = quoted(kind.model._meta.db_table), parties_of_mine(kind.model)
    own = f"""SELECT r.id FROM {table} r WHERE r.author_org_id = {setting("org")}
        UNION SELECT r.id FROM {table} r WHERE r.subject_org_id = {setting("org")} AND r.served_at IS NOT NULL"""
    guest = f"""({setting("org")} IS NOT NULL OR p.owner_code = {setting("home")})"""
    return f"{own} UNION {parties} AND {guest}" if parties else own


# The day of the newest entry in the scopes. Windows are counted from it, so that a year's silence does not open them all.
NEWEST = """CREATE OR REPLACE FUNCTION search_newest(scopes int[]) RETURNS int
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE newest int := 0; scope int; found int;
BEGIN
  FOREACH scope IN ARRAY scopes LOOP
    IF scope < 0 THEN
      SELECT e.day INTO found FROM records_searchentry e WHERE e.above = -scope ORDER BY e.day DESC LIMIT 1;
    ELSIF scope % 10000 = 0 THEN
      SELECT e.day INTO found FROM records_searchentry e WHERE e.place / 10000 * 10000 = scope ORDER BY e.day DESC LIMIT 1;
    ELSIF scope % 100 = 0 THEN
      SELECT e.day INTO found FROM records_searchentry e WHERE e.place / 100 * 100 = scope ORDER BY e.day DESC LIMIT 1;
    ELSE
      SELECT e.day INTO found FROM records_searchentry e WHERE e.place = scope ORDER BY e.day DESC LIMIT 1;
    END IF;
    newest := greatest(newest, found);
  END LOOP;
  RETURN newest;
END $$"""


def _of_scope(number: int) -> str:
    """Entries of one scope that carry all wanted grams, in the window if there is one. Static SQL: its plan is kept."""
    return f"""SELECT {FOUND} FROM records_searchentry e
      WHERE {TOKENS} @> search_hash(scopes[{number}], grams) AND {TOKENS} && search_hash(scopes[{number}], wanted)
        AND (win IS NULL OR {TOKENS} && search_hash(scopes[{number}], win)) AND scopes[{number}] IS NOT NULL
        AND {MATCHES} AND (initial = '' OR e.initials LIKE initial) AND e.kind = ANY (rest)"""


def _in_window(windowed: bool) -> str:
    found = " UNION ".join(
        _of_scope(n).replace("(win IS NULL OR ", "(" if windowed else "(true OR ") for n in (1, 2, 3)
    )
    return f"""WITH found AS MATERIALIZED ({found})
      SELECT array_agg(z.* ::search_row) INTO hits FROM unnest(rest) k CROSS JOIN LATERAL (
        SELECT o.* FROM (SELECT f.* FROM found f WHERE f.kind = k ORDER BY f.day DESC, f.object_id DESC OFFSET 0) o
         WHERE search_sees(o.kind, o.object_id) LIMIT most) z;"""


LENGTHS = f"ARRAY[{', '.join(str(days) for days in WINDOWS.values())}]"
WINDOWED = f"""DROP FUNCTION IF EXISTS search_windows(int[], text[], text[], text, text[], int, int);
DROP FUNCTION IF EXISTS search_own(text[], text, text[], int);
DROP TYPE IF EXISTS search_row; CREATE TYPE search_row AS ({ROW});
CREATE FUNCTION search_windows(
  scopes int[], grams text[], patterns text[], initial text, kinds text[], most int, newest int) RETURNS SETOF search_row
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE rest text[] := kinds; wanted text[]; win text[]; hits search_row[]; name text; length int; at int;
BEGIN
  FOR i IN 1..{len(WINDOWS) + 1} LOOP
    wanted := ARRAY(SELECT '#' || k FROM unnest(rest) k);
    IF i <= {len(WINDOWS)} AND newest IS NOT NULL THEN
      name := substr('{"".join(WINDOWS)}', i, 1); length := ({LENGTHS})[i]; at := newest / length;
      win := ARRAY['@' || name || at, '@' || name || (at - 1)];
      {_in_window(True)}
    ELSE
      {_in_window(False)}
    END IF;
    FOREACH name IN ARRAY rest LOOP
      IF i > {len(WINDOWS)} OR newest IS NULL OR (SELECT count(*) FROM unnest(hits) h WHERE h.kind = name) >= most THEN
        RETURN QUERY SELECT h.* FROM unnest(hits) h WHERE h.kind = name;
        rest := array_remove(rest, name);
      END IF;
    END LOOP;
    EXIT WHEN rest = '{{}}';
  END LOOP;
END $$"""

# Entry by entry through the key (OFFSET 0): the planner would read all entries of the kind for the sake of their words.
OWN = """CREATE FUNCTION search_own(patterns text[], initial text, kinds text[], most int) RETURNS SETOF search_row
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET enable_seqscan = off SET jit = off
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN QUERY SELECT z.* FROM unnest(kinds) k CROSS JOIN LATERAL (
    SELECT o.* FROM (SELECT e.kind::text, e.object_id, e.day, e.keys, e.aliases FROM search_mine(k) m
        CROSS JOIN LATERAL (SELECT * FROM records_searchentry s WHERE s.kind = k AND s.object_id = m OFFSET 0) e
       WHERE (e.body || CASE WHEN scope_int('app.lo') IS NULL THEN '' ELSE ' ' || e.inside END) LIKE ALL (patterns)
         AND (initial = '' OR e.initials LIKE initial)
       ORDER BY e.day DESC, e.object_id DESC OFFSET 0) o WHERE search_sees(o.kind, o.object_id) LIMIT most) z;
END $$"""


def _find(kinds: list[Findable]) -> str:
    """search_find(asked, kinds, most): for each kind the first `most`, best first. `rank`: 0 a whole name, code or number,
    1 a name that begins so, 2 the words as they stand, 3 initials, 4 with something left out between."""
    named = ", ".join(f"'{k.kind}'" for k in kinds if k.named)
    narrowed = ", ".join(f"'{k.kind}'" for k in kinds if k.his)
    return FIND.replace("<named>", named).replace("<narrowed>", narrowed or "''").replace("<spread>", str(SPREAD - 1))


FIND = """CREATE OR REPLACE FUNCTION search_find(asked jsonb, kinds text[], most int)
RETURNS TABLE (kind text, object_id bigint, rank int, aliases text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  office int := coalesce(scope_int('app.me'), CASE WHEN scope_text('app.role') = 'security_admin' THEN scope_int('app.home') END);
  ranged text[]; own text[]; named text[]; dated text[]; scopes int[]; newest int;
  words text[] := ARRAY(SELECT jsonb_array_elements_text(asked -> 'words'));
  patterns text[] := ARRAY(SELECT jsonb_array_elements_text(asked -> 'patterns'));
  grams text[] := ARRAY(SELECT jsonb_array_elements_text(asked -> 'grams'));
  letters text := asked ->> 'letters'; initial text := CASE WHEN letters <> '' THEN '%' || letters || '%' ELSE '' END;
  begins text := asked ->> 'begins'; whole text := asked ->> 'whole'; gap jsonb; hits search_row[] := '{}'; looser search_row[] := '{}';
BEGIN
  most := least(most, 500);
  own := CASE WHEN office IS NULL THEN kinds WHEN scope_text('app.role') = 'inspector'
           THEN ARRAY(SELECT k FROM unnest(kinds) k WHERE k IN (<narrowed>)) ELSE '{}' END;
  ranged := ARRAY(SELECT k FROM unnest(kinds) k WHERE k <> ALL (own));
  named := ARRAY(SELECT k FROM unnest(ranged) k WHERE k IN (<named>));
  dated := ARRAY(SELECT k FROM unnest(ranged) k WHERE k NOT IN (<named>));
  IF own <> '{}' THEN
    hits := ARRAY(SELECT h FROM search_own(patterns, '', own, most) h);
    IF initial <> '' THEN looser := ARRAY(SELECT h FROM search_own('{}', initial, own, most) h); END IF;
  END IF;
  IF ranged <> '{}' THEN
    scopes := ARRAY(SELECT DISTINCT s FROM unnest(ARRAY[office, -nullif(office / 100 * 100, office), -nullif(office / 10000 * 10000, office)]) s
                    WHERE s IS NOT NULL ORDER BY s DESC);
    hits := hits || ARRAY(SELECT h FROM search_windows(scopes, ARRAY['=' || whole], '{}', '', ranged, most, NULL) h);
    IF named <> '{}' AND begins <> '' THEN
      hits := hits || ARRAY(SELECT h FROM search_windows(scopes, begins || grams, patterns, '', named, most, <spread>) h);
    END IF;
    IF grams <> '{}' THEN
      newest := search_newest(scopes);
      IF dated <> '{}' THEN hits := hits || ARRAY(SELECT h FROM search_windows(scopes, grams, patterns, '', dated, most, newest) h); END IF;
      IF named <> '{}' THEN hits := hits || ARRAY(SELECT h FROM search_windows(scopes, grams, patterns, '', named, most, <spread>) h); END IF;
    END IF;
    IF named <> '{}' AND letters <> '' THEN
      looser := looser || ARRAY(SELECT h FROM search_windows(scopes,
        ARRAY(SELECT jsonb_array_elements_text(asked -> 'letter_grams')), '{}', initial, named, most, <spread>) h);
    END IF;
    IF named <> '{}' AND hits = '{}' AND looser = '{}' THEN
      FOR gap IN SELECT jsonb_array_elements(asked -> 'gaps') LOOP
        looser := looser || ARRAY(SELECT h FROM search_windows(scopes,
          ARRAY(SELECT jsonb_array_elements_text(gap -> 'grams')), ARRAY[gap ->> 'pattern'], '', named, most, <spread>) h);
      END LOOP;
      FOR gap IN SELECT jsonb_array_elements(asked -> 'letter_gaps') LOOP
        looser := looser || ARRAY(SELECT h FROM search_windows(scopes,
          ARRAY(SELECT jsonb_array_elements_text(gap -> 'grams')), '{}', gap ->> 'pattern', named, most, <spread>) h);
      END LOOP;
    END IF;
  END IF;
  RETURN QUERY SELECT z.kind, z.object_id, z.rank, CASE WHEN office IS NULL THEN '' ELSE z.aliases END FROM (
    SELECT y.*, row_number() OVER (PARTITION BY y.kind ORDER BY y.rank, y.day DESC, y.object_id DESC) AS n FROM (
      SELECT x.kind, x.object_id, min(x.day) AS day, min(x.rank) AS rank, min(x.aliases) AS aliases FROM (
        SELECT h.*, CASE WHEN whole = ANY (h.keys) THEN 0
            WHEN h.kind IN (<named>) AND EXISTS (SELECT 1 FROM unnest(h.keys) k WHERE starts_with(k, words[1])) THEN 1 ELSE 2 END AS rank
          FROM unnest(hits) h
        UNION ALL SELECT l.*, 3 FROM unnest(looser) l) x GROUP BY 1, 2) y) z
   WHERE z.n <= most ORDER BY z.kind, z.n;
END $$"""
