"""What somebody who leaves holds in this room and the one below: papers in draft, the stewardship of accounts. What he only types is his own (Draft) and stays so."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts import stewards
from accounts.actors import Actor
from accounts.models import Membership, Organization, Stewardship, User
from accounts.permissions import words_of
from records import clock
from records.handover import register_handover, roles_in
from records.models import Document
from records.permissions import Permission
from records.state import log

FOUR_EYES = "接任人员成为拟稿人：这些公文须由其他人员签发。"


STEWARD = "接任人员是办理移交的负责人本人时，只终止、不承接：请另行指定账号管理员。"


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


def _stewardships(user: User, organization: Organization) -> QuerySet[Stewardship]:
    rows = Stewardship.objects.filter(division_code=organization.division_id, membership__user=user)
    return rows.valid_on(clock.today()).select_related("membership")


def _pass_stewardship(from_: User, to: User, organization: Organization, by: Actor) -> int:
    """Whoever hands over cannot name himself; then the office has to name somebody."""
    rows = list(_stewardships(from_, organization))
    for row in rows:
        stewards.end_stewardship(row, by=by)
    if rows and to.pk != by.user_id and not _stewardships(to, organization).exists():
        stewards.name_steward(_membership(to, organization), by=by, valid_from=clock.today())
    return len(rows)


def _membership(user: User, organization: Organization) -> Membership:
    rows = Membership.objects.filter(user=user, organization=organization, role__in=stewards.MAY_BE)
    found: Membership = rows.valid_on(clock.today()).order_by("pk")[0]
    return found


def _cannot_be_steward(from_: User, to: User, organization: Organization) -> str:
    return "" if roles_in(to, organization) & set(stewards.MAY_BE) else f"{to}的身份不能担任账号管理员。"


register_handover("账号管理员职责", open_items=lambda user, org: _stewardships(user, org).count(), move=_pass_stewardship,
                  hinder=_cannot_be_steward, note=STEWARD)  # fmt: skip
