"""State table of official documents (architecture.md §5, first slice: draft, approve, issue, serve, void)."""

from __future__ import annotations

from accounts.actors import Actor
from records.models import Document
from records.permissions import Permission
from records.state import Machine, Refusal, StateLabel, Transition, owning_office

S = Document.State


def file_is_stored(document: Document, actor: Actor) -> Refusal | None:
    if document.rendered_at:
        return None
    return Refusal("公文正在生成，生成完毕后才能印发，请稍候。")


DOCUMENT = Machine(
    name="公文",
    model=Document,
    initial=S.DRAFTED,
    states=(
        StateLabel(S.DRAFTED, "拟稿", "grey"),
        StateLabel(S.SUBMITTED, "待签发", "amber"),
        StateLabel(S.APPROVED, "已签发", "blue"),
        StateLabel(S.ISSUED, "已印发", "blue"),
        StateLabel(S.SERVED, "已送达", "green"),
        StateLabel(S.VOID, "已作废", "grey"),
    ),
    transitions=(
        Transition("submit", "送签", (S.DRAFTED,), S.SUBMITTED, Permission.DRAFT_DOCUMENTS, (owning_office,)),
        Transition(
            "approve", "签发", (S.SUBMITTED,), S.APPROVED, Permission.APPROVE_DOCUMENTS, (owning_office,),
            not_same_person_as=(("drafted_by_id", "拟稿"),),
            confirm="签发后取得文号，正文不能再改。",
        ),
        Transition(
            "return", "退回修改", (S.SUBMITTED,), S.DRAFTED, Permission.APPROVE_DOCUMENTS, (owning_office,),
            reason_required=True, tone="secondary",
        ),
        Transition("issue", "印发", (S.APPROVED,), S.ISSUED, Permission.ISSUE_DOCUMENTS, (owning_office, file_is_stored)),
        Transition("serve", "送达", (S.ISSUED,), S.SERVED, Permission.ISSUE_DOCUMENTS, (owning_office,),
                   confirm="送达后责任单位即可看到并签收。"),
        Transition(
            "void", "作废", (S.DRAFTED, S.SUBMITTED, S.APPROVED, S.ISSUED, S.SERVED), S.VOID,
            Permission.APPROVE_DOCUMENTS, (owning_office,), reason_required=True, tone="danger",
            confirm="作废后文号保留、不再使用，公文不再有效。",
        ),
    ),
)  # fmt: skip
