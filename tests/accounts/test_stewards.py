"""Account stewards: named by the head, within dates, and never over an office's own people. Both locks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import stewards
from accounts.actions import NotAllowed
from accounts.actors import Role
from accounts.identities import identities_of
from accounts.models import Membership, Stewardship
from accounts.permissions import STEWARD_WORDS, Permission
from accounts.scope import scope
from records.models import AuditEntry
from tests import factories as f
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def head() -> Membership:
    with as_owner():
        return f.member(f.office(530102), Role.OFFICE_HEAD)


def colleague(role: str = Role.OFFICE_STAFF, code: int = 530102) -> Membership:
    with as_owner():
        return f.member(f.office(code), role)


def name(head: Membership, who: Membership, **dates: Any) -> Stewardship:
    by = f.actor(head)
    with scope(by):
        return stewards.name_steward(who, by=by, **({"valid_from": TODAY()} | dates))


def carries(who: Membership) -> bool:
    identity = next(i for i in identities_of(who.user_id) if i.membership_id == who.pk)
    return identity.is_steward


def test_the_word_is_there_while_the_term_runs(head: Membership) -> None:
    clerk = colleague()
    address = reverse("accounts:contact_list")
    assert f.client_for(clerk).get(address).status_code == 403
    row = name(head, clerk)
    assert carries(clerk) and f.client_for(clerk).get(address).status_code == 200
    with scope(f.actor(head)):
        stewards.end_stewardship(row, by=f.actor(head))
    assert not carries(clerk) and f.client_for(clerk).get(address).status_code == 403


@pytest.mark.parametrize(
    ("begins", "ends", "holds"), [(-9, -1, False), (-9, 0, True), (0, None, True), (1, None, False)]
)
def test_dated(head: Membership, begins: int, ends: int | None, holds: bool) -> None:
    clerk = colleague()
    until = TODAY() + timedelta(days=ends) if ends is not None else None
    name(head, clerk, valid_from=TODAY() + timedelta(days=begins), valid_until=until)
    assert carries(clerk) is holds


def test_ends_with_the_membership_and_does_not_follow_into_another(head: Membership) -> None:
    clerk = colleague()
    with as_owner():
        other = f.member(f.office(530100), Role.OFFICE_STAFF, user=clerk.user)
    name(head, clerk)
    assert not carries(other)
    with as_owner():
        Membership.objects.filter(pk=clerk.pk).update(valid_until=TODAY() - timedelta(days=1))
    assert [i.is_steward for i in identities_of(clerk.user_id)] == [False]


def test_who_names_whom(head: Membership) -> None:
    clerk = colleague()
    with pytest.raises(NotAllowed, match="不能指定自己"):
        name(head, head)
    for wrong in (colleague(Role.LEADER), colleague(Role.SECURITY_ADMIN)):
        with pytest.raises(NotAllowed, match="只能指定本办公室在岗"):
            name(head, wrong)
    with pytest.raises(NotAllowed, match="由本办公室负责人"):
        name(head, colleague(code=530103))
    with pytest.raises(NotAllowed, match="由本办公室负责人"):
        name(clerk, colleague())
    name(head, clerk)
    with pytest.raises(NotAllowed, match="已是账号管理员"):
        name(head, clerk)


def test_a_term_that_ran_out_makes_room_for_the_next(head: Membership) -> None:
    clerk = colleague()
    name(head, clerk, valid_from=TODAY() - timedelta(days=9), valid_until=TODAY() - timedelta(days=1))
    name(head, clerk)
    assert carries(clerk)
    with as_owner():
        assert Stewardship.objects.count() == 2


def test_the_database_lets_only_the_head_write_one(head: Membership) -> None:
    clerk, row = colleague(), name(head, colleague())
    with as_owner():
        others = [f.actor(clerk), *(f.office_actor(code, Role.OFFICE_HEAD) for code in (530103, 530100))]
    for actor in others:
        with scope(actor), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Stewardship.objects.create(membership=clerk, division_code=530102, valid_from=TODAY(), named_by=clerk.user)
        with scope(actor):
            assert Stewardship.objects.filter(pk=row.pk).update(valid_until=None) == 0
            assert Stewardship.objects.filter(pk=row.pk).delete()[0] == 0


def test_neither_lock_shows_another_offices(head: Membership) -> None:
    name(head, colleague())
    with as_owner():
        strangers = [*(f.office_actor(code, Role.OFFICE_HEAD) for code in (530103, 530100)), f.office_actor(520102)]
    for actor in strangers:
        with scope(actor), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM accounts_stewardship")
            assert cursor.fetchone() == (0,)
        with as_owner():
            assert not Stewardship.objects.visible_to(actor).exists()


def test_a_stewards_words_touch_no_office_people(head: Membership) -> None:
    assert {str(Permission.INVITE_CONTACTS), str(Permission.NAME_SUCCESSOR)} == STEWARD_WORDS
    clerk, other = colleague(), colleague(Role.INSPECTOR)
    name(head, clerk)
    client = f.client_for(clerk)
    for page, args in [
        ("people", []),
        ("person", [other.user_id]),
        ("membership_end", [other.pk]),
        ("steward_list", []),
    ]:
        assert client.get(reverse(f"accounts:{page}", args=args)).status_code == 403
    for deed in ("deactivate", "reset_password"):
        assert client.post(reverse("accounts:person_act", args=[other.user_id, deed])).status_code == 403
    assert client.post(reverse("accounts:contact_end", args=[other.pk])).status_code == 404


def test_the_page_names_and_ends_and_the_audit_knows(head: Membership) -> None:
    clerk, client = colleague(), f.client_for(head)
    text = client.get(reverse("accounts:steward_list")).content.decode()
    assert "还没有指定账号管理员" in text and str(clerk.user) in text
    address = reverse("accounts:steward_create", args=[clerk.pk])
    wrong = client.post(address, {"valid_from": "2026-05-01", "valid_until": "2026-04-01"})
    assert "截止日期不能早于起始日期" in wrong.content.decode()
    client.post(address, {"valid_from": TODAY().isoformat(), "valid_until": ""})
    with as_owner():
        row = Stewardship.objects.get()
    page = client.get(reverse("accounts:steward_list")).content.decode()
    assert f"{head.user}指定" in page
    for _ in range(2):  # a second click is harmless
        client.post(reverse("accounts:steward_end", args=[row.pk]))
    assert "已终止" in client.get(reverse("accounts:steward_list")).content.decode()
    with as_owner():
        row.refresh_from_db()
        assert row.ended_by == head.user
        assert [e.detail for e in AuditEntry.objects.order_by("at")] == [
            f"指定账号管理员：{clerk.user}", f"终止账号管理员：{clerk.user}",
        ]  # fmt: skip
