"""A new paper in the place of an issued one: drafted from the old text, linked both ways, in force when it is issued."""

from __future__ import annotations

from accounts.actors import Actor
from records import clock
from records.models import Category, Document
from records.notices.notify import notify
from records.outbox import publish
from records.permissions import Permission
from records.state import Refusal, owning_office, word_refusal
from records.workflow import DOCUMENT

S = Document.State


def replacement_refusal(document: Document, by: Actor) -> Refusal | None:
    """Why no successor can be drafted now."""
    refused = word_refusal(by, Permission.DRAFT_DOCUMENTS, "拟制替代公文") or owning_office(document, by)
    if refused is not None:
        return refused
    if document.state not in (S.ISSUED, S.SERVED):
        return Refusal(f"当前状态为“{document.get_state_display()}”，只有已印发的公文才能由新公文替代。")
    if document.successors.exclude(state=S.VOID).exists():
        return Refusal("替代这份公文的新文稿已经拟好，请办理新文稿。")
    return None


def take_place(successor: Document, *, by: Actor) -> Document | None:
    """The successor is issued: the old paper is replaced, whoever received it is told, and its root's room hears of it."""
    old = successor.replaces
    if old is None or old.state not in (S.ISSUED, S.SERVED):
        return None
    now = clock.now()
    row: Document = DOCUMENT.move(old, "replace", by=by, reason=f"由{successor.number}替代", replaced_at=now,
                                  facts={"successor": successor.pk, "number": successor.number})  # fmt: skip
    recipients = [org for org in row.services.values_list("recipient_id", flat=True) if org]
    copied = [org for org in row.parties.filter(role="copied").values_list("organization_id", flat=True) if org]
    if row.served_at:
        notify(row, by=by, key="replaced", category=Category.ESCALATION, title=f"公文已被替代：{row.title}（{row.number}）",
               body=f"本公文自即日起由{successor.number}替代，请以新公文为准。", organizations=[*recipients, *copied],
               urgent=True)  # fmt: skip
    if row.about_kind:
        publish(f"document.replaced:{row.about_kind}", key=str(row.pk), root=row, by=by,
                payload={"document": row.pk, "about": row.about_id, "kind": row.kind_of, "at": now.isoformat(),
                         "user": by.user_id, "successor": successor.pk})  # fmt: skip
    return row
