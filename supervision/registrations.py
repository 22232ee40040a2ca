"""This room's places in the navigation, and those of accounts, which lies below the registry and cannot know it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from accounts.actors import Actor
from accounts.contacts import KnownContact, register_contacts
from accounts.models import Organization
from accounts.models.user import MOBILE
from accounts.permissions import Permission as AccountsPermission
from records.publication.redaction import register_names
from records.registry import Place, Section, register_place
from records.trail.reveal import register_personal
from records.trail.story import Source
from records.trail.trails import own, register_trail
from supervision.models import Committee, CommitteeMember, MemberUnit, School, UnitContact
from supervision.permissions import Permission


@register_names
def heads_and_contacts(actor: Actor) -> Iterator[str]:
    """Whom the registers name: heads of schools, contacts of units."""
    yield from School.objects.visible_to(actor).values_list("head_name", flat=True)
    yield from UnitContact.objects.visible_to(actor).values_list("name", flat=True)


def _of_school(school: School) -> list[Source]:
    """The school's profile, its body with the names it bore, and its contacts."""
    return [Source(Organization, {"pgh_obj_id": school.pk}), Source(School, {"pgh_obj_id": school.pk}),
            Source(UnitContact, {"organization_id": school.pk}, whole=True)]  # fmt: skip


def _of_committee(committee: Committee) -> list[Source]:
    return [*own(committee), Source(CommitteeMember, {"committee_id": committee.pk}, whole=True),
            Source(MemberUnit, {"committee_id": committee.pk}, whole=True)]  # fmt: skip


register_trail(School, Permission.VIEW_UNITS, sources=_of_school)
register_trail(Committee, Permission.VIEW_UNITS, sources=_of_committee)
register_trail(Organization, Permission.VIEW_UNITS)
register_personal(UnitContact, "phone")
register_personal(MemberUnit, "liaison_phone")
register_place(
    Place(
        Section.SCHOOLS, "学校", "supervision:school_list", (Permission.VIEW_SCHOOLS,), icon="school", order=60, phone=4
    ),
    Place(
        Section.SETTINGS,
        "委员会",
        "supervision:committee",
        (Permission.VIEW_COMMITTEE,),
        icon="building-bank",
        order=10,
    ),
    Place(
        Section.SETTINGS, "各级委员会", "supervision:committee_list", (Permission.VIEW_UNITS,), icon="list", order=12
    ),
    Place(
        Section.SETTINGS,
        "政府与部门",
        "supervision:unit_list",
        (Permission.VIEW_UNITS,),
        icon="building-bank",
        order=14,
    ),
    Place(
        Section.SETTINGS,
        "人员与身份",
        "accounts:people",
        (AccountsPermission.VIEW_PEOPLE,),
        icon="users",
        order=20,
        phone=2,
    ),
    Place(
        Section.SETTINGS,
        "单位联系人",
        "accounts:contact_list",
        (AccountsPermission.INVITE_CONTACTS,),
        icon="users",
        order=21,
    ),
    Place(
        Section.SETTINGS,
        "账号管理员",
        "accounts:steward_list",
        (AccountsPermission.NAME_STEWARDS,),
        icon="key",
        order=22,
    ),
    Place(Section.SETTINGS, "我的账号", "accounts:me", (AccountsPermission.USE_ACCOUNT,), icon="user", order=90),
)


@register_contacts
def contacts_of_units(actor: Actor, organizations: Sequence[int]) -> dict[int, KnownContact]:
    """The main contact of each unit as the register has him; a number that is no mobile number signs nobody in."""
    rows = UnitContact.objects.visible_to(actor).filter(organization__in=organizations)
    found: dict[int, KnownContact] = {}
    for row in rows.order_by("-is_primary", "pk"):
        mobile = row.phone if re.fullmatch(MOBILE, row.phone) else ""
        found.setdefault(row.organization_id, KnownContact(row.name, mobile))
    return found
