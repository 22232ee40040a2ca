"""Slips of people: for accounts that nobody has opened, by their security administrator, once. Both locks."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from accounts import codes
from accounts.actors import Role
from accounts.models import Invitation, Membership, User
from accounts.scope import scope
from tests import factories as f
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db
CODE = re.compile(r'<p class="slip-code" aria-label="邀请码">([A-Z0-9-]+)</p>')
PHONE, PASSWORD = "13988000001", "Wangfang-xuexi-7"


@pytest.fixture(autouse=True)
def _nobody_is_locked() -> None:
    cache.clear()


@pytest.fixture
def guard() -> Membership:
    with as_owner():
        return f.member(f.office(530100), Role.SECURITY_ADMIN)


def brought(code: int = 530102, role: str = Role.OFFICE_STAFF, phone: str | None = PHONE) -> User:
    """Somebody whose account a spreadsheet made."""
    with as_owner():
        member = f.member(f.office(code), role)
        member.user.phone = phone
        member.user.set_unusable_password()
        member.user.save()
        return member.user


def send(client: Client, people: list[User], **more: Any) -> Any:
    facts = {"person": [p.pk for p in people], "help_phone": "0871-65123456", "days": "14", "batch": str(uuid.uuid4())}
    return client.post(reverse("accounts:slip_create"), facts | more)


def printed(guard: Membership, user: User) -> str:
    return CODE.findall(send(f.client_for(guard), [user]).content.decode())[0]


def claim(code: str, *, phone: str = PHONE, password: str = PASSWORD) -> tuple[Client, Any]:
    client = Client()
    first = client.post(reverse("accounts:claim"), {"phone": phone, "code": code})
    if first.status_code != 302:
        return client, first
    return client, client.post(reverse("accounts:claim_confirm"), {"password": password, "again": password})


def test_from_the_slip_to_the_first_page(guard: Membership) -> None:
    user = brought()
    code = printed(guard, user)
    client, answer = claim(code)
    assert answer.status_code == 302 and client.session["_auth_user_id"] == str(user.pk)
    with as_owner():
        user.refresh_from_db()
        row = Invitation.objects.get()
        assert user.check_password(PASSWORD) and not user.password_is_initial
        assert (row.claimed_by, row.person, Membership.objects.filter(user=user).count()) == (user, user, 1)
    _, again = claim(code)
    assert "已经领取过" in again.content.decode()


def test_without_a_number_the_person_brings_his_own(guard: Membership) -> None:
    user = brought(phone=None)
    with as_owner():
        other = f.person()
        User.objects.filter(pk=other.pk).update(phone="13988000008")
    code = printed(guard, user)
    _, taken = claim(code, phone="13988000008")
    assert "该手机号码不能使用" in taken.content.decode()
    user.refresh_from_db()
    assert not user.has_usable_password() and user.phone is None  # nothing half-done
    claim(code)
    user.refresh_from_db()
    assert user.phone == PHONE and user.check_password(PASSWORD)


def test_a_slip_is_no_way_to_reset_a_password(guard: Membership) -> None:
    user = brought()
    code = printed(guard, user)
    with as_owner():
        user.set_password("Somebody-else-9")
        user.save()
    _, answer = claim(code)
    assert "已撤销" in answer.content.decode()
    client = f.client_for(guard)
    assert "已经设置过密码" in client.get(send(client, [user]).headers["Location"]).content.decode()
    user.refresh_from_db()
    assert user.check_password("Somebody-else-9")


@pytest.mark.parametrize("deed", ["deactivate", "reset_password"])
def test_what_was_printed_ends_with_a_reset_and_a_shut_account(guard: Membership, deed: str) -> None:
    user = brought()
    code = printed(guard, user)
    f.client_for(guard).post(reverse("accounts:person_act", args=[user.pk, deed]))
    with as_owner():
        assert Invitation.objects.get().state == "revoked"
    _, answer = claim(code)
    assert "已撤销" in answer.content.decode()


def test_only_people_of_the_own_range_and_a_new_print_ends_the_old_one(guard: Membership) -> None:
    mine, other, above = brought(), brought(530302, phone=None), brought(530000, phone=None)
    client = f.client_for(guard)
    page = client.get(reverse("accounts:slip_list")).content.decode()
    assert mine.username in page and f"({other.username}" not in page and f">{above.username}<" not in page
    for stranger in (other, above):
        assert "没有选择人员" in client.get(send(client, [stranger]).headers["Location"]).content.decode()
    printed(guard, mine)
    printed(guard, mine)
    with as_owner():
        assert [row.state for row in Invitation.objects.order_by("pk")] == ["revoked", "open"]
        f.member(f.office(530302), Role.INSPECTOR, user=mine)
    assert "在其他区划还有有效身份" in client.get(send(client, [mine]).headers["Location"]).content.decode()


def test_the_two_kinds_of_slips_are_kept_apart_by_both_locks(guard: Membership) -> None:
    user = brought()
    printed(guard, user)
    with as_owner():
        staff = f.member(f.office(530102), Role.OFFICE_STAFF)
        f.steward(staff)
        f.invitation(f.school(530102).organization, by=staff.user)
        steward, security = f.actor(staff), f.actor(guard)
    for actor, is_person in ((steward, False), (security, True)):
        with scope(actor):
            assert [bool(row.person_id) for row in Invitation.objects.all()] == [is_person]
        with as_owner():
            assert [bool(row.person_id) for row in Invitation.objects.visible_to(actor)] == [is_person]
    code = codes.new_code()
    facts = {"organization_id": staff.organization_id, "division_code": 530102, "help_phone": "1", "mark": code[:4],
             "digest": codes.digest(code), "valid_until": "2030-01-01", "invited_by_id": staff.user_id}  # fmt: skip
    with pytest.raises(ProgrammingError), transaction.atomic(), scope(steward):
        Invitation.objects.create(person=user, **facts)
    with pytest.raises(ProgrammingError), transaction.atomic(), scope(security):
        Invitation.objects.create(**facts)


def test_somebody_signed_in_as_another_is_told_to_leave(guard: Membership) -> None:
    code = printed(guard, brought())
    with as_owner():
        other = f.member(f.office(530103), Role.OFFICE_STAFF)
    client = f.client_for(other)
    client.post(reverse("accounts:claim"), {"phone": PHONE, "code": code})
    page = client.post(reverse("accounts:claim_confirm"), {"password": PASSWORD, "again": PASSWORD}).content.decode()
    assert "请退出登录" in page
