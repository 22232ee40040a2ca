"""State table of publications: what goes out has been redacted by one person and approved by another."""

from __future__ import annotations

from accounts.actors import Actor
from records import clock
from records.models import Document, Publication, RedactionFlag
from records.permissions import Permission
from records.publication.redaction import TITLE, find, passages
from records.state import Machine, Refusal, StateLabel, Transition, owning_office

S = Publication.State
DISCLOSURE = "《政府信息公开条例》第十五条"


def nothing_open(publication: Publication, actor: Actor) -> Refusal | None:
    """Each flag is decided by a person, and the rules find nothing in the text that is not flagged."""
    decided: dict[str, list[tuple[int, int]]] = {}
    waiting = 0
    for place, start, end, decision in RedactionFlag.objects.filter(publication=publication).values_list(
        "place", "start", "end", "decision"
    ):
        waiting += decision == ""
        decided.setdefault(place, []).append((start, end))
    if waiting:
        return Refusal(f"还有{waiting}处没有确认。每一处都由人确认后才能公开。", DISCLOSURE)
    if unflagged(publication, decided):
        return Refusal("正文在标记之后改动过，请先重新查找，再逐处确认。", DISCLOSURE)
    return None


def unflagged(publication: Publication, decided: dict[str, list[tuple[int, int]]]) -> bool:
    """Whether the rules find a passage that no flag covers. By rules alone: names that became known since do not count."""
    for place, text in passages(publication.title, publication.blocks).items():
        spans = decided.get(place, [])
        if any(not any(s <= hit.start and hit.end <= e for s, e in spans) for hit in find(text)):
            return True
    return False


def has_text(publication: Publication, actor: Actor) -> Refusal | None:
    if any(text.strip() for place, text in passages(publication.title, publication.blocks).items() if place != TITLE):
        return None
    return Refusal("还没有正文，请先写明要公开的内容。")


def source_stands(publication: Publication, actor: Actor) -> Refusal | None:
    """The paper it comes from is issued and not void."""
    document = publication.document
    if document is None or (document.issued_at and document.state != Document.State.VOID and not document.voided_at):
        return None
    return Refusal("来源公文已经作废或尚未印发，不能公开。")


def not_over(publication: Publication, actor: Actor) -> Refusal | None:
    if publication.shows_until is None or publication.shows_until >= clock.today():
        return None
    return Refusal("公开截止日已过，请先退回修改日期。")


PUBLICATION = Machine(
    name="信息公开",
    model=Publication,
    initial=S.PROPOSED,
    states=(
        StateLabel(S.PROPOSED, "脱敏中", "amber"),
        StateLabel(S.REDACTED, "待批准", "amber"),
        StateLabel(S.APPROVED, "已批准", "blue"),
        StateLabel(S.PUBLISHED, "已公开", "green"),
        StateLabel(S.WITHDRAWN, "已撤下", "grey"),
        StateLabel(S.DROPPED, "不公开", "grey"),
    ),
    transitions=(
        Transition(
            "redact", "完成脱敏，送批", (S.PROPOSED,), S.REDACTED, Permission.PROPOSE_PUBLICATIONS,
            (owning_office, has_text, nothing_open, source_stands),
        ),
        Transition(
            "reopen", "重新脱敏", (S.REDACTED,), S.PROPOSED, Permission.PROPOSE_PUBLICATIONS, (owning_office,), tone="secondary",
        ),
        Transition(
            "approve", "批准公开", (S.REDACTED,), S.APPROVED, Permission.APPROVE_PUBLICATIONS,
            (owning_office, nothing_open, source_stands, not_over),
            not_same_person_as=(("proposed_by_id", "提出公开"), ("redacted_by_id", "脱敏")),
            confirm="批准后按下面预览的样子公开，任何人都能看到。",
        ),
        Transition(
            "return", "退回", (S.REDACTED, S.APPROVED), S.PROPOSED, Permission.APPROVE_PUBLICATIONS, (owning_office,),
            reason_required=True, tone="secondary",
        ),
        Transition("publish", "公开", (S.APPROVED,), S.PUBLISHED, Permission.RUN_SCHEDULE, (owning_office, nothing_open, source_stands),
                   button=False),
        Transition(
            "withdraw", "撤下", (S.PUBLISHED,), S.WITHDRAWN, Permission.WITHDRAW_PUBLICATIONS, (owning_office,),
            reason_required=True, tone="danger", confirm="立即从公众网站撤下；撤下的日期和理由会向公众公布，请不要在理由中写出需要保护的内容。",
        ),
        Transition(
            "drop", "不公开", (S.PROPOSED, S.REDACTED), S.DROPPED, Permission.PROPOSE_PUBLICATIONS, (owning_office,),
            reason_required=True, tone="secondary",
        ),
    ),
)  # fmt: skip
