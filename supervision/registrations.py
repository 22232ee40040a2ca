"""This room's places in the navigation, and those of accounts, which lies below the registry and cannot know it."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.actors import Actor
from accounts.permissions import Permission as AccountsPermission
from records.redaction import register_names
from records.registry import Place, Section, register_place
from records.reveal import register_personal
from supervision.models import MemberUnit, School, UnitContact
from supervision.permissions import Permission


@register_names
def heads_and_contacts(actor: Actor) -> Iterator[str]:
    """Whom the registers name: heads of schools, contacts of units."""
    yield from School.objects.visible_to(actor).values_list("head_name", flat=True)
    yield from UnitContact.objects.visible_to(actor).values_list("name", flat=True)


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
    Place(Section.SETTINGS, "我的账号", "accounts:me", (AccountsPermission.USE_ACCOUNT,), icon="user", order=90),
)
