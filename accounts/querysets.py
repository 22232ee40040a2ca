"""The one door to rows of this room: `objects.visible_to(actor)` (style.md 7)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Self

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import models
from django.db.models import Q

from accounts.actors import Actor, ActorKind, OrganizationKind, Role, division_chain

DIRECTORY_KINDS = (
    OrganizationKind.OFFICE,
    OrganizationKind.MEMBER_UNIT,
    OrganizationKind.GOVERNMENT,
    OrganizationKind.DEPARTMENT,
)


def in_range(actor: Actor, code: str) -> Q:
    """Rows whose division column `code` lies in the actor's own division or under it."""
    lo, hi = actor.range
    return Q(**{code: lo}) if lo == hi else Q(**{f"{code}__gte": lo, f"{code}__lte": hi})


class OrganizationQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        """Offices: their subtree and the bodies above them; units: themselves and the bodies of their divisions.

        A security administrator sees the names of the units in whose range he makes accounts; the other two nothing.
        """
        if actor is not None and actor.role == Role.SECURITY_ADMIN:
            return self.filter(in_range(actor, "division_id"))
        if actor is None or actor.kind is ActorKind.ADMIN:
            return self.none()
        if actor.kind is ActorKind.SYSTEM and not actor.division_code:
            return self
        chain = Q(kind__in=DIRECTORY_KINDS, division_id__in=division_chain(actor.division_code))
        if actor.is_office:
            return self.filter(in_range(actor, "division_id") | chain)
        own = Q(pk=actor.organization_id) | Q(competent_department_id=actor.organization_id)
        return self.filter(own | chain)

    def open_on(self, day: date) -> Self:
        return self.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day))


class MembershipQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        """One's own; an office's or a security administrator's: those of the division and under it; a unit's: its own."""
        if actor is None:
            return self.none()
        if actor.kind is ActorKind.SYSTEM and not actor.division_code:
            return self
        own = Q(user_id=actor.user_id)
        if actor.is_office or actor.role == Role.SECURITY_ADMIN:
            return self.filter(own | in_range(actor, "division_code"))
        if actor.kind is ActorKind.UNIT:
            return self.filter(own | Q(organization_id=actor.organization_id))
        return self.filter(own)

    def valid_on(self, day: date) -> Self:
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=day), valid_from__lte=day)


class UserQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        """People with a membership that the actor may see. The table has no policy: sign-in reads it scopeless."""
        from_memberships = Q(
            memberships__in=self.model._meta.get_field("memberships").related_model.objects.visible_to(actor)
        )
        return self.filter(from_memberships).distinct()

    def unclaimed(self) -> Self:
        """Open accounts that nobody has ever set a password for."""
        return self.filter(is_active=True, password__startswith=UNUSABLE_PASSWORD_PREFIX)


class DelegationQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the actor's own office: whoever works there must know in whose stead a colleague signs."""
        if actor is None or not actor.is_office:
            return self.none()
        return self.filter(organization_id=actor.organization_id)


class StewardshipQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        """The own office's."""
        if actor is None or not actor.is_office:
            return self.none()
        return self.filter(division_code=actor.division_code)

    def valid_on(self, day: date) -> Self:
        current = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
        return self.filter(current, ended_at__isnull=True, valid_from__lte=day)


class InvitationQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        """The own division's contacts for its office; a unit's contact sees those for his own unit; a security
        administrator those of persons in his range."""
        if actor is not None and actor.role == Role.SECURITY_ADMIN:
            return self.filter(in_range(actor, "division_code"), person__isnull=False)
        if actor is None or actor.kind in (ActorKind.ADMIN, ActorKind.SYSTEM):
            return self.none()
        contacts = self.filter(person__isnull=True)
        if actor.is_office:
            return contacts.filter(division_code=actor.division_code)
        return contacts.filter(organization_id=actor.organization_id)

    def unended(self) -> Self:
        """Neither claimed nor revoked; its days may be over all the same."""
        return self.filter(claimed_at__isnull=True, revoked_at__isnull=True)

    def in_state(self, state: str, *, day: date, tries: int) -> Self:
        """As Invitation.state_on computes it."""
        waiting = Q(claimed_at__isnull=True, revoked_at__isnull=True)
        conditions = {
            "claimed": Q(claimed_at__isnull=False),
            "revoked": Q(revoked_at__isnull=False),
            "locked": waiting & Q(failures__gte=tries),
            "expired": waiting & Q(failures__lt=tries, valid_until__lt=day),
            "open": waiting & Q(failures__lt=tries, valid_until__gte=day),
        }
        return self.filter(conditions[state])


class OwnQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        """One's own and nobody else's."""
        return self.filter(user_id=actor.user_id) if actor and actor.user_id else self.none()


class CallQuerySet(OwnQuerySet):
    def forget_old(self) -> int:
        """Remove what has run out, of everybody: row security lets background work do it. Returns how many."""
        return int(self.filter(expires_at__lt=datetime.now(UTC)).delete()[0])
