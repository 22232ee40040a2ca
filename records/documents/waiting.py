"""Which papers wait for whom: the lines of the workbench. Every function narrows rows that came through `visible_to`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from accounts.actors import Actor
from records import clock
from records.models import Countersigner, Document, PaperSteps, Service, StateTransition
from records.models.documents import DocumentQuerySet
from records.permissions import Permission

APPROVE = Permission.APPROVE_DOCUMENTS
DAY = timedelta(days=1)
NEVER = Q(pk__in=[])
# What is still on somebody's desk; the rest has gone out, or is void.
UNFINISHED = ("drafted", "checking", "countersigning", "submitted", "approved", "sealed", "issued")
# The papers of a batch (批量公文) wait as one line, that of its first.
ONE_OF_A_BATCH = Q(letter__isnull=True) | Q(letter__n=1)


def _not_drafted_by(users: list[int | None]) -> Q:
    return ~Q(drafted_by_id__in=users) | Q(drafted_by__isnull=True)


def _to_approve(actor: Actor) -> Q:
    """Not what he drafted himself; nor, where he only signs in their stead, what those drafted who lent him the word."""
    barred = [actor.user_id]
    if not actor.can(APPROVE):
        barred += [lent.giver_id for lent in actor.lent_for(APPROVE)]
    return Q(state="submitted") & _not_drafted_by(barred)


def _to_check(actor: Actor) -> Q:
    """Handed in for checking: not his own, and not where the office has named somebody else."""
    others = PaperSteps.objects.filter(
        owner_code=OuterRef("owner_code"), kind=OuterRef("kind_of"), checker__isnull=False
    ).exclude(checker_id=actor.user_id)
    return Q(state="checking") & _not_drafted_by([actor.user_id]) & ~Q(Exists(others))


def _objected(actor: Actor) -> Q:
    """Somebody objected to what he drafted, and nobody has answered."""
    open_ones = Countersigner.objects.filter(
        document_id=OuterRef("pk"), opinion="objected", answer="", voided_at__isnull=True
    )
    return Q(state="countersigning", drafted_by_id=actor.user_id) & Q(Exists(open_ones))


def _stuck() -> Q:
    rendered = Q(state="approved", rendered_at__isnull=False)
    return Q(state__in=["sealed", "issued"]) | rendered | Q(state="approved") & ~Q(render_error="")


def _not_received() -> Q:
    """Served, and one of its recipients has had it since before today without a receipt."""
    open_ones = Service.objects.filter(
        document=OuterRef("pk"), received_at__isnull=True, voided_at__isnull=True,
        sent_at__lt=clock.end_of(clock.today() - DAY),
    )  # fmt: skip
    return Q(Exists(open_ones), state="served")


def to_approve(rows: DocumentQuerySet, actor: Actor) -> DocumentQuerySet:
    """Handed in for approval in the actor's office; not what he drafted himself (four eyes)."""
    return rows.filter(_to_approve(actor), ONE_OF_A_BATCH, owner_code=actor.division_code)


def at_desk(
    rows: DocumentQuerySet, actor: Actor, *, unless: Iterable[str] = (), desk: bool = True, signs: bool = True
) -> DocumentQuerySet:
    """What waits for the actor. `desk`, who runs the office: the drafts of his and of the scheduler, what he may check,
    approve (in somebody's stead too), seal and issue, objections to what he drafted; what was sent before today and not
    received, `unless` about these kinds. `signs`: what he is asked to countersign, from whatever office.

    `.returned`: it came back; `.at_desk` and `.asks_me`: which of the two it is, and it may be both.
    """
    sent_back = StateTransition.objects.filter(
        root_kind="records.document", root_id=OuterRef("pk"), name__in=["return", "return_from_check"]
    )
    mine = _asked_to_countersign(actor) if signs else NEVER
    at_desk = _desk(actor, unless) if desk else NEVER
    found: DocumentQuerySet = (
        rows.filter(pk__in=_candidates(actor))
        .filter(mine | at_desk)
        .annotate(returned=Exists(sent_back), asks_me=_whether(mine), at_desk=_whether(at_desk))
    )
    return found


def _candidates(actor: Actor) -> QuerySet[Any, Any]:
    """Keys of the few papers that can wait for anybody of the office, each kind through its own index: unfinished ones of
    its own, those served and not received, those on which its word is asked."""
    unfinished = (
        Document._base_manager.filter(owner_code=actor.division_code, state__in=UNFINISHED).order_by().values("pk")
    )
    sent = Service._base_manager.filter(
        received_at__isnull=True, voided_at__isnull=True, document__owner_code=actor.division_code
    )
    asked = Countersigner._base_manager.filter(
        organization_id=actor.organization_id, opinion="", voided_at__isnull=True
    )
    return unfinished.union(sent.order_by().values("document_id"), asked.order_by().values("document_id"))


def _whether(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False))


def _desk(actor: Actor, unless: Iterable[str]) -> Q:
    waits = Q(state="drafted") & (Q(drafted_by_id=actor.user_id) | Q(drafted_by__isnull=True)) | _objected(actor)
    if actor.can(Permission.CHECK_DOCUMENTS):
        waits |= _to_check(actor)
    if actor.can(Permission.ISSUE_DOCUMENTS):
        waits |= _stuck() | _not_received() & ~Q(about_kind__in=list(unless))
    if actor.may(APPROVE, clock.today()):
        waits |= _to_approve(actor)
    return Q(waits) & ONE_OF_A_BATCH & Q(owner_code=actor.division_code)


def _asked_to_countersign(actor: Actor) -> Q:
    """Drafts on which the actor's word is asked and not given; whose turn it is, is for the page to say."""
    asked = Countersigner.objects.filter(
        Q(person__isnull=True) | Q(person_id=actor.user_id), document_id=OuterRef("pk"), opinion="",
        voided_at__isnull=True, organization_id=actor.organization_id,
    )  # fmt: skip
    earlier = Countersigner.objects.filter(
        document_id=OuterRef("document_id"), opinion="", voided_at__isnull=True, position__lt=OuterRef("position")
    )
    in_turn = asked.filter(~Exists(earlier))
    mine = Q(Q(countersign_in_order=False), Exists(asked)) | Q(Exists(in_turn))
    return mine & Q(state="countersigning")
