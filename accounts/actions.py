"""What a security administrator does to people and their memberships (三员分立, GB/T 22239-2019 安全管理中心).

He makes accounts and identities within his range, and is himself nobody's colleague: he can neither give himself a
role nor touch his own account here, and none of the three administrators is also a business user.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date

from django.db import IntegrityError, connection, transaction

from accounts.actors import ADMIN_ROLES, Actor, Role
from accounts.models import Membership, Organization, User

ALPHABETS = ("abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "-+=@")
PASSWORD_LENGTH = 14


class NotAllowed(Exception):
    """The administrator may not do this; the sentence says why. Nothing has been written."""


def add_person(
    *,
    by: Actor,
    username: str,
    full_name: str,
    phone: str | None,
    organization: Organization,
    role: str,
    title: str = "",
    valid_from: date,
    valid_until: date | None = None,
) -> tuple[User, str]:
    """Make an account with its first identity. Returns the user and the initial password, which is shown once."""
    password = initial_password()
    with transaction.atomic():
        user = User(username=username, full_name=full_name, phone=phone or None, password_is_initial=True)
        user.set_password(password)
        once(user.save, "该用户名或手机号码刚刚已被使用，请核对。")
        add_membership(by=by, user=user, organization=organization, role=role, title=title, valid_from=valid_from,
                       valid_until=valid_until)  # fmt: skip
    return user, password


def change_person(user: User, *, by: Actor, full_name: str, phone: str | None) -> User:
    """Correct a name, or change the number that the person signs in by: as grave as a new password."""
    refuse_self(by, user)
    refuse_outside(by, user)
    user.full_name, user.phone = full_name, phone or None
    user.save(update_fields=["full_name", "phone"])
    return user


def add_membership(
    *,
    by: Actor,
    user: User,
    organization: Organization,
    role: str,
    title: str = "",
    valid_from: date,
    valid_until: date | None = None,
) -> Membership:
    """Give a person an identity at a unit within the administrator's range. NotAllowed names the reason."""
    refuse_self(by, user)
    lo, hi = by.range
    if not lo <= organization.division_id <= hi:
        raise NotAllowed("只能为本区划及所辖区划的单位设置身份。")
    if role not in Membership.roles_for(organization.kind):
        raise NotAllowed(f"{organization.get_kind_display()}不能设置“{Role(role).label}”。")
    if conflict := mixture(user, role):
        raise NotAllowed(conflict)
    made = Membership(
        user=user, organization=organization, role=role, title=title, valid_from=valid_from, valid_until=valid_until
    )
    once(made.save, "该人员在此单位已有同一角色。")
    return made


def once(save: Callable[[], None], sentence: str) -> None:
    """Save; when somebody was quicker and the database refuses the double, the sentence says so."""
    try:
        with transaction.atomic():
            save()
    except IntegrityError as error:
        raise NotAllowed(sentence) from error


def end_membership(membership: Membership, *, by: Actor, on: date) -> Membership:
    """The identity is valid to the end of `on`; it stays on record."""
    refuse_self(by, membership.user)
    if membership.valid_until is not None and membership.valid_until < on:
        raise NotAllowed("该身份已经到期。")
    if on < membership.valid_from:
        raise NotAllowed("截止日期不能早于起始日期。")
    membership.valid_until = on
    membership.save(update_fields=["valid_until"])
    return membership


def set_active(user: User, *, by: Actor, active: bool) -> None:
    """Shut or open the whole account, wherever its identities are."""
    refuse_self(by, user)
    refuse_outside(by, user)
    user.is_active = active
    user.save(update_fields=["is_active"])


def reset_password(user: User, *, by: Actor) -> str:
    """A new initial password, which the person must change at once. Returned to be shown once."""
    refuse_self(by, user)
    refuse_outside(by, user)
    password = initial_password()
    user.set_password(password)
    user.password_is_initial = True
    user.save(update_fields=["password", "password_is_initial"])
    return password


def refuse_self(by: Actor, user: User) -> None:
    if user.pk is not None and user.pk == by.user_id:
        raise NotAllowed("不能办理自己的账号和身份，请由上级或其他安全管理员办理。")


def refuse_outside(by: Actor, user: User) -> None:
    """Whoever answers only for a part of a person's identities may not shut or open the whole account."""
    lo, hi = by.range
    if any(not lo <= code <= hi for _, code in standings(user)):
        raise NotAllowed("此人在其他区划还有有效身份，账号由上级安全管理员办理；您可以终止其在本区划的身份。")


def mixture(user: User, role: str) -> str:
    """Why the role cannot stand beside what the person already is; empty when it can. The three administrators are
    separate persons, and none is a business user."""
    held = {known for known, _ in standings(user)} if user.pk else set()
    if role in ADMIN_ROLES and held - {role}:
        return "系统、安全、审计管理员须由不同人员分别担任，且不得兼任业务角色；此人已有其他角色。"
    if role not in ADMIN_ROLES and held & ADMIN_ROLES:
        return "此人是管理员，不得兼任业务角色。"
    return ""


def standings(user: User) -> list[tuple[str, int]]:
    """(role, division code) of every identity not yet ended, also those outside the caller's scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT role, division_code FROM standings(%s)", [user.pk])
        return [(str(role), int(code)) for role, code in cursor.fetchall()]


def initial_password() -> str:
    """Random, of all four classes of signs, without those that look alike on paper."""
    signs = [secrets.choice(alphabet) for alphabet in ALPHABETS]
    signs += [secrets.choice("".join(ALPHABETS)) for _ in range(PASSWORD_LENGTH - len(signs))]
    secrets.SystemRandom().shuffle(signs)
    return "".join(signs)
