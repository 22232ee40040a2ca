"""The list of one's sign-ins, and that an ended one is out at once. With the real Redis."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts import sign_ins
from accounts.actors import Role
from accounts.models import Membership, User
from records.models import AuditEntry
from tests import factories as f
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db
PASSWORD = "Correct-horse-9"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
WECHAT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0.50"
LIST, END = "/accounts/sign-ins/", "/accounts/sign-ins/end/"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def clerk() -> Membership:
    with as_owner():
        return f.member(f.office(530102), Role.OFFICE_STAFF)


def arrive(member: Membership, agent: str = CHROME, address: str = "203.0.113.7") -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    client.post(reverse("account_login"), {"login": member.user.username, "password": PASSWORD})
    return client


def handles(client: Client) -> list[str]:
    return re.findall(r'name="handle" value="(\w+)"', client.get(LIST).content.decode())


def is_in(client: Client) -> bool:
    return bool(client.get("/accounts/me/").status_code == 200)


def test_shows_device_address_and_which_is_this_one(clerk: Membership) -> None:
    here = arrive(clerk)
    arrive(clerk, WECHAT, "198.51.100.2")
    text = here.get(LIST).content.decode()
    assert all(word in text for word in ("Windows 电脑 · Chrome", "203.0.113.7", "微信", "198.51.100.2", "本机"))
    assert text.count("本机</span>") == 1
    assert here.session.session_key not in text


def test_an_ended_one_is_out_at_once_and_the_rest_stay(clerk: Membership) -> None:
    here, there, third = arrive(clerk), arrive(clerk, WECHAT), arrive(clerk, "curl/8")
    assert all(map(is_in, (here, there, third)))
    target = sign_ins._handle(there.session.session_key)
    assert target in handles(here)
    here.post(END, {"handle": target})
    assert [is_in(c) for c in (here, there, third)] == [True, False, True]
    here.post(END)
    assert [is_in(c) for c in (here, there, third)] == [True, False, False]
    assert handles(here) == []
    with as_owner():
        assert [e.detail for e in AuditEntry.objects.filter(action="change").order_by("at")] == ["结束1处登录"] * 2


def test_anothers_handle_ends_nothing(clerk: Membership) -> None:
    with as_owner():
        other = f.member(f.office(530102), Role.OFFICE_STAFF)
    victim, thief = arrive(other), arrive(clerk)
    for handle in (sign_ins._handle(victim.session.session_key), victim.session.session_key, "x"):
        thief.post(END, {"handle": handle})
    assert is_in(victim) and is_in(thief)


def test_a_new_password_ends_the_others_and_keeps_this_one(clerk: Membership) -> None:
    here, there = arrive(clerk), arrive(clerk, WECHAT)
    answer = here.post(reverse("account_change_password"), {
        "oldpassword": PASSWORD, "password1": "Another-horse-7", "password2": "Another-horse-7",
    })  # fmt: skip
    assert answer.status_code == 302
    assert is_in(here) and not is_in(there)
    assert handles(here) == [] and "本机" in here.get(LIST).content.decode()


def test_signing_out_and_a_shut_account_leave_the_list(clerk: Membership) -> None:
    here, there = arrive(clerk), arrive(clerk, WECHAT)
    there.post(reverse("account_logout"))
    assert handles(here) == []
    User.objects.filter(pk=clerk.user_id).update(is_active=False)
    assert not is_in(here)


@pytest.mark.parametrize(("agent", "device"), [
    (CHROME, "Windows 电脑 · Chrome"), (WECHAT, "微信"), ("", "未知设备"),
    ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "安卓手机 · Chrome"),
    ("Mozilla/5.0 (Macintosh) Version/18 Safari/605", "Mac 电脑 · Safari"),
])  # fmt: skip
def test_devices_in_words(agent: str, device: str) -> None:
    assert sign_ins.device_of(agent) == device


def test_the_present_session_is_written_once_a_minute(clerk: Membership, monkeypatch: Any) -> None:
    here = arrive(clerk)
    here.get("/accounts/me/")
    seen = here.session[sign_ins.FACTS]["seen"]
    here.get("/accounts/me/")
    assert here.session[sign_ins.FACTS]["seen"] == seen
    monkeypatch.setattr(sign_ins, "FRESH_SECONDS", 0)
    here.get("/accounts/me/")
    assert here.session[sign_ins.FACTS]["seen"] > seen
