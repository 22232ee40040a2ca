"""Printing invitations: for whom, once, and what stays of the code. Both locks."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import codes
from accounts.actors import Role
from accounts.models import Invitation, Membership, Organization
from accounts.scope import scope
from supervision.models import UnitContact
from tests import factories as f
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db
CODE = re.compile(r'<p class="slip-code" aria-label="邀请码">([A-Z0-9-]+)</p>')


@pytest.fixture
def steward() -> Membership:
    with as_owner():
        member = f.member(f.office(530102), Role.OFFICE_STAFF)
        f.steward(member)
        return member


def schools(count: int, code: int = 530102) -> list[Organization]:
    with as_owner():
        return [f.school(code).organization for _ in range(count)]


def send(client: Client, units: list[Organization], **more: Any) -> Any:
    typed = {"unit": [u.pk for u in units], "help_phone": "0871-65123456", "days": "14", "batch": str(uuid.uuid4()),
             "bound": "1"} | more  # fmt: skip
    return client.post(reverse("accounts:invitation_create"), typed)


def rows() -> list[Invitation]:
    with as_owner():
        return list(Invitation.objects.order_by("pk"))


def test_a_slip_for_each_unit_and_the_code_nowhere_else(steward: Membership) -> None:
    client, units = f.client_for(steward), schools(9)
    answer = send(client, units)
    text = answer.content.decode()
    printed = CODE.findall(text)
    assert len(printed) == len(set(printed)) == 9 and all(u.name in text for u in units)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "0871-65123456" in text and text.count("data:image/svg+xml") == 9
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(i::text, ' ') FROM accounts_invitation i")
        stored = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(i::text, ' ') FROM accounts_invitationchangeevent i")
        logged = cursor.fetchone()[0]
    for code in printed:
        plain = codes.as_typed(code)
        assert plain[4:] not in stored and plain[4:] not in logged
        assert codes.digest(plain) in stored and codes.digest(plain) not in logged
    later = client.get(reverse("accounts:invitation_list")).content.decode()
    assert not any(code in later for code in printed)


def test_signs_cannot_be_confused_and_are_read_as_meant() -> None:
    assert not set("0O1IL2Z5S8B") & set(codes.SIGNS) and len(set(codes.SIGNS)) == 25
    made = {codes.new_code() for _ in range(500)}
    assert len(made) == 500 and all(len(c) == 12 for c in made)
    assert codes.as_typed(" k7mt－3qpx—9rtd ") == codes.as_typed("Ｋ7MT3QPX9RTD") == "K7MT3QPX9RTD"
    assert codes.for_people("K7MT3QPX9RTD") == "K7MT-3QPX-9RTD"
    assert len(codes.as_typed("A" * 500)) == 24


def test_a_new_print_ends_the_old_one(steward: Membership) -> None:
    client, units = f.client_for(steward), schools(1)
    send(client, units)
    send(client, units)
    assert [r.state for r in rows()] == ["revoked", "open"]


def test_the_page_sent_twice_prints_once(steward: Membership) -> None:
    """What was printed stays valid when the page is loaded again."""
    client, units, batch = f.client_for(steward), schools(2), str(uuid.uuid4())
    send(client, units, batch=batch)
    again = send(client, units, batch=batch)
    assert again.status_code == 302 and len(rows()) == 2
    assert "已经生成过" in client.get(again.headers["Location"]).content.decode()
    assert {r.state for r in rows()} == {"open"}


def test_only_units_of_the_own_division(steward: Membership) -> None:
    client = f.client_for(steward)
    with as_owner():
        wrong = [f.school(530103).organization, f.office(530102), f.organization(530102, "member_unit", "区财政局"),
                 f.school(530100).organization]  # fmt: skip
    answer = send(client, wrong)
    assert answer.status_code == 302 and not rows()
    assert "没有选择单位" in client.get(answer.headers["Location"]).content.decode()
    with as_owner():
        right = [f.department(530102), f.organization(530102, "government", "五华区人民政府")]
    assert len(CODE.findall(send(client, right).content.decode())) == 2


@pytest.mark.parametrize(("field", "value", "sentence"), [
    ("help_phone", "打给小王", "请填写电话号码"), ("days", "0", "1"), ("days", "31", "30"), ("days", "x", "整数"),
    ("batch", "x", "UUID"),
])  # fmt: skip
def test_bad_input_is_told_and_keeps_the_filter(steward: Membership, field: str, value: str, sentence: str) -> None:
    client = f.client_for(steward)
    answer = send(client, schools(1), query="kind=school&contact=none", **{field: value})
    assert answer.headers["Location"] == "/accounts/contacts/?kind=school&contact=none"
    page = client.get(answer.headers["Location"]).content.decode()
    assert "没有生成" in page and sentence in page and not rows()


def test_at_most_a_hundred_at_once(steward: Membership) -> None:
    client = f.client_for(steward)
    answer = send(client, schools(101))
    assert "一次最多生成100张" in client.get(answer.headers["Location"]).content.decode()
    assert not rows()


def test_filters_find_the_units_without_a_contact(steward: Membership) -> None:
    client, (bare, invited, taken) = f.client_for(steward), schools(3)
    with as_owner():
        contact = f.member(taken, Role.UNIT_CONTACT)
        gone = f.member(bare, Role.UNIT_CONTACT)
        Membership.objects.filter(pk=gone.pk).update(valid_until=timezone.localdate() - timedelta(days=1))
        UnitContact.objects.create(organization=bare, division_code=530102, name="赵老师", phone="13988001234")
    send(client, [invited])
    address = reverse("accounts:contact_list")
    expected = {"none": {bare, invited}, "invited": {invited}, "has": {taken}, "": {bare, invited, taken}}
    for value, units in expected.items():
        text = client.get(address, {"contact": value}).content.decode()
        assert {u for u in (bare, invited, taken) if u.name in text} == units, value
    text = client.get(address).content.decode()
    assert str(contact.user) in text and str(gone.user) not in text and "赵老师（尾号1234）" in text


def test_a_registered_mobile_number_binds_unless_one_says_not(steward: Membership) -> None:
    client, units = f.client_for(steward), schools(2)
    with as_owner():
        for unit, phone in zip(units, ("13988001234", "0871-65120000"), strict=True):
            UnitContact.objects.create(
                organization=unit, division_code=530102, name="赵老师", phone=phone, is_primary=True
            )
    text = send(client, units).content.decode()
    assert "限尾号1234" in text and "13988001234" not in text
    assert [(r.contact_name, r.phone) for r in rows()] == [("赵老师", "13988001234"), ("赵老师", "")]
    send(client, units, bound="")
    typed = {"unit": [u.pk for u in units], "help_phone": "0871-65123456", "days": "14", "batch": str(uuid.uuid4())}
    client.post(reverse("accounts:invitation_create"), typed)
    assert [r.phone for r in rows()[-2:]] == ["", ""]


def test_revoking_ends_it_once(steward: Membership) -> None:
    client = f.client_for(steward)
    send(client, schools(1))
    (row,) = rows()
    for _ in range(2):
        client.post(reverse("accounts:invitation_revoke", args=[row.pk]))
    (row,) = rows()
    assert row.state == "revoked" and row.revoked_by == steward.user
    assert "已经领取或撤销" in client.get(reverse("accounts:invitation_list")).content.decode()


def test_the_list_filters_by_what_became_of_it(steward: Membership) -> None:
    day = timezone.localdate()
    with as_owner():
        made = {}
        for state, facts in {
            "open": {}, "claimed": {"claimed_at": timezone.localtime(), "claimed_by": steward.user},
            "expired": {"valid_until": day - timedelta(days=1)}, "locked": {"failures": 10},
            "revoked": {"revoked_at": timezone.localtime(), "revoked_by": steward.user},
        }.items():  # fmt: skip
            unit = f.school(530102, f"五华区{state}学校").organization
            made[state], _ = f.invitation(unit, by=steward.user, **facts)
    assert {state: row.state for state, row in made.items()} == {state: state for state in made}
    client = f.client_for(steward)
    for state in made:
        text = client.get(reverse("accounts:invitation_list"), {"state": state}).content.decode()
        assert {s for s in made if f"五华区{s}学校" in text} == {state}


# --- the locks ------------------------------------------------------------------------------------------------------


def test_the_database_lets_only_a_steward_write_one_and_only_about_his_division(steward: Membership) -> None:
    (unit,) = schools(1)
    (foreign,) = schools(1, 530103)
    plain = f.office_actor
    with as_owner():
        actors = [plain(530102), plain(530102, Role.OFFICE_HEAD), plain(530103), plain(530100)]
        contact = f.actor(f.member(unit, Role.UNIT_CONTACT))
    for actor in [*actors, contact]:
        with scope(actor), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            f.invitation(unit, by=steward.user)
    with scope(f.actor(steward)):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            f.invitation(foreign, by=steward.user)
        assert f.invitation(unit, by=steward.user)[0].pk


def test_neither_lock_shows_them_elsewhere(steward: Membership) -> None:
    with as_owner():
        f.invitation(f.school(530102).organization, by=steward.user)
        strangers = [f.office_actor(530103), f.office_actor(530100), f.unit_actor(f.school(530102)),
                     f.office_actor(530102, Role.SECURITY_ADMIN)]  # fmt: skip
    for actor in strangers:
        with scope(actor), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM accounts_invitation")
            assert cursor.fetchone() == (0,)
        with as_owner():
            assert not Invitation.objects.visible_to(actor).exists()
