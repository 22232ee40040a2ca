"""Row security, privileges and sealed triggers, rebuilt from the models after every migrate (`manage.py harden_db`).

Idempotent. It must follow each migrate, because adding a column makes pgtrigger replace its functions and drop
SECURITY DEFINER with them (tenancy.md §5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pghistory
from django.apps import apps
from django.db import connection, models

from accounts.definers import BEARER, CLAIMING
from accounts.tenancy import Shape, Tenancy, setting

POLICY = "tenant"
ROLES = "web, sys"
# What rooms above keep in the database beside their tables (triggers, functions): SQL, after everything else.
Provider = Callable[[], Iterable[str]]
_providers: list[Provider] = []
# What must run once the hardening has been committed, without its locks.
_afterwards: list[Callable[[], None]] = []


def hardens(provider: Provider) -> Provider:
    _providers.append(provider)
    return provider


def after_hardening(work: Callable[[], None]) -> Callable[[], None]:
    _afterwards.append(work)
    return work


def follow_up() -> None:
    for work in _afterwards:
        work()


def harden() -> None:
    """Apply everything, in one transaction of the owner's."""
    with connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement)


def tenant_models() -> list[type[models.Model]]:
    """Our concrete models that declare a tenancy, the base of a root first."""
    return [m for m in apps.get_models() if isinstance(getattr(m, "tenancy", None), Tenancy)]


def roots() -> list[type[models.Model]]:
    return [m for m in tenant_models() if m.tenancy.shape is Shape.ROOT]  # type: ignore[attr-defined]


def trailed() -> list[type[models.Model]]:
    """Whose moves and files hang on (root_kind, root_id): the roots, and tables that say `keeps_trail` (an archive file
    is its office's alone, and moves by a machine like a root)."""
    return [m for m in tenant_models() if m in roots() or getattr(m, "keeps_trail", False)]


def statements() -> Iterable[str]:
    yield _locks()
    yield from FUNCTIONS
    yield _root_visible()
    yield _guest_sees()
    yield f"GRANT USAGE ON SCHEMA public TO {ROLES}"
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLES}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {ROLES}"
    yield f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON django_migrations, django_content_type FROM {ROLES}"
    yield f"REVOKE ALL ON pghistory_context FROM {ROLES}"
    for model in tenant_models():
        yield from _table_statements(model)
    for model in event_models():
        yield from _event_statements(model)
    yield SEAL
    for provider in _providers:
        yield from provider()


def _locks() -> str:
    """Before anything else, the tables that will be altered. A GRANT changes a table's row in pg_class without locking the
    table: an autovacuum that holds it would then wait for us, and our ALTER for it (deadlock)."""
    tables = sorted(model._meta.db_table for model in [*tenant_models(), *event_models()])
    return f"LOCK TABLE {', '.join(map(quoted, tables))} IN ACCESS EXCLUSIVE MODE"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _table_statements(model: type[models.Model]) -> Iterable[str]:
    tenancy: Tenancy = model.tenancy  # type: ignore[attr-defined]
    table = quoted(model._meta.db_table)
    if tenancy.append_only:
        yield f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {ROLES}"
    if tenancy.system_writes:
        yield f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM web"
    if tenancy.sealed:
        yield f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM {ROLES}"
    for policy in ("see", "add", "change", "remove"):
        yield f"DROP POLICY IF EXISTS {POLICY}_{policy} ON {table}"
    if tenancy.shape is Shape.OPEN:
        yield f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"
        return
    see, add, change, remove = _conditions(model, tenancy)
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"CREATE POLICY {POLICY}_see ON {table} FOR SELECT TO {ROLES} USING ({see})"
    yield f"CREATE POLICY {POLICY}_add ON {table} FOR INSERT TO {ROLES} WITH CHECK ({add})"
    yield f"CREATE POLICY {POLICY}_change ON {table} FOR UPDATE TO {ROLES} USING ({change}) WITH CHECK ({change})"
    yield f"CREATE POLICY {POLICY}_remove ON {table} FOR DELETE TO {ROLES} USING ({remove})"


def _conditions(model: type[models.Model], tenancy: Tenancy) -> tuple[str, str, str, str]:
    """SQL conditions to see, to add, to change and to remove a row.

    A root may be changed by whoever sees it: the policy governs FOR UPDATE too, and the right to act is the state table's
    (tenancy.md §6). A register is read by those below it and written by the offices in whose range it lies.
    """
    if tenancy.shape is Shape.ROOT:
        see = _root_see(model)
        return see, ROOT_ADD, see, ROOT_REMOVE
    if tenancy.shape is Shape.DIRECTORY:
        written = f"coalesce({tenancy.parent} BETWEEN {setting('lo')} AND {setting('hi')}, false)"
        return _directory_see(tenancy), written, written, written
    if tenancy.shape is Shape.CHILD:
        see = _child_see(model, tenancy.parent)
    elif tenancy.shape is Shape.GENERIC_CHILD:
        see = f"CASE WHEN {tenancy.using or 'false'} THEN true ELSE root_visible(root_kind, root_id) END"
    elif tenancy.shape is Shape.PERSONAL:
        see = f"{tenancy.parent} = {setting('user')}"
    else:
        see = tenancy.using
        if tenancy.binds:
            # What binds from above is read, never written: not its row, and not its removal.
            return see, tenancy.check, tenancy.check, tenancy.check
    if tenancy.shape is not Shape.CUSTOM:
        return see, see, see, see
    change = tenancy.change or see
    return see, tenancy.check or see, change, change


def sees(model: type[models.Model]) -> str:
    """SQL condition of a visible row over the table's bare columns, for functions that run as the owner and must ask the
    same as its policy. Only shapes that name no other guarded row: what those hide, the owner would see."""
    tenancy: Tenancy = model.tenancy  # type: ignore[attr-defined]
    assert tenancy.shape in (Shape.ROOT, Shape.DIRECTORY, Shape.CUSTOM)
    return _conditions(model, tenancy)[0]


def parties_of_mine(model: type[models.Model]) -> str:
    """SQL of the roots of `model` to which the caller is a party today; empty where it has no parties."""
    party = _party_table(model)
    return _parties_of(party) if party else ""


def _child_see(model: type[models.Model], foreign_key: str) -> str:
    field = model._meta.get_field(foreign_key)
    parent = field.related_model
    assert isinstance(parent, type) and issubclass(parent, models.Model)
    table, column = quoted(parent._meta.db_table), quoted(str(field.column))  # type: ignore[union-attr]
    key = quoted(parent._meta.pk.column)  # type: ignore[union-attr]
    # A scalar subquery, not EXISTS: that one is turned into a hash of every parent that the caller sees (1,400 ms against 3
    # for the receipts of fifty among 400,000 documents).
    return f"coalesce((SELECT true FROM {table} parent WHERE parent.{key} = {quoted(model._meta.db_table)}.{column}), false)"


def _directory_see(tenancy: Tenancy) -> str:
    code = tenancy.parent
    return f"""CASE WHEN {code} BETWEEN {setting("lo")} AND {setting("hi")} THEN true
        WHEN ({tenancy.check}) AND {code} IN ({setting("home")}, {setting("home")} / 100 * 100,
                                             {setting("home")} / 10000 * 10000) THEN true
        ELSE coalesce({tenancy.using}, false) END"""


# A row of one's own: an office writes about its own subtree, a unit about itself, as author.
# A unit hands in to the offices of its own division and above, never to another's.
ROOT_ADD = f"""CASE WHEN {setting("me")} IS NOT NULL THEN owner_code = {setting("me")}
    ELSE coalesce(author_org_id = {setting("org")} AND owner_code IN
        ({setting("home")}, {setting("home")} / 100 * 100, {setting("home")} / 10000 * 10000), false) END"""
# Only what was never handed in may go: the author's own draft.
ROOT_REMOVE = f"author_org_id = {setting('org')} AND filed_at IS NULL AND served_at IS NULL AND reported_at IS NULL"


def _root_see(model: type[models.Model]) -> str:
    """CASE, not OR: opaque to the planner, so that the query's own filter chooses the index (tenancy.md §1.4)."""
    # An event's model is tracked for the root that declares it, and shares its columns.
    tracked = model._meta.get_field("pgh_obj").related_model if issubclass(model, pghistory.models.Event) else model
    unless = tracked.tenancy.unless  # type: ignore[union-attr]
    return f"""
      CASE {f"WHEN {unless} THEN false" if unless else ""}
           WHEN subject_code BETWEEN {setting("lo")} AND {setting("hi")}
             AND (author_org_id = {setting("org")} OR served_at IS NOT NULL
                  OR CASE WHEN owner_code = {setting("me")} THEN filed_at IS NOT NULL
                          WHEN owner_code BETWEEN {setting("lo")} AND {setting("hi")} THEN reported_at IS NOT NULL
                          ELSE false END) THEN true
           {_circulated(model)}
           WHEN author_org_id = {setting("org")}
                OR (served_at IS NOT NULL AND subject_org_id = {setting("org")}) THEN true
           {_parties(model)}
           ELSE false END"""


def _circulated(model: type[models.Model]) -> str:
    """Shown to the offices below the owner, where the model is one that circulates."""
    if not getattr(model, "circulates", False):
        return ""
    me = setting("me")
    return f"""WHEN circulated_at IS NOT NULL AND {me} IS NOT NULL
               AND owner_code IN ({me} / 100 * 100, {me} / 10000 * 10000) THEN true"""


def _parties(model: type[models.Model]) -> str:
    """Parties within their dates see what has left its author's desk; those in one of its `early_roles` also the draft
    on which their word is asked. An array, not EXISTS: 94 ms against 6."""
    party = _party_table(model)
    if not party:
        return ""
    mine = _parties_of(party)
    early = ", ".join(f"'{role}'" for role in getattr(model, "early_roles", ()))
    asked = f"WHEN id = ANY (ARRAY({mine} AND p.role IN ({early}))) THEN true" if early else ""
    return f"""WHEN (filed_at IS NOT NULL OR served_at IS NOT NULL) AND id = ANY (ARRAY({mine})) THEN true
               {asked}"""


def _parties_of(table: str) -> str:
    return f"""SELECT p.root_id FROM {table} p WHERE
                   (p.organization_id = {setting("org")} OR p.person_id = {setting("user")})
                   AND p.valid_from <= local_today() AND (p.valid_until IS NULL OR p.valid_until >= local_today())"""


def _party_table(model: type[models.Model]) -> str:
    party = getattr(model, "party_model", lambda: None)()
    return quoted(party._meta.db_table) if party is not None else ""


def _root_visible() -> str:
    """root_visible(kind, id): whether the caller may see the root. Runs as the caller, so the root's policy decides.

    In plpgsql, which keeps the plan of each branch for the session and opens only the one that is asked for: as one SQL
    expression every row of a list opened the plans of all kinds (0.9 ms a row, against 0.05).
    """
    branches = "\n".join(
        f"WHEN '{m._meta.label_lower}' THEN RETURN EXISTS (SELECT 1 FROM {quoted(m._meta.db_table)} r WHERE r.id = $2);"
        for m in trailed()
    )
    body = f"CASE $1 {branches} ELSE RETURN false; END CASE;" if branches else "RETURN false;"
    return (
        "CREATE OR REPLACE FUNCTION root_visible(text, bigint) RETURNS boolean "
        f"LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = public, pg_temp AS $body$ BEGIN {body} END $body$"
    )


def _guest_sees() -> str:
    """guest_sees(organization): whether a root open to the person today, as an outsider, names the organization.

    As the owner, because the organization's policy must not ask the root's, which asks the organization's.
    """
    branches = "\n UNION ALL ".join(
        f"""SELECT 1 FROM {_party_table(m)} p JOIN {quoted(m._meta.db_table)} r ON r.id = p.root_id
            WHERE p.person_id = scope_int('app.user') AND p.owner_code = scope_int('app.home')
              AND p.valid_from <= local_today() AND (p.valid_until IS NULL OR p.valid_until >= local_today())
              AND $1 IN (r.subject_org_id, r.author_org_id)"""
        for m in roots()
        if _party_table(m)
    )
    body = f"SELECT EXISTS ({branches})" if branches else "SELECT false"
    return (
        "CREATE OR REPLACE FUNCTION guest_sees(bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER "
        f"SET search_path = public, pg_temp AS $body$ {body} $body$"
    )


# --- the change log ----------------------------------------------------------------------------------------------


def event_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if issubclass(m, pghistory.models.Event)]


def _event_statements(model: type[models.Model]) -> Iterable[str]:
    """Readable as the tracked row is (a root's own columns outlive it); written by sealed triggers only."""
    table = quoted(model._meta.db_table)
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"DROP POLICY IF EXISTS {POLICY}_see ON {table}"
    yield f"CREATE POLICY {POLICY}_see ON {table} FOR SELECT TO {ROLES} USING ({_event_see(model)})"
    yield f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM {ROLES}"


def _event_see(model: type[models.Model]) -> str:
    tracked = model._meta.get_field("pgh_obj").related_model
    assert isinstance(tracked, type) and issubclass(tracked, models.Model)
    if tracked in roots():
        return _root_see(model)
    if tracked.tenancy.binds:  # type: ignore[attr-defined]
        return str(tracked.tenancy.using)  # type: ignore[attr-defined]  # whom a rule binds may know who changed it
    columns = {field.column for field in model._meta.concrete_fields}
    for code in ("owner_code", "division_code", "division_id"):
        if code in columns:
            return f"coalesce({code} BETWEEN {setting('lo')} AND {setting('hi')}{_keeper(tracked, code)}, false)"
    parent, key = quoted(tracked._meta.db_table), quoted(tracked._meta.pk.column)  # type: ignore[union-attr]
    return f"EXISTS (SELECT 1 FROM {parent} tracked WHERE tracked.{key} = {quoted(model._meta.db_table)}.pgh_obj_id)"


def _keeper(tracked: type[models.Model], code: str) -> str:
    """People's identities and their units are the security administrator's register: he reads its past too."""
    if tracked._meta.label_lower not in ("accounts.membership", "accounts.organization"):
        return ""
    return f""" OR ((SELECT scope_text('app.role')) = 'security_admin'
        AND {code} BETWEEN {setting("alo")} AND {setting("ahi")})"""


SEAL = r"""DO $seal$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
           WHERE n.nspname = 'public' AND p.proname LIKE 'pgtrigger\_%' AND p.prorettype = 'trigger'::regtype
  LOOP
    EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = public, pg_temp', f);
  END LOOP;
  -- The application must not be able to ask a trigger to look away.
  CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN
    LANGUAGE sql STABLE AS 'SELECT false';
END $seal$"""

FUNCTIONS = [
    """CREATE OR REPLACE FUNCTION scope_int(text) RETURNS int LANGUAGE sql STABLE PARALLEL SAFE
       AS $$ SELECT NULLIF(current_setting($1, true), '')::int $$""",
    """CREATE OR REPLACE FUNCTION scope_text(text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
       AS $$ SELECT NULLIF(current_setting($1, true), '') $$""",
    # The session's time zone is UTC; a day here is a day in China.
    """CREATE OR REPLACE FUNCTION local_today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
       AS $$ SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date $$""",
    # Sign-in: which memberships has the person today. As the owner, because there is no scope yet.
    "DROP FUNCTION IF EXISTS identities(bigint)",  # what it returns may have grown
    """CREATE OR REPLACE FUNCTION identities(person bigint) RETURNS TABLE (membership_id bigint, role text,
         organization_id bigint, organization_name text, organization_kind text, division_code int, is_steward boolean)
       LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
       SELECT m.id, m.role::text, o.id, o.name::text, o.kind::text, o.division_id::int,
              EXISTS (SELECT 1 FROM accounts_stewardship s WHERE s.membership_id = m.id AND s.ended_at IS NULL
                AND s.valid_from <= local_today() AND (s.valid_until IS NULL OR s.valid_until >= local_today()))
         FROM accounts_membership m JOIN accounts_organization o ON o.id = m.organization_id
         JOIN accounts_user u ON u.id = m.user_id
        WHERE m.user_id = person AND u.is_active
          AND m.valid_from <= local_today() AND (m.valid_until IS NULL OR m.valid_until >= local_today())
        ORDER BY m.id $$""",
    # Sign-in: what was lent to the membership (授权代签), the latest first, ended ones too.
    """CREATE OR REPLACE FUNCTION delegated(membership bigint) RETURNS jsonb
       LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
       SELECT jsonb_agg(to_jsonb(d) ORDER BY d.until DESC, d.id DESC) FROM (
         SELECT d.id, d.words, g.user_id AS giver, u.full_name AS giver_name, g.role AS giver_role,
                o.name AS organization, d.valid_from AS "from", LEAST(d.valid_until, g.valid_until) AS until,
                (d.revoked_at AT TIME ZONE 'Asia/Shanghai')::date AS revoked
           FROM accounts_delegation d JOIN accounts_membership g ON g.id = d.giver_id
           JOIN accounts_user u ON u.id = g.user_id JOIN accounts_organization o ON o.id = d.organization_id
          WHERE d.receiver_id = membership ORDER BY d.valid_until DESC, d.id DESC LIMIT 20) d $$""",
    # The security administrator must know that a person is also somebody elsewhere, without seeing where: whoever
    # answers only for a part may not shut or open the whole account, and the three administrators stay apart by person.
    """CREATE OR REPLACE FUNCTION standings(person bigint) RETURNS TABLE (role text, division_code int)
       LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
       SELECT m.role::text, m.division_code FROM accounts_membership m
        WHERE m.user_id = person AND (m.valid_until IS NULL OR m.valid_until >= local_today()) $$""",
    *CLAIMING,
    "DROP FUNCTION IF EXISTS token_bearer(text)",
    BEARER,
]
