"""Switching identity and one's own page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Role
from accounts.models import Membership
from records.models import AuditEntry
from tests import factories
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def two() -> tuple[Membership, Membership]:
    """One person: staff of a county's office, and inspector of its prefecture's."""
    with as_owner():
        first = factories.member(factories.office(530102), Role.OFFICE_STAFF)
        return first, factories.member(factories.office(530100), Role.INSPECTOR, user=first.user)


def test_switches_and_writes_the_trail(two: tuple[Membership, Membership]) -> None:
    first, second = two
    client = factories.client_for(first)
    answer = client.post(reverse("accounts:switch_identity"), {"membership": second.pk, "next": "/accounts/me/"})
    assert answer.headers["Location"] == "/accounts/me/"
    page = client.get("/accounts/me/")
    assert page.wsgi_request.actor.membership_id == second.pk
    assert "现以“昆明市教育督导委员会办公室 督学”办理" in page.content.decode()
    with as_owner():
        entry = AuditEntry.objects.get(action="switch")
    assert entry.division_code == 530100
    assert entry.acting_as == "昆明市教育督导委员会办公室 督学"
    assert entry.detail == "由“五华区教育督导委员会办公室 督导办工作人员”切换"


def test_not_to_another_persons_nor_an_ended_one(two: tuple[Membership, Membership]) -> None:
    first, second = two
    with as_owner():
        others = factories.member(factories.office(530102), Role.OFFICE_HEAD)
        Membership.objects.filter(pk=second.pk).update(valid_until=timezone.localdate() - timedelta(days=1))
    client = factories.client_for(first)
    for wanted in (others.pk, second.pk, "", "x", "0"):
        assert client.post(reverse("accounts:switch_identity"), {"membership": wanted}).status_code == 404
    assert client.get("/accounts/me/").wsgi_request.actor.membership_id == first.pk
    with as_owner():
        assert not AuditEntry.objects.exists()


def test_does_not_send_one_to_a_foreign_address(two: tuple[Membership, Membership]) -> None:
    first, second = two
    client = factories.client_for(first)
    typed = {"membership": second.pk, "next": "https://example.com/"}
    assert client.post(reverse("accounts:switch_identity"), typed).headers["Location"] == "/"


def test_get_is_not_a_switch(two: tuple[Membership, Membership]) -> None:
    assert factories.client_for(two[0]).get(reverse("accounts:switch_identity")).status_code == 405


def test_my_page_names_my_units_also_outside_the_present_scope(two: tuple[Membership, Membership]) -> None:
    text = factories.client_for(two[0]).get(reverse("accounts:me")).content.decode()
    assert "五华区教育督导委员会办公室" in text
    assert "切换为昆明市教育督导委员会办公室 督学" in text
    assert reverse("account_change_password") in text
    assert "当前身份" in text


def test_nobody_elses_identities_are_on_it(two: tuple[Membership, Membership]) -> None:
    with as_owner():
        stranger = factories.member(factories.office(520102), Role.OFFICE_STAFF)
    text = factories.client_for(stranger).get(reverse("accounts:me")).content.decode()
    assert "五华区" not in text


def test_a_person_whose_identities_have_all_ended_is_refused_in_words() -> None:
    with as_owner():
        ended = factories.member(factories.office(530102), Role.OFFICE_STAFF)
        Membership.objects.filter(pk=ended.pk).update(valid_until=date(2021, 1, 1))
    assert factories.client_for(ended).get(reverse("accounts:me")).status_code == 403
