"""From a signed-in person to the Actor of the request: his memberships that are valid today, and the one chosen."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from accounts.actors import Actor, ActorKind, actor_kind
from accounts.permissions import words_of

SESSION_KEY = "membership_id"


@dataclass(frozen=True)
class Identity:
    membership_id: int
    role: str
    organization_id: int
    organization_name: str
    organization_kind: str
    division_code: int


def identities_of(user_id: int) -> list[Identity]:
    """The person's memberships valid today, oldest first; empty for an inactive person or one who has none.

    A definer function: there is no scope yet.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM identities(%s)", [user_id])
        return [Identity(*row) for row in cursor.fetchall()]


def actor_for(identity: Identity, *, user_id: int, display_name: str) -> Actor:
    kind = actor_kind(identity.role)
    return Actor(
        kind=kind,
        user_id=user_id,
        membership_id=identity.membership_id,
        organization_id=0 if kind is ActorKind.OUTSIDER else identity.organization_id,
        division_code=identity.division_code,
        role=identity.role,
        display_name=display_name,
        organization_name=identity.organization_name,
        organization_kind=identity.organization_kind,
        permissions=words_of(identity.role),
    )


def chosen(identities: list[Identity], membership_id: object) -> Identity | None:
    """The identity chosen in the session, or the first; None when the person has none today."""
    return next((i for i in identities if i.membership_id == membership_id), identities[0] if identities else None)
