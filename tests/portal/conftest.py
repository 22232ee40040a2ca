from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actors import ADMIN_ROLES, OFFICE_ROLES, OrganizationKind, Role
from accounts.models import Membership
from records import registry
from records.registry import Todo
from tests import factories
from tests.conftest import as_owner

ROLES = [*Role]


def membership_of(role: str, code: int = 530102) -> Membership:
    """Somebody with this role in the division: in its office, its department, a school or a member unit."""
    with as_owner():
        if role in OFFICE_ROLES | ADMIN_ROLES:
            body = factories.office(code)
        elif role == Role.DEPARTMENT_CONTACT:
            body = factories.department(code)
        elif role == Role.MEMBER_LIAISON:
            body = factories.organization(code, OrganizationKind.MEMBER_UNIT, "区财政局")
        else:
            body = factories.school(code).organization
        return factories.member(body, role)


@pytest.fixture
def client_of() -> Callable[..., Client]:
    return lambda role, code=530102: factories.client_for(membership_of(role, code))


@pytest.fixture
def only_lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Todo]]:
    """The rooms' providers replaced by one that offers the lines of this list."""
    lines: list[Todo] = []
    monkeypatch.setattr(registry, "todo_providers", [lambda actor: lines])
    monkeypatch.setattr(registry, "panel_providers", [])
    yield lines


def queries_of(client: Client, url: str = "/") -> list[str]:
    """What one request asks the database for. In a test its scope is nested in the test's transaction: reading and
    restoring the outer scope and the savepoints would not be there in a real request.
    """
    with CaptureQueriesContext(connection) as asked:
        response = client.get(url)
    assert response.status_code == 200
    statements = [q["sql"] for q in asked]
    nested = ("SAVEPOINT", "RELEASE", "SELECT current_setting('app.user'")
    kept = [sql for sql in statements if not sql.startswith(nested)]
    assert kept[-1].startswith("SELECT set_config('app.user', ''")
    return kept[:-1]
