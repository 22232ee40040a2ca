"""Each list that grows is read through an index: its rows are found and come in their order without sorting the table.

The tables here are small, so the planner is forbidden what it would choose for that reason alone: a plan that still reads a
whole table or sorts (PostgreSQL marks such a node "Disabled") has no index that could serve it at a province's size.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actors import Role
from accounts.models import Membership
from accounts.scope import scope
from records.lists import COUNT_TO
from tests import factories as f
from tests.conftest import as_owner
from tests.world import build

pytestmark = pytest.mark.django_db
# Lists of rows that a province has in hundreds of thousands, and the table that each is about.
GROWING = {
    "rectification:ticket_list": "rectification_ticket", "rectification:problem_list": "rectification_problem",
    "rectification:order_list": "rectification_supervisoryorder", "inspections:visit_list": "inspections_routinevisit",
    "records:document_list": "records_document", "supervision:school_list": "supervision_school",
}  # fmt: skip
OFFICES = (530102, 530100, 530000)
# Found by index and then sorted: schools, in the order of their divisions, by name; a county's papers, which are its own
# and those that its prefecture and province have sent round, by two indexes.
SORTS = {*(("supervision:school_list", code) for code in OFFICES), ("records:document_list", 530102)}


def keys_of(member: Membership, path: str) -> str:
    """The statement by which the page finds its rows."""
    client = f.client_for(member)
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(path).status_code == 200
    asked = [q["sql"] for q in found if re.search(rf"ORDER BY .* LIMIT {COUNT_TO + 1}$", q["sql"])]
    assert len(asked) == 1, [q["sql"][:200] for q in found]
    return asked[0].rsplit("; ", 1)[-1]  # the history's settings may go before it


def plan_of(member: Membership, statement: str) -> dict[str, Any]:
    with scope(f.actor(member)), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off"
        )
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement.replace('%', '%%')}")
        found = cursor.fetchone()[0]
    return (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]


def forbidden(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What the plan does although it may not: (kind of node, table)."""
    if node.get("Disabled"):
        yield node["Node Type"], node.get("Relation Name", "")
    for part in node.get("Plans", []):
        yield from forbidden(part)


@pytest.fixture
def people() -> dict[Any, Membership]:
    with as_owner():
        return build().people


@pytest.mark.parametrize("code", OFFICES)
@pytest.mark.parametrize("name", GROWING)
def test_an_office_s_list_comes_in_order_from_an_index(name: str, code: int, people: dict[Any, Membership]) -> None:
    member = people[Role.OFFICE_STAFF, code]
    wrong = set(forbidden(plan_of(member, keys_of(member, reverse(name)))))
    if (name, code) in SORTS:
        wrong = {(kind, table) for kind, table in wrong if "Sort" not in kind}
    assert not wrong


@pytest.mark.parametrize(
    "name", [name for name in GROWING if name not in {"rectification:problem_list", "supervision:school_list"}]
)
def test_a_unit_s_list_reads_no_table_whole(name: str, people: dict[Any, Membership]) -> None:
    """A school's rows are few: they may be sorted, once an index has found them."""
    member = people[Role.UNIT_CONTACT, 530102]
    wrong = {table for kind, table in forbidden(plan_of(member, keys_of(member, reverse(name)))) if "Scan" in kind}
    assert not wrong


def test_the_walk_would_notice(people: dict[Any, Membership]) -> None:
    """Without its indexes the list of tickets is found out."""
    member = people[Role.OFFICE_STAFF, 530102]
    statement = keys_of(member, reverse("rectification:ticket_list"))
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "DO $$ DECLARE i text; BEGIN FOR i IN SELECT indexname FROM pg_indexes WHERE tablename = 'rectification_ticket'"
            " AND indexname LIKE 'ticket\\_%' AND indexname <> 'ticket_number_once' LOOP EXECUTE 'DROP INDEX ' || i; END LOOP; END $$"
        )
    assert ("Seq Scan", "rectification_ticket") in set(forbidden(plan_of(member, statement)))
