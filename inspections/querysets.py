"""The one door to this room's rows: `objects.visible_to(actor)`."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q

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

    def with_companions(self) -> Self:
        """`companion_names` beside each visit, in the order in which they were entered."""
        along = self.model.companions_through().filter(visit=OuterRef("pk")).order_by("pk")
        return self.annotate(companion_names=ArraySubquery(along.values("name")))

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


class ComplaintQuerySet(RootQuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """Never to whoever is complained of, in whatever office he sits."""
        seen = super().visible_to(actor)
        if actor is None or actor.user_id is None:
            return seen
        recused = self.model._meta.get_field("recusals").related_model
        return seen.exclude(pk__in=recused.objects.filter(person_id=actor.user_id).values("complaint_id"))

    def of_inspector(self, actor: Actor) -> Self:
        """What was accepted about the schools of his districts, so that he knows it before his next visit."""
        return self.filter(subject_org_id__in=schools_of(actor.user_id), accepted_at__isnull=False)

    def open(self) -> Self:
        return self.filter(state__in=["received", "accepted", "proposed"])


class ContactQuerySet(RelatedQuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """The handling office's alone: not the offices' above, which may see the complaint itself."""
        if actor is None or not actor.is_office:
            return self.none()
        return super().visible_to(actor).filter(owner_code=actor.division_code)


class RecusalQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        """The office's, to everybody in it but the recused."""
        if actor is None or not actor.is_office:
            return self.none()
        return self.filter(owner_code=actor.division_code).exclude(person_id=actor.user_id)
