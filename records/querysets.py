"""The one door to business roots and what hangs on them: `objects.visible_to(actor)` (architecture.md §2)."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Q

from accounts.actors import PREFECTURE_SPAN, PROVINCE_SPAN, Actor, ActorKind, Role, division_chain
from records import clock


def subject_of(actor: Actor) -> Q:
    """Roots about the office's division or one under it, by equality: a range cannot be read in order."""
    code = actor.division_code
    if code % PROVINCE_SPAN == 0:
        return Q(subject_province=code)
    if code % PREFECTURE_SPAN == 0:
        return Q(subject_prefecture=code)
    return Q(subject_code=code)


class Among(models.Func):
    """Whether the first argument is in the array of the second."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()


def among(keys: models.QuerySet[Any]) -> Q:
    """Rows whose key is one of `keys`, which are fetched first, as an array. Only so may it stand in an OR: every arm is
    then found through its own index and the row's policy is planned once. Beside IN (SELECT …) the table is read whole."""
    return Q(Among(F("pk"), ArraySubquery(keys)))


class RootQuerySet(models.QuerySet[Any]):
    """Emits the branch of the actor's kind and only that: an OR over all kinds could not use an index."""

    def visible_to(self, actor: Actor | None) -> Self:
        """The roots that the actor may see; none without an actor. Row security holds the same line below."""
        if actor is None or actor.kind is ActorKind.ADMIN:
            return self.none()
        if actor.kind is ActorKind.SYSTEM and not actor.division_code:
            return self._of_everywhere()
        if actor.is_office:
            seen = self._of_office(actor)
            return seen.of_inspector(actor) if actor.role == Role.INSPECTOR else seen
        return self._of_outsider(actor) if actor.kind is ActorKind.OUTSIDER else self._of_unit(actor)

    def of_inspector(self, actor: Actor) -> Self:
        """Within the office an inspector sees what is his; each room narrows by its own facts."""
        return self.filter(created_by_id=actor.user_id)

    def _of_office(self, actor: Actor) -> Self:
        lo, hi = actor.range
        open_to_me = (
            Q(author_org_id=actor.organization_id)
            | Q(owner_code=actor.division_code, filed_at__isnull=False)
            | Q(served_at__isnull=False)
            | Q(owner_code__gte=lo, owner_code__lte=hi, reported_at__isnull=False)
        )
        seen = subject_of(actor) & open_to_me
        above = {*division_chain(actor.division_code)} - {actor.division_code}
        if not getattr(self.model, "circulates", False) or not above:
            return self.filter(seen)
        seen |= Q(owner_code__in=sorted(above), circulated_at__isnull=False)
        if actor.division_code % PREFECTURE_SPAN == 0:
            # Both lie in the province: its index is read in order, where a tenth of its rows and more are wanted.
            seen &= Q(subject_province=actor.division_code // PROVINCE_SPAN * PROVINCE_SPAN)
        return self.filter(seen)

    def _of_unit(self, actor: Actor) -> Self:
        own = Q(author_org_id=actor.organization_id) | Q(subject_org_id=actor.organization_id, served_at__isnull=False)
        party_model = self.model.party_model()
        if party_model is not None:
            left_the_desk = Q(filed_at__isnull=False) | Q(served_at__isnull=False)
            parties = party_model.objects.current(actor)
            own |= left_the_desk & among(parties.values("root_id"))
            if self.model.early_roles:
                own |= among(parties.filter(role__in=self.model.early_roles).values("root_id"))
        return self.filter(own)

    def _of_outsider(self, actor: Actor) -> Self:
        """What the office under whose identity he acts has opened to him by name, within its dates, and nothing else."""
        party_model = self.model.party_model()
        if party_model is None:
            return self.none()
        left_the_desk = Q(filed_at__isnull=False) | Q(served_at__isnull=False)
        return self.filter(left_the_desk, pk__in=party_model.objects.current(actor).values("root_id"))

    def _of_everywhere(self) -> Self:
        """The scheduler over all tenants: what was served or reported; drafts stay closed."""
        return self.filter(Q(served_at__isnull=False) | Q(reported_at__isnull=False))


class PartyQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        if actor is None or actor.kind is ActorKind.ADMIN:
            return self.none()
        if actor.is_office:
            lo, hi = actor.range
            return self.filter(owner_code__gte=lo, owner_code__lte=hi)
        return self.current(actor)

    def current(self, actor: Actor) -> Self:
        """The actor's own parties within their dates."""
        today = clock.today()
        mine = Q(organization_id=actor.organization_id) | Q(person_id=actor.user_id)
        if actor.kind is ActorKind.OUTSIDER:
            mine = Q(person_id=actor.user_id, owner_code=actor.division_code)
        return self.filter(mine, Q(valid_until__isnull=True) | Q(valid_until__gte=today), valid_from__lte=today)


class RelatedQuerySet(models.QuerySet[Any]):
    """Rows that hang on one known root type: as visible as their root. The model names the path to it."""

    def visible_to(self, actor: Actor | None) -> Self:
        path = self.model.root_path
        root = self.model._meta.get_field(path).related_model
        return self.filter(**{f"{path}__in": root.objects.visible_to(actor).values("pk")})


class GenericChildQuerySet(models.QuerySet[Any]):
    """Rows that hang on any root by (root_kind, root_id): reached through a root already fetched by its own door."""

    def of(self, root: models.Model) -> Self:
        """Rows of one root. The caller fetched `root` through visible_to; row security checks again."""
        return self.filter(root_kind=root._meta.label_lower, root_id=root.pk)


class AttachmentQuerySet(GenericChildQuerySet):
    def handed_in_or_own(self, actor: Actor) -> Self:
        """Files that were handed in, and the drafts of the actor's organization. No door: each file is reached through its
        root's (records.actions.attachments.readable); row security asks for the root too."""
        return self.filter(Q(filed_at__isnull=False) | Q(organization_id=actor.organization_id))


class DeadlineQuerySet(GenericChildQuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """An office's own business and what its own organization must do; a unit's what it must do."""
        if actor is None or actor.kind is ActorKind.ADMIN:
            return self.none()
        if actor.kind is ActorKind.SYSTEM and not actor.division_code:
            return self
        if actor.is_office:
            return self.filter(owner_code=actor.division_code)
        return self.filter(party_org_id=actor.organization_id)

    def open(self) -> Self:
        return self.filter(met_at__isnull=True, cancelled_at__isnull=True)

    def running(self) -> Self:
        """Open and not paused: the clock goes on."""
        return self.open().filter(paused_on__isnull=True)

    def overdue(self) -> Self:
        """Computed against the clock, never stored. A paused deadline is not overdue."""
        return self.running().filter(due_at__lte=clock.now())


class DeadlineChangeQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        """What is asked about an office's own business, about the office's own deadlines below it (the office above
        may decide them), and what a unit's own deadlines are asked for."""
        if actor is None or actor.kind is ActorKind.ADMIN:
            return self.none()
        if actor.kind is ActorKind.SYSTEM and not actor.division_code:
            return self
        if actor.is_office:
            lo, hi = actor.range
            below = Q(owner_code__gte=lo, owner_code__lte=hi, deadline__party="office")
            return self.filter(Q(owner_code=actor.division_code) | below)
        return self.filter(deadline__party_org_id=actor.organization_id)

    def running_pauses(self) -> Self:
        """Approved and not yet counted: those that run, and those that begin later."""
        return self.filter(kind="pause", status="approved", closed_at__isnull=True)


class PersonalQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        return self.filter(user_id=actor.user_id) if actor and actor.user_id else self.none()


class JobQuerySet(PersonalQuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """One's own; the scheduler's, to find what was cut off."""
        if actor is not None and actor.kind is ActorKind.SYSTEM and not actor.division_code:
            return self
        return super().visible_to(actor)


class DeliveryQuerySet(GenericChildQuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """An office's own business; a unit's what went to its people; everybody's what went to himself."""
        if actor is None:
            return self.none()
        if actor.kind is ActorKind.SYSTEM and not actor.division_code:
            return self
        if actor.is_office:
            return self.filter(owner_code=actor.division_code)
        own = Q(user_id=actor.user_id)
        return self.filter(own | Q(organization_id=actor.organization_id) if actor.kind is ActorKind.UNIT else own)


class RecipientQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        """Rows sent to the actor's organization, and an office's own."""
        if actor is None or actor.kind is ActorKind.ADMIN:
            return self.none()
        if actor.kind is ActorKind.SYSTEM and not actor.division_code:
            return self
        if actor.is_office:
            return self.filter(owner_code=actor.division_code)
        return self.filter(recipient_org_id=actor.organization_id)


class OfficeQuerySet(models.QuerySet[Any]):
    """An office's own working tables (series, counters, outbox)."""

    def visible_to(self, actor: Actor | None) -> Self:
        if actor is None or not (actor.is_office or actor.kind is ActorKind.SYSTEM):
            return self.none()
        return self.filter(owner_code=actor.division_code) if actor.division_code else self


class RuleQuerySet(models.QuerySet[Any]):
    """Rules of the country and of the divisions above: they bind, so everybody may read them."""

    def visible_to(self, actor: Actor | None) -> Self:
        if actor is None:
            return self.none()
        chain = Q(division_code__isnull=True) | Q(division_code__in=division_chain(actor.division_code))
        return self.filter(chain) if actor.division_code else self


class AuditQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        """The audit administrator's division and under it; nobody else's."""
        if actor is None or actor.role != Role.AUDIT_ADMIN:
            return self.none()
        lo, hi = actor.range
        return self.filter(division_code__gte=lo, division_code__lte=hi)


class ArchiveQuerySet(OfficeQuerySet):
    def due_for_appraisal(self) -> Self:
        """保管期满: to be appraised, never deleted by itself."""
        return self.filter(expires_on__lt=clock.today()).exclude(state="open")

    def closed(self) -> Self:
        return self.filter(state="closed")
