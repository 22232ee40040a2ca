"""The second factor, signed in with for real: RFC 6238 computed here, independently of the library."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.actors import Role
from accounts.models import Membership
from records.models import AuditEntry
from tests import factories as f
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db
PASSWORD = "Correct-horse-9"
SET_UP = "/sign-in/second-factor/totp/activate/"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def code_of(secret: str, *, steps: int = 0) -> str:
    """RFC 6238, SHA-1, 30 seconds, six digits."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    mac = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def sign_in(member: Membership) -> tuple[Client, Any]:
    client = Client()
    return client, client.post(reverse("account_login"), {"login": member.user.username, "password": PASSWORD})


def somebody(role: str, code: int = 530102) -> Membership:
    with as_owner():
        return f.member(f.office(code), role)


def set_up(client: Client) -> str:
    shown = client.get(SET_UP)
    assert shown.status_code == 200, shown.headers
    secret = re.findall(r'<code class="secret">([A-Z2-7]+)</code>', shown.content.decode())[0]
    answer = client.post(SET_UP, {"code": code_of(secret)})
    assert answer.headers["Location"] == reverse("mfa_view_recovery_codes")
    return str(secret)


def entries() -> list[tuple[str, str]]:
    with as_owner():
        return list(AuditEntry.objects.order_by("at", "id").values_list("action", "detail"))


@pytest.mark.parametrize("role", [Role.OFFICE_HEAD, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_required_persons_are_led_to_it_before_anything_else(settings: Any, role: str) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    client, _ = sign_in(somebody(role))
    for page in ("/", "/accounts/me/", "/records/inbox/", "/accounts/people/"):
        assert client.get(page).headers["Location"] == SET_UP
    assert client.get("/sign-in/logout/").status_code == 200
    set_up(client)
    assert client.get("/").status_code == 200


def test_required_whichever_identity_is_chosen(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    clerk = somebody(Role.OFFICE_STAFF)
    with as_owner():
        f.member(f.office(530100), Role.OFFICE_HEAD, user=clerk.user)
    assert f.client_for(clerk).get("/").headers["Location"] == SET_UP


def test_only_offered_to_others_and_in_the_demo(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    assert f.client_for(somebody(Role.OFFICE_STAFF)).get("/").status_code == 200
    settings.REQUIRE_SECOND_FACTOR = False
    assert f.client_for(somebody(Role.OFFICE_HEAD)).get("/").status_code == 200
    client, _ = sign_in(somebody(Role.INSPECTOR))
    assert "未启用" in client.get(reverse("mfa_index")).content.decode()
    set_up(client)
    assert "已启用" in client.get(reverse("mfa_index")).content.decode()


def test_signing_in_asks_for_the_code_and_takes_it_once() -> None:
    member = somebody(Role.OFFICE_HEAD)
    first, _ = sign_in(member)
    secret = set_up(first)
    client, answer = sign_in(member)
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert client.get("/").status_code == 302, "the password alone opens nothing"
    page = client.post(reverse("mfa_authenticate"), {"code": code_of(secret, steps=-9)}).content.decode()
    assert "验证码不正确" in page
    assert ("sign_in_failed", "两步验证码不正确") in entries()
    good = code_of(secret)
    assert client.post(reverse("mfa_authenticate"), {"code": good}).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    again, _ = sign_in(member)
    assert "已经用过" in again.post(reverse("mfa_authenticate"), {"code": good}).content.decode()


def test_five_wrong_codes_stop_the_guessing() -> None:
    member = somebody(Role.OFFICE_HEAD)
    first, _ = sign_in(member)
    secret = set_up(first)
    client, _ = sign_in(member)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret, steps=-9)})
    assert "暂停登录10分钟" in client.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).content.decode()
    assert client.get("/").status_code == 302


def test_a_recovery_code_works_once() -> None:
    member = somebody(Role.OFFICE_HEAD)
    first, _ = sign_in(member)
    set_up(first)
    page = first.get(reverse("mfa_view_recovery_codes")).content.decode()
    codes = re.findall(r"<li><code>(\d+)</code></li>", page)
    assert len(codes) == 10
    client, _ = sign_in(member)
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).headers["Location"] == "/"
    again, _ = sign_in(member)
    assert again.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 200


def test_the_secret_is_not_in_the_database_as_it_is() -> None:
    client, _ = sign_in(somebody(Role.OFFICE_HEAD))
    secret = set_up(client)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored and "gAAAA" in stored


def test_whoever_must_have_it_cannot_switch_it_off(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    client, _ = sign_in(somebody(Role.OFFICE_HEAD))
    set_up(client)
    assert "不能停用" in client.get(reverse("mfa_deactivate_totp")).content.decode()
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(type="totp").count() == 1
    free, _ = sign_in(somebody(Role.OFFICE_STAFF))
    set_up(free)
    free.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(type="totp").count() == 1


def test_the_security_administrator_resets_with_a_reason_and_every_sign_in_ends() -> None:
    member, guard = somebody(Role.OFFICE_HEAD), somebody(Role.SECURITY_ADMIN)
    phone, _ = sign_in(member)
    set_up(phone)
    assert phone.get("/").status_code == 200
    client = f.client_for(guard)
    assert "重置两步验证" in client.get(reverse("accounts:person", args=[member.user_id])).content.decode()
    address = reverse("accounts:second_factor_reset", args=[member.user_id])
    assert client.post(address, {"reason": ""}).status_code == 200
    assert Authenticator.objects.exists()
    client.post(address, {"reason": "手机遗失，本人到场"})
    assert not Authenticator.objects.exists()
    assert phone.get("/").status_code == 302
    assert ("change", f"重置两步验证（{member.user}）：手机遗失，本人到场") in entries()
    _, answer = sign_in(member)
    assert answer.headers["Location"] == "/"


def test_nobody_resets_his_own_nor_that_of_somebody_elsewhere() -> None:
    guard = somebody(Role.SECURITY_ADMIN)
    other = somebody(Role.OFFICE_HEAD)
    with as_owner():
        f.member(f.office(530103), Role.INSPECTOR, user=other.user)
        for user in (guard.user, other.user):
            Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    client = f.client_for(guard)
    for pk in (guard.user_id, other.user_id):
        client.post(reverse("accounts:second_factor_reset", args=[pk]), {"reason": "手机遗失"})
    assert Authenticator.objects.count() == 2


def test_nobody_signed_in_opens_none_of_its_pages() -> None:
    for name in (
        "index",
        "authenticate",
        "reauthenticate",
        "activate_totp",
        "view_recovery_codes",
        "generate_recovery_codes",
    ):
        assert Client().get(reverse(f"mfa_{name}")).status_code in (302, 403)
