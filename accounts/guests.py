"""Who is let in from outside: an account, or one that a person has already, with an identity that ends by itself."""

from __future__ import annotations

import secrets
from datetime import date

from django.db import transaction

from accounts.actions import NotAllowed, add_membership, initial_password, mixture, once
from accounts.actors import Actor, Role
from accounts.models import Membership, Organization, User

# Neutral: whose number it is elsewhere is not this office's business.
NOT_THIS_PERSON = "该手机号码与姓名不能使用，请与本人核对。"


def admit(
    *, by: Actor, office: Organization, full_name: str, phone: str, title: str, since: date, until: date
) -> tuple[User, str]:
    """The person with the phone number as an outsider of `office` at least to the end of `until`.

    Returns the user and the initial password of a new account, to be shown once ("" where the person has one).
    NotAllowed when the number is another's.
    """
    with transaction.atomic():
        user = User.objects.filter(phone=phone).first()
        password = ""
        if user is None:
            password = initial_password()
            user = User(
                username=f"w{phone}-{secrets.token_hex(2)}", full_name=full_name, phone=phone, password_is_initial=True
            )
            user.set_password(password)
            once(user.save, NOT_THIS_PERSON)
        elif user.full_name != full_name or not user.is_active or mixture(user, Role.OUTSIDER):
            raise NotAllowed(NOT_THIS_PERSON)
        _identity(by=by, user=user, office=office, title=title, since=since, until=until)
    return user, password


def _identity(*, by: Actor, user: User, office: Organization, title: str, since: date, until: date) -> None:
    standing = Membership.objects.filter(user=user, organization=office, role=Role.OUTSIDER, valid_until__gte=since)
    held = standing.select_for_update(of=("self",)).order_by("-valid_until").first()
    if held is None:
        add_membership(by=by, user=user, organization=office, role=Role.OUTSIDER, title=title, valid_from=since,
                       valid_until=until)  # fmt: skip
    elif held.valid_until is not None and held.valid_until < until:
        held.valid_until = until
        held.save(update_fields=["valid_until"])
