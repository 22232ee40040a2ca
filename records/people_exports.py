"""What the lists of people give away as Excel. They stand in accounts, which knows nothing of files."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.api.filters import narrowed
from accounts.forms import PeopleFilter, UnitFilter
from accounts.forms_contacts import InvitationFilter, SlipsFilter, UnitsFilter
from accounts.models import Invitation, Membership, Organization, User
from accounts.permissions import Permission
from accounts.personal import mask_phone
from accounts.views import contacts, people, slips
from records.exports import Export, register_export
from records.lists import Column

PERSON_COLUMNS = (
    Column("name", "姓名", "full_name"), Column("username", "用户名"), Column("roles", "身份"), Column("phone", "手机号码"),
    Column("active", "账号"),
)  # fmt: skip
SLIP_COLUMNS = (
    Column("name", "姓名", "full_name"), Column("username", "用户名"), Column("roles", "身份"), Column("phone", "手机号码"),
    Column("slip", "领取单"),
)  # fmt: skip
UNIT_COLUMNS = (Column("name", "单位", "name"), Column("code", "标识码"), Column("kind", "类别"))
CONTACT_COLUMNS = (
    Column("name", "单位", "name"), Column("kind", "类别"), Column("contacts", "联系人"), Column("invited", "邀请"),
)  # fmt: skip
INVITATION_COLUMNS = (
    Column("unit", "单位"), Column("contact", "联系人"), Column("state", "状态"), Column("until", "有效期至"),
    Column("claimed_by", "领取人"), Column("claimed", "领取时间"), Column("by", "生成人"), Column("at", "生成时间", "invited_at"),
)  # fmt: skip


def roles_of(person: User) -> str:
    today = timezone.localdate()
    return "；".join(
        f"{row.organization.label} · {row.get_role_display()}{'' if row.is_open_on(today) else '（已终止）'}"
        for row in person.memberships.all()  # type: ignore[attr-defined]
    )


register_export(
    Export(
        name="people", title="人员账号", permissions=(Permission.VIEW_PEOPLE,), about=User,
        rows=lambda actor, query: people.people_of(actor), columns=PERSON_COLUMNS, default_sort="full_name",
        filterset_class=narrowed(PeopleFilter, people.matching), widths={"roles": 60},
        values={
            "name": lambda p: p.full_name, "username": lambda p: p.username, "roles": roles_of,
            "phone": lambda p: mask_phone(p.phone), "active": lambda p: "启用" if p.is_active else "停用",
        },
    )
)  # fmt: skip
register_export(
    Export(
        name="slips", title="未领取的账号", permissions=(Permission.MANAGE_PEOPLE,), about=User,
        rows=lambda actor, query: slips.unclaimed(actor), columns=SLIP_COLUMNS, default_sort="full_name",
        filterset_class=narrowed(SlipsFilter, slips.unclaimed_matching), widths={"roles": 60},
        values={
            "name": lambda p: p.full_name, "username": lambda p: p.username, "roles": roles_of,
            "phone": lambda p: mask_phone(p.phone), "slip": lambda p: "已打印、待领取" if p.is_printed else "",
        },
    )
)  # fmt: skip
register_export(
    Export(
        name="people-units", title="可设身份的单位", permissions=(Permission.MANAGE_PEOPLE,), about=Organization,
        rows=lambda actor, query: people.units_of(actor), columns=UNIT_COLUMNS, default_sort="division",
        filterset_class=narrowed(UnitFilter, people.units_matching), widths={"name": 40},
        values={"name": lambda u: u.name, "code": lambda u: u.code if u.kind == "school" else "", "kind": lambda u: u.get_kind_display()},
    )
)  # fmt: skip


def _contacts(unit: Organization) -> str:
    rows: list[Membership] = list(unit.memberships.all())  # type: ignore[attr-defined]
    return "、".join(row.user.full_name for row in rows) or "没有联系人"


register_export(
    Export(
        name="contacts", title="单位联系人", permissions=(Permission.INVITE_CONTACTS,), about=Organization,
        rows=lambda actor, query: contacts.with_contacts(actor), columns=CONTACT_COLUMNS, default_sort="kind",
        filterset_class=narrowed(UnitsFilter, contacts.filtered), widths={"name": 40, "contacts": 30},
        values={"name": lambda u: u.name, "kind": lambda u: u.get_kind_display(), "contacts": _contacts,
                "invited": lambda u: "待领取" if u.is_invited else ""},
    )
)  # fmt: skip


def _invitations(actor: Actor, query: Any) -> QuerySet[Any]:
    found: QuerySet[Any] = contacts.invitations_of(actor)
    return found


register_export(
    Export(
        name="invitations", title="联系人邀请", permissions=(Permission.INVITE_CONTACTS,), about=Invitation, rows=_invitations,
        columns=INVITATION_COLUMNS, default_sort="-invited_at",
        filterset_class=narrowed(InvitationFilter, contacts.invitations_matching), widths={"unit": 40},
        values={
            "unit": lambda i: i.organization.name, "contact": lambda i: i.contact_name,
            "state": lambda i: Invitation.State(i.state_on(timezone.localdate())).label, "until": lambda i: i.valid_until,
            "claimed_by": lambda i: i.claimed_by.full_name if i.claimed_by else "", "claimed": lambda i: i.claimed_at,
            "by": lambda i: i.invited_by.full_name, "at": lambda i: i.invited_at,
        },
    )
)  # fmt: skip
