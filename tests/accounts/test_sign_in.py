"""Signing in through HTTP with the real Redis: by name or number, lock-out, idle time-out, the audit trail."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.actors import Role
from accounts.adapters import PER_ACCOUNT
from accounts.models import Membership, User
from records.models import AuditEntry
from tests import factories
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db
PASSWORD = "Correct-horse-9"
LOCKED = "已暂停登录10分钟"
WRONG = "用户名（手机号码）或密码不正确"
BUREAU = "203.0.113.7"


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def clerk() -> Membership:
    with as_owner():
        membership = factories.member(factories.office(530102), Role.OFFICE_STAFF)
        User.objects.filter(pk=membership.user_id).update(phone="13888000001")
        membership.user.refresh_from_db()
        return membership


def sign_in(name: str, password: str, *, address: str = BUREAU, client: Client | None = None) -> str:
    """The page that answers, or the address one is sent to."""
    browser = client or Client()
    answer = browser.post(reverse("account_login"), {"login": name, "password": password}, REMOTE_ADDR=address)
    return answer.headers.get("Location") or answer.content.decode()


def entries() -> list[tuple[str, str, bool, int]]:
    with as_owner():
        found = AuditEntry.objects.order_by("at", "id")
        return [(e.action, e.detail, e.succeeded, e.division_code) for e in found]


def test_by_user_name_and_by_phone_number(clerk: Membership) -> None:
    assert sign_in(clerk.user.username, PASSWORD) == "/"
    assert sign_in("13888000001", PASSWORD) == "/"
    assert sign_in(" 13888000001 ", PASSWORD) == "/"
    assert WRONG in sign_in("13888000002", PASSWORD)


def test_five_wrong_passwords_lock_the_account_from_anywhere_and_by_either_name(clerk: Membership) -> None:
    for n in range(4):
        assert WRONG in sign_in(clerk.user.username, "wrong", address=f"203.0.113.{n}")
    assert WRONG in sign_in("13888000001", "wrong")
    assert LOCKED in sign_in(clerk.user.username, PASSWORD)
    assert LOCKED in sign_in("13888000001", PASSWORD, address="198.51.100.1")
    assert "同一办公室其他人员的账号不受影响" in sign_in(clerk.user.username.upper(), PASSWORD)


def test_the_rest_of_the_bureau_behind_the_same_address_signs_in(clerk: Membership) -> None:
    with as_owner():
        colleagues = [factories.member(factories.office(530102), Role.OFFICE_STAFF) for _ in range(12)]
    for _ in range(8):
        sign_in(clerk.user.username, "wrong")
    assert [sign_in(c.user.username, PASSWORD) for c in colleagues] == ["/"] * 12


def test_a_right_password_does_not_count_as_an_attempt(clerk: Membership) -> None:
    assert [sign_in(clerk.user.username, PASSWORD) for _ in range(7)] == ["/"] * 7


def test_a_name_that_nobody_has_is_answered_the_same(clerk: Membership) -> None:
    assert [WRONG in sign_in("nobody-here", "wrong") for _ in range(5)] == [True] * 5
    assert LOCKED in sign_in("nobody-here", "wrong")


def test_the_lock_ends_by_itself(clerk: Membership, settings: object) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "300/m/ip,5/1s/key"}  # type: ignore[attr-defined]
    for _ in range(5):
        sign_in(clerk.user.username, "wrong")
    assert LOCKED in sign_in(clerk.user.username, PASSWORD)
    time.sleep(1.1)
    assert sign_in(clerk.user.username, PASSWORD) == "/"


def test_the_administrators_unlocking_knows_the_same_limit() -> None:
    assert PER_ACCOUNT["login_failed"] in settings.ACCOUNT_RATE_LIMITS["login_failed"].split(",")


def test_a_deactivated_person_is_out_at_once(clerk: Membership) -> None:
    client = Client()
    sign_in(clerk.user.username, PASSWORD, client=client)
    assert client.get(reverse("accounts:me")).status_code == 200
    with as_owner():
        User.objects.filter(pk=clerk.user_id).update(is_active=False)
    assert client.get(reverse("accounts:me")).status_code == 302
    assert "/inactive/" in sign_in(clerk.user.username, PASSWORD)


def test_idle_session_ends(clerk: Membership, settings: object) -> None:
    settings.SESSION_COOKIE_AGE = 2  # type: ignore[attr-defined]
    client = Client()
    sign_in(clerk.user.username, PASSWORD, client=client)
    for _ in range(3):  # each request renews it
        time.sleep(0.9)
        assert client.get(reverse("accounts:me")).status_code == 200
    time.sleep(2.2)
    answer = client.get(reverse("accounts:me"))
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{reverse('account_login')}?next={reverse('accounts:me')}"


def test_thirty_minutes_by_default() -> None:
    assert settings.SESSION_COOKIE_AGE == 1800
    assert settings.SESSION_SAVE_EVERY_REQUEST is True


@contextmanager
def playing_the_clerk(clerk: Membership) -> Iterator[Client]:
    client = Client()
    sign_in(clerk.user.username, PASSWORD, client=client)
    yield client


def test_the_trail_of_signing_in_failing_and_out(clerk: Membership) -> None:
    sign_in(clerk.user.username, "wrong")
    with playing_the_clerk(clerk) as client:
        assert client.post(reverse("account_logout")).status_code == 302
    assert entries() == [
        ("sign_in_failed", "密码不正确", False, 530102),
        ("sign_in", "", True, 530102),
        ("sign_out", "", True, 530102),
    ]
    with as_owner():
        first = AuditEntry.objects.order_by("at").first()
    assert first is not None
    assert (first.person_name, first.user_id, first.address) == (clerk.user.full_name, clerk.user_id, BUREAU)
    assert "五华区" in first.acting_as


def test_attempts_while_locked_are_in_the_trail_and_unknown_names_are_not(clerk: Membership) -> None:
    for _ in range(6):
        sign_in(clerk.user.username, "wrong")
    sign_in("S3cret-typed-as-name", "x")
    assert [detail for _, detail, _, _ in entries()] == ["密码不正确"] * 5 + ["账号已暂停登录"]


def test_an_initial_password_is_changed_before_anything_else(clerk: Membership) -> None:
    with as_owner():
        User.objects.filter(pk=clerk.user_id).update(password_is_initial=True)
    client = Client()
    sign_in(clerk.user.username, PASSWORD, client=client)
    change = reverse("account_change_password")
    assert client.get(reverse("accounts:me")).headers["Location"] == change
    page = client.get(change)
    assert "请先设置只有自己知道的新密码" in page.content.decode()
    typed = {"oldpassword": PASSWORD, "password1": "Another-horse-7", "password2": "Another-horse-7"}
    assert client.post(change, typed).status_code == 302
    assert client.get(reverse("accounts:me")).status_code == 200
    clerk.user.refresh_from_db()
    assert clerk.user.password_is_initial is False
