"""The one door to this room's registers: `objects.visible_to(actor)`."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.actors import Actor, ActorKind, division_chain
from accounts.querysets import in_range


class CommitteeQuerySet(models.QuerySet[Any]):
    """Committees of one's own division, of those under it and of those above: who governs is no secret."""

    def visible_to(self, actor: Actor | None) -> Self:
        if actor is None or actor.kind is ActorKind.ADMIN:
            return self.none()
        if actor.kind is ActorKind.SYSTEM and not actor.division_code:
            return self
        chain = Q(division_code__in=division_chain(actor.division_code))
        return self.filter(chain | in_range(actor, "division_code")) if actor.is_office else self.filter(chain)


class SchoolQuerySet(models.QuerySet[Any]):
    """A school is seen by the offices of its division and above, by itself and by its competent department."""

    def visible_to(self, actor: Actor | None) -> Self:
        if actor is None or actor.kind is ActorKind.ADMIN:
            return self.none()
        if actor.kind is ActorKind.SYSTEM and not actor.division_code:
            return self
        if actor.is_office:
            return self.filter(in_range(actor, "division_code"))
        mine = Q(organization_id=actor.organization_id)
        return self.filter(mine | Q(organization__competent_department_id=actor.organization_id))


class UnitContactQuerySet(models.QuerySet[Any]):
    """The people one may ring up at a unit: as visible as the unit is to an office or its department."""

    def visible_to(self, actor: Actor | None) -> Self:
        if actor is None or actor.kind is ActorKind.ADMIN:
            return self.none()
        if actor.is_office:
            return self.filter(in_range(actor, "division_code"))
        mine = Q(organization_id=actor.organization_id)
        return self.filter(mine | Q(organization__competent_department_id=actor.organization_id))
