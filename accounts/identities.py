"""From a signed-in person to the Actor of the request: his memberships that are valid today, and the one chosen."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection

from accounts.actors import Actor, ActorKind, Lent, Role, actor_kind
from accounts.permissions import STEWARD_WORDS, words_of

SESSION_KEY = "membership_id"


@dataclass(frozen=True)
class Identity:
    membership_id: int
    role: str
    organization_id: int
    organization_name: str
    organization_kind: str
    division_code: int
    is_steward: bool = False
    lent: tuple[Lent, ...] = ()


def identities_of(user_id: int) -> list[Identity]:
    """The person's memberships valid today, oldest first; empty for an inactive person or one who has none.

    A definer function: there is no scope yet.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT i.*, delegated(i.membership_id) FROM identities(%s) i", [user_id])
        return [replace(Identity(*known), lent=lent_from(lent)) for *known, lent in cursor.fetchall()]


def lent_from(rows: str | list[dict[str, Any]] | None) -> tuple[Lent, ...]:
    """What delegated() found. Only words of the giver's own role: what was lent cannot be lent on."""
    found = json.loads(rows) if isinstance(rows, str) else rows or []
    return tuple(
        Lent(
            delegation_id=row["id"], words=frozenset(row["words"]) & words_of(row["giver_role"]),
            giver_id=row["giver"], giver_name=row["giver_name"],
            giver_as=f"{row['organization']} {Role(row['giver_role']).label}",
            valid_from=date.fromisoformat(row["from"]), valid_until=date.fromisoformat(row["until"]),
            revoked_on=date.fromisoformat(row["revoked"]) if row["revoked"] else None,
        )
        for row in found
    )  # fmt: skip


def with_lent(actor: Actor) -> Actor:
    """The actor with what was lent to his membership, as the database says now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT delegated(%s)", [actor.membership_id])
        row = cursor.fetchone()
    return replace(actor, lent=lent_from(row[0] if row else None))


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
        permissions=words_of(identity.role) | (STEWARD_WORDS if identity.is_steward else frozenset()),
        lent=identity.lent,
    )


def chosen(identities: list[Identity], membership_id: object) -> Identity | None:
    """The identity chosen in the session, or the first; None when the person has none today."""
    return next((i for i in identities if i.membership_id == membership_id), identities[0] if identities else None)
