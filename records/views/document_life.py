"""What a document's page shows of its life: the chain of steps, and who countersigned with which words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from accounts.actors import Actor
from records import clock
from records.actions import countersigning
from records.documents.kinds import kind_of
from records.models import Countersigner, Document, OfficePaper
from records.permissions import Permission
from records.state import owning_office
from records.web import Button
from records.workflow import steps_of

S = Document.State


@dataclass(frozen=True)
class Step:
    """One dot of the chain, as components/steps.html shows it."""

    label: str
    done: bool
    current: bool
    note: str = ""


@dataclass(frozen=True)
class Life:
    """`signers` in force, `voided` those whose text was changed afterwards; `asks_me` is the line that waits for the actor."""

    steps: list[Step]
    signers: list[Countersigner]
    voided: list[Countersigner] = field(default_factory=list)
    asks_me: Countersigner | None = None
    why_not: str = ""
    seen: str = ""
    may_name: bool = False
    may_answer: bool = False
    successor: Document | None = None


def life_of(document: Document, actor: Actor) -> Life:
    """Two queries: the countersigners, and for an issued paper its successor. How the office came to its paper is shown
    to its people, and to whoever is asked to countersign."""
    signers = list(document.countersigners.select_related("organization"))
    # What the guards of the buttons ask again.
    document._prefetched_objects_cache = {"countersigners": signers}  # type: ignore[attr-defined]
    in_force = [s for s in signers if s.voided_at is None]
    asked = countersigning.mine(document, actor) if document.state == S.COUNTERSIGNING else None
    refused = countersigning.countersign_refusal(document, actor) if asked else None
    own = owning_office(document, actor) is None and actor.can(Permission.DRAFT_DOCUMENTS)
    successor = _successor(document, actor)
    if actor.organization_id not in (document.author_org_id, *(s.organization_id for s in in_force)):
        return Life(steps=[], signers=[], successor=successor)
    return Life(
        steps=_steps(document, in_force), signers=in_force, voided=[s for s in signers if s.voided_at is not None],
        asks_me=asked, why_not=refused.sentence if refused else "",
        seen=countersigning.version_of(document) if asked else "",
        may_name=own and document.state in countersigning.OPEN_STATES,
        may_answer=own and document.state in countersigning.OPEN_STATES,
        successor=successor,
    )  # fmt: skip


def to_do_here(life: Life) -> list[Button]:
    """What the actor does further down on the page itself, as links to it."""
    found = []
    if life.asks_me and not life.why_not:
        found.append(Button("提出会签意见", "#countersign", tone="primary", is_link=True))
    if life.may_answer and any(s.opinion == Countersigner.Opinion.OBJECTED and not s.answer for s in life.signers):
        found.append(Button("答复会签意见", "#countersign", tone="primary", is_link=True))
    return found


def _successor(document: Document, actor: Actor) -> Document | None:
    if document.issued_at is None:
        return None
    rows = Document.objects.visible_to(actor).filter(replaces=document).exclude(state=S.VOID).defer("content")
    found: Document | None = rows.first()
    return found


def _steps(document: Document, signers: list[Countersigner]) -> list[Step]:
    order = [S.DRAFTED, S.CHECKING, S.COUNTERSIGNING, S.SUBMITTED, S.APPROVED, S.SEALED, S.ISSUED, S.SERVED]
    known = document.state if document.state in order else (S.SERVED if document.served_at else S.DRAFTED)
    at = order.index(S(known))
    over = document.state in (S.VOID, S.REPLACED)
    waiting, kind = [s.label for s in signers if s.is_open], kind_of(document.kind_of)
    rows = [
        ("拟稿", S.DRAFTED, True, str(document.drafted_by) if document.drafted_by else "系统"),
        ("核稿", S.CHECKING, steps_of(document).check_required or document.checked_at is not None, _last(document.checked_as)),
        ("会签", S.COUNTERSIGNING, bool(signers) or steps_of(document).countersign_required,
         f"等待{'、'.join(waiting[:2])}" if waiting and document.state == S.COUNTERSIGNING else ""),
        ("签发", S.SUBMITTED, True, _last(document.approved_as)),
        ("用印", S.APPROVED, kind.is_sealed, OfficePaper.SealWay(document.seal_way).label if document.sealed_at and document.seal_way else ""),
        ("印发", S.SEALED, True, _day(document.issued_at)),
        ("送达", S.ISSUED, kind.needs_service, _day(document.served_at)),
    ]  # fmt: skip
    return [
        Step(label, done=order.index(state) < at, current=order.index(state) == at and not over, note=note)
        for label, state, shown, note in rows
        if shown
    ]


def _last(written: str) -> str:
    """The person's name out of "office role name" and what follows in brackets."""
    return written.partition("（")[0].rpartition(" ")[2]


def _day(moment: datetime | None) -> str:
    return f"{clock.local(moment):%-m月%-d日}" if moment else ""
