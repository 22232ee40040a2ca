"""The public site: the same for everybody, without sign-in, cookies or scope; it reads published copies and nothing else."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actors import Role
from tests import factories as f
from tests.access_table import PUBLIC
from tests.conftest import as_owner
from tests.world import World, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    with as_owner():
        return build()


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_nobody_is_asked_who_he_is(name: str, world: World) -> None:
    """Signed in or not: the same page, no cookie, nothing that varies by one, and no table but the published copies."""
    address = reverse(name, args=PUBLIC[name](world))
    member = f.client_for(world.people[Role.OFFICE_STAFF, 530102])
    with CaptureQueriesContext(connection) as captured:
        answers = [client.get(address) for client in (Client(), member)]
    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].getvalue() == answers[1].getvalue()
    for answer in answers:
        assert not answer.cookies and "Cookie" not in answer.headers.get("Vary", "")
        assert answer.headers["Cache-Control"].startswith("public")
        assert answer.headers["X-Frame-Options"] == "DENY"
    asked = [q["sql"] for q in captured.captured_queries]
    assert not [sql for sql in asked if "records_publishedcopy" not in sql]


def test_a_page_that_is_not_there_says_so_in_the_sites_own_look() -> None:
    answer = Client().get("/public/no-such-page/")
    assert answer.status_code == 404 and "没有这个页面" in answer.content.decode() and not answer.cookies


def test_an_address_without_its_slash_leads_on() -> None:
    assert Client().get("/public").headers["Location"] == "/public/"


def test_a_form_from_another_site_is_refused() -> None:
    answer = Client().post("/public/", {}, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403 and "没有收下" in answer.content.decode()
