"""Every operation × everybody, as tests/test_access.py does with the pages. One that is not listed fails.

Refusals: without a token 401; without the word, or where the state table says no to the role, 403; another tenant's object
404; lists open but say nothing of the neighbours. Each answer is one that the document knows.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.actors import Role
from tests.api.callers import JSON, described, operations, program, token_of
from tests.api_table import OPERATIONS, Operation
from tests.conftest import as_owner
from tests.world import MARK, World, build

pytestmark = pytest.mark.django_db
PASSES = {200, 201, 400, 409, 415, 422}
STRANGERS = (530103, 520102)


def test_every_operation_is_listed() -> None:
    """A new operation is named in tests/api_table.py with who may call it."""
    assert {name for name, _, _ in operations()} - {"auth.token"} == set(OPERATIONS)


def address_of(name: str) -> tuple[str, str]:
    return next((method, path) for known, method, path in operations() if known == name)


@pytest.fixture
def world() -> World:
    with as_owner():
        return build()


def sent(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """As the document says that it is sent: JSON, or a form where a file comes with it."""
    method, path = address_of(name)
    asked = described()["paths"][path][method].get("requestBody", {}).get("content", {})
    if "multipart/form-data" in asked:
        return {"data": body}  # the client's own way of sending
    return {"data": json.dumps(body), "content_type": JSON}


def ask(client: Client, name: str, operation: Operation, world: World) -> tuple[int, str]:
    """One call, undone afterwards, so that the next finds the same world."""
    method, path = address_of(name)
    if "{id}" in path:
        path = path.replace("{id}", str(operation.pk(world)))
    path += operation.query
    body: dict[str, Any] = {} if method == "get" else sent(name, operation.body)
    with transaction.atomic():
        response = getattr(client, method)(path, **body)
        transaction.set_rollback(True)
    known = described()["paths"][address_of(name)[1]][method]["responses"]
    assert str(response.status_code) in known, (
        f"{name} answers {response.status_code}, which the document does not know"
    )
    text = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, text.decode(errors="ignore")


def caller(world: World, role: str, code: int) -> Client:
    with as_owner():
        return program(token_of(world.people[role, code]))


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_operation(name: str, world: World) -> None:
    operation, wrong = OPERATIONS[name], []
    for role in Role:
        status, _ = ask(caller(world, role, 530102), name, operation, world)
        expected = PASSES
        if role not in operation.opens:
            expected = {403}
        elif "{id}" in address_of(name)[1] and not operation.seen_by(role):
            expected = {404}
        elif not operation.done_by(role):
            expected = {403}
        if status not in expected:
            wrong.append(f"{role}: {status}, expected {sorted(expected)}")
    wrong += strangers(name, operation, world)
    nobody, _ = ask(Client(), name, operation, world)
    assert nobody == 401
    assert not wrong


def strangers(name: str, operation: Operation, world: World) -> list[str]:
    wrong = []
    is_object = "{id}" in address_of(name)[1]
    for code in STRANGERS:
        for role in operation.opens:
            status, text = ask(caller(world, role, code), name, operation, world)
            expected = {404} if is_object and not operation.shared_with(code) else {*PASSES, 403}
            if status not in expected:
                wrong.append(f"stranger {role} of {code}: {status}, expected {sorted(expected)}")
            if MARK in text:
                wrong.append(f"stranger {role} of {code} reads what is not his")
    return wrong
