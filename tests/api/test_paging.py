"""Cursors: every row once in every order, backwards too, nulls among them; no cursor works anywhere else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.actors import Role
from records import clock
from rectification.models import Ticket
from tests import factories as f
from tests.api.callers import program, token_of
from tests.conftest import as_owner
from tests.roots import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Client:
    with as_owner():
        office, school = f.office(530102), f.school(530102).organization
        now = clock.now()
        for n in range(11):
            made = make(Ticket, office, school, filed_at=now)
            due = None if n % 3 == 0 else now + timedelta(days=n // 2)
            Ticket.objects.filter(pk=made.pk).update(due_at=due, title=f"事由{n // 4}")
        return program(token_of(f.member(office, Role.OFFICE_STAFF)))


def walk(caller: Client, first: str, link: str) -> list[list[int]]:
    pages, address = [], first
    while address:
        body: dict[str, Any] = caller.get(address).json()
        pages.append([row["id"] for row in body["results"]])
        address = body[link]
    return pages


@pytest.mark.parametrize(
    "ordering", ["id", "-id", "due_at", "-due_at", "title", "-title", "created_at", "-created_at", "state"]
)
def test_every_row_once_and_back_again(caller: Client, ordering: str) -> None:
    first = f"/api/v1/tickets/?page_size=3&ordering={ordering}"
    pages = walk(caller, first, "next")
    rows = [pk for page in pages for pk in page]
    whole = [row["id"] for row in caller.get(f"/api/v1/tickets/?page_size=200&ordering={ordering}").json()["results"]]
    assert rows == whole and len(set(rows)) == 11 and [len(p) for p in pages] == [3, 3, 3, 2]
    address = first
    while (following := caller.get(address).json())["next"]:
        address = following["next"]
    assert [pk for page in reversed(walk(caller, address, "previous")) for pk in page] == whole


def test_rows_that_come_in_between_do_not_shift_the_pages(caller: Client) -> None:
    first = caller.get("/api/v1/tickets/?page_size=5&ordering=-created_at").json()
    with as_owner():
        make(Ticket, f.office(530102), f.school(530102).organization, filed_at=clock.now())
    second = caller.get(first["next"]).json()
    assert not {r["id"] for r in first["results"]} & {r["id"] for r in second["results"]}


def test_a_cursor_of_another_list_or_order_or_changed_is_refused(caller: Client) -> None:
    following = caller.get("/api/v1/tickets/?page_size=3&ordering=title").json()["next"]
    cursor = following.split("cursor=")[1]
    for address in (
        f"/api/v1/problems/?cursor={cursor}",
        f"/api/v1/tickets/?ordering=-title&cursor={cursor}",
        f"/api/v1/tickets/?ordering=title&cursor=x{cursor}",
    ):
        answer = caller.get(address)
        assert answer.status_code == 400 and answer.json()["type"].endswith("bad-cursor")


def test_counted_on_demand_and_fields_chosen(caller: Client) -> None:
    body = caller.get("/api/v1/tickets/?count=1&fields=title,demand&page_size=2").json()
    assert (body["count"], body["count_is_capped"]) == (11, False)
    assert set(body["results"][0]) == {"id", "url", "title", "demand"}
    assert "count" not in caller.get("/api/v1/tickets/").json()


def test_each_item_leads_to_itself(caller: Client) -> None:
    row = caller.get("/api/v1/tickets/?page_size=1").json()["results"][0]
    assert caller.get(row["url"]).json()["id"] == row["id"]


def test_a_list_asks_the_same_number_of_times_with_3_rows_and_with_30(caller: Client) -> None:
    few = f.queries_of(caller, "/api/v1/tickets/?page_size=3")
    with as_owner():
        for _ in range(30):
            make(Ticket, f.office(530102), f.school(530102).organization, filed_at=clock.now())
    assert f.queries_of(caller, "/api/v1/tickets/?page_size=30") == few <= 4
