"""Each role finds exactly what its pages show: nothing more, nothing less, and no sibling's row changes an answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.actors import Role
from accounts.models import Membership
from accounts.scope import scope
from records import clock
from records.search.finding import find
from records.search.registry import findables, kinds_for
from records.search.words import ask
from rectification.models import Problem, Ticket
from tests import factories as f
from tests.conftest import as_owner
from tests.roots import make
from tests.world import MARK, World, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    with as_owner():
        return build()


def found(membership: Membership, typed: str, **more: Any) -> dict[str, list[int]]:
    with as_owner():
        actor = f.actor(membership)
    with scope(actor):
        return {
            g.kind.kind: [hit.key for hit in g.hits]
            for g in find(ask(typed), actor, most=more.pop("most", 200), **more)
        }


def everybody(world: World) -> list[tuple[str, Membership]]:
    return [(f"{role} of {code}", member) for (role, code), member in world.people.items()]


def test_every_hit_opens(world: World) -> None:
    shut = []
    for who, member in everybody(world):
        for typed in (MARK, "小学", "整改", "督", "张", "2026"):
            with as_owner():
                actor = f.actor(member)
            client = f.client_for(member)
            with scope(actor):
                hits = [hit for group in find(ask(typed), actor, most=20) for hit in group.hits]
            shut += [f"{who}: {hit.url} {status}" for hit in hits if (status := client.get(hit.url).status_code) != 200]
    assert not shut


def test_every_visible_row_is_found_by_its_title_and_its_number(world: World) -> None:
    lost, looked = [], 0
    for who, member in everybody(world):
        with as_owner():
            actor = f.actor(member)
        with scope(actor):
            for one in kinds_for(actor):
                for row in list(one.show(actor)):
                    for typed in (row[2], row[3]):
                        if len(typed) < 2:
                            continue
                        looked += 1
                        hits = [h.key for g in find(ask(typed), actor, most=200, only=one.kind) for h in g.hits]
                        if row[1] not in hits:
                            lost.append(f"{who}: {one.kind} {row[1]} by {typed!r} of {row[:6]}")
    assert not lost
    assert looked > 100


def test_without_the_door_the_function_alone_shows_no_more(world: World) -> None:
    """`search_find` against the second lock: what it names is what row security shows, for everybody."""
    for who, member in everybody(world):
        with as_owner():
            actor = f.actor(member)
        with scope(actor), connection.cursor() as cursor:
            kinds = [one.kind for one in kinds_for(actor)]
            for typed in (MARK, "小学", "整改"):
                cursor.execute(
                    "SELECT kind, object_id FROM search_find(%s, %s, 200)", [json.dumps(ask(typed).as_json()), kinds]
                )
                for kind, key in cursor.fetchall():
                    model = findables[kind].model
                    assert model._base_manager.filter(pk=key).exists(), f"{who}: {kind} {key}"


def test_a_naive_function_shows_no_more(world: World) -> None:
    """With the function that forgets the scope, the doors and row security keep every sibling's row out."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            """CREATE OR REPLACE FUNCTION search_sees(text, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true'"""
        )
        cursor.execute("""CREATE OR REPLACE FUNCTION search_find(asked jsonb, kinds text[], most int)
            RETURNS TABLE (kind text, object_id bigint, rank int, aliases text) LANGUAGE sql SECURITY DEFINER
            SET search_path = public, pg_temp AS
            $$ SELECT e.kind, e.object_id, 2, '' FROM records_searchentry e WHERE e.kind = ANY (kinds) $$""")
    stranger = found(world.people[Role.OFFICE_STAFF, 530103], MARK)
    with as_owner():
        for kind, keys in stranger.items():
            for row in findables[kind].model._base_manager.filter(pk__in=keys):
                code = next(getattr(row, c) for c in ("division_code", "owner_code", "division_id") if hasattr(row, c))
                assert code in (530103, 530100, 530000), f"{kind} {row.pk}"


def test_no_application_role_reads_or_writes_an_entry(world: World) -> None:
    with as_owner():
        actor = f.office_actor(530102)
    with scope(actor), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM records_searchentry")
        assert cursor.fetchone() == (0,)
        with pytest.raises(ProgrammingError), transaction.atomic():
            cursor.execute("UPDATE records_searchentry SET body = ''")


def test_a_siblings_rows_change_nothing(world: World) -> None:
    """The same titles by the hundred next door, and in another province: every answer stays as it was."""
    asked = (MARK, f"{MARK} 整改", "小学", "mdxx", f"{MARK}title", "五", "整-1")
    people = [
        world.people[role, 530102]
        for role in (Role.OFFICE_STAFF, Role.INSPECTOR, Role.UNIT_CONTACT, Role.DEPARTMENT_CONTACT)
    ]

    def answers() -> list[Any]:
        told = []
        for member in people:
            with as_owner():
                actor = f.actor(member)
            with scope(actor):
                told += [[(g.kind.kind, g.count, g.hits) for g in find(ask(typed), actor, most=5)] for typed in asked]
        return told

    before = answers()
    with as_owner():
        for code in (530103, 520102):
            unit = f.school(code, f"五华区{MARK}小学").organization
            for _ in range(30):
                for model in (Problem, Ticket):
                    row = make(model, f.office(code), unit, filed_at=clock.now())
                    model.objects.filter(pk=row.pk).update(title=f"{MARK}title")
    assert answers() == before


def test_limit_is_filled_with_ones_own(world: World) -> None:
    """Drafts of a colleague's office below, which the prefecture may not see, take no place among the first."""
    with as_owner():
        unit = f.school(530102).organization
        served = [
            make(Problem, f.office(530102), unit, filed_at=clock.now(), served_at=clock.now()).pk for _ in range(3)
        ]
        for _ in range(30):
            make(Problem, f.office(530102), unit, filed_at=clock.now())
    seen = found(world.people[Role.OFFICE_STAFF, 530100], "消防通道", most=3)
    assert sorted(seen["problem"]) == served
