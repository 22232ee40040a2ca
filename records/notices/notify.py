"""Who must know, told once: a line in the inbox, and by the ways outside that the office asks for or the person wants.

Written by the system, because nobody may write in another's name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.actors import Actor, OrganizationKind, Role, division_range, system
from accounts.models import Membership
from accounts.scope import scope
from records import clock
from records.models import Category, ChannelKind, Deadline, Delivery, Notification, Outbox
from records.notices.channels import open_channels
from records.notices.quiet import after_quiet, next_digest
from records.notices.routing import BREAKS_QUIET, NOT_GATHERED, Route, hours_of, routes
from records.outbox import handles, publish

TOPIC = "records.notify"
Root = tuple[str, int]
KeptAway = Callable[[Collection[int]], set[tuple[int, int]]]
_kept_away: dict[str, KeptAway] = {}


def kept_away(root_kind: str, of: KeptAway) -> None:
    """Register who must never be told of roots of this kind (回避): `of` gives (root, user) of those roots, asked as the
    system."""
    _kept_away[root_kind] = of


def kept_away_from(roots: Collection[Root]) -> set[tuple[str, int, int]]:
    """(kind, root, user) of everybody who must not be told of these. One query a kind that knows such people."""
    return {
        (kind, root, user)
        for kind, of in _kept_away.items()
        if (ids := {pk for known, pk in roots if known == kind})
        for root, user in of(ids)
    }


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
    category: str = "",
) -> None:
    """Tell people about a root after this transaction: the members (with one of `roles`, or all) of `organizations`,
    and `users`. `key` names the event: the same event tells a person once. Who did it is not told.

    `category` (default: escalation when urgent, else news) decides by which ways; `urgent` keeps it out of digests.
    """
    payload = {
        "organizations": sorted({o for o in organizations if o}), "roles": sorted(roles),
        "users": sorted({u for u in users if u}), "title": title[:200], "body": body, "urgent": urgent,
        "category": category or category_of(urgent), "except": by.user_id,
    }  # fmt: skip
    publish(TOPIC, key=f"{root.kind}:{root.pk}:{key}", root=root, by=by, payload=payload)


def category_of(urgent: bool) -> str:
    return Category.ESCALATION if urgent else Category.NEWS


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
    category: str = "",
    organizations: Iterable[int] = (),
) -> int:
    """Put a line in each person's inbox and queue what goes out besides, once by `key`. Runs as the system.

    `organizations`: as whose members they are told. Returns how many people were meant.
    """
    away = {user for _, _, user in kept_away_from([(root_kind, root_id)])} if root_id else set()
    people, now = sorted(set(users) - away), clock.now()
    lines = [
        Notification(user_id=user, owner_code=owner_code, title=title[:200], body=body, root_kind=root_kind,
                     root_id=root_id, key=key[:120], urgent=urgent, category=category or category_of(urgent),
                     created_at=now)
        for user in people
    ]  # fmt: skip
    with transaction.atomic():
        Notification.objects.bulk_create(lines, ignore_conflicts=True)
        # Also those that an earlier run left without their deliveries; who has them is not told again.
        new = Notification.objects.filter(
            owner_code=owner_code, key=key[:120], user_id__in=people, deliveries__isnull=True
        )
        _queue(list(new), organizations)
    return len(people)


def _queue(lines: list[Notification], organizations: Iterable[int]) -> None:
    """The deliveries of new lines, which are of one event."""
    if not lines:
        return
    found = _homes([line.user_id for line in lines], organizations, lines[0].owner_code)
    homes = {line.pk: found[line.user_id] for line in lines}
    at = clock.now()  # one for all: the story gathers an event's messages by it
    outside = outside_of(lines, homes, at)
    until = {(d.notification_id, d.organization_id): d.deadline_on for d in outside}
    rows = [
        Delivery(**_common(line, homes[line.pk], until.get((line.pk, homes[line.pk])), at), channel=ChannelKind.INBOX,
                 delivered_at=line.created_at)
        for line in lines
    ]  # fmt: skip
    Delivery.objects.bulk_create([*rows, *outside], ignore_conflicts=True)


def outside_of(lines: Sequence[Notification], homes: Mapping[int, int | None], at: datetime) -> list[Delivery]:
    """What goes out besides the inbox for lines of whatever events. `homes`: by line, as whose member one is told; `at`:
    when they were queued.

    Queries grow with the offices among them, not with the lines; none where no channel is open.
    """
    if not open_channels():
        return []
    until = _deadlines(lines, homes)
    groups: dict[tuple[int, str, bool], list[Notification]] = defaultdict(list)
    for line in lines:
        groups[line.owner_code, line.category, line.urgent].append(line)
    rows = []
    for (owner_code, category, _), part in groups.items():
        ways = routes({line.user_id for line in part}, category=category, owner_code=owner_code)
        due_at = _due_at(part[0]) if ways else {}
        for line in part:
            home = homes[line.pk]
            common = _common(line, home, until.get((line.root_kind, line.root_id, home)), at)
            rows += [_outside(route, line, due_at, common) for route in ways.get(line.user_id, [])]
    return rows


def _common(line: Notification, home: int | None, until: date | None, at: datetime) -> dict[str, Any]:
    return {
        "notification": line, "user_id": line.user_id, "organization_id": home, "owner_code": line.owner_code,
        "category": line.category, "title": line.title, "root_kind": line.root_kind, "root_id": line.root_id,
        "queued_at": at, "deadline_on": until,
    }  # fmt: skip


def _outside(route: Route, line: Notification, due_at: dict[str, datetime], common: dict[str, Any]) -> Delivery:
    alone = line.urgent or line.category in NOT_GATHERED
    return Delivery(
        **common, channel=route.channel, alone=alone, error=route.error,
        due_at=None if route.error else due_at[route.channel],
    )  # fmt: skip


def _homes(users: list[int], organizations: Iterable[int], owner_code: int) -> dict[int, int | None]:
    """As whose member each person is told: of the organizations addressed, else the first within the owner's range."""
    lo, hi = division_range(owner_code)
    wanted = set(organizations)
    found: dict[int, int | None] = dict.fromkeys(users)
    memberships = Membership.objects.filter(user_id__in=users).valid_on(clock.today()).order_by("-pk")
    for user, organization, code in memberships.values_list("user_id", "organization_id", "division_code"):
        if organization in wanted or (found[user] is None and lo <= code <= hi):
            found[user] = organization
    return found


def _due_at(line: Notification) -> dict[str, datetime]:
    """When a message of this kind may leave, by channel."""
    hours, now = hours_of(line.owner_code), clock.now()
    quiet = (hours.quiet_from, hours.quiet_until)
    if line.category in BREAKS_QUIET:
        return dict.fromkeys(ChannelKind.values, now)
    if line.urgent or line.category in NOT_GATHERED:
        return dict.fromkeys(ChannelKind.values, after_quiet(now, *quiet))
    outside = [kind for kind in ChannelKind.values if kind != ChannelKind.INBOX]
    return {kind: next_digest(now, hours.hours_of(kind), *quiet) for kind in outside}


def _deadlines(
    lines: Sequence[Notification], homes: Mapping[int, int | None]
) -> dict[tuple[str, int | None, int | None], date]:
    """By root and organization: the next open day, for messages that say no more than title and day."""
    by_kind: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        if line.root_kind and line.root_id is not None:
            by_kind[line.root_kind].add(line.root_id)
    found: dict[tuple[str, int | None, int | None], date] = {}
    for kind, roots in by_kind.items():
        rows = Deadline.objects.filter(
            root_kind=kind, root_id__in=roots, met_at__isnull=True, cancelled_at__isnull=True,
            party_org_id__in={home for home in homes.values() if home},
        ).order_by("-due_at")  # fmt: skip
        found |= {(kind, row.root_id, row.party_org_id): row.last_day for row in rows}
    return found


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
            category=asked.get("category", ""), organizations=asked["organizations"],
        )  # fmt: skip
