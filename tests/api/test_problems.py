"""What bad input gets: 4xx problem details that say what to do, never a 500, never half a write."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.actors import Role
from accounts.models import Membership
from records import clock
from records.state import Refusal, Refused
from rectification import actions
from rectification.models import Problem, Ticket
from tests import factories as f
from tests.api.callers import JSON, program, token_of
from tests.conftest import as_owner
from tests.roots import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Membership:
    with as_owner():
        return f.member(f.office(530102), Role.OFFICE_STAFF)


@pytest.fixture
def caller(staff: Membership) -> Client:
    with as_owner():
        return program(token_of(staff))


def problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.content.decode()[:400]
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (
        body["status"] == status and body["title"] and body["detail"] and body["type"].startswith("urn:dudao:problem:")
    )
    return body


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("bogus=1", "可用：count"), ("state=nowhere", "errors"), ("page_size=1000000", "1至200"), ("page_size=0", "1至200"),
        ("page_size=x", "1至200"), ("page_size=٣", "1至200"), ("ordering=password", "created_at"), ("fields=title,secret", "number"),
        ("cursor=abc", "第一页"), ("overdue=maybe&state=x", "errors"),
    ],
)  # fmt: skip
def test_a_list_says_what_it_knows(caller: Client, query: str, says: str) -> None:
    assert says in problem(caller.get(f"/api/v1/tickets/?{query}"), 400)["detail"]


@pytest.mark.parametrize(
    "body",
    ['{"title": ', "[]", '"text"', "", '{"title": NaN}', "[" * 100_000, '{"title": "\\ud800"}', "\xff\xfe", "9" * 5000],
    ids=["cut", "list", "text", "empty", "nan", "deep", "half a character", "not utf-8", "long number"],
)
def test_what_is_no_json_object(caller: Client, body: str) -> None:
    raw = body.encode("latin-1") if "\xff" in body else body.encode()
    answer = caller.generic("POST", "/api/v1/problems/", raw, content_type=JSON)
    assert problem(answer, 422 if not body else 400)


@pytest.mark.parametrize(
    "value", [{"a": 1}, [[1]], 12, True, "\x00", "长" * 200_000, -(10**30), 1e308], ids=lambda v: str(v)[:12]
)
@pytest.mark.parametrize("name", ["title", "found_on", "subject_org", "category", "severity"])
def test_values_of_the_wrong_kind(caller: Client, name: str, value: Any) -> None:
    answer = caller.post("/api/v1/problems/", json.dumps({name: value}), content_type=JSON)
    assert problem(answer, 422)["errors"]


def test_a_field_that_does_not_exist(caller: Client) -> None:
    said = problem(caller.post("/api/v1/problems/", json.dumps({"state": "closed"}), content_type=JSON), 422)
    assert "可用" in said["errors"]["state"][0] and "state" not in said["errors"]["state"][0].split("可用")[1]


class Endless(BytesIO):
    """A body that must not be read to its end."""

    read_bytes = 0

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None and size >= 0, "somebody reads all of it"
        self.read_bytes += size
        return b" " * size


@pytest.mark.parametrize(("address", "media"), [("problems/", JSON)])
def test_a_hundred_megabytes(caller: Client, address: str, media: str) -> None:
    """By its announced length: nothing is read of it."""
    endless = Endless()
    answer = caller.generic(
        "POST", f"/api/v1/{address}", b"", CONTENT_TYPE=media, CONTENT_LENGTH=str(100 * 1024 * 1024), **{"wsgi.input": endless}
    )  # fmt: skip
    assert "MB" in problem(answer, 413)["detail"] and endless.read_bytes == 0


def test_a_body_longer_than_announced_is_cut(caller: Client) -> None:
    answer = caller.generic("POST", "/api/v1/problems/", b"{}" + b" " * 100, content_type=JSON, CONTENT_LENGTH="2")
    problem(answer, 422)


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "a" * 300]
)
def test_a_wrong_content_type(caller: Client, media: str) -> None:
    problem(caller.generic("POST", "/api/v1/problems/", b"x=1", content_type=media), 415)


def test_methods_formats_and_addresses_that_do_not_exist(caller: Client) -> None:
    problem(caller.delete("/api/v1/tickets/"), 405)
    problem(caller.put("/api/v1/tickets/1/"), 405)
    problem(caller.options("/api/v1/tickets/"), 405)
    problem(caller.get("/api/v1/tickets/", headers={"Accept": "text/csv"}), 406)
    for address in ("v1/nothing/", "v1/tickets", "v2/", "", "v1/tickets/abc/", "v1/tickets/1/transitions/fly/"):
        problem(caller.get(f"/api/{address}"), 404)
    problem(caller.post("/api/v1/tickets/1/transitions/fly/"), 404)
    problem(caller.get(f"/api/v1/tickets/{10**30}/"), 404)


def test_an_unexpected_error_is_a_problem_too_and_leaves_nothing(
    caller: Client, staff: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    with as_owner():
        school = f.school(530102)
    caller.raise_request_exception = False

    def breaks(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("rectification.actions.problems.log", breaks)
    body = {"subject_org": school.pk, "title": "漏水", "found_on": str(clock.today())}
    said = problem(caller.post("/api/v1/problems/", body, content_type=JSON), 500)
    assert "ZeroDivision" not in json.dumps(said)
    with as_owner():
        assert not Problem.objects.exists()


def test_a_refusal_carries_the_guards_sentence_and_article_and_changes_nothing(
    caller: Client, staff: Membership
) -> None:
    with as_owner():
        now = clock.now()
        ticket = make(Ticket, f.office(530102), f.school(530102).organization, filed_at=now, served_at=now)
    said = problem(caller.post(f"/api/v1/tickets/{ticket.pk}/transitions/close/", {}, content_type=JSON), 409)
    assert said["type"].endswith("refused") and "待签收" in said["detail"]
    told = caller.get(f"/api/v1/tickets/{ticket.pk}/transitions/").json()
    assert all(option["why_not"] for option in told if not option["allowed"])
    answer = caller.post(f"/api/v1/tickets/{ticket.pk}/order/", {"reason": "不报"}, content_type=JSON)
    said = problem(answer, 409) if answer.status_code == 409 else {}
    assert answer.status_code in (200, 409) and (not said or said["detail"])


def test_a_refused_call_is_rolled_back(caller: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the action had written already (traps.md: DRF's set_rollback does nothing here)."""
    with as_owner():
        school = f.school(530102)
    register = actions.register_problem

    def refuses_late(**values: Any) -> None:
        register(**values)
        raise Refused(Refusal("来不及了。", "第一条"))

    monkeypatch.setattr(actions, "register_problem", refuses_late)
    body = {"subject_org": school.pk, "title": "漏水", "found_on": str(clock.today())}
    with transaction.atomic():
        said = problem(caller.post("/api/v1/problems/", body, content_type=JSON), 409)
    assert said["article"] == "第一条"
    with as_owner():
        assert not Problem.objects.exists()
