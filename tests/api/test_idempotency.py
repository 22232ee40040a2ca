"""Idempotency-Key: once, also for two at once; the key of another person is no oracle."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.actors import Role
from accounts.models import ApiCall
from records import clock
from rectification.models import Problem
from tests import factories as f
from tests.api.callers import JSON, program, token_of
from tests.conftest import as_owner, as_system

KEY = {"Idempotency-Key": "5f0c0a3e-7b7b-4f0e-9d3c-000000000001"}


def prepared() -> tuple[Client, dict[str, Any]]:
    with as_owner():
        school = f.school(530102)
        caller = program(token_of(f.member(f.office(530102), Role.OFFICE_STAFF)))
    return caller, {"subject_org": school.pk, "title": "屋面漏水", "found_on": str(clock.today())}


def post(caller: Client, body: dict[str, Any], headers: dict[str, str] = KEY) -> Any:
    return caller.post("/api/v1/problems/", body, content_type=JSON, headers=headers)


@pytest.mark.django_db
def test_the_same_call_again_gets_the_same_answer() -> None:
    caller, body = prepared()
    first, again = post(caller, body), post(caller, body)
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    assert first.headers["Location"] == again.headers["Location"] and again.headers["Idempotency-Replayed"] == "true"
    with as_owner():
        assert Problem.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_with_another_body_or_address_is_refused() -> None:
    caller, body = prepared()
    post(caller, body)
    other = post(caller, body | {"title": "别的"})
    assert other.status_code == 422 and other.json()["type"].endswith("idempotency-key-reused")
    elsewhere = caller.post("/api/v1/problem-categories/", body, content_type=JSON, headers=KEY)
    assert elsewhere.status_code == 422
    with as_owner():
        assert Problem.objects.count() == 1


@pytest.mark.django_db
def test_a_refused_call_leaves_its_key_free() -> None:
    caller, body = prepared()
    assert post(caller, body | {"found_on": "2999-01-01"}).status_code == 422
    with as_owner():
        assert not ApiCall.objects.exists()
    assert post(caller, body).status_code == 201


@pytest.mark.django_db
def test_anothers_key_tells_nothing() -> None:
    caller, body = prepared()
    post(caller, body)
    with as_owner():
        colleague = program(token_of(f.member(f.office(530102), Role.OFFICE_STAFF)))
    assert post(colleague, body).status_code == 201
    with as_owner():
        assert Problem.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", " ", "a b", "键", "x" * 129])
def test_what_is_no_key(key: str) -> None:
    caller, body = prepared()
    answer = post(caller, body, {"Idempotency-Key": key})
    assert answer.status_code == 400 and answer.json()["type"].endswith("idempotency-key")


@pytest.mark.django_db
def test_old_calls_are_forgotten_and_their_keys_free() -> None:
    caller, body = prepared()
    post(caller, body)
    with as_owner():
        ApiCall.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert post(caller, body).status_code == 201
    with as_owner():
        assert Problem.objects.count() == 2
        ApiCall.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    with as_system():
        assert ApiCall.objects.forget_old() == 1
    assert ApiCall.objects.forget_old() == 0


@pytest.mark.django_db(transaction=True)
def test_a_double_click_of_programs_makes_one() -> None:
    caller, body = prepared()
    start, answers = threading.Barrier(4), []

    def click() -> None:
        start.wait()
        answers.append(post(Client(headers={"Authorization": caller.defaults["HTTP_AUTHORIZATION"]}), body))
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {a.status_code for a in answers} == {201} and len({a.json()["id"] for a in answers}) == 1
    with as_owner():
        assert Problem.objects.count() == 1
