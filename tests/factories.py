"""Facts for tests: offices, schools, people. Call inside `as_owner()`: row security does not bind the owner."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import codes
from accounts.actors import Actor, OrganizationKind, Role
from accounts.identities import Identity, actor_for
from accounts.models import Division, Invitation, Membership, Organization, Stewardship, User
from supervision.models import School

_serial = itertools.count(1)
DIVISIONS = {
    530000: ("云南省", "province", None), 530100: ("昆明市", "prefecture", 530000), 530102: ("五华区", "county", 530100),
    530103: ("盘龙区", "county", 530100), 530300: ("曲靖市", "prefecture", 530000), 530302: ("麒麟区", "county", 530300),
    520000: ("贵州省", "province", None), 520100: ("贵阳市", "prefecture", 520000), 520102: ("南明区", "county", 520100),
    420000: ("湖北省", "province", None), 429004: ("仙桃市", "county", 420000),
}  # fmt: skip


def division(code: int) -> Division:
    name, level, parent = DIVISIONS[code]
    if parent:
        division(parent)
    return Division.objects.get_or_create(code=code, defaults={"name": name, "level": level, "parent_id": parent})[0]


def organization(division_code: int, kind: str, name: str = "", **more: Any) -> Organization:
    place = division(division_code)
    label = name or f"{place.name}{OrganizationKind(kind).label}"
    return Organization.objects.create(division=place, kind=kind, name=label, **more)


def office(code: int) -> Organization:
    """The division's office, made once."""
    found = Organization.objects.filter(division_id=code, kind=OrganizationKind.OFFICE).first()
    return found or organization(code, OrganizationKind.OFFICE)


def department(code: int) -> Organization:
    """The division's education department, made once."""
    found = Organization.objects.filter(division_id=code, kind=OrganizationKind.DEPARTMENT).first()
    return found or organization(code, OrganizationKind.DEPARTMENT, f"{division(code).name}教育体育局")


def school(code: int, name: str = "", *, stage: str = "primary", **more: Any) -> School:
    n = next(_serial)
    body = organization(
        code, OrganizationKind.SCHOOL, name or f"{division(code).name}第{n}小学", code=f"21{code // 10000:02d}{n:06d}",
        competent_department=department(code), opened_on=date(2001, 9, 1),
    )  # fmt: skip
    fields = {
        "stage": stage,
        "ownership": "public",
        "division_code": code,
        "pupils": 600,
        "classes": 14,
        "teachers": 35,
    }
    return School.objects.create(organization=body, **(fields | more))


def person(name: str = "") -> User:
    n = next(_serial)
    user = User(username=f"person-{n}", full_name=name or f"张{n}")
    user.set_password("Correct-horse-9")
    user.save()
    return user


def member(org: Organization, role: str, *, user: User | None = None) -> Membership:
    return Membership.objects.create(user=user or person(), organization=org, role=role, valid_from=date(2020, 1, 1))


def steward(membership: Membership) -> Stewardship:
    """Let somebody of an office look after the contacts of its units (账号管理员)."""
    head = member(membership.organization, Role.OFFICE_HEAD).user
    return Stewardship.objects.create(
        membership=membership, division_code=membership.division_code, valid_from=date(2024, 1, 1), named_by=head,
    )  # fmt: skip


def invitation(unit: Organization, *, by: User, name: str = "", **more: Any) -> tuple[Invitation, str]:
    """A printed invitation of a unit's contact, and its code."""
    code = codes.new_code()
    facts = {"contact_name": name, "help_phone": "0871-65123456", "valid_until": timezone.localdate() + timedelta(days=14), "invited_by": by} | more  # fmt: skip
    made = Invitation.objects.create(
        organization=unit, division_code=unit.division_id, mark=codes.mark_of(code), digest=codes.digest(code), **facts
    )
    return made, code


def actor(membership: Membership) -> Actor:
    """The actor of a membership, as a request of that person would have."""
    org = membership.organization
    is_steward = Stewardship.objects.filter(membership=membership).valid_on(timezone.localdate()).exists()
    identity = Identity(membership.pk, membership.role, org.pk, org.name, org.kind, org.division_id, is_steward)
    return actor_for(identity, user_id=membership.user_id, display_name=membership.user.full_name)


def office_actor(code: int, role: str = Role.OFFICE_STAFF) -> Actor:
    return actor(member(office(code), role))


def unit_actor(unit: School) -> Actor:
    return actor(member(unit.organization, Role.UNIT_CONTACT))


def client_for(membership: Membership) -> Client:
    """A browser signed in as the person, acting under this membership."""
    client = Client()
    client.force_login(membership.user)
    session = client.session
    session["membership_id"] = membership.pk
    session.save()
    return client


def queries_of(client: Client, address: str) -> int:
    """How many statements a GET sends to PostgreSQL, without those that only a test's outer transaction adds."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    own = ("SAVEPOINT", "RELEASE", "SELECT current_setting")
    statements = [q["sql"] for q in captured.captured_queries if not q["sql"].startswith(own)]
    scopes = sum(s.startswith("SELECT set_config") for s in statements)
    return len(statements) - max(0, scopes - 1)
