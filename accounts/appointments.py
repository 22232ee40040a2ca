"""Which identity may be given to whom: one rule for the page, its form and the spreadsheet (三员分立, GB/T 22239-2019).

Each function answers with the sentence that refuses, or with "". Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.db import connection

from accounts.actors import ADMIN_ROLES, Actor, Role
from accounts.models import Membership, Organization

SELF = "不能办理自己的账号和身份，请由上级或其他安全管理员办理。"
OUTSIDE = "此人在其他区划还有有效身份，账号由上级安全管理员办理；您可以终止其在本区划的身份。"
ENDS_BEFORE_IT_BEGINS = "截止日期不能早于起始日期。"
Standing = tuple[str, int]


def offered_roles(kind: str) -> list[Role]:
    """What an administrator may choose for a unit of this kind. An outsider's identity comes with the roots that are
    opened to him (records.actions.grants)."""
    known = Membership.roles_for(kind) - {Role.OUTSIDER}
    return [role for role in Role if role in known]


def standings_of(people: Iterable[int]) -> dict[int, list[Standing]]:
    """By person: (role, division code) of every identity not yet ended, also those outside the caller's scope. One query."""
    found: dict[int, list[Standing]] = {person: [] for person in people}
    with connection.cursor() as cursor:
        cursor.execute("SELECT p, s.role, s.division_code FROM unnest(%s::bigint[]) p, standings(p) s", [list(found)])
        for person, role, code in cursor.fetchall():
            found[int(person)].append((str(role), int(code)))
    return found


def self_fault(by: Actor, user_id: int | None) -> str:
    return SELF if user_id is not None and user_id == by.user_id else ""


def outside_fault(by: Actor, held: Collection[Standing]) -> str:
    """Whoever answers only for a part of a person's identities may not shut, open or rename the whole account."""
    lo, hi = by.range
    return OUTSIDE if any(not lo <= code <= hi for _, code in held) else ""


def unit_fault(by: Actor, organization: Organization) -> str:
    lo, hi = by.range
    return "" if lo <= organization.division_id <= hi else "只能为本区划及所辖区划的单位设置身份。"


def role_fault(organization: Organization, role: str, held: Collection[str]) -> str:
    """Why the unit cannot give the role, or why it cannot stand beside the roles that the person holds."""
    if role not in Membership.roles_for(organization.kind):
        return f"{organization.get_kind_display()}不能设置“{Role(role).label}”。"
    return mixture_fault(role, held)


def mixture_fault(role: str, held: Collection[str]) -> str:
    """The three administrators are separate persons, and none is a business user."""
    if role in ADMIN_ROLES and set(held) - {role}:
        return "系统、安全、审计管理员须由不同人员分别担任，且不得兼任业务角色；此人已有其他角色。"
    if role not in ADMIN_ROLES and set(held) & ADMIN_ROLES:
        return "此人是管理员，不得兼任业务角色。"
    return ""


def ending_fault(membership: Membership, on: date) -> str:
    """Why an identity cannot end on the day: what has ended stays ended, and nothing ends before it begins."""
    if membership.valid_until is not None and membership.valid_until < on:
        return "该身份已经到期。"
    return ENDS_BEFORE_IT_BEGINS if on < membership.valid_from else ""
