"""Tokens: got by password or made in the settings, hashed, scoped, ending with whatever they stand on."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.actors import Role
from accounts.models import ApiToken, Membership
from accounts.scope import scope
from records import clock
from records.models import AuditEntry
from tests import factories as f
from tests.api.callers import JSON, program, token_of
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db
SIGN_IN = "/api/v1/auth/token/"
PASSWORD = "Correct-horse-9"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def staff() -> Membership:
    with as_owner():
        return f.member(f.office(530102), Role.OFFICE_STAFF)


def sign_in(membership: Membership, password: str = PASSWORD, **more: Any) -> Any:
    body = {"username": membership.user.username, "password": password, **more}
    return Client().post(SIGN_IN, body, content_type=JSON)


def test_name_and_password_give_a_token_of_which_only_a_digest_is_kept(staff: Membership) -> None:
    answer = sign_in(staff)
    assert answer.status_code == 201 and answer.json()["scheme"] == "Bearer"
    text = answer.json()["token"]
    with as_owner():
        token = ApiToken.objects.get(user=staff.user)
        assert token.digest == hashlib.sha256(text.encode()).hexdigest() and text not in str(vars(token))
        assert AuditEntry.objects.filter(user_id=staff.user_id, action="sign_in", succeeded=True).exists()
    me = program(text).get("/api/v1/me/").json()
    assert (me["membership"], me["by_token"]) == (staff.pk, True)


def test_a_wrong_password_counts_and_five_lock_the_account_here_and_on_the_page(staff: Membership) -> None:
    answers = [sign_in(staff, "wrong-horse-9").status_code for _ in range(6)]
    assert answers[0] == 401 and answers[-1] == 429
    locked = sign_in(staff)
    assert locked.status_code == 429 and "暂停登录" in locked.json()["detail"] and "Retry-After" in locked.headers
    page = Client().post("/sign-in/login/", {"login": staff.user.username, "password": PASSWORD})
    assert "暂停登录" in page.content.decode()
    with as_owner():
        assert AuditEntry.objects.filter(user_id=staff.user_id, action="sign_in_failed").count() >= 5


def test_nobodys_name_is_answered_as_a_wrong_password(staff: Membership) -> None:
    unknown = Client().post(SIGN_IN, {"username": "nobody-here", "password": "x"}, content_type=JSON)
    assert unknown.status_code == 401 and unknown.json() == sign_in(staff, "wrong-horse-9").json()


def test_an_initial_password_gives_none(staff: Membership) -> None:
    with as_owner():
        type(staff.user).objects.filter(pk=staff.user_id).update(password_is_initial=True)
    assert sign_in(staff).json()["type"].endswith("initial-password")


def test_whoever_must_have_a_second_factor_gets_none_by_password(settings: Any) -> None:
    with as_owner():
        head = f.member(f.office(530102), Role.OFFICE_HEAD)
    settings.REQUIRE_SECOND_FACTOR = True
    answer = sign_in(head)
    assert answer.status_code == 403 and answer.json()["type"].endswith("second-factor")


def test_the_duty_that_comes_later_ends_tokens_got_by_password(staff: Membership, settings: Any) -> None:
    with as_owner():
        text, proved = token_of(staff), token_of(staff, proved=True)
        f.member(staff.organization, Role.OFFICE_HEAD, user=staff.user)
    settings.REQUIRE_SECOND_FACTOR = True
    refused = program(text).get("/api/v1/me/")
    assert refused.status_code == 401 and refused.json()["type"].endswith("token-second-factor")
    assert program(proved).get("/api/v1/me/").status_code == 200


def _revoked(staff: Membership) -> None:
    ApiToken.objects.update(revoked_at=clock.now())


def _expired(staff: Membership) -> None:
    ApiToken.objects.update(created_at=clock.now() - timedelta(days=9), expires_at=clock.now() - timedelta(days=1))


def _left(staff: Membership) -> None:
    Membership.objects.filter(pk=staff.pk).update(valid_until=date(2020, 2, 1))


def _inactive(staff: Membership) -> None:
    type(staff.user).objects.filter(pk=staff.user_id).update(is_active=False)


def _new_password(staff: Membership) -> None:
    staff.user.set_password("Another-horse-9")
    staff.user.save()


@pytest.mark.parametrize(
    ("happens", "kind"),
    [(_revoked, "revoked"), (_expired, "expired"), (_left, "gone"), (_inactive, "gone"), (_new_password, "password")],
)
def test_a_token_ends_at_once_with_what_it_stands_on(staff: Membership, happens: Any, kind: str) -> None:
    with as_owner():
        caller = program(token_of(staff))
    assert caller.get("/api/v1/me/").status_code == 200
    with as_owner():
        happens(staff)
    refused = caller.get("/api/v1/tickets/")
    assert refused.status_code == 401 and refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["type"] == f"urn:dudao:problem:token-{kind}" and "令牌" in refused.json()["detail"]
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer dudao_nothing", "Bearer ", "Basic YTpi", "x", "Bearer \x00"])
def test_what_is_no_token_opens_nothing(header: str) -> None:
    assert Client(headers={"Authorization": header}).get("/api/v1/me/").status_code == 401


def test_scopes_narrow_what_the_person_may(staff: Membership) -> None:
    with as_owner():
        reader, other = program(token_of(staff, ["rectification:read"])), program(token_of(staff, ["records:write"]))
    assert reader.get("/api/v1/tickets/").status_code == 200
    refused = reader.post("/api/v1/tickets/", {}, content_type=JSON)
    assert refused.status_code == 403 and "rectification:write" in refused.json()["detail"]
    assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]
    assert other.get("/api/v1/tickets/").status_code == 403


def test_a_token_wins_over_a_session_and_leaves_it_alone(staff: Membership) -> None:
    with as_owner():
        other = f.member(f.office(530103), Role.OFFICE_STAFF)
        text = token_of(other)
    browser = f.client_for(staff)
    answer = browser.get("/api/v1/me/", headers={"Authorization": f"Bearer {text}"})
    assert answer.json()["membership"] == other.pk and browser.get("/api/v1/me/").json()["membership"] == staff.pk


def test_the_last_use_is_written_at_most_every_five_minutes(staff: Membership) -> None:
    with as_owner():
        caller = program(token_of(staff))
    caller.get("/api/v1/me/")
    with as_owner():
        first = ApiToken.objects.get().last_used_at
    caller.get("/api/v1/me/")
    with as_owner():
        assert first is not None and ApiToken.objects.get().last_used_at == first


def test_nobody_reads_anothers_tokens(staff: Membership) -> None:
    with as_owner():
        token_of(staff)
        colleague = f.actor(f.member(staff.organization, Role.OFFICE_HEAD))
        own = f.actor(staff)
    with scope(colleague):
        assert not ApiToken.objects.exists()
    with as_owner(), scope(colleague):
        assert not ApiToken.objects.visible_to(colleague).exists() and ApiToken.objects.visible_to(own).exists()


def test_a_session_writes_only_with_its_csrf_token(staff: Membership) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(staff.user)
    refused = browser.post("/api/v1/problems/", {}, content_type=JSON)
    assert refused.status_code == 403 and refused.json()["type"].endswith("csrf")
    browser.get("/accounts/me/")
    token = browser.cookies["csrftoken"].value
    assert browser.post("/api/v1/problems/", {}, content_type=JSON, headers={"X-CSRFToken": token}).status_code == 422


def test_a_session_that_has_not_shown_the_second_factor_is_refused(staff: Membership, settings: Any) -> None:
    with as_owner():
        f.member(staff.organization, Role.OFFICE_HEAD, user=staff.user)
    settings.REQUIRE_SECOND_FACTOR = True
    refused = f.client_for(staff).get("/api/v1/tickets/")
    assert refused.status_code == 403 and refused.json()["type"].endswith("second-factor")


def _sign_in_by_form(membership: Membership) -> Client:
    client = Client()
    client.post("/sign-in/login/", {"login": membership.user.username, "password": PASSWORD})
    client.post("/sign-in/reauthenticate/", {"password": PASSWORD})
    return client


FORM = {"name": "市级平台", "days": "90", "rectification": "write", "records": "read"}


def test_a_token_is_made_in_the_settings_shown_once_and_revoked(staff: Membership) -> None:
    client = _sign_in_by_form(staff)
    made = client.post("/accounts/tokens/new/", FORM)
    text = made.context["text"]
    assert made.status_code == 200 and text in made.content.decode() and "no-store" in made.headers["Cache-Control"]
    assert program(text).get("/api/v1/tickets/").status_code == 200
    page = client.get("/accounts/tokens/").content.decode()
    assert text not in page and text[:10] in page and "问题与整改（办理）" in page
    with as_owner():
        token = ApiToken.objects.get()
        assert token.scopes == ["records:read", "rectification:write"]
    client.post(f"/accounts/tokens/{token.pk}/revoke/")
    assert program(text).get("/api/v1/tickets/").status_code == 401


def test_making_one_asks_again_who_one_is(staff: Membership) -> None:
    forgotten = f.client_for(staff)  # signed in without a password of late
    answer = forgotten.post("/accounts/tokens/new/", FORM)
    assert answer.status_code == 302 and "reauthenticate" in answer.headers["Location"]
    with as_owner():
        assert not ApiToken.objects.exists()


def test_so_many_and_no_more(staff: Membership) -> None:
    client = _sign_in_by_form(staff)
    with as_owner():
        for _ in range(20):
            token_of(staff)
    assert client.post("/accounts/tokens/new/", FORM).status_code == 422


def test_calls_a_minute_are_counted_for_each_token(staff: Membership, settings: Any) -> None:
    settings.API_CALLS_A_MINUTE = 3
    with as_owner():
        one, other = program(token_of(staff)), program(token_of(staff))
    statuses = [one.get("/api/v1/me/").status_code for _ in range(8)]
    assert 429 in statuses and other.get("/api/v1/me/").status_code == 200
    refused = one.get("/api/v1/me/")
    assert refused.status_code in (200, 429)  # a minute may just have begun
    if refused.status_code == 429:
        assert 1 <= int(refused.headers["Retry-After"]) <= 60 and refused.json()["type"].endswith("throttled")
