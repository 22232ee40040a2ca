"""The OpenAPI document is valid and complete, and schemathesis finds nothing that it does not say: tokens of three roles,
real ids among the generated ones, each call undone. Derandomized and bounded."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest
import schemathesis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, Phase, given, settings

from accounts.actors import Role
from tests import factories as f
from tests.api.callers import described, program, token_of
from tests.api_table import OPERATIONS
from tests.conftest import as_owner
from tests.world import World, build

pytestmark = pytest.mark.django_db
SECONDS = 25  # of each role
EXAMPLES = 4
ROLES = [Role.OFFICE_STAFF, Role.INSPECTOR, Role.UNIT_CONTACT]


def test_the_document_is_valid_and_nothing_was_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    validate_schema(described())
    assert "Warning" not in capsys.readouterr().err
    for path, methods in described()["paths"].items():
        for operation in methods.values():
            assert {"200", "201"} & set(operation["responses"]) and "401" in operation["responses"], path


def test_the_document_is_for_whoever_is_signed_in_or_has_a_token() -> None:
    with as_owner():
        member = f.member(f.office(530102), Role.OFFICE_STAFF)
        caller = program(token_of(member, []))
    assert Client().get("/api/schema/").status_code == 401
    for one in (caller, f.client_for(member)):
        answer = one.get("/api/schema/")
        assert answer.status_code == 200 and answer.json()["openapi"].startswith("3.")


def test_the_reference_carries_no_inline_script_and_nothing_from_elsewhere() -> None:
    with as_owner():
        browser = f.client_for(f.member(f.office(530102), Role.OFFICE_STAFF))
    answer = browser.get("/api/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200 and "swagger-ui-bundle" in page and "https://" not in page
    assert "'self'" in answer.headers["Content-Security-Policy"]


@pytest.fixture
def world() -> World:
    with as_owner():
        return build()


def as_sent(case: Any) -> dict[str, Any]:
    """JSON, or a form with its files."""
    if case.media_type != "multipart/form-data":
        return {"data": json.dumps(case.body), "content_type": "application/json"}
    body = case.body if isinstance(case.body, dict) else {}
    data: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, bytes):
            data[name] = SimpleUploadedFile("file.pdf", value)
        elif isinstance(value, (list, tuple)):
            data[name] = [SimpleUploadedFile("file.pdf", v) if isinstance(v, bytes) else str(v) for v in value]
        elif value is not None:
            data[name] = str(value)
    return {"data": data}


def send(client: Client, case: Any, world: World) -> None:
    """One generated call, undone; its answer must be one that the document knows."""
    operation = case.operation.definition.raw
    path = str(case.operation.path)
    known = OPERATIONS.get(operation["operationId"])
    if "{id}" in path:
        real = known is not None and random.Random(repr(case.body)).random() < 0.7
        path = path.replace("{id}", str(known.pk(world) if real and known else case.path_parameters["id"]))
    headers = {k: v for k, v in (case.headers or {}).items() if k == "Idempotency-Key"}
    more: dict[str, Any] = {"headers": headers}
    if case.method != "GET" and not isinstance(case.body, type(schemathesis.core.NOT_SET)):
        more |= as_sent(case)
    with transaction.atomic():
        method = getattr(client, case.method.lower())
        response = method(path, query_params=dict(case.query or {}), **more) if case.query else method(path, **more)
        transaction.set_rollback(True)
    content = (b"".join(response.streaming_content) if response.streaming else response.content)[:300]
    said = f"{case.method} {path} {case.query} {case.body} → {response.status_code} {content!r}"
    assert response.status_code < 500, said
    answer = operation["responses"].get(str(response.status_code))
    assert answer is not None, said
    kinds = set(answer["content"]) if "content" in answer else {"application/problem+json"}
    if "*/*" not in kinds:
        assert response.headers["Content-Type"].split(";")[0] in kinds, said


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_schemathesis_finds_no_500_and_no_undocumented_answer(role: str, world: World, settings_fixture: None) -> None:
    with as_owner():
        client = program(token_of(world.people[role, 530102]))
    began, asked = time.monotonic(), 0
    found = [result.ok() for result in schemathesis.openapi.from_dict(described()).get_all_operations()]
    # Each begins elsewhere: on a slow machine the three together still go through all of it.
    first = ROLES.index(role) * len(found) // len(ROLES)
    for operation in found[first:] + found[:first]:
        if operation.definition.raw["operationId"] == "auth.token":
            continue

        @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            send(client, case, world)

        if time.monotonic() - began < SECONDS:
            ask()
    assert asked > 50


@pytest.fixture
def settings_fixture(settings: Any) -> None:
    settings.API_CALLS_A_MINUTE = 100_000
