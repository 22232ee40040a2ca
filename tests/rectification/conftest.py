"""A county's office, its people and a school with a problem; acting happens inside `scope(actor)`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from accounts.actors import Actor, Role
from accounts.models import Membership, Organization
from records.models import DeadlineRule, DocumentSeries, LadderRung
from rectification.rules import load_rules
from supervision.models import School
from tests import factories
from tests.conftest import as_owner


@dataclass
class Bench:
    """Six people of one county, by what they are; memberships for the browser, actors for the actions."""

    office: Organization
    school: School
    department: Organization
    members: dict[str, Membership]

    def actor(self, who: str) -> Actor:
        return factories.actor(self.members[who])


def build(code: int = 530102) -> Bench:
    """Call as the owner."""
    load_rules(DeadlineRule, LadderRung)
    office, school = factories.office(code), factories.school(code)
    if code % 10000:
        factories.office(code // 10000 * 10000)
    for kind in ("rectification_notice", "supervisory_order"):
        DocumentSeries.objects.get_or_create(owner_code=code, kind=kind, defaults={"code": f"{code}教督办"})
    department = school.organization.competent_department
    people = {
        "staff": (office, Role.OFFICE_STAFF), "staff2": (office, Role.OFFICE_STAFF), "head": (office, Role.OFFICE_HEAD),
        "inspector": (office, Role.INSPECTOR), "leader": (office, Role.LEADER),
        "unit": (school.organization, Role.UNIT_CONTACT), "department": (department, Role.DEPARTMENT_CONTACT),
    }  # fmt: skip
    return Bench(office, school, department, {who: factories.member(org, role) for who, (org, role) in people.items()})


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with as_owner():  # type: ignore[attr-defined]
        made = build()
    yield made
