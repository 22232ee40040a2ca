"""What an inspector sees of the office's rectification work: his schools, what he was asked to verify, what he wrote."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Case, Q, Value, When

from accounts.actors import PREFECTURE_SPAN, Actor, ActorKind, division_chain, division_range
from accounts.models import Division
from accounts.querysets import in_range
from inspectors.assignments import schools_of
from records import clock
from records.querysets import RootQuerySet

OVER = ["closed", "withdrawn"]  # of tickets


class ProblemQuerySet(RootQuerySet):
    def of_inspector(self, actor: Actor) -> Self:
        mine = Q(subject_org_id__in=schools_of(actor.user_id)) | Q(created_by_id=actor.user_id)
        return self.filter(mine | Q(found_by_id=actor.user_id) | Q(ticket__verifier_id=actor.user_id))

    def without_ticket(self) -> Self:
        return self.filter(state="open")


class TicketQuerySet(RootQuerySet):
    def of_inspector(self, actor: Actor) -> Self:
        mine = Q(subject_org_id__in=schools_of(actor.user_id)) | Q(created_by_id=actor.user_id)
        return self.filter(mine | Q(verifier_id=actor.user_id))

    def running(self) -> Self:
        """Not yet closed or withdrawn: what the partial indexes hold."""
        return self.exclude(state__in=OVER)

    def running_first(self) -> Self:
        """Those still open, then what is over; the newest of each first."""
        is_over = Case(When(state__in=OVER, then=Value(True)), default=Value(False))
        return self.order_by(is_over, "-created_at", "-pk")

    def overdue(self) -> Self:
        """Whose turn it is has let the last day pass; computed against the clock."""
        return self.running().filter(due_at__lte=clock.now())


class OrderQuerySet(RootQuerySet):
    def of_inspector(self, actor: Actor) -> Self:
        mine = Q(subject_org_id__in=schools_of(actor.user_id)) | Q(ticket__verifier_id=actor.user_id)
        return self.filter(mine | Q(created_by_id=actor.user_id))

    def _of_outsider(self, actor: Actor) -> Self:
        """An order is named by its ticket: with the ticket's grant its own ends too."""
        tickets = self.model._meta.get_field("ticket").related_model
        return super()._of_outsider(actor).filter(ticket_id__in=tickets.objects.visible_to(actor).values("pk"))

    def unanswered(self) -> Self:
        """Drafted or in force: one at a time on a ticket."""
        return self.filter(state__in=["drafted", "in_force"])


class NoteQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        """The owning office's own; nobody else's, not even an office above."""
        if actor is None or not actor.is_office:
            return self.none()
        return self.filter(owner_code=actor.division_code)


class CategoryQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        """The country's, those of the divisions above, and an office's own range: its ledger names those below too."""
        if actor is None or actor.kind is ActorKind.ADMIN:
            return self.none()
        if not actor.division_code:
            return self
        chain = Q(division_code__isnull=True) | Q(division_code__in=division_chain(actor.division_code))
        return self.filter(chain | in_range(actor, "division_code")) if actor.is_office else self.filter(chain)

    def in_use(self) -> Self:
        """Offered for new problems."""
        return self.filter(retired_on__isnull=True)

    def binding_on(self, division_code: int) -> Self:
        """The country's and those of the division and above it: what its own problems can fall under."""
        return self.filter(Q(division_code__isnull=True) | Q(division_code__in=division_chain(division_code)))


def divisions_under(actor: Actor | None) -> list[tuple[str, str]]:
    """The divisions under an office above the county, its own first, as choices; none for anybody else. One query."""
    if actor is None or not actor.is_office or actor.division_code % PREFECTURE_SPAN:
        return []
    lo, hi = division_range(actor.division_code)
    rows = Division.objects.filter(code__gte=lo, code__lte=hi).order_by("code").values_list("code", "name", "level")
    indent = {"province": "", "prefecture": "", "county": "　"}
    return [(str(code), f"{indent.get(level, '　')}{name}") for code, name, level in rows]
