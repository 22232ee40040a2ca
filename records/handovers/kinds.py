"""What somebody who leaves holds in this room and the one below: papers not yet approved, checking and countersigning that wait
for him, batches of letters, the stewardship of accounts, delegations. What he only types is his own (Draft) and stays so.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from accounts import stewards
from accounts.actors import Actor
from accounts.models import Delegation, Membership, Organization, Stewardship, User
from accounts.permissions import words_of
from records import clock
from records.actions.checking import go_on_countersigning
from records.handovers.registry import register_handover, register_kept, roles_in
from records.models import Countersigner, Document, LetterBatch, PaperSteps
from records.models.documents import BEFORE_APPROVAL
from records.permissions import Permission
from records.state import log

FOUR_EYES = "接任人员成为拟稿人：这些公文须由其他人员核稿、会签、签发。"
STEWARD = "接任人员是办理移交的负责人本人时，只终止、不承接：请另行指定账号管理员。"
LENT = "授权只对本人有效，不移交，随身份终止而失效。需要的，由负责人重新授权。"


def _may(user: User, organization: Organization, word: str) -> bool:
    return any(word in words_of(role) for role in roles_in(user, organization))


def _log(row: Any, label: str, from_: User, to: User, by: Actor, what: str) -> None:
    log(row, by=by, name="hand_over", label=label, source=row.state, target=row.state,
        reason=f"{from_}离岗，由{to}{what}", facts={"from": from_.pk, "to": to.pk})  # fmt: skip


# --- papers and batches of which he is the drafter: what is sent back comes to the drafter -------------------------


def _papers(user: User, organization: Organization) -> QuerySet[Document]:
    rows: QuerySet[Document] = Document.objects.filter(
        owner_code=organization.division_id, drafted_by=user, state__in=BEFORE_APPROVAL
    )
    return rows.order_by("pk")


def _batches(user: User, organization: Organization) -> QuerySet[LetterBatch]:
    waiting = [LetterBatch.State.DRAFTED, LetterBatch.State.SUBMITTED]
    rows: QuerySet[LetterBatch] = LetterBatch.objects.filter(
        owner_code=organization.division_id, drafted_by=user, state__in=waiting
    )
    return rows.order_by("pk")


def _move_drafter(rows: QuerySet[Any], from_: User, to: User, by: Actor) -> int:
    found = list(rows.select_for_update(of=("self",)))
    for row in found:
        row.drafted_by = to
        row.save(update_fields=["drafted_by"])
        _log(row, "移交拟稿", from_, to, by, "接办")
    return len(found)


def _cannot_draft(from_: User, to: User, organization: Organization) -> str:
    """Nobody checks or signs what is his own: whoever has a part in a paper cannot become its drafter."""
    if not _may(to, organization, Permission.DRAFT_DOCUMENTS):
        return f"{to}的身份不能拟稿，请选择督导办工作人员或负责人。"
    part = Q(checked_by=to) | Q(countersigners__person=to, countersigners__voided_at__isnull=True)
    checks = PaperSteps.objects.filter(owner_code=organization.division_id, checker=to).values("kind")
    part |= Q(state=Document.State.CHECKING, kind_of__in=checks)
    taken = _papers(from_, organization).filter(part).first()
    if taken:
        return f"《{taken.title}》由{to}核稿或会签，不能再由其拟稿。请改选他人，或等这份公文签发后再办理。"
    return ""


register_handover(
    "未签发的公文", columns=("records.document.drafted_by",), open_items=lambda user, org: _papers(user, org),
    move=lambda from_, to, org, by: _move_drafter(_papers(from_, org), from_, to, by), hinder=_cannot_draft, note=FOUR_EYES,
)  # fmt: skip


def _cannot_take_batches(from_: User, to: User, organization: Organization) -> str:
    return "" if _may(to, organization, Permission.DRAFT_DOCUMENTS) else f"{to}的身份不能拟稿。"


register_handover(
    "未签发的批量公文", columns=("records.letterbatch.drafted_by",),
    open_items=lambda user, org: _batches(user, org), hinder=_cannot_take_batches,
    move=lambda from_, to, org, by: _move_drafter(_batches(from_, org), from_, to, by),
)  # fmt: skip


# --- what waits for his check and his countersignature -------------------------------------------------------------


def _checked_kinds(user: User, organization: Organization) -> QuerySet[PaperSteps]:
    rows: QuerySet[PaperSteps] = PaperSteps.objects.filter(owner_code=organization.division_id, checker=user)
    return rows.order_by("pk")


def _pass_checking(from_: User, to: User, organization: Organization, by: Actor) -> int:
    rows = list(_checked_kinds(from_, organization).select_for_update(of=("self",)))
    for row in rows:
        row.checker = to
        row.save(update_fields=["checker"])
    waiting = Document.objects.filter(
        owner_code=organization.division_id, state=Document.State.CHECKING, kind_of__in=[row.kind for row in rows]
    )
    for document in waiting:
        _log(document, "移交核稿", from_, to, by, "核稿")
    return len(rows)


def _cannot_check(from_: User, to: User, organization: Organization) -> str:
    if not _may(to, organization, Permission.CHECK_DOCUMENTS):
        return f"{to}的身份不能核稿，请选择督导办工作人员或负责人。"
    kinds = _checked_kinds(from_, organization).values("kind")
    own = Document.objects.filter(
        owner_code=organization.division_id, state=Document.State.CHECKING, kind_of__in=kinds, drafted_by=to
    ).first()
    return f"《{own.title}》由{to}拟稿，正待核稿，不能由其核稿。请改选他人，或先撤回这份公文。" if own else ""


register_handover(
    "指定核稿的文种", columns=("records.papersteps.checker",), move=_pass_checking, hinder=_cannot_check,
    open_items=lambda user, org: _checked_kinds(user, org),
)  # fmt: skip


def _to_countersign(user: User, organization: Organization) -> QuerySet[Countersigner]:
    rows: QuerySet[Countersigner] = Countersigner.objects.filter(
        organization=organization, person=user, opinion="", voided_at__isnull=True, document__state__in=BEFORE_APPROVAL
    )
    return rows.select_related("document").order_by("pk")


def _pass_countersigning(from_: User, to: User, organization: Organization, by: Actor) -> int:
    """Where the successor is asked himself, the leaver's line goes and the paper goes on."""
    rows = list(_to_countersign(from_, organization).select_for_update(of=("self",)))
    for signer in rows:
        document = signer.document
        asked = document.countersigners.filter(organization=organization, person=to, voided_at__isnull=True)
        position, is_asked = signer.position, asked.exists()
        signer.delete()
        if not is_asked:
            # A line of its own: by it the successor is told.
            Countersigner(
                document=document, position=position, organization=organization, person=to, person_name=to.full_name
            ).save(force_insert=True)  # fmt: skip
        _log(document, "移交会签", from_, to, by, "会签")
        go_on_countersigning(document, by=by)
    return len(rows)


def _cannot_countersign(from_: User, to: User, organization: Organization) -> str:
    if not _may(to, organization, Permission.COUNTERSIGN_DOCUMENTS):
        return f"{to}的身份不能会签，请选择督导办工作人员或负责人。"
    own = _to_countersign(from_, organization).filter(document__drafted_by=to).first()
    return f"《{own.document.title}》由{to}拟稿，不能由其会签。请改选他人，或先把{from_}移出会签名单。" if own else ""


register_handover(
    "待会签的公文", columns=("records.countersigner.person",), move=_pass_countersigning, hinder=_cannot_countersign,
    open_items=lambda user, org: _to_countersign(user, org),
)  # fmt: skip


# --- the stewardship of accounts, and what was lent --------------------------------------------------------------


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


register_handover("账号管理员职责", columns=("accounts.stewardship.membership",), open_items=lambda user, org: _stewardships(user, org), move=_pass_stewardship,
                  hinder=_cannot_be_steward, note=STEWARD)  # fmt: skip


def _lent(user: User, organization: Organization) -> QuerySet[Delegation]:
    today = clock.today()
    mine = Q(giver__user=user) | Q(receiver__user=user)
    return Delegation.objects.filter(mine, organization=organization, revoked_at__isnull=True, valid_until__gte=today)


register_kept("授权代签", columns=("accounts.delegation.giver", "accounts.delegation.receiver"), why=LENT,
              open_items=lambda user, org: _lent(user, org))  # fmt: skip
