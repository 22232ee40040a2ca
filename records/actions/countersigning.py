"""Countersigning (会签): who is asked, in order or at once; what each said; what the office did with an objection."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.actors import Actor, OrganizationKind
from accounts.models import Membership, Organization
from records import clock
from records.models import Category, Countersigner, Document, DocumentParty
from records.notices.notify import notify
from records.outbox import publish
from records.permissions import Permission
from records.state import AlreadyDone, Refusal, Refused, lock, log, owning_office, word_refusal

S = Document.State
COUNTERSIGNED = "records.countersigned"
PARTY = "countersign"
# Offices see by range, not as parties; schools have no say in an office's papers.
ASKED_KINDS = (OrganizationKind.MEMBER_UNIT, OrganizationKind.DEPARTMENT, OrganizationKind.GOVERNMENT)
OPEN_STATES = (S.DRAFTED, S.CHECKING, S.COUNTERSIGNING)


def version_of(document: Document) -> str:
    """A mark of the text in force: an editor who began with another one must look again."""
    text = json.dumps([document.title, document.publicity, document.content], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# --- the list ------------------------------------------------------------------------------------------------------


def naming_refusal(document: Document, by: Actor) -> Refusal | None:
    """Why `by` may not change the list of countersigners now."""
    refused = word_refusal(by, Permission.DRAFT_DOCUMENTS, "选定会签") or owning_office(document, by)
    if refused is None and document.state not in OPEN_STATES:
        refused = Refusal(f"当前状态为“{document.get_state_display()}”，不能再改会签名单。")
    return refused


def askable(document: Document, by: Actor) -> tuple[Iterable[Organization], Iterable[Membership]]:
    """Whom `by` may ask: bodies of the own division and above; of the office's own people all but the drafter."""
    bodies = Organization.objects.visible_to(by).filter(kind__in=ASKED_KINDS).open_on(clock.today())
    people = Membership.objects.visible_to(by).filter(organization_id=document.author_org_id)
    people = people.filter(role__in=("office_staff", "office_head", "leader")).valid_on(clock.today())
    people = people.exclude(user_id=document.drafted_by_id).select_related("user", "organization")
    return bodies.order_by("-division_id", "kind", "pk")[:300], people


def name_countersigner(
    document: Document, *, by: Actor, organization: Organization, person: Membership | None = None
) -> Countersigner:
    """Put an organization, or a person of it, on the list, last. In the own office a person is named."""
    with transaction.atomic():
        row: Document = lock(document)
        refused = naming_refusal(row, by) or _wrong(row, organization, person)
        if refused is not None:
            raise Refused(refused)
        last = row.countersigners.aggregate(last=Max("position"))["last"] or 0
        signer = Countersigner(
            document=row, position=last + 1, organization=organization, person_id=person.user_id if person else None,
            person_name=person.user.full_name if person else "",
        )  # fmt: skip
        try:
            with transaction.atomic():
                signer.save(force_insert=True)
        except IntegrityError as error:
            raise AlreadyDone(Refusal(f"{signer.label}已在会签名单中。")) from error
        log(row, by=by, name="name_countersigner", label="选定会签", source=row.state, target=row.state,
            reason=signer.label)  # fmt: skip
        if row.state == S.COUNTERSIGNING:
            ask(row, by=by)
    return signer


def _wrong(document: Document, organization: Organization, person: Membership | None) -> Refusal | None:
    if organization.pk == document.author_org_id:
        if person is None:
            return Refusal("本单位会签须选定具体人员。")
        if person.user_id == document.drafted_by_id:
            return Refusal("拟稿人不能会签自己拟的文稿。")
        return None
    if organization.kind not in ASKED_KINDS:
        return Refusal(f"{organization.get_kind_display()}不能作为会签单位，请选择成员单位、政府部门或人民政府。")
    return None


def drop_countersigner(signer: Countersigner, *, by: Actor) -> None:
    """Take somebody off the list who has not answered: what was said stays."""
    with transaction.atomic():
        row: Document = lock(signer.document)
        refused = naming_refusal(row, by)
        found = Countersigner.objects.filter(pk=signer.pk, document=row).first()
        if refused is None and (found is None or not found.is_open):
            refused = Refusal(f"{signer.label}已经会签，意见须保留，不能移除。")
        if refused is not None or found is None:
            raise Refused(refused or Refusal("该会签已不在名单中。"))
        found.delete()
        row.parties.filter(role=PARTY, organization_id=found.organization_id).delete()
        log(row, by=by, name="drop_countersigner", label="移除会签", source=row.state, target=row.state,
            reason=found.label)  # fmt: skip
        if row.state == S.COUNTERSIGNING:
            _go_on(row, by)


def arrange(document: Document, *, by: Actor, in_order: bool, until: date | None) -> Document:
    """In order or at once, and until which day other organizations may look at the draft."""
    with transaction.atomic():
        row: Document = lock(document)
        refused = naming_refusal(row, by)
        if refused is None and until is not None and until < clock.today():
            refused = Refusal("会签期限不能早于今天。")
        if refused is not None:
            raise Refused(refused)
        row.countersign_in_order, row.countersign_until = in_order, until
        row.save(update_fields=["countersign_in_order", "countersign_until"])
        row.parties.filter(role=PARTY).update(valid_until=until)
        if row.state == S.COUNTERSIGNING:
            ask(row, by=by)
    return row


def void_signatures(document: Document) -> int:
    """The text has changed: what was signed is void and stays on record; who had answered is asked again. Returns how many."""
    answered = list(document.countersigners.filter(voided_at__isnull=True).exclude(opinion=""))
    document.countersigners.filter(pk__in=[s.pk for s in answered]).update(voided_at=clock.now())
    Countersigner.objects.bulk_create(
        Countersigner(document=document, position=s.position, organization_id=s.organization_id, person_id=s.person_id,
                      person_name=s.person_name)
        for s in answered
    )  # fmt: skip
    return len(answered)


# --- asking and answering ------------------------------------------------------------------------------------------


def whose_turn(document: Document) -> list[Countersigner]:
    """Who is asked now: all who have not answered, or the first of them."""
    waiting = [signer for signer in document.countersigners.all() if signer.is_open]
    if not document.countersign_in_order or not waiting:
        return waiting
    return [signer for signer in waiting if signer.position == waiting[0].position]


def ask(document: Document, *, by: Actor) -> None:
    """Let those see the draft whose turn it is, and tell them."""
    for signer in whose_turn(document):
        if signer.organization_id != document.author_org_id:
            _open_to(document, signer)
        to: dict[str, Any] = {"organizations": [signer.organization_id]}
        if signer.person_id:
            to = {"users": [signer.person_id]}
        until = document.countersign_until
        notify(document, by=by, key=f"countersign:{signer.pk}", category=Category.TO_SIGN, title=f"请会签：{document.title}",
               body=f"请于{until:%Y年%-m月%-d日}前提出意见。" if until else "", **to)  # fmt: skip


def _open_to(document: Document, signer: Countersigner) -> None:
    known = document.parties.filter(role=PARTY, organization_id=signer.organization_id)
    if not known.exists():
        DocumentParty(root=document, owner_code=document.owner_code, organization_id=signer.organization_id, role=PARTY,
                      valid_from=clock.today(), valid_until=document.countersign_until).save(force_insert=True)  # fmt: skip


def mine(document: Document, by: Actor) -> Countersigner | None:
    """The line that asks the actor now; his own by name before that of his organization."""
    asked = [
        signer
        for signer in whose_turn(document)
        if signer.organization_id == by.organization_id and signer.person_id in (None, by.user_id)
    ]
    return next((s for s in asked if s.person_id), asked[0] if asked else None)


def countersign_refusal(document: Document, by: Actor) -> Refusal | None:
    """Why `by` cannot countersign now."""
    refused = word_refusal(by, Permission.COUNTERSIGN_DOCUMENTS, "会签")
    if refused is not None:
        return refused
    if document.state != S.COUNTERSIGNING:
        return Refusal(f"当前状态为“{document.get_state_display()}”，不能“会签”。")
    if by.user_id == document.drafted_by_id:
        return Refusal("拟稿人不能会签自己拟的文稿。")
    if mine(document, by) is None:
        return Refusal("现在没有等待您会签的意见。")
    return None


def countersign(document: Document, *, by: Actor, agrees: bool, remarks: str, seen: str) -> Countersigner:
    """Agree, or object and say why. `seen`: version_of the text that was read."""
    with transaction.atomic():
        row: Document = lock(document)
        refused = countersign_refusal(row, by)
        if refused is None and version_of(row) != seen:
            refused = Refusal("文稿在您阅读期间有改动，请刷新页面，看过新的文稿再会签。")
        if refused is None and not agrees and not remarks.strip():
            refused = Refusal("有不同意见的，请写明意见和理由。")
        signer = mine(row, by)
        if refused is not None or signer is None:
            raise Refused(refused or Refusal("现在没有等待您会签的意见。"))
        signer.opinion = Countersigner.Opinion.AGREED if agrees else Countersigner.Opinion.OBJECTED
        signer.remarks, signer.version, signer.signed_at = remarks.strip(), seen, clock.now()
        signer.signed_by_id, signer.signed_as = by.user_id, f"{by.label} {by.display_name}"
        signer.save()
        log(row, by=by, name="countersign", label=f"会签：{signer.get_opinion_display()}", source=row.state,
            target=row.state, reason=remarks)  # fmt: skip
        if not agrees:
            notify(row, by=by, key=f"objected:{signer.pk}", category=Category.RETURNED, title=f"会签有不同意见：{row.title}",
                   body=f"{signer.label}：{signer.remarks}", organizations=[row.author_org_id])  # fmt: skip
        _go_on(row, by)
    return signer


def answer_objection(signer: Countersigner, *, by: Actor, answer: str) -> Countersigner:
    """The office says what it did with an objection, before the approver sees the paper (采纳情况或不采纳的理由)."""
    with transaction.atomic():
        row: Document = lock(signer.document)
        found: Countersigner = Countersigner.objects.select_for_update(of=("self",)).get(pk=signer.pk)
        refused = answer_refusal(row, found, by)
        if refused is None and not answer.strip():
            refused = Refusal("请写明采纳情况，或不采纳的理由。")
        if refused is not None:
            raise Refused(refused)
        found.answer, found.answered_at, found.answered_by_id = answer.strip(), clock.now(), by.user_id
        found.answered_as = f"{by.label} {by.display_name}"
        found.save()
        log(row, by=by, name="answer_objection", label=f"答复会签意见：{found.label}"[:40], source=row.state,
            target=row.state, reason=answer)  # fmt: skip
        _go_on(row, by)
    return found


def answer_refusal(document: Document, signer: Countersigner, by: Actor) -> Refusal | None:
    refused = word_refusal(by, Permission.DRAFT_DOCUMENTS, "答复会签意见") or owning_office(document, by)
    if refused is not None:
        return refused
    if signer.opinion != Countersigner.Opinion.OBJECTED or signer.voided_at or signer.answer:
        return Refusal("这条会签意见不需要答复，或已经答复。")
    if document.state not in OPEN_STATES:
        return Refusal(f"当前状态为“{document.get_state_display()}”，不能再答复会签意见。")
    return None


def _go_on(document: Document, by: Actor) -> None:
    """The next in order is asked by the office's scheduler; when nobody is left the paper goes to the approver."""
    if document.state == S.COUNTERSIGNING:
        publish(COUNTERSIGNED, key=f"{document.pk}:{clock.now():%s%f}", root=document, by=by)
