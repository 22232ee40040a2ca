"""Which papers wait for whom: the lines of the workbench. Every function narrows rows that came through `visible_to`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import BigIntegerField, Case, F, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast

from accounts.actors import Actor
from records import clock
from records.models import Countersigner, Document, PaperSteps, Service, StateTransition
from records.models.documents import DocumentQuerySet
from records.permissions import Permission

APPROVE = Permission.APPROVE_DOCUMENTS
DAY = timedelta(days=1)
NEVER = Q(pk__in=[])
MOST = 200
RETURNED, CHECKER, OBJECTED, ASKED = "returned", "checker", "objected", "asked"
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
    """Handed in for checking, and not his own."""
    return Q(state="checking") & _not_drafted_by([actor.user_id])


def _stuck() -> Q:
    rendered = Q(state="approved", rendered_at__isnull=False)
    return Q(state__in=["sealed", "issued"]) | rendered | Q(state="approved") & ~Q(render_error="")


def to_approve(rows: DocumentQuerySet, actor: Actor) -> DocumentQuerySet:
    """Handed in for approval in the actor's office; not what he drafted himself (four eyes)."""
    return rows.filter(_to_approve(actor), ONE_OF_A_BATCH, owner_code=actor.division_code)


@dataclass(frozen=True)
class Waiting:
    """A paper that waits for somebody. `returned`: it came back. It may wait at his desk and ask for his word at once."""

    document: Document
    at_desk: bool
    asks_me: bool
    returned: bool


def at_desk(
    rows: DocumentQuerySet, actor: Actor, *, unless: Iterable[str] = (), desk: bool = True, signs: bool = True
) -> list[Waiting]:
    """What waits for the actor, 200 papers at most. `desk`, who runs the office: the drafts of his and of the scheduler,
    what he may check, approve (in somebody's stead too), seal and issue, objections to what he drafted; what was sent
    before today and not received, `unless` about these kinds. `signs`: what he is asked to countersign, from whatever
    office. Two queries, the second of them for what is known of the few.

    Each condition on a table of its own would bring that table's row policy into the one statement, twenty times in all:
    planning it took as long as all else on the page.
    """
    wanted = Q(state="countersigning") if signs else NEVER
    if desk:
        wanted |= _desk(actor, unless)
    found = list(rows.filter(wanted, pk__in=_candidates(actor))[:MOST])
    known = _Known(found, actor)
    papers = (Waiting(d, desk and known.at_desk(d), signs and known.asks_me(d), d.pk in known.returned) for d in found)
    return [paper for paper in papers if paper.at_desk or paper.asks_me]


def _candidates(actor: Actor) -> QuerySet[Any, Any]:
    """Keys of the few papers that can wait for anybody of the office, each kind through its own index: unfinished ones of
    its own, those sent before today and not received, those on which its word is asked."""
    unfinished = (
        Document._base_manager.filter(owner_code=actor.division_code, state__in=UNFINISHED).order_by().values("pk")
    )
    sent = Service._base_manager.filter(
        received_at__isnull=True, voided_at__isnull=True, owner_code=actor.division_code,
        sent_at__lt=clock.end_of(clock.today() - DAY),
    )  # fmt: skip
    asked = Countersigner._base_manager.filter(
        organization_id=actor.organization_id, opinion="", voided_at__isnull=True
    )
    return unfinished.union(sent.order_by().values("document_id"), asked.order_by().values("document_id"))


def _desk(actor: Actor, unless: Iterable[str]) -> Q:
    """What the paper's own row says; the rest is `_Known.at_desk`."""
    waits = Q(state="drafted") & (Q(drafted_by_id=actor.user_id) | Q(drafted_by__isnull=True))
    waits |= Q(state="countersigning", drafted_by_id=actor.user_id)
    if actor.can(Permission.CHECK_DOCUMENTS):
        waits |= _to_check(actor)
    if actor.can(Permission.ISSUE_DOCUMENTS):
        waits |= _stuck() | Q(state="served") & ~Q(about_kind__in=list(unless))
    if actor.may(APPROVE, clock.today()):
        waits |= _to_approve(actor)
    return Q(waits) & ONE_OF_A_BATCH & Q(owner_code=actor.division_code)


class _Known:
    """What other tables say of these papers: one query, of the tables that matter to one of them."""

    def __init__(self, documents: list[Document], actor: Actor) -> None:
        self._actor = actor
        self.returned: set[int] = set()
        self._checkers: dict[str, int] = {}
        self._asked: dict[int, list[tuple[int, int | None, int]]] = {}
        self._objected: set[int] = set()
        by_state: dict[str, list[int]] = {}
        for document in documents:
            by_state.setdefault(document.state, []).append(document.pk)
        parts = list(_marks(by_state, actor))
        for mark, key, org, person, position, kind in parts[0].union(*parts[1:], all=True) if parts else ():
            if mark == RETURNED:
                self.returned.add(key)
            elif mark == CHECKER:
                self._checkers[kind] = person
            elif mark == OBJECTED:
                self._objected.add(key)
            else:
                self._asked.setdefault(key, []).append((org, person, position))

    def at_desk(self, document: Document) -> bool:
        """Not what the office has named somebody else to check, nor what is being countersigned without an objection."""
        if document.owner_code != self._actor.division_code:
            return False
        if document.state == Document.State.CHECKING:
            return self._checkers.get(document.kind_of, self._actor.user_id) == self._actor.user_id
        if document.state == Document.State.COUNTERSIGNING:
            letter = getattr(document, "letter", None)
            first = letter is None or letter.n == 1
            return first and document.pk in self._objected and document.drafted_by_id == self._actor.user_id
        return True

    def asks_me(self, document: Document) -> bool:
        """His word is asked on the draft and not given; where they sign in turn, it is his turn."""
        asked = self._asked.get(document.pk, [])
        turn = min((position for _, _, position in asked), default=0)
        return any(
            org == self._actor.organization_id
            and person in (None, self._actor.user_id)
            and (position <= turn or not document.countersign_in_order)
            for org, person, position in asked
        )


def _marks(by_state: dict[str, list[int]], actor: Actor) -> Iterator[QuerySet[Any, Any]]:
    """Rows of (mark, paper, organization, person, position, kind of paper)."""
    key, no_text, none = F("document_id"), Value(""), Cast(Value(None), BigIntegerField())
    if drafted := by_state.get("drafted"):
        sent_back = StateTransition.objects.filter(
            root_kind="records.document", root_id__in=drafted, name__in=["return", "return_from_check"]
        )
        yield _shaped(sent_back, RETURNED, Cast("root_id", BigIntegerField()), none, none, none, no_text)
    if by_state.get("checking"):
        named = PaperSteps.objects.filter(owner_code=actor.division_code, checker__isnull=False)
        yield _shaped(named, CHECKER, none, none, F("checker_id"), none, F("kind"))
    if countersigning := by_state.get("countersigning"):
        standing = Countersigner.objects.filter(document_id__in=countersigning, voided_at__isnull=True)
        mark = Case(When(opinion="objected", then=Value(OBJECTED)), default=Value(ASKED))
        is_open = Q(opinion="") | Q(opinion="objected", answer="")
        place = Cast("position", BigIntegerField())
        yield _shaped(standing.filter(is_open), mark, key, F("organization_id"), F("person_id"), place, no_text)


def _shaped(rows: QuerySet[Any], mark: Any, *columns: Any) -> QuerySet[Any, Any]:
    mark = mark if isinstance(mark, Case) else Value(mark)
    named = dict(zip(("known_key", "known_org", "known_person", "known_at", "known_kind"), columns, strict=True))
    text = {"known_mark": Cast(mark, TextField()), "known_kind": Cast(named.pop("known_kind"), TextField())}
    shaped: QuerySet[Any, Any] = rows.order_by().annotate(**named, **text)
    return shaped.values_list("known_mark", "known_key", "known_org", "known_person", "known_at", "known_kind")
