"""The audit page, and that none of the three administrators opens another's page."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.actors import Role
from accounts.models import Membership
from accounts.scope import scope
from records import clock
from records.models import AuditEntry
from tests import factories
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db


def member(code: int, role: str) -> Membership:
    with as_owner():
        return factories.member(factories.office(code), role)


def entry(code: int, name: str, **more: Any) -> None:
    with as_owner():
        facts = {
            "at": clock.now(),
            "action": "sign_in",
            "person_name": name,
            "division_code": code,
            "address": "203.0.113.7",
        }
        AuditEntry.objects.create(**(facts | more))


@pytest.fixture
def client() -> Client:
    return factories.client_for(member(530100, Role.AUDIT_ADMIN))


def people(client: Client, **query: Any) -> set[str]:
    rows = client.get(reverse("records:audit_list"), query).context["page_obj"].object_list
    return {row.person_name for row in rows}


def test_shows_the_own_range_and_nobody_else(client: Client) -> None:
    for code in (530100, 530102, 530103, 530000, 530300, 520102, 0):
        entry(code, f"某人{code}")
    assert people(client) == {"某人530100", "某人530102", "某人530103"}


def test_filters(client: Client) -> None:
    entry(530102, "甲", action="sign_in_failed", succeeded=False, detail="密码不正确")
    entry(530102, "乙", action="read", object_kind="records.document", object_id="7", address="198.51.100.9")
    today = clock.today().isoformat()
    assert people(client, person="甲") == {"甲"}
    assert people(client, action="read") == {"乙"}
    assert people(client, outcome="False") == {"甲"}
    assert people(client, address="198.51.100.9") == {"乙"}
    assert people(client, address="not an address") == set()
    assert people(client, since=today, until=today) == {"甲", "乙"}
    assert people(client, until="2020-01-01") == set()
    text = client.get(reverse("records:audit_list")).content.decode()
    assert "公文 7" in text
    assert "密码不正确" in text


def test_budget_is_the_same_with_3_and_30_rows(client: Client) -> None:
    for _ in range(3):
        entry(530102, "甲")
    few = factories.queries_of(client, reverse("records:audit_list"))
    for _ in range(27):
        entry(530102, "甲")
    assert factories.queries_of(client, reverse("records:audit_list")) == few <= 8


@pytest.mark.parametrize("role", [r for r in Role if r != Role.AUDIT_ADMIN])
def test_nobody_else_opens_it(role: str) -> None:
    assert factories.client_for(member(530100, role)).get(reverse("records:audit_list")).status_code == 403


def test_each_administrator_has_his_own_pages_only() -> None:
    allowed = {
        Role.SYSTEM_ADMIN: {"records:rules"},
        Role.SECURITY_ADMIN: {"accounts:people", "accounts:units"},
        Role.AUDIT_ADMIN: {"records:audit_list"},
    }
    pages = sorted({name for names in allowed.values() for name in names})
    for role, own in allowed.items():
        browser = factories.client_for(member(530102, role))
        opened = {name for name in pages if browser.get(reverse(name)).status_code == 200}
        assert opened == own, role
        assert browser.get(reverse("accounts:me")).status_code == 200


def test_nobody_changes_the_trail_not_even_who_reads_it() -> None:
    entry(530102, "甲")
    auditor = factories.actor(member(530102, Role.AUDIT_ADMIN))
    for statement in ("update", "delete"):
        with scope(auditor), pytest.raises(DatabaseError), transaction.atomic():
            rows = AuditEntry.objects.all()
            rows.update(person_name="乙") if statement == "update" else rows.delete()
