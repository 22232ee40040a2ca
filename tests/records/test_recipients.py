"""Whom a notice to an office reaches: those who run it, never an administrator, not every inspector."""

from __future__ import annotations

import pytest

from accounts.actors import OFFICE_ROLES, Role
from records.notices.notify import recipients
from tests import factories
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db


def test_an_office_means_its_staff_and_head() -> None:
    with as_owner():
        office = factories.office(530102)
        people = {role: factories.member(office, role).user_id for role in Role if role in OFFICE_ROLES}
        for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
            factories.member(office, role)
        told = recipients([office.pk], [])
        assert told == {people[Role.OFFICE_STAFF], people[Role.OFFICE_HEAD]}
        assert recipients([office.pk], [Role.INSPECTOR]) == {people[Role.INSPECTOR]}


def test_a_unit_means_everybody_there() -> None:
    with as_owner():
        school = factories.school(530102).organization
        both = {factories.member(school, Role.UNIT_CONTACT).user_id for _ in range(2)}
        assert recipients([school.pk], []) == both
