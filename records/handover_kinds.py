"""What somebody who leaves holds in this room: papers in draft. What he only types is his own (Draft) and stays so."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.models import Organization, User
from accounts.permissions import words_of
from records.handover import register_handover, roles_in
from records.models import Document
from records.permissions import Permission
from records.state import log

FOUR_EYES = "接任人员成为拟稿人：这些公文须由其他人员签发。"


def _drafts(user: User, organization: Organization) -> QuerySet[Document]:
    return Document.objects.filter(
        owner_code=organization.division_id, drafted_by=user, state=Document.State.DRAFTED
    ).order_by("pk")


def _move(from_: User, to: User, organization: Organization, by: Actor) -> int:
    rows = list(_drafts(from_, organization).select_for_update(of=("self",)))
    for document in rows:
        document.drafted_by = to
        document.save(update_fields=["drafted_by"])
        log(document, by=by, name="hand_over", label="移交拟稿", source=document.state, target=document.state,
            reason=f"{from_}离岗，由{to}接办", facts={"from": from_.pk, "to": to.pk})  # fmt: skip
    return len(rows)


def _hinder(from_: User, to: User, organization: Organization) -> str:
    if any(Permission.DRAFT_DOCUMENTS in words_of(role) for role in roles_in(to, organization)):
        return ""
    return f"{to}的身份不能拟稿，请选择督导办工作人员或负责人。"


register_handover("拟稿中的公文", open_items=lambda user, org: _drafts(user, org).count(), move=_move, hinder=_hinder,
                  note=FOUR_EYES)  # fmt: skip
