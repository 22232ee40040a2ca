"""Claiming a printed invitation: what it gives, what it never gives, and what becomes of guessing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import claims, codes
from accounts.actions import NotAllowed
from accounts.actors import Role
from accounts.claims import WRONG, Opened, open_invitation
from accounts.models import Invitation, Membership, Organization, User
from records.models import AuditEntry
from tests import factories as f
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db
PHONE, PASSWORD = "13988001234", "Yunjin-xiaoxue-8"
CLAIM, CONFIRM, WELCOME = "/accounts/claim/", "/accounts/claim/confirm/", "/records/welcome/"


@pytest.fixture(autouse=True)
def _nobody_tried() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def unit() -> Organization:
    with as_owner():
        f.office(530102)
        return f.school(530102, "五华区云津小学").organization


def printed(unit: Organization, **more: Any) -> tuple[Invitation, str]:
    with as_owner():
        return f.invitation(unit, by=f.person(), **more)


def first_step(client: Client, code: str, phone: str = PHONE, **more: Any) -> Any:
    return client.post(CLAIM, {"phone": phone, "code": code}, **more)


def second_step(client: Client, **more: Any) -> Any:
    return client.post(CONFIRM, {"full_name": "王校长", "password": PASSWORD, "again": PASSWORD} | more)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def memberships() -> list[tuple[str, str, str]]:
    with as_owner():
        rows = Membership.objects.select_related("user", "organization").order_by("pk")
        return [(m.user.full_name, m.organization.name, m.role) for m in rows]


def users() -> int:
    with as_owner():
        return int(User.objects.count())


# --- what it gives --------------------------------------------------------------------------------------------------


def test_from_the_sheet_to_the_welcome(unit: Organization) -> None:
    row, code = printed(unit, name="王校长")
    client = Client()
    assert client.get(CLAIM).status_code == 200
    assert first_step(client, codes.for_people(code).lower()).headers["Location"] == CONFIRM
    page = text_of(client.get(CONFIRM))
    assert "五华区云津小学" in page and PHONE in page and 'value="王校长"' in page
    assert second_step(client).headers["Location"] == WELCOME
    page = text_of(client.get(WELCOME))
    assert "王校长，账号已经可以使用" in page and "被督导单位联系人" in page
    assert memberships() == [("王校长", unit.name, Role.UNIT_CONTACT)]
    with as_owner():
        row.refresh_from_db()
        made = User.objects.get(phone=PHONE)
        assert (row.state, row.claimed_by, made.password_is_initial) == ("claimed", made, False)
        entry = AuditEntry.objects.get(detail__startswith="领取联系人邀请")
        assert (entry.user_id, entry.object_id) == (made.pk, str(row.pk))
        event = apps.get_model("accounts.MembershipChangeEvent").objects.get()
        assert event.pgh_context["by"] == "王校长"
    again = Client().post(reverse("account_login"), {"login": PHONE, "password": PASSWORD})
    assert again.headers["Location"] == "/"


@pytest.mark.parametrize(("kind", "role"), [
    ("school", Role.UNIT_CONTACT), ("government", Role.UNIT_CONTACT), ("department", Role.DEPARTMENT_CONTACT),
])  # fmt: skip
def test_the_role_follows_from_the_units_kind(kind: str, role: str) -> None:
    with as_owner():
        body = f.organization(530102, kind, "五华区某单位")
    _, code = printed(body)
    client = Client()
    first_step(client, code)
    second_step(client)
    assert memberships() == [("王校长", "五华区某单位", role)]


@pytest.mark.parametrize("kind", ["office", "member_unit", "agency", "enforcement"])
def test_no_other_unit_gives_a_role_however_the_row_came_there(kind: str) -> None:
    with as_owner():
        body = f.organization(530103, kind, "某机构")
    _, code = printed(body)
    client = Client()
    first_step(client, code)
    assert "已撤销或已换成新的邀请单" in text_of(second_step(client))
    assert memberships() == [] and not User.objects.filter(phone=PHONE).exists()


def test_somebody_with_an_account_signs_in_and_gets_one_more_unit(unit: Organization) -> None:
    with as_owner():
        other = f.school(530103, "盘龙区第二小学").organization
        mine = f.member(other, Role.UNIT_CONTACT, user=f.person("李书记"))
        User.objects.filter(pk=mine.user_id).update(phone=PHONE)
    _, code = printed(unit)
    client = Client()
    first_step(client, code)
    page = text_of(client.get(CONFIRM))
    assert "请先登录" in page and "设置密码" not in page
    sign_in = client.post(
        f"{reverse('account_login')}?next={CONFIRM}", {"login": PHONE, "password": "Correct-horse-9", "next": CONFIRM}
    )
    assert sign_in.headers["Location"] == CONFIRM
    assert "加到李书记的账号" in text_of(client.get(CONFIRM))
    assert client.post(CONFIRM).headers["Location"] == WELCOME
    assert memberships() == [("李书记", other.name, "unit_contact"), ("李书记", unit.name, "unit_contact")]
    assert "五华区云津小学" in text_of(client.get(WELCOME)), "acts as the unit just claimed"


def test_somebody_signed_in_by_another_number_is_told(unit: Organization) -> None:
    with as_owner():
        mine = f.member(f.school(530103).organization, Role.UNIT_CONTACT)
        User.objects.filter(pk=mine.user_id).update(phone="13700000001")
    _, code = printed(unit)
    client = f.client_for(mine)
    first_step(client, code)
    assert "与填写的手机号码不一致" in text_of(client.post(CONFIRM))
    assert len(memberships()) == 1


def test_an_administrator_does_not_become_a_contact(unit: Organization) -> None:
    with as_owner():
        admin = f.member(f.office(530102), Role.AUDIT_ADMIN)
    _, code = printed(unit)
    client = f.client_for(admin)
    first_step(client, code)
    assert "不能兼任单位联系人" in text_of(client.post(CONFIRM))
    assert len(memberships()) == 1


def test_the_successor_ends_the_predecessor_at_once(unit: Organization) -> None:
    with as_owner():
        old = f.member(unit, Role.UNIT_CONTACT)
    _, code = printed(unit, replaces=old)
    before = f.client_for(old)
    assert before.get("/accounts/me/").status_code == 200
    client = Client()
    first_step(client, code)
    second_step(client)
    assert before.get("/accounts/me/").status_code == 403
    with as_owner():
        old.refresh_from_db()
        assert old.valid_until == timezone.localdate() - timedelta(days=1)


def test_the_predecessor_himself_is_no_successor(unit: Organization) -> None:
    with as_owner():
        old = f.member(unit, Role.UNIT_CONTACT)
    _, code = printed(unit, replaces=old)
    client = f.client_for(old)
    first_step(client, code)
    assert "您就是原联系人" in text_of(client.post(CONFIRM))
    with as_owner():
        old.refresh_from_db()
        assert old.valid_until is None


# --- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("typed", "problem"), [
    ({"password": "short", "again": "short"}, "10"),
    ({"password": "wwwwwwwwwwww", "again": "wwwwwwwwwwww"}, "至少三类"),
    ({"password": f"a{PHONE}", "again": f"a{PHONE}"}, "手机号"),
    ({"again": "Something-else-1"}, "两次输入的密码不一致"),
    ({"full_name": ""}, "必"), ({"full_name": "王" * 61}, "60"),
])  # fmt: skip
def test_what_is_wrong_in_the_second_step_is_said_and_nothing_is_made(
    unit: Organization, typed: dict[str, str], problem: str
) -> None:
    _, code = printed(unit)
    client = Client()
    first_step(client, code)
    count = users()
    assert problem in text_of(second_step(client, **typed))
    assert users() == count and memberships() == []
    assert second_step(client).headers["Location"] == WELCOME, "and one may go on"


def test_a_number_that_is_none(unit: Organization) -> None:
    _, code = printed(unit)
    assert "请填写11位手机号码" in text_of(first_step(Client(), code, phone="0871-65123456"))


def test_used_twice(unit: Organization) -> None:
    _, code = printed(unit)
    client, late = Client(), Client()
    first_step(client, code)
    first_step(late, code, phone="13700000001")
    second_step(client)
    count = users()
    assert "已经领取过" in text_of(second_step(late))
    assert "已经领取过" in text_of(first_step(Client(), code))
    assert users() == count and len(memberships()) == 1


def test_the_second_click_of_the_claim_is_harmless(unit: Organization) -> None:
    _, code = printed(unit)
    client = Client()
    first_step(client, code)
    held = client.session["claim"]
    second_step(client)
    opened = Opened(**{k: v for k, v in held.items() if k != "until"})
    claims.claim(opened, user=User.objects.get(phone=PHONE))
    assert len(memberships()) == 1


@pytest.mark.parametrize(("facts", "sentence"), [
    ({"valid_until": -1}, "已过有效期"), ({"valid_until": 0}, ""), ({"revoked": True}, "已撤销"),
])  # fmt: skip
def test_after_its_end(unit: Organization, facts: dict[str, Any], sentence: str) -> None:
    more: dict[str, Any] = {}
    if "valid_until" in facts:
        more["valid_until"] = timezone.localdate() + timedelta(days=facts["valid_until"])
    if "revoked" in facts:
        with as_owner():
            more |= {"revoked_at": timezone.localtime(), "revoked_by": f.person()}
    _, code = printed(unit, **more)
    answer = first_step(Client(), code)
    assert (sentence in text_of(answer)) if sentence else (answer.status_code == 302)


def test_ended_between_the_two_steps(unit: Organization) -> None:
    row, code = printed(unit)
    client = Client()
    first_step(client, code)
    with as_owner():
        Invitation.objects.filter(pk=row.pk).update(valid_until=timezone.localdate() - timedelta(days=1))
    assert "已过有效期" in text_of(second_step(client))
    assert memberships() == []


def test_the_second_step_without_the_first() -> None:
    assert Client().get(CONFIRM).headers["Location"] == CLAIM
    assert second_step(Client()).headers["Location"] == CLAIM


def test_a_closed_school_gives_nothing(unit: Organization) -> None:
    _, code = printed(unit)
    with as_owner():
        Organization.objects.filter(pk=unit.pk).update(closed_on=timezone.localdate())
    client = Client()
    first_step(client, code)
    assert "已撤销或已换成" in text_of(second_step(client))
    assert memberships() == []


# --- guessing -------------------------------------------------------------------------------------------------------


def wrong_answers(unit: Organization) -> dict[str, tuple[str, str]]:
    """(code, phone) of everything that is wrong, by why."""
    _, bound = printed(unit, phone="13700000009")
    with as_owner():
        second = f.school(530102).organization
    _, locked = printed(second, failures=10)
    return {"no such mark": ("CCCC" + bound[4:], PHONE), "wrong secret": (bound[:4] + "CCCCCCCC", "13700000009"),
            "wrong number": (bound, PHONE), "locked": (locked, PHONE), "empty": ("x", PHONE), "long": ("A" * 40, PHONE)}  # fmt: skip


def test_one_answer_for_everything_that_is_wrong(unit: Organization) -> None:
    pages = set()
    for code, phone in wrong_answers(unit).values():
        client = Client(enforce_csrf_checks=False)
        page = text_of(first_step(client, code, phone=phone))
        assert WRONG in page
        pages.add(re.sub(r'name="csrfmiddlewaretoken" value="\w+"|value="[^"]*"|"X-CSRFToken": "\w+"', "", page))
        assert "claim" not in client.session
    assert len(pages) == 1


def test_each_wrong_try_costs_one_write_whatever_is_wrong(unit: Organization) -> None:
    """Time tells nothing: the same statements but for the update that may find no row, and an entry each."""
    wrong = wrong_answers(unit)
    for code, phone in wrong.values():
        first_step(Client(), code, phone=phone)
    with as_owner():
        assert AuditEntry.objects.filter(action="sign_in_failed", detail="邀请码不正确").count() == len(wrong)


def test_ten_wrong_tries_end_the_invitation_from_wherever_they_come(unit: Organization) -> None:
    row, code = printed(unit)
    for n in range(10):
        first_step(Client(), code[:4] + "CCCCCCCC", REMOTE_ADDR=f"203.0.113.{n}")
    with as_owner():
        row.refresh_from_db()
        assert (row.failures, row.state) == (10, "locked")
    assert WRONG in text_of(first_step(Client(), code, REMOTE_ADDR="198.51.100.1"))
    with as_owner():
        row.refresh_from_db()
        assert row.failures == 10


def test_a_held_code_does_not_outlive_the_lock(unit: Organization) -> None:
    row, code = printed(unit)
    client = Client()
    first_step(client, code)
    with as_owner():
        Invitation.objects.filter(pk=row.pk).update(failures=10)
    assert WRONG in text_of(second_step(client))
    assert memberships() == []


def test_ten_thousand_guesses_open_nothing(unit: Organization) -> None:
    """The database's part, without the limits before it: every mark is tried, and the right code is worth nothing after."""
    _, code = printed(unit)
    tried = 0
    for n in range(10_000):
        guess = code[:4] + "".join(codes.SIGNS[(n // 25**k) % 25] for k in range(8))
        if guess == code:
            continue
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM try_invitation(%s, %s, %s, 10)", [guess[:4], codes.digest(guess), PHONE])
            assert cursor.fetchone() is None
        tried += 1
    assert tried >= 9_999
    with pytest.raises(NotAllowed, match="手机号码或邀请码不正确"):
        open_invitation(phone=PHONE, typed=code)


def test_an_address_is_stopped_after_thirty_mistakes_and_right_codes_do_not_count(unit: Organization) -> None:
    with as_owner():
        others = [f.school(530102).organization for _ in range(3)]
    opened = [printed(o)[1] for o in others]
    for code in opened:
        assert first_step(Client(), code).status_code == 302
    for _ in range(30):
        assert first_step(Client(), "CCCCCCCCCCCC").status_code == 200
    stopped = first_step(Client(), printed(unit)[1])
    assert stopped.status_code == 429 and "尝试次数过多" in text_of(stopped)
    assert first_step(Client(), opened[0], REMOTE_ADDR="198.51.100.9").status_code == 302


# --- the lock beneath -----------------------------------------------------------------------------------------------


def call(*arguments: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT claim_invitation(%s, %s, %s, %s, 10)", arguments)
        return str(cursor.fetchone()[0])


def test_the_function_takes_neither_another_row_nor_another_number(unit: Organization) -> None:
    row, code = printed(unit, phone=PHONE)
    with as_owner():
        other, _ = f.invitation(f.school(530103).organization, by=f.person())
        person = f.person()
    answer = codes.digest(code)
    assert call(other.pk, answer, PHONE, person.pk) == "unknown"
    assert call(row.pk, codes.digest("CCCCCCCCCCCC"), PHONE, person.pk) == "unknown"
    assert call(row.pk, answer, "13700000001", person.pk) == "unknown"
    assert call(row.pk, answer, PHONE, 0) == "unknown"
    with as_owner():
        User.objects.filter(pk=person.pk).update(is_active=False)
    assert call(row.pk, answer, PHONE, person.pk) == "unknown"
    assert memberships() == []


def test_without_a_scope_no_invitation_is_read_or_written(unit: Organization) -> None:
    printed(unit)
    assert Invitation.objects.count() == 0
    assert Invitation.objects.update(failures=0) == 0
    assert Membership.objects.count() == 0
