"""What PostgreSQL itself says of the second lock: policies, privileges, sealed triggers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from django.db.backends.utils import CursorWrapper

from accounts.actors import NO_SCOPE, Role
from accounts.hardening import event_models, harden, tenant_models
from accounts.models import Division, Organization, User
from accounts.scope import scope
from accounts.tenancy import OPEN_TABLES, Shape
from records import clock
from records.models import AuditEntry, Document, StateTransition
from tests import factories as f
from tests.conftest import as_owner
from tests.roots import builders, make

pytestmark = pytest.mark.django_db


def sql(text: str, params: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return cursor.fetchall() if cursor.description else []


def tables_without_policy() -> set[str]:
    rows = sql("""SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
                  AND relkind IN ('r', 'p') AND NOT relrowsecurity""")
    return {name for (name,) in rows}


def test_every_table_is_locked_or_says_why_not() -> None:
    """A table without row security is one of ours that declares its reason, or a third party's named in OPEN_TABLES."""
    declared = {m._meta.db_table: m.tenancy.reason for m in tenant_models() if m.tenancy.shape is Shape.OPEN}  # type: ignore[attr-defined]
    reasons = {**OPEN_TABLES, **declared}
    assert {t for t in tables_without_policy() if not reasons.get(t)} == set()


def test_nobody_writes_the_unused_context_table() -> None:
    assert refused(
        "INSERT INTO pghistory_context (id, created_at, updated_at, metadata) VALUES (gen_random_uuid(), now(), now(), '{}')"
    )


def test_every_model_of_ours_declares_its_tenancy() -> None:
    events = set(event_models())
    ours = [m for m in apps.get_models() if m.__module__.split(".")[0] in {"accounts", "records", "supervision", "inspectors",
            "rectification", "inspections", "portal"}]  # fmt: skip
    missing = [
        m._meta.label for m in ours if m not in events and m not in set(tenant_models()) and not m._meta.auto_created
    ]
    assert not missing


def test_locked_tables_have_all_four_policies() -> None:
    policies = sql("SELECT tablename, cmd FROM pg_policies WHERE schemaname = 'public'")
    by_table: dict[str, set[str]] = {}
    for table, command in policies:
        by_table.setdefault(table, set()).add(command)
    events = {m._meta.db_table for m in event_models()}
    for model in tenant_models():
        table = model._meta.db_table
        if model.tenancy.shape is not Shape.OPEN:  # type: ignore[attr-defined]
            assert by_table.get(table) == {"SELECT", "INSERT", "UPDATE", "DELETE"}, table
    for table in events:
        assert by_table.get(table) == {"SELECT"}, table


def test_the_application_is_no_owner_and_no_superuser() -> None:
    rows = sql("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname IN ('web', 'sys')")
    assert sorted(rows) == [("sys", False, False), ("web", False, False)]
    owned = sql(
        "SELECT relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname IN ('web', 'sys')"
    )
    assert owned == []


def test_no_plain_views_and_all_definer_functions_pin_their_path() -> None:
    """A view runs as its owner, past row security; a definer function without a path can be led astray."""
    assert sql("SELECT viewname FROM pg_views WHERE schemaname = 'public'") == []
    loose = sql("""SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
                   AND NOT coalesce(proconfig::text, '') LIKE '%search_path%'""")
    assert loose == []


def test_change_log_triggers_are_sealed() -> None:
    open_ones = sql(r"""SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
                        AND proname LIKE 'pgtrigger\_%' AND prorettype = 'trigger'::regtype AND NOT prosecdef""")
    assert open_ones == []
    assert sql("SELECT public._pgtrigger_should_ignore('anything')") == [(False,)]


def settled() -> bool:
    """Whether no other session is in a transaction: a browser test's server may still answer its last request."""
    busy = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
              AND xact_start IS NOT NULL"""
    return sql(busy) == [(0,)]


def test_hardening_may_run_again() -> None:
    with as_owner():
        for _ in range(100):
            if settled():
                break
            time.sleep(0.1)
        before = sql("SELECT tablename, policyname, qual FROM pg_policies ORDER BY 1, 2")
        harden()
        assert sql("SELECT tablename, policyname, qual FROM pg_policies ORDER BY 1, 2") == before


def test_hardening_waits_for_an_autovacuum() -> None:
    """One that holds a table when the hardening begins, and then writes the table's row in pg_class."""
    holds = threading.Event()
    analyse = 'ANALYZE "rectification_supervisoryorderchangeevent"'

    def vacuum() -> None:
        with another_session() as cursor:
            cursor.execute(analyse)
            holds.set()
            cursor.execute("SELECT pg_sleep(0.5)")
            cursor.execute(analyse)

    with ThreadPoolExecutor(1) as pool, as_owner():
        vacuuming = pool.submit(vacuum)
        assert holds.wait(10)
        harden()
        vacuuming.result(10)


@contextmanager
def another_session() -> Iterator[CursorWrapper]:
    """A transaction of the owner's beside the test's own."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("RESET ROLE; SET statement_timeout = '5s'")
            yield cursor
        other.commit()
    finally:
        other.close()


def test_without_a_scope_no_business_row() -> None:
    """Raw SQL of the web role without a scope: nothing, in any locked table that has rows."""
    with as_owner():
        for model in builders:
            make(model, f.office(530102), f.school(530102).organization, served_at=clock.now(), filed_at=clock.now())
        f.office_actor(530102)
    binding = {
        "records_deadlinerule",
        "records_ladderrung",
        "records_calendarday",
        "rectification_problemcategory",
        "records_documenttemplate",
        "records_retentionrule",
    }  # the country's rules bind everybody
    with scope(None):
        for model in tenant_models():
            table = model._meta.db_table
            national = table in binding or "instrument" in table
            if model.tenancy.shape is not Shape.OPEN and not national:  # type: ignore[attr-defined]
                assert sql(f'SELECT count(*) FROM "{table}"') == [(0,)], table


def test_with_county_a_no_row_of_county_b() -> None:
    with as_owner():
        for model in builders:
            for code in (530102, 530103):
                make(model, f.office(code), f.school(code).organization, served_at=clock.now(), filed_at=clock.now())
        actor = f.office_actor(530102)
        f.office_actor(530103)
    with scope(actor):
        for model in tenant_models():
            columns = {c.column for c in model._meta.concrete_fields}
            code = next((c for c in ("owner_code", "division_code", "subject_code") if c in columns), None)
            if code and model.tenancy.shape is not Shape.OPEN:  # type: ignore[attr-defined]
                rows = sql(f'SELECT count(*) FROM "{model._meta.db_table}" WHERE {code} = 530103')
                assert rows == [(0,)], model._meta.label
        assert Organization.objects.filter(division_id=530103).count() == 0
        for model in builders:
            assert model.objects.filter(owner_code=530102).exists()


@pytest.fixture
def trail() -> Any:
    """A school's row with its change log, a transition and an audit entry, seen by the office's staff."""
    with as_owner():
        actor = f.office_actor(530102)
        school = f.school(530102)
        school.head_name = "李校长"
        school.save()
        document = make(next(iter(builders)), f.office(530102), school.organization, filed_at=clock.now())
        StateTransition.objects.create(root_kind=document.kind, root_id=document.pk, name="x", label="x", target="x",
                                       at=clock.now(), person_name="甲", acting_as="乙")  # fmt: skip
        AuditEntry.objects.create(at=clock.now(), action="read", person_name="甲", division_code=530102)
    return actor


def refused(statement: str) -> bool:
    """Whether the web role is denied the statement, by privilege or because no row is there for it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.rowcount == 0
    except ProgrammingError as error:
        return "permission denied" in str(error) or "row-level security" in str(error)


@pytest.mark.parametrize("table", ["supervision_schoolchangeevent", "records_statetransition", "records_auditentry"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_logs_cannot_be_changed(trail: Any, table: str, verb: str) -> None:
    column = {
        "supervision_schoolchangeevent": "pgh_label",
        "records_statetransition": "label",
        "records_auditentry": "detail",
    }
    statement = verb.format(table, column[table], "'forged'") if "SET" in verb else verb.format(table)
    with scope(trail):
        assert refused(statement)


def test_the_change_log_of_a_draft_is_its_authors(trail: Any) -> None:
    """The snapshots are as visible as the root was when they were taken: a draft to its office, not to the offices above."""
    with as_owner():
        make(Document, f.office(530102), f.school(530102).organization)
        make(Document, f.office(530102), f.school(530102).organization, filed_at=clock.now(), served_at=clock.now())
        above = f.office_actor(530100)
    count = "SELECT count(*) FROM records_documentchangeevent"
    with scope(above):
        assert sql(count) == [(1,)]
    with scope(trail):
        assert sql(count) == [(3,)]


def test_the_change_log_cannot_be_forged(trail: Any) -> None:
    with scope(trail):
        assert sql("SELECT count(*) FROM supervision_schoolchangeevent WHERE pgh_label = 'update'") == [(1,)]
        assert refused("INSERT INTO supervision_schoolchangeevent SELECT * FROM supervision_schoolchangeevent")


def test_a_transition_cannot_be_written_about_another_tenants_root(trail: Any) -> None:
    with as_owner():
        foreign = make(next(iter(builders)), f.office(530103), f.school(530103).organization, filed_at=clock.now())
    with scope(trail):
        assert refused(f"""INSERT INTO records_statetransition (root_kind, root_id, name, label, source, target, reason,
            facts, at, person_name, acting_as) VALUES ('{foreign.kind}', {foreign.pk}, 'x', 'x', '', 'x', '', '{{}}',
            now(), 'x', 'x')""")


def test_only_the_audit_administrator_reads_the_audit(trail: Any) -> None:
    with as_owner():
        audit, elsewhere = f.office_actor(530102, Role.AUDIT_ADMIN), f.office_actor(530103, Role.AUDIT_ADMIN)
        above = f.office_actor(530000, Role.AUDIT_ADMIN)
    for actor, expected in [(audit, 1), (above, 1), (elsewhere, 0), (trail, 0)]:
        with scope(actor):
            assert sql("SELECT count(*) FROM records_auditentry") == [(expected,)]


def test_tenancy_columns_are_read_only(trail: Any) -> None:
    """The office above may move a ticket, but must not make it its own."""
    with as_owner():
        root = make(next(iter(builders)), f.office(530102), f.school(530102).organization, served_at=clock.now())
        above = f.office_actor(530100)
    with scope(above), pytest.raises(Exception, match=r"(?i)cannot update"), transaction.atomic():
        sql(f'UPDATE "{root._meta.db_table}" SET owner_code = 530100 WHERE id = {root.pk}')


def test_an_office_writes_only_what_it_owns() -> None:
    with as_owner():
        actor = f.office_actor(530102)
        other, school = f.office(530103), f.school(530103)
    with scope(actor):
        for model in builders:
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                make(model, other, school.organization)


def test_a_unit_cannot_plant_a_root_with_another_tenant() -> None:
    """It may author one for the offices above itself; not for the county beside, nor in another's name."""
    with as_owner():
        school, foreign = f.school(530102), f.school(530103)
        actor = f.unit_actor(school)
    columns = {"owner_code": 530103, "author_org": school.organization, "subject_code": 530103,
               "subject_org": foreign.organization, "created_at": clock.now()}  # fmt: skip
    with scope(actor):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            builders[Document](columns)
        own = columns | {"owner_code": 530102, "subject_code": 530102, "subject_org": school.organization}
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            builders[Document](own | {"author_org": foreign.organization})
        assert builders[Document](own).pk


def test_a_county_reads_the_register_above_and_cannot_write_it() -> None:
    with as_owner():
        above = f.organization(530100, "department", "昆明市教育体育局")
        county = f.office_actor(530102)
    with scope(county):
        assert Organization.objects.filter(pk=above.pk).exists()
        assert refused(f"UPDATE accounts_organization SET name = 'x' WHERE id = {above.pk}")
        assert refused(f"DELETE FROM accounts_organization WHERE id = {above.pk}")
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Organization.objects.create(division_id=530100, kind="department", name="x")


def test_a_scope_does_not_outlive_its_block() -> None:
    """A released savepoint keeps set_config(…, true): the scope restores what stood before."""
    with as_owner():
        actor = f.office_actor(530102)
    with scope(actor):
        with scope(None):
            assert sql("SELECT current_setting('app.me', true)") == [("",)]
        assert sql("SELECT current_setting('app.me', true)") == [("530102",)]
    names = [name for name, _ in NO_SCOPE]
    assert {v or "" for (v,) in (sql("SELECT current_setting(%s, true)", [n])[0] for n in names)} == {""}


def test_sign_in_needs_no_scope_and_gets_no_more() -> None:
    with as_owner():
        membership = f.member(f.office(530102), Role.OFFICE_STAFF)
    with scope(None):
        assert User.objects.filter(pk=membership.user_id).exists() and Division.objects.exists()
        assert sql("SELECT count(*) FROM accounts_membership") == [(0,)]
        assert [r[0] for r in sql("SELECT membership_id FROM identities(%s)", [membership.user_id])] == [membership.pk]


def test_chinese_text_has_trigrams() -> None:
    assert sql("SELECT show_trgm('昆明') <> '{}'") == [(True,)]
