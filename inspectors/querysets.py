"""The one door to the corps' registers: `objects.visible_to(actor)`."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.actors import Actor, ActorKind
from accounts.querysets import in_range


class CorpsQuerySet(models.QuerySet[Any]):
    """Offices see the corps of their division and under it."""

    def visible_to(self, actor: Actor | None) -> Self:
        if actor is None or actor.kind is ActorKind.ADMIN:
            return self.none()
        if actor.kind is ActorKind.SYSTEM and not actor.division_code:
            return self
        if actor.is_office:
            return self.filter(in_range(actor, "division_code"))
        path = self.model.unit_path
        return self.filter(**{path: actor.organization_id}).distinct() if path else self.none()


class DatedCorpsQuerySet(CorpsQuerySet):
    def valid_on(self, day: date) -> Self:
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=day), valid_from__lte=day)
