"""The one door to this room's rows: `objects.visible_to(actor)`."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.actors import Actor, ActorKind, division_chain
from accounts.querysets import in_range
from inspectors.assignments import schools_of
from records.querysets import RelatedQuerySet, RootQuerySet


class VisitQuerySet(RootQuerySet):
    def of_inspector(self, actor: Actor) -> Self:
        """His own, those he went along to, and what was handed in about the schools of his districts."""
        mine = Q(inspector_id=actor.user_id)
        along = Q(pk__in=self.model.companions_through().filter(person_id=actor.user_id).values("visit_id"))
        return self.filter(mine | along | Q(subject_org_id__in=schools_of(actor.user_id), filed_at__isnull=False))

    def made(self) -> Self:
        """Visits that count: handed in, whatever came of them."""
        return self.filter(filed_at__isnull=False)

    def visited_between(self, first: object, last: object) -> Self:
        return self.filter(visited_on__gte=first, visited_on__lte=last)


class PlanQuerySet(RootQuerySet):
    def of_inspector(self, actor: Actor) -> Self:
        """An inspector's own plan: a colleague's unannounced visit is nobody else's business."""
        return self.filter(inspector_id=actor.user_id)

    def standing(self) -> Self:
        return self.filter(cancelled_at__isnull=True)


class VisitPartQuerySet(RelatedQuerySet):
    """Answers, findings, companions: as visible as their visit."""


class InstrumentQuerySet(models.QuerySet[Any]):
    """The country's instruments, those of the divisions above, and for offices those of their own range."""

    path = ""

    def visible_to(self, actor: Actor | None) -> Self:
        if actor is None or actor.kind is ActorKind.ADMIN:
            return self.none()
        if not actor.division_code:
            return self
        code = f"{self.path}division_code"
        seen = Q(**{f"{code}__isnull": True}) | Q(**{f"{code}__in": division_chain(actor.division_code)})
        return self.filter(seen | in_range(actor, code)) if actor.is_office else self.filter(seen)


class InstrumentItemQuerySet(InstrumentQuerySet):
    path = "version__"
