"""Figures and search for programs say what the pages say, and nothing of a sibling; and no list asks the database too often."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.actors import Role
from portal.overview.places import territory
from portal.overview.summary import Overview
from tests import factories as f
from tests.api.callers import operations, program, token_of
from tests.api_table import OPERATIONS
from tests.conftest import as_owner
from tests.world import MARK, World, build, build_beside

pytestmark = pytest.mark.django_db
HERE, SIBLING = 530102, 530103
LIST_BUDGET = 8


@pytest.fixture
def world() -> World:
    with as_owner():
        return build()


def calling(world: World, role: str, code: int = HERE) -> Client:
    with as_owner():
        return program(token_of(world.people[role, code]))


def test_the_figures_are_the_overview_s(world: World) -> None:
    head = world.people[Role.OFFICE_HEAD, 530100]
    answer = calling(world, Role.OFFICE_HEAD, 530100).get("/api/v1/figures/?period=year").json()
    actor = f.actor(head)
    with as_owner():
        page = Overview(actor, territory(actor, 530100, alone=False), figure="", period="year")
        assert answer["figures"]["problems_open"] == page.standing.problems_open > 0
        assert [part["name"] for part in answer["parts"]] == [row.part.name for row in page.rows]
        assert len(answer["months"]) == len(page.trend) == 24
    assert answer["division"] == 530100 and answer["period"]["key"] == "year"
    below = calling(world, Role.OFFICE_HEAD, 530100).get(f"/api/v1/figures/?division={HERE}").json()
    assert below["division"] == HERE and below["parts"] == []


def test_a_division_outside_is_not_there_and_wrong_questions_are_told(world: World) -> None:
    head = calling(world, Role.OFFICE_HEAD)
    for code in (SIBLING, 530100, 999999, 530199):
        assert head.get(f"/api/v1/figures/?division={code}").status_code in (400, 404)
    for query in ("period=someday", "division=abc", "figure=visits"):
        answer = head.get(f"/api/v1/figures/?{query}")
        assert answer.status_code == 400 and answer.json()["errors"], query


def test_a_sibling_s_rows_change_no_figure_and_no_hit(world: World) -> None:
    head = calling(world, Role.OFFICE_HEAD)
    addresses = (
        "/api/v1/figures/",
        f"/api/v1/search/?q={MARK}",
        "/api/v1/deadlines/?count=1",
        "/api/v1/divisions/?count=1",
    )
    before = [head.get(address).content for address in addresses]
    with as_owner():
        build_beside(world, SIBLING)
    assert [head.get(address).content for address in addresses] == before


def test_search_finds_what_one_sees(world: World) -> None:
    groups = calling(world, Role.OFFICE_STAFF).get(f"/api/v1/search/?q={MARK}").json()["groups"]
    school = next(g for g in groups if g["hits"][0]["title"].startswith("五华区"))
    assert school["hits"][0]["page"].startswith("http") and not school["more"]
    only = (
        calling(world, Role.OFFICE_STAFF).get(f"/api/v1/search/?q={MARK}&kind={school['kind']}&most=1").json()["groups"]
    )
    assert [g["kind"] for g in only] == [school["kind"]] and len(only[0]["hits"]) == 1
    assert calling(world, Role.OFFICE_STAFF, SIBLING).get(f"/api/v1/search/?q={MARK}").json() == {"groups": []}
    for query in ("", "q=", "q=x&kind=planet", "q=x&most=100000"):
        assert calling(world, Role.OFFICE_STAFF).get(f"/api/v1/search/?{query}").status_code == 400


def test_no_list_asks_the_database_more_than_it_may(world: World) -> None:
    over = []
    lists = {
        name: path for name, method, path in operations() if name.endswith(".list") or name in ("figures", "search")
    }
    for role in (Role.OFFICE_HEAD, Role.OFFICE_STAFF, Role.INSPECTOR, Role.SECURITY_ADMIN, Role.UNIT_CONTACT):
        caller = calling(world, role)
        for name, path in lists.items():
            if role in OPERATIONS[name].opens:
                asked = f.queries_of(caller, path + OPERATIONS[name].query)
                if asked > LIST_BUDGET:
                    over.append(f"{name} as {role}: {asked}")
    assert not over
