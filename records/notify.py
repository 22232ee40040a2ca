"""The inbox: who must know, told once. Written by the system, because nobody may write in another's name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from accounts.actors import Actor, OrganizationKind, Role, system
from accounts.models import Membership
from accounts.scope import scope
from records import clock
from records.models import Notification, Outbox
from records.outbox import handles, publish

TOPIC = "records.notify"


def notify(
    root: Any,
    *,
    by: Actor,
    key: str,
    title: str,
    body: str = "",
    organizations: Iterable[int] = (),
    roles: Iterable[str] = (),
    users: Iterable[int] = (),
    urgent: bool = False,
) -> None:
    """Tell people about a root after this transaction: the members (with one of `roles`, or all) of `organizations`,
    and `users`. `key` names the event: the same event tells a person once. Who did it is not told.
    """
    payload = {
        "organizations": sorted({o for o in organizations if o}), "roles": sorted(roles),
        "users": sorted({u for u in users if u}), "title": title[:200], "body": body, "urgent": urgent,
        "except": by.user_id,
    }  # fmt: skip
    publish(TOPIC, key=f"{root.kind}:{root.pk}:{key}", root=root, by=by, payload=payload)


def recipients(organizations: Iterable[int], roles: Iterable[str]) -> set[int]:
    """User ids of the members of the organizations valid today, with one of the roles. When none is named: all of a
    unit, and of an office those who run it: business is not every inspector's, and never an administrator's.
    """
    members = Membership.objects.filter(organization_id__in=organizations).valid_on(clock.today())
    wanted = list(roles)
    if wanted:
        members = members.filter(role__in=wanted)
    else:
        runs_it = Q(role__in=[Role.OFFICE_STAFF, Role.OFFICE_HEAD])
        members = members.filter(~Q(organization__kind=OrganizationKind.OFFICE) | runs_it)
    return set(members.values_list("user_id", flat=True))


def deliver(
    *,
    owner_code: int,
    users: Iterable[int],
    key: str,
    title: str,
    body: str,
    root_kind: str = "",
    root_id: int | None = None,
    urgent: bool = False,
) -> int:
    """Put a line in each person's inbox, once by `key`. Runs as the system. Returns how many people were meant."""
    lines = [
        Notification(user_id=user, owner_code=owner_code, title=title[:200], body=body, root_kind=root_kind,
                     root_id=root_id, key=key[:120], urgent=urgent, created_at=clock.now())
        for user in sorted(set(users))
    ]  # fmt: skip
    Notification.objects.bulk_create(lines, ignore_conflicts=True)
    return len(lines)


@handles(TOPIC)
def deliver_from_outbox(row: Outbox, actor: Actor) -> None:
    """Nobody but the scheduler over all tenants may write into another's inbox: not even his own office's."""
    asked = row.payload
    with scope(system()):
        users = recipients(asked["organizations"], asked["roles"]) | set(asked["users"])
        users.discard(asked["except"])
        deliver(
            owner_code=row.owner_code, users=users, key=row.key.removeprefix(f"{TOPIC}:"), title=asked["title"],
            body=asked["body"], root_kind=row.root_kind, root_id=row.root_id, urgent=asked["urgent"],
        )  # fmt: skip
