"""Official documents: draft, revise, hand in, approve (number), render by a job, issue, void.

The steps between: records.actions.checking, countersigning; the seal: seals; service: service.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import Actor, Role
from accounts.models import Delegation, Organization
from records import clock
from records.actions.checking import send_on
from records.actions.countersigning import version_of, void_signatures
from records.actions.publishing import owe_nothing, owe_publication
from records.actions.replacements import replacement_refusal, take_place
from records.actions.series import layout_for
from records.actions.service import tell_root
from records.documents.kinds import kind_of
from records.models import Category, Document, DocumentParty, DocumentSeries, NumberCounter, OfficePaper
from records.notices.notify import notify
from records.outbox import publish, retry
from records.permissions import Permission
from records.rendering.papers import Layout
from records.state import AlreadyDone, Refusal, Refused, lock, log, owning_office
from records.workflow import DOCUMENT, next_step

RENDER, SEAL = "records.render", "records.seal"
SealWay = OfficePaper.SealWay
__all__ = ["approve", "draft_document", "draft_replacement", "issue", "render_again", "return_draft", "revise", "revise_refusal", "store_file",
           "submit", "version_of", "void"]  # fmt: skip


def draft_document(
    *,
    by: Actor,
    kind: str,
    title: str,
    content: dict[str, Any],
    about: Any = None,
    recipient: Organization | None,
    copies_to: tuple[Organization, ...] = (),
    recipients: tuple[Organization, ...] = (),
    publicity: str = "",
) -> Document:
    """A paper of `by`'s office: about a business root, or about nothing else. `content`: see records.documents.papers.compose.

    `recipient` lies in the office's range, or is None where the platform knows nobody there; `recipients` are further
    ones, anywhere. Nobody outside the office sees it before it is issued: only then is it filed.
    """
    now, owner_code = clock.now(), about.owner_code if about else by.division_code
    layout = layout_for(owner_code, kind)
    if layout != Layout.OFFICIAL:
        content = {"layout": layout} | content
    document = Document(
        owner_code=owner_code, author_org_id=by.organization_id,
        subject_code=recipient.division_id if recipient else by.division_code, subject_org=recipient, created_at=now,
        created_by_id=by.user_id, kind_of=kind, title=title[:200], content=content,
        publicity=publicity or kind_of(kind).publicity, about_kind=about.kind if about else "",
        about_id=about.pk if about else None, drafted_by_id=by.user_id, token=secrets.token_urlsafe(24)[:32],
    )  # fmt: skip
    with transaction.atomic():
        document.save(force_insert=True)
        add_parties(document, "recipient", recipients)
        add_parties(document, "copied", copies_to)
        log(document, by=by, name="draft", label="拟稿", source="", target=document.state)
    return document


def add_parties(document: Document, role: str, organizations: Iterable[Organization]) -> None:
    """Further recipients ("recipient") and those it is copied to ("copied")."""
    dates = {"owner_code": document.owner_code, "valid_from": clock.today()}
    for organization in organizations:
        DocumentParty(root=document, organization=organization, role=role, **dates).save(force_insert=True)


def draft_replacement(old: Document, *, by: Actor, reason: str) -> Document:
    """A new draft with the old paper's text, to take its place when it is issued; both name each other."""
    with transaction.atomic():
        row: Document = lock(old)
        refused = replacement_refusal(row, by)
        if refused is None and not reason.strip():
            refused = Refusal("“拟制替代公文”须写明理由。")
        if refused is not None:
            raise Refused(refused)
        parties = [(p.role, p.organization) for p in row.parties.select_related("organization") if p.organization]
        draft = draft_document(
            by=by, kind=row.kind_of, title=row.title, content=row.content, recipient=row.subject_org,
            copies_to=tuple(o for role, o in parties if role == "copied"),
            recipients=tuple(o for role, o in parties if role == "recipient"), publicity=row.publicity,
        )  # fmt: skip
        draft.about_kind, draft.about_id, draft.replaces = row.about_kind, row.about_id, row
        draft.save(update_fields=["about_kind", "about_id", "replaces"])
        log(row, by=by, name="draft_replacement", label="拟制替代公文", source=row.state, target=row.state,
            reason=reason, facts={"successor": draft.pk}, only_for=row.author_org_id)  # fmt: skip
    return draft


def revise(
    document: Document, *, by: Actor, title: str, publicity: str, content: dict[str, Any], seen: str
) -> Document:
    """Change the text of a draft; whoever does so is its drafter from now on. `seen`: version_of the text begun with.

    What others checked or countersigned was another text: it is void from now on, and stays on record.
    """
    with transaction.atomic():
        row: Document = lock(document)
        refused = revise_refusal(row, by)
        if refused is not None:
            raise Refused(refused)
        if version_of(row) != seen:
            raise AlreadyDone(Refusal("这份文稿刚刚被他人修改过，本次修改没有保存。请在新窗口打开文稿核对后再改。"))
        row.title, row.publicity, row.content, row.drafted_by_id = title[:200], publicity, content, by.user_id
        columns = ["title", "publicity", "content", "drafted_by"]
        if version_of(row) != seen:
            row.checked_at = row.checked_by = None
            row.checked_as = ""
            columns += ["checked_at", "checked_by", "checked_as"]
            void_signatures(row)
        row.save(update_fields=columns)
        log(row, by=by, name="revise", label="修改文稿", source=row.state, target=row.state)
    return row


def revise_refusal(document: Document, by: Actor) -> Refusal | None:
    """Why `by` may not change the text now."""
    if not by.can(Permission.DRAFT_DOCUMENTS):
        return Refusal(f"您当前的身份（{by.role_label}）无权修改文稿。")
    if document.state != Document.State.DRAFTED:
        return Refusal(f"当前状态为“{document.get_state_display()}”，文稿不能再改；待签发的可由签发人退回修改。")
    return owning_office(document, by)


def submit(document: Document, *, by: Actor) -> Document:
    """Hand the draft to whoever is next: check, countersign or approval. Where a countersignature is due and nobody is
    named yet it stays a draft, and the office is told."""
    if next_step(document) == Document.State.COUNTERSIGNING and not document.countersigners.exists():
        notify(document, by=by, key=f"name:{clock.now():%s}", category=Category.TO_SIGN, title=f"请选定会签单位：{document.title}",
               organizations=[document.author_org_id], roles=[Role.OFFICE_STAFF, Role.OFFICE_HEAD])  # fmt: skip
        return document
    return send_on(document, by=by)


def approve(document: Document, *, by: Actor, serve_when_ready: bool = True, by_batch: bool = False) -> Document:
    """Approve and take the number, in a short transaction; the file is rendered by a job afterwards. A delegate
    approves in the leader's stead, and the paper says so. `by_batch`: the batch's own job renders it."""
    with transaction.atomic():
        row: Document = lock(document)
        # One moment for number and date: at midnight of New Year's Eve they must not fall into two years.
        now = clock.now()
        # Where it is refused no number is taken: the move below says why, in its own words.
        refused = DOCUMENT.refusal(row, "approve", by)
        number = {} if refused is not None else next_number(row, now)
        stead, facts = ({}, {}) if refused is not None else in_stead(row, by)
        row = DOCUMENT.move(
            document, "approve", by=by, facts={**number, **facts}, serve_when_ready=serve_when_ready,
            **{"approved_at": now, "approved_by_id": by.user_id, "approved_as": f"{by.label} {by.display_name}", **stead},
            **number,
        )  # fmt: skip
        if not by_batch:
            publish(RENDER, key=str(row.pk), root=row, by=by)
    return row


def in_stead(document: Document, by: Actor) -> tuple[dict[str, Any], dict[str, Any]]:
    """For a delegate: the columns that say in whose stead, and the same for the trail. The delegation is locked and
    looked at again: it may have been taken back a moment ago."""
    word = Permission.APPROVE_DOCUMENTS
    if by.can(word):
        return {}, {}
    for lent in by.lent_for(word):
        if not lent.holds_on(clock.today()) or lent.giver_id == document.drafted_by_id:
            continue
        found = Delegation.objects.select_for_update(of=("self",)).filter(pk=lent.delegation_id).first()
        if found is None or found.revoked_at is not None:
            continue
        until = clock.local(datetime.combine(found.valid_until, datetime.min.time(), clock.TZ)).strftime(
            "%Y年%-m月%-d日"
        )
        words = f"{by.label} {by.display_name}（受{lent.giver_as} {lent.giver_name}委托代签，授权至{until}）"
        stead = {"approved_as": words[:400], "approved_for_id": lent.giver_id, "delegation_id": found.pk}
        return stead, {"delegation": found.pk, "in_stead_of": lent.giver_name}
    raise Refused(Refusal("对您的授权刚刚被撤回，不能“签发”。"))


def next_number(document: Document, now: datetime) -> dict[str, Any]:
    """The fields of the next number of the office's series and year, without a gap: the counter's row is locked until the commit."""
    series = DocumentSeries.objects.filter(owner_code=document.owner_code, kind=document.kind_of).first()
    if series is None:
        raise Refused(Refusal(f"尚未设置“{document.get_kind_of_display()}”的机关代字，请先在公文设置中添加。"))
    year = clock.local(now).year
    key = {"owner_code": document.owner_code, "series": series.code, "year": year}
    NumberCounter.objects.bulk_create([NumberCounter(**key)], ignore_conflicts=True)
    counter = NumberCounter.objects.select_for_update().get(**key)
    counter.last += 1
    counter.save(update_fields=["last"])
    number = f"{series.code}〔{year}〕{counter.last}号"
    return {"series": series.code, "year": year, "sequence": counter.last, "number": number}


def store_file(document: Document, *, sha256: str, size: int, pages: int, by: Actor, seal_way: str = "") -> Document:
    """The job has written the file: from now on it is the truth. A second run of the job changes nothing. `seal_way`:
    how it is sealed next; "" leaves that to the caller."""
    with transaction.atomic():
        row: Document = lock(document)
        if row.rendered_at is None:
            row.file, row.file_size, row.pages, row.rendered_at, row.render_error = sha256, size, pages, clock.now(), ""
            row.seal_way = seal_way
            row.save(update_fields=["file", "file_size", "pages", "rendered_at", "render_error", "seal_way"])
        if row.state == Document.State.APPROVED and row.seal_way == SealWay.SIGNATURE:
            publish(SEAL, key=str(row.pk), root=row, by=by)
        elif row.state == Document.State.APPROVED and row.seal_way == SealWay.SCAN:
            notify(row, by=by, key="to_seal", category=Category.TO_SIGN, title=f"请打印用印并上传扫描件：{row.title}（{row.number}）",
                   organizations=[row.author_org_id], roles=[Role.OFFICE_STAFF])  # fmt: skip
    return row


def render_again(document: Document, *, by: Actor) -> None:
    """Ask the worker once more for a file that it could not make."""
    refused = owning_office(document, by)
    if refused is None and not by.can(Permission.ISSUE_DOCUMENTS):
        refused = Refusal(f"您当前的身份（{by.role_label}）无权“重新生成”。")
    if refused is None and (document.state != Document.State.APPROVED or document.rendered_at):
        refused = Refusal("只有已签发而没有生成文件的公文可以重新生成。")
    if refused is not None:
        raise Refused(refused)
    with transaction.atomic():
        Document.objects.filter(pk=document.pk).update(render_error="")
        retry(RENDER, key=str(document.pk), owner_code=document.owner_code)


def issue(document: Document, *, by: Actor) -> Document:
    """Issue the sealed file (印发). From now on those it is addressed and copied to see it, and a paper that replaces
    another takes its place."""
    issuer, now = by.user_id or document.approved_by_id, clock.now()
    with transaction.atomic():
        issued: Document = DOCUMENT.move(document, "issue", by=by, issued_at=now, filed_at=now, issued_by_id=issuer)
        if issued.replaces_id is not None:
            take_place(issued, by=by)
        owe_publication(issued)
    return issued


def void(document: Document, *, by: Actor, reason: str) -> Document:
    """Void it; a number once given stays given (作废). Whoever it was served on is told."""
    with transaction.atomic():
        document = DOCUMENT.move(document, "void", by=by, reason=reason, voided_at=clock.now(), voided_by_id=by.user_id)
        owe_nothing(document)
        tell_root(document, "voided", by)
        if document.served_at and document.subject_org_id:
            notify(document, by=by, key="voided", category=Category.ESCALATION, title=f"公文作废：{document.title}（{document.number}）",
                   body=f"理由：{reason}", organizations=[document.subject_org_id], urgent=True)  # fmt: skip
    return document


def return_draft(document: Document, *, by: Actor, reason: str) -> Document:
    """The approver sends the draft back with the reason."""
    document = DOCUMENT.move(document, "return", by=by, reason=reason)
    notify(document, by=by, key=f"returned:{clock.now():%s}", category=Category.RETURNED, title=f"公文退回修改：{document.title}", body=reason,
           organizations=[document.author_org_id], roles=[Role.OFFICE_STAFF])  # fmt: skip
    return document
