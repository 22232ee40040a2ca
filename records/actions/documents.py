"""Official documents: draft, submit, approve (number), render by a job, issue, void. Service: records.actions.service."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import Actor, Role
from accounts.models import Organization
from records import clock
from records.actions.publishing import owe_nothing, owe_publication
from records.actions.service import serve, tell_root
from records.kinds import kind_of
from records.models import Document, DocumentParty, DocumentSeries, NumberCounter
from records.notify import notify
from records.outbox import publish, retry
from records.permissions import Permission
from records.state import AlreadyDone, Refusal, Refused, lock, log, owning_office
from records.workflow import DOCUMENT

RENDER = "records.render"


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
    """A paper of `by`'s office: about a business root, or about nothing else. `content`: see records.papers.compose.

    `recipient` lies in the office's range, or is None where the platform knows nobody there; `recipients` are further
    ones, anywhere. Nobody outside the office sees it before it is issued: only then is it filed.
    """
    now = clock.now()
    document = Document(
        owner_code=about.owner_code if about else by.division_code, author_org_id=by.organization_id,
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


def version_of(document: Document) -> str:
    """A mark of the text in force: an editor who began with another one must look again."""
    text = json.dumps([document.title, document.publicity, document.content], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def revise(
    document: Document, *, by: Actor, title: str, publicity: str, content: dict[str, Any], seen: str
) -> Document:
    """Change the text of a draft; whoever does so is its drafter from now on. `seen`: version_of the text begun with."""
    with transaction.atomic():
        row: Document = lock(document)
        refused = revise_refusal(row, by)
        if refused is not None:
            raise Refused(refused)
        if version_of(row) != seen:
            raise AlreadyDone(Refusal("这份文稿刚刚被他人修改过，本次修改没有保存。请在新窗口打开文稿核对后再改。"))
        row.title, row.publicity, row.content, row.drafted_by_id = title[:200], publicity, content, by.user_id
        row.save(update_fields=["title", "publicity", "content", "drafted_by"])
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
    """Hand the draft to the head for approval."""
    document = DOCUMENT.move(document, "submit", by=by)
    notify(document, by=by, key="submitted", title=f"待签发：{document.title}",
           organizations=[document.author_org_id], roles=[Role.OFFICE_HEAD, Role.LEADER])  # fmt: skip
    return document


def approve(document: Document, *, by: Actor, serve_when_ready: bool = True) -> Document:
    """Approve and take the number, in a short transaction; the file is rendered by a job afterwards."""
    with transaction.atomic():
        row: Document = lock(document)
        # One moment for number and date: at midnight of New Year's Eve they must not fall into two years.
        now = clock.now()
        # Where it is refused no number is taken: the move below says why, in its own words.
        refused = DOCUMENT.refusal(row, "approve", by)
        number: dict[str, Any] = {} if refused is not None else _next_number(row, now)
        row = DOCUMENT.move(
            document, "approve", by=by, approved_at=now, approved_by_id=by.user_id,
            approved_as=f"{by.label} {by.display_name}", serve_when_ready=serve_when_ready, facts=number, **number,
        )  # fmt: skip
        publish(RENDER, key=str(row.pk), root=row, by=by)
    return row


def _next_number(document: Document, now: datetime) -> dict[str, Any]:
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


def store_file(document: Document, *, sha256: str, size: int, pages: int, by: Actor) -> Document:
    """The job has written the file: from now on it is the truth. A second run of the job changes nothing."""
    with transaction.atomic():
        row: Document = lock(document)
        if row.rendered_at is None:
            row.file, row.file_size, row.pages, row.rendered_at, row.render_error = sha256, size, pages, clock.now(), ""
            row.save(update_fields=["file", "file_size", "pages", "rendered_at", "render_error"])
        if row.serve_when_ready and row.state == Document.State.APPROVED:
            row = serve(issue(row, by=by), by=by)
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
    """Issue the stored file (印发). From now on those it is addressed and copied to see it."""
    issuer, now = by.user_id or document.approved_by_id, clock.now()
    with transaction.atomic():
        issued: Document = DOCUMENT.move(document, "issue", by=by, issued_at=now, filed_at=now, issued_by_id=issuer)
        owe_publication(issued)
    return issued


def void(document: Document, *, by: Actor, reason: str) -> Document:
    """Void it; a number once given stays given (作废). Whoever it was served on is told."""
    with transaction.atomic():
        document = DOCUMENT.move(document, "void", by=by, reason=reason, voided_at=clock.now(), voided_by_id=by.user_id)
        owe_nothing(document)
        tell_root(document, "voided", by)
        if document.served_at and document.subject_org_id:
            notify(document, by=by, key="voided", title=f"公文作废：{document.title}（{document.number}）",
                   body=f"理由：{reason}", organizations=[document.subject_org_id], urgent=True)  # fmt: skip
    return document


def return_draft(document: Document, *, by: Actor, reason: str) -> Document:
    """The approver sends the draft back with the reason."""
    document = DOCUMENT.move(document, "return", by=by, reason=reason)
    notify(document, by=by, key=f"returned:{clock.now():%s}", title=f"公文退回修改：{document.title}", body=reason,
           organizations=[document.author_org_id], roles=[Role.OFFICE_STAFF])  # fmt: skip
    return document
