"""The committee's own registers: establishing a committee, registering and changing schools, units and members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from accounts.actors import Actor, OrganizationKind
from accounts.models import Division, Membership, Organization
from records import clock, outbox
from records.state import Refusal, Refused
from supervision.models import Committee, CommitteeMember, MemberUnit, School, UnitContact
from supervision.naming import EDUCATION, MEMBER_UNITS, Names

MOVED = "supervision.school_moved"


@dataclass(frozen=True)
class Seat:
    """Somebody's seat in a committee."""

    position: str
    person_name: str
    post: str = ""


@dataclass(frozen=True)
class Liaison:
    """Who answers for supervision at a member unit."""

    name: str
    post: str = ""
    phone: str = ""


def establish_committee(
    division: Division, *, on: date, seats: Sequence[Seat] = (), liaisons: Mapping[str, Liaison] | None = None
) -> Committee:
    """The committee of a division with its office, the government, the education department and the 22 member units
    of the Yunnan text (云南《实施意见》第（一）条). `liaisons` by the member unit's key in `naming.MEMBER_UNITS`.

    Repeatable: what exists stays, so the first who runs it may be the demo or an office being set up.
    """
    found: Committee | None = Committee.objects.filter(division=division).first()
    if found is not None:
        return found
    names = Names(division.name, division.level)
    with transaction.atomic():
        office = _body(division, OrganizationKind.OFFICE, names.office, names.office_short, on)
        _body(division, OrganizationKind.GOVERNMENT, names.government, names.government, on)
        units = {key: _unit(division, key, names, on) for key in MEMBER_UNITS}
        committee = Committee.objects.create(
            division=division, division_code=division.pk, name=names.committee, office=office, established_on=on
        )
        _seat_everybody(committee, on, seats, units, liaisons or {})
    return committee


def _body(division: Division, kind: str, name: str, short: str, on: date) -> Organization:
    found = Organization.objects.filter(division=division, kind=kind).order_by("pk").first()
    return found or Organization.objects.create(division=division, kind=kind, name=name, short_name=short, opened_on=on)


def _unit(division: Division, key: str, names: Names, on: date) -> Organization:
    """The education department is a department too, because it supervises schools; an existing one is kept."""
    if key == EDUCATION:
        return _body(division, OrganizationKind.DEPARTMENT, names.unit(key), names.unit(key), on)
    return Organization.objects.create(
        division=division, kind=OrganizationKind.MEMBER_UNIT, code=key, name=names.unit(key), short_name=names.unit(key)
    )


def _seat_everybody(
    committee: Committee,
    on: date,
    seats: Sequence[Seat],
    units: Mapping[str, Organization],
    liaisons: Mapping[str, Liaison],
) -> None:
    code = committee.division_code
    CommitteeMember.objects.bulk_create(
        CommitteeMember(committee=committee, division_code=code, position=s.position, person_name=s.person_name,
                        post=s.post, valid_from=on)
        for s in seats
    )  # fmt: skip
    nobody = Liaison("")
    MemberUnit.objects.bulk_create(
        MemberUnit(committee=committee, division_code=code, organization=unit, order=order, valid_from=on,
                   liaison_name=liaisons.get(key, nobody).name, liaison_post=liaisons.get(key, nobody).post,
                   liaison_phone=liaisons.get(key, nobody).phone)
        for order, (key, unit) in enumerate(units.items(), start=1)
    )  # fmt: skip


# --- schools ---------------------------------------------------------------------------------------------------------


def register_school(*, by: Actor, body: Mapping[str, Any], profile: Mapping[str, Any]) -> School:
    """A new school: `body` are fields of its Organization, `profile` those of School. Refused outside one's range."""
    refuse_outside(by, body["division"].pk)
    with transaction.atomic():
        organization = Organization.objects.create(kind=OrganizationKind.SCHOOL, **body)
        return School.objects.create(organization=organization, division_code=organization.division_id, **profile)


def change_school(school: School, *, by: Actor, body: Mapping[str, Any], profile: Mapping[str, Any]) -> School:
    """Change a school. When another division is to manage it, everything that copies the division follows; the rooms
    above learn it from the outbox.
    """
    before = school.division_code
    refuse_outside(by, before)
    refuse_outside(by, body["division"].pk)
    with transaction.atomic():
        organization = school.organization
        _assign(organization, body)
        organization.save()
        school.division_code = organization.division_id
        _assign(school, profile)
        school.save()
        if school.division_code != before:
            _follow(school, by, before)
    return school


def _assign(thing: Any, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        setattr(thing, name, value)


def _follow(school: School, by: Actor, before: int) -> None:
    UnitContact.objects.filter(organization_id=school.pk).update(division_code=school.division_code)
    Membership.objects.filter(organization_id=school.pk).update(division_code=school.division_code)
    moved = Moved(owner_code=by.division_code, pk=school.pk)
    payload = {"school": school.pk, "from": before, "to": school.division_code}
    key = f"{school.pk}:{before}:{school.division_code}:{clock.now():%Y%m%d%H%M%S%f}"
    outbox.publish(MOVED, key=key, root=moved, by=by, payload=payload)


@dataclass(frozen=True)
class Moved:
    """A school's move, as the outbox names what an event is about."""

    owner_code: int
    pk: int
    kind: str = "supervision.school"


def save_contact(contact: UnitContact, *, by: Actor, school: School) -> UnitContact:
    """Add or change somebody to ring up; there is one primary contact at most."""
    refuse_outside(by, school.division_code)
    with transaction.atomic():
        if contact.is_primary:
            others = UnitContact.objects.filter(organization_id=school.pk, is_primary=True).exclude(pk=contact.pk)
            others.update(is_primary=False)
        contact.organization_id, contact.division_code = school.pk, school.division_code
        contact.save()
    return contact


# --- governments and departments, committee ---------------------------------------------------------------------------


def save_unit(unit: Organization, *, by: Actor) -> Organization:
    """Register or change a government or a department within one's range."""
    refuse_outside(by, unit.division_id)
    unit.save()
    return unit


def save_seat(seat: CommitteeMember | MemberUnit, *, by: Actor, committee: Committee) -> None:
    """Add or change a member or a member unit of one's own committee."""
    if committee.division_code != by.division_code:
        raise Refused(Refusal("委员会组成人员和成员单位由本级督导办维护。"))
    seat.committee, seat.division_code = committee, committee.division_code
    seat.save()


def member_organization(*, by: Actor, name: str) -> Organization:
    """The organization of a member unit of the actor's own division: an existing body of this name, or a new one."""
    kinds = [OrganizationKind.MEMBER_UNIT, OrganizationKind.DEPARTMENT]
    own = Organization.objects.visible_to(by).filter(division_id=by.division_code, kind__in=kinds, name=name)
    found: Organization | None = own.order_by("pk").first()
    return found or Organization.objects.create(
        division_id=by.division_code, kind=OrganizationKind.MEMBER_UNIT, name=name, short_name=name[:60]
    )


def refuse_outside(by: Actor, division_code: int) -> None:
    lo, hi = by.range
    if not (by.is_office and lo <= division_code <= hi):
        raise Refused(Refusal("只能办理本区划及所辖区划的单位。"))
