"""The second factor, signed in with for real: RFC 6238 computed here, independently of the library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.actors import Role
from accounts.models import Membership
from config.settings import base as production
from records.models import AuditEntry, Notification
from records.outbox import consume
from tests import factories as f
from tests.conftest import as_owner
from tests.totp import code_of

pytestmark = pytest.mark.django_db
PASSWORD = "Correct-horse-9"
SET_UP = "/sign-in/second-factor/totp/activate/"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def sign_in(member: Membership) -> tuple[Client, Any]:
    client = Client()
    return client, client.post(reverse("account_login"), {"login": member.user.username, "password": PASSWORD})


def somebody(role: str, code: int = 530102) -> Membership:
    with as_owner():
        return f.member(f.office(code), role)


def confirm_password(client: Client) -> None:
    """The sensible pages ask for the password once more."""
    asked = client.get(SET_UP).headers["Location"]
    assert asked.startswith("/sign-in/reauthenticate/")
    assert "接下来的操作比较重要" in client.get(asked).content.decode()
    assert "密码" in client.post(asked, {"password": "wrong", "next": SET_UP}).content.decode()
    assert client.post(asked, {"password": PASSWORD, "next": SET_UP}).headers["Location"] == SET_UP


def set_up(client: Client) -> str:
    """As a person does: password, the secret into the telephone, the first code. The code is an earlier one, still good
    for a clock that is slow, so that the present one is left for the sign-in."""
    confirm_password(client)
    shown = client.get(SET_UP)
    secret = re.findall(r'<code class="secret">([A-Z2-7]+)</code>', shown.content.decode())[0]
    answer = client.post(SET_UP, {"code": code_of(secret, steps=-1)})
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


def test_production_requires_it_unless_told_otherwise() -> None:
    assert production.REQUIRE_SECOND_FACTOR is True


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
    guard = f.client_for(somebody(Role.SECURITY_ADMIN))
    assert "解除登录暂停" in guard.get(reverse("accounts:person", args=[member.user_id])).content.decode()
    guard.post(reverse("accounts:person_act", args=[member.user_id, "unlock"]))
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert client.get("/").status_code == 200


def test_a_clock_half_a_minute_off_is_forgiven_and_two_minutes_are_not() -> None:
    member = somebody(Role.OFFICE_HEAD)
    secret = set_up(sign_in(member)[0])
    for steps, opens in ((1, True), (4, False), (-4, False)):
        client, _ = sign_in(member)
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret, steps=steps)})
        assert (client.get("/").status_code == 200) is opens, steps


def test_a_used_code_stays_used_for_as_long_as_it_is_good() -> None:
    """allauth forgets it after one period, while the tolerance takes it for three."""
    member = somebody(Role.OFFICE_HEAD)
    secret = set_up(sign_in(member)[0])
    good = code_of(secret, steps=1)
    sign_in(member)[0].post(reverse("mfa_authenticate"), {"code": good})
    cache.delete(f"allauth.mfa.totp.used?user={member.user_id}&code={good}")
    again, _ = sign_in(member)
    assert "已经用过" in again.post(reverse("mfa_authenticate"), {"code": good}).content.decode()


def test_a_session_older_than_the_duty_is_asked_at_its_next_page(settings: Any) -> None:
    member = somebody(Role.OFFICE_HEAD)
    old, older = sign_in(member)[0], sign_in(member)[0]
    assert old.get("/").status_code == 200
    settings.REQUIRE_SECOND_FACTOR = True
    assert old.get("/").headers["Location"] == SET_UP
    secret = set_up(old)
    assert old.get("/").status_code == 200
    # The other one knows only the password: that somebody set the factor up elsewhere proves nothing in it.
    asked = older.get("/records/inbox/").headers["Location"]
    assert asked == "/sign-in/second-factor/reauthenticate/?next=%2Frecords%2Finbox%2F"
    page = older.get(asked)
    assert page.status_code == 200 and "本次登录还没有输入过验证码" in page.content.decode()
    answer = older.post(asked, {"code": code_of(secret), "next": "/records/inbox/"})
    assert answer.headers["Location"] == "/records/inbox/"
    assert older.get("/records/inbox/").status_code == 200


def test_who_becomes_head_is_asked_in_the_session_he_has(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    clerk = somebody(Role.OFFICE_STAFF)
    client, _ = sign_in(clerk)
    assert client.get("/").status_code == 200
    with as_owner():
        f.member(f.office(530102), Role.OFFICE_HEAD, user=clerk.user)
    assert client.get("/").headers["Location"] == SET_UP


def test_setting_it_up_ends_the_other_sign_ins(django_capture_on_commit_callbacks: Any) -> None:
    member = somebody(Role.OFFICE_STAFF)
    here, there = sign_in(member)[0], sign_in(member)[0]
    assert there.get("/accounts/me/").status_code == here.get("/accounts/me/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        set_up(here)
    assert here.get("/accounts/me/").status_code == 200
    assert there.get("/accounts/me/").status_code == 302
    assert ("change", "启用两步验证") in entries()


def test_no_page_of_a_signed_in_person_opens_before_it(settings: Any) -> None:
    """Claiming a printed invitation needs no sign-in, but whoever is signed in is no exception there."""
    settings.REQUIRE_SECOND_FACTOR = True
    client, _ = sign_in(somebody(Role.OFFICE_HEAD))
    for name in ("accounts:claim_confirm", "mfa_view_recovery_codes", "mfa_index", "accounts:sign_in_list"):
        assert client.get(reverse(name)).headers["Location"] == SET_UP
    assert client.post(reverse("accounts:sign_in_end")).headers["Location"] == SET_UP


def test_an_older_secret_key_still_reads(settings: Any) -> None:
    member = somebody(Role.OFFICE_HEAD)
    secret = set_up(sign_in(member)[0])
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-of-the-new-year-for-tests-only-00000000"
    client, _ = sign_in(member)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert client.get("/").status_code == 200


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


def test_the_security_administrator_resets_with_a_reason_and_every_sign_in_ends(
    django_capture_on_commit_callbacks: Any,
) -> None:
    member, guard = somebody(Role.OFFICE_HEAD), somebody(Role.SECURITY_ADMIN)
    phone, _ = sign_in(member)
    set_up(phone)
    assert phone.get("/").status_code == 200
    client = f.client_for(guard)
    assert "重置两步验证" in client.get(reverse("accounts:person", args=[member.user_id])).content.decode()
    address = reverse("accounts:second_factor_reset", args=[member.user_id])
    assert client.post(address, {"reason": ""}).status_code == 200
    assert Authenticator.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"reason": "手机遗失，本人到场"})
    consume()
    with as_owner():
        notice = Notification.objects.get(user=member.user)
    assert notice.title == "您的两步验证已重置" and "手机遗失，本人到场" in notice.body and notice.urgent
    assert not Authenticator.objects.exists()
    assert phone.get("/").status_code == 302
    assert ("change", f"重置两步验证（{member.user}）：手机遗失，本人到场") in entries()
    _, answer = sign_in(member)
    assert answer.headers["Location"] == "/"


def test_the_operator_resets_where_nobody_else_can() -> None:
    member = somebody(Role.SECURITY_ADMIN)
    phone, _ = sign_in(member)
    set_up(phone)
    name = member.user.username
    for arguments, said in (
        (["nobody", "--reason", "x"], "没有“nobody”这个账号"),
        ([name, "--reason", " "], "写明事由"),
    ):
        with pytest.raises(CommandError, match=said):
            call_command("reset_second_factor", *arguments)
    call_command("reset_second_factor", name, "--reason", "手机遗失", stdout=StringIO())
    assert not Authenticator.objects.exists() and phone.get("/").status_code == 302
    assert ("change", f"重置两步验证（{member.user}）：手机遗失") in entries()
    with pytest.raises(CommandError, match="没有启用"):
        call_command("reset_second_factor", name, "--reason", "手机遗失")


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
