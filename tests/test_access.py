"""Every address × everybody: once allowed, once for each class of refusal. An address that is not listed fails.

Refusals: nobody signed in → sign-in page; a person without a valid identity or a role without the word → 403; another tenant's
object → 404, in the county beside and in the other province; lists open but say nothing of the neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.actors import Role
from accounts.models import User
from tests import factories as f
from tests.access_table import ELSEWHERE, PAGES, PUBLIC, PUBLIC_FORMS, Page
from tests.conftest import as_owner
from tests.world import MARK, World, build

pytestmark = pytest.mark.django_db
PASSES = {200, 204, 302, 303, 400, 409, 422}
STRANGERS = (530103, 520102)


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from addresses(pattern.url_patterns, space)
        else:
            yield f"{prefix}{pattern.name or pattern.pattern}"


def test_every_address_is_listed() -> None:
    """Style 7: a new page is named in tests/access_table.py with who may open it."""
    # The API's operations: tests/api/test_operations.py.
    found = {
        name for name in addresses(get_resolver().url_patterns) if not name.startswith("api:") or name == "api:docs"
    }
    assert found == set(PAGES) | set(PUBLIC) | set(PUBLIC_FORMS) | set(ELSEWHERE)


@pytest.fixture
def world() -> World:
    with as_owner():
        return build()


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    text: str


def ask(client: Client, name: str, page: Page, world: World, own: int = 0) -> Answer:
    """One request, undone afterwards, so that the next person finds the same world."""
    url = reverse(name, args=page.args(world)) + page.query
    data = {
        k: v.replace("{ticket}", str(world.ticket.pk)).replace("{own}", str(own)) for k, v in (page.data or {}).items()
    }
    with transaction.atomic():
        response = client.post(url, data) if page.post else client.get(url)
        transaction.set_rollback(True)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return Answer(response.status_code, response.headers.get("Location", ""), body.decode(errors="ignore"))


def as_member(role: str, code: int, name: str, page: Page, world: World) -> Answer:
    membership = world.people[role, code]
    return ask(f.client_for(membership), name, page, world, membership.pk)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_address(name: str, world: World) -> None:
    page, wrong = PAGES[name], []
    for role in Role:
        status = as_member(role, 530102, name, page, world).status
        expected = {403} if role not in page.roles else PASSES if role in page.sees else {404}
        if status not in expected:
            wrong.append(f"{role}: {status}, expected {sorted(expected)}")
    wrong += strangers(name, page, world)
    wrong += nobody(name, page, world)
    assert not wrong


def strangers(name: str, page: Page, world: World) -> list[str]:
    wrong = []
    for code in STRANGERS:
        for role in page.roles:
            answer = as_member(role, code, name, page, world)
            expected = {404} if page.scoped and not page.shares else PASSES
            if answer.status not in expected:
                wrong.append(f"stranger {role} of {code}: {answer.status}, expected {sorted(expected)}")
            if MARK in answer.text:
                wrong.append(f"stranger {role} of {code} reads what is not his")
    return wrong


def nobody(name: str, page: Page, world: World) -> list[str]:
    wrong = []
    answer = ask(Client(), name, page, world)
    if not (answer.status == 302 and answer.location.startswith("/sign-in/login/")):
        wrong.append(f"signed out: {answer.status}")
    with as_owner():
        lost = f.person("无任职")
    client = Client()
    client.force_login(lost)
    status = ask(client, name, page, world).status
    if status != (page.without_identity or 403):
        wrong.append(f"without identity: {status}")
    return wrong


# What the sign-in library serves: name → (signed out, signed in). A login page sends the signed-in person home.
LIBRARY = {
    "account_login": (200, 302),
    "account_logout": (302, 200),
    "account_inactive": (200, 200),
    "account_signup": (200, 302),
    "account_reauthenticate": (302, 200),
    "account_change_password": (302, 200),
    "account_set_password": (302, 302),
    "account_reset_password": (200, 200),
    "account_reset_password_done": (200, 200),
    "account_reset_password_from_key_done": (200, 200),
    "account_confirm_login_code": (302, 302),
    "account_email_verification_sent": (200, 200),
    "account_email": (302, 200),
}
WITH_KEYS = {"account_confirm_email": ["nothing"], "account_reset_password_from_key": ["0", "set-password"]}


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_the_librarys_addresses(name: str, world: World) -> None:
    """None of them fails, none shows business, and signing up by oneself is closed."""
    member = f.client_for(world.people[Role.OFFICE_STAFF, 530102])
    found = tuple(client.get(reverse(name)).status_code for client in (Client(), member))
    assert found == LIBRARY[name]
    assert MARK not in Client().get(reverse(name), follow=True).content.decode()


@pytest.mark.parametrize("name", sorted(WITH_KEYS))
def test_keys_that_nobody_was_given_open_nothing(name: str) -> None:
    answer = Client().get(reverse(name, args=WITH_KEYS[name]))
    assert answer.status_code in (200, 302, 404) and "sessionid" not in answer.cookies


def test_nobody_signs_up_by_himself() -> None:
    form = {"username": "stranger", "password1": "Correct-horse-9", "password2": "Correct-horse-9"}
    Client().post(reverse("account_signup"), form)
    with as_owner():
        assert not User.objects.filter(username="stranger").exists()
