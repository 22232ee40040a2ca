"""SQL of how an entry is made: normalised text, tokens of the index, initials. Words are read the same in words.py.

A token is a hash of (scope, gram): a county's query touches the posting lists of its own county and nobody else's. The
scopes of an entry are its division, that division's prefecture and province, and minus the owner's division where it is
shown to those below. Beside grams stand the kind, whole keys, how a name begins, its initials, and the windows of time in
which finding_sql looks first.
"""

from __future__ import annotations

from records.search.words import KEPT

FILLED = ("object_id", "place", "above", "day", "body", "inside", "keys", "initials", "aliases")
EPOCH = "date '2000-01-01'"
# Length in days of the windows, shortest first: finding_sql opens the next when the one before held too little.
WINDOWS = {"d": 1, "x": 10, "q": 90, "y": 360}
# Things without a date are spread over as many numbers, so that windows bound the work on them too.
SPREAD = 1024

NORM = f"""CREATE OR REPLACE FUNCTION search_norm(text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $norm$
  SELECT coalesce(replace(regexp_replace(regexp_replace(
    translate(normalize(replace($1, E'\\x01', ''), NFKC), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'),
    '([0-9])[^{KEPT}]+(?=[0-9])', E'\\\\1\\x01', 'g'), E'[^{KEPT}\\x01]+', '', 'g'), E'\\x01', '-'), '') $norm$"""

HASH = """CREATE OR REPLACE FUNCTION search_hash(scope int, grams text[]) RETURNS int[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(hashtextextended(g, scope)::bit(32)::int), '{}') FROM unnest(grams) g $$"""

# Grams of a text of fields apart by spaces: neighbouring units, and how each run of letters and digits begins.
GRAMS = """CREATE OR REPLACE FUNCTION search_grams(body text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_temp AS $$
DECLARE found text[] := '{}'; unit text; before text := NULL;
BEGIN
  FOR unit IN SELECT m[1] FROM regexp_matches(body, '([0-9a-z]+|[^0-9a-z-])', 'g') m LOOP
    IF unit = ' ' THEN before := NULL; CONTINUE; END IF;
    IF before IS NOT NULL THEN found := found || (before || '|' || unit); END IF;
    IF length(unit) > 1 THEN
      FOR i IN 1..least(length(unit), 20) / 2 LOOP found := found || ('>' || left(unit, i * 2)); END LOOP;
    END IF;
    before := unit;
  END LOOP;
  RETURN found;
END $$"""

TOKENS = f"""CREATE OR REPLACE FUNCTION search_tokens(
  kind text, place int, above int, day int, body text, inside text, keys text[], initials text) RETURNS int[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_temp AS $$
DECLARE grams text[] := search_grams(body || ' ' || inside) || ('#' || kind); word text; first text[]; answer int[] := '{{}}'; scope int;
BEGIN
  grams := grams || ARRAY[{", ".join(f"'@{name}' || day / {days}" for name, days in WINDOWS.items())}];
  FOREACH word IN ARRAY keys LOOP
    first := ARRAY(SELECT m[1] FROM regexp_matches(word, '([0-9a-z]+|[^0-9a-z-])', 'g') m LIMIT 2);
    grams := grams || ('=' || word) || ('^' || first[1]) || ('^' || array_to_string(first, '|'));
  END LOOP;
  FOREACH word IN ARRAY string_to_array(initials, ' ') LOOP
    FOR i IN 1..length(word) - 1 LOOP grams := grams || ('~' || substr(word, i, 2)); END LOOP;
  END LOOP;
  grams := ARRAY(SELECT DISTINCT g FROM unnest(grams) g);
  FOREACH scope IN ARRAY ARRAY(SELECT DISTINCT s FROM unnest(ARRAY[place, place / 100 * 100, place / 10000 * 10000, -above]) s
                               WHERE s IS NOT NULL) LOOP
    answer := answer || search_hash(scope, grams);
  END LOOP;
  RETURN answer;
END $$"""

DAY = f"""CREATE OR REPLACE FUNCTION search_day(timestamptz) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ($1 AT TIME ZONE 'Asia/Shanghai')::date - {EPOCH} $$"""

JOINED = """CREATE OR REPLACE FUNCTION search_joined(VARIADIC parts text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(string_agg(n, ' ' ORDER BY i), '') FROM (SELECT search_norm(p) n, min(i) i
    FROM unnest(parts) WITH ORDINALITY u(p, i) GROUP BY 1) a WHERE n <> '' $$"""

KEYS = """CREATE OR REPLACE FUNCTION search_keys(VARIADIC parts text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ARRAY(SELECT DISTINCT left(search_norm(p), 200) FROM unnest(parts) p WHERE search_norm(p) <> '') $$"""

# A body's name without the divisions that it begins with: 昆明市西山区明德小学 is looked for as 明德小学.
CORE = """CREATE OR REPLACE FUNCTION search_core(name text, place int) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = public, pg_temp AS $$
  SELECT regexp_replace(name, '^' || coalesce((SELECT string_agg('(' || d.name || ')?', '' ORDER BY d.code)
    FROM accounts_division d WHERE d.code IN (place, place / 100 * 100, place / 10000 * 10000)), ''), '') $$"""

# Every name as its letters: the usual reading, then once more for each character that is also read otherwise.
INITIALS = """CREATE OR REPLACE FUNCTION search_initials(VARIADIC names text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_temp AS $$
DECLARE name text; usual text; other text; answer text[] := '{}'; added int;
BEGIN
  FOREACH name IN ARRAY names LOOP
    CONTINUE WHEN coalesce(name, '') = '';
    name := search_norm(name);
    usual := search_letters(name); other := search_other_letters(name); added := 0;
    answer := answer || usual;
    FOR i IN 1..length(name) LOOP
      IF substr(other, i, 1) <> substr(name, i, 1) AND substr(other, i, 1) <> substr(usual, i, 1) AND added < 4 THEN
        answer := answer || overlay(usual placing substr(other, i, 1) from i for 1); added := added + 1;
      END IF;
    END LOOP;
  END LOOP;
  RETURN array_to_string(ARRAY(SELECT DISTINCT a FROM unnest(answer) a), ' ');
END $$"""

TOKENS_OF = "search_tokens({0}kind, {0}place, {0}above, {0}day, {0}body, {0}inside, {0}keys, {0}initials)"


def letters(usual: dict[str, str], other: dict[str, str]) -> list[str]:
    """Functions that turn each character of a name into the letter with which it is read."""
    return [_translating("search_letters", usual), _translating("search_other_letters", other)]


def _translating(name: str, letters: dict[str, str]) -> str:
    return f"""CREATE OR REPLACE FUNCTION {name}(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
        $$ SELECT translate($1, '{"".join(letters)}', '{"".join(letters.values())}') $$"""


INDEX = "search_entry_tokens"
CREATE_INDEX = f"""CREATE INDEX IF NOT EXISTS {INDEX} ON records_searchentry
  USING gin (({TOKENS_OF.format("")})) WITH (fastupdate = off)"""
# Where the newest of a scope stands: from there the windows of time are counted.
NEWEST = [
    "CREATE INDEX IF NOT EXISTS search_entry_county ON records_searchentry (place, day)",
    "CREATE INDEX IF NOT EXISTS search_entry_prefecture ON records_searchentry ((place / 100 * 100), day)",
    "CREATE INDEX IF NOT EXISTS search_entry_province ON records_searchentry ((place / 10000 * 10000), day)",
    "CREATE INDEX IF NOT EXISTS search_entry_above ON records_searchentry (above, day) WHERE above IS NOT NULL",
]
