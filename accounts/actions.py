"""What a security administrator does to people and their memberships (三员分立, GB/T 22239-2019 安全管理中心).

He makes accounts and identities within his range, and is himself nobody's colleague: he can neither give himself a
role nor touch his own account here, and none of the three administrators is also a business user.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts import appointments as rules
from accounts.actors import Actor
from accounts.models import Invitation, Membership, Organization, User

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
    with transaction.atomic():
        user.save(update_fields=["full_name", "phone"])
        withdraw_slips([user.pk], by=by)
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
    _refuse(rules.unit_fault(by, organization))
    _refuse(rules.role_fault(organization, role, _roles(user)))
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
    _refuse(rules.ending_fault(membership, on))
    membership.valid_until = on
    membership.save(update_fields=["valid_until"])
    return membership


def set_active(user: User, *, by: Actor, active: bool) -> None:
    """Shut or open the whole account, wherever its identities are."""
    refuse_self(by, user)
    refuse_outside(by, user)
    user.is_active = active
    with transaction.atomic():
        user.save(update_fields=["is_active"])
        withdraw_slips([user.pk], by=by)


def reset_password(user: User, *, by: Actor) -> str:
    """A new initial password, which the person must change at once. Returned to be shown once."""
    refuse_self(by, user)
    refuse_outside(by, user)
    password = initial_password()
    user.set_password(password)
    user.password_is_initial = True
    with transaction.atomic():
        user.save(update_fields=["password", "password_is_initial"])
        withdraw_slips([user.pk], by=by)
    return password


def withdraw_slips(people: Sequence[int], *, by: Actor) -> None:
    """What was printed for these persons opens nothing any more: their number has changed, or they need it no longer."""
    printed = Invitation.objects.visible_to(by).unended().filter(person_id__in=people)
    printed.update(revoked_at=Now(), revoked_by_id=by.user_id)


def refuse_self(by: Actor, user: User) -> None:
    _refuse(rules.self_fault(by, user.pk))


def refuse_outside(by: Actor, user: User) -> None:
    """Whoever answers only for a part of a person's identities may not shut or open the whole account."""
    _refuse(rules.outside_fault(by, standings(user)))


def _refuse(sentence: str) -> None:
    if sentence:
        raise NotAllowed(sentence)


def mixture(user: User, role: str) -> str:
    """Why the role cannot stand beside what the person already is; empty when it can."""
    return rules.mixture_fault(role, _roles(user))


def _roles(user: User) -> set[str]:
    return {role for role, _ in standings(user)} if user.pk else set()


def standings(user: User) -> list[tuple[str, int]]:
    """(role, division code) of every identity not yet ended, also those outside the caller's scope."""
    return rules.standings_of([user.pk])[user.pk]


def initial_password() -> str:
    """Random, of all four classes of signs, without those that look alike on paper."""
    signs = [secrets.choice(alphabet) for alphabet in ALPHABETS]
    signs += [secrets.choice("".join(ALPHABETS)) for _ in range(PASSWORD_LENGTH - len(signs))]
    secrets.SystemRandom().shuffle(signs)
    return "".join(signs)
