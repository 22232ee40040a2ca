"""Batches of letters: one text, many recipients, drafted and approved in chunks that stand a second run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from accounts.actors import Actor, Role
from accounts.models import Organization
from records import clock
from records.actions import documents
from records.actions.drafting import known_values
from records.documents.blanks import fill, fill_content
from records.documents.kinds import kind_of
from records.letters.workflow import BATCH
from records.models import Category, Document, DocumentSeries, Letter, LetterBatch
from records.notices.notify import notify
from records.permissions import Permission
from records.state import Refusal, Refused, lock, log, owning_office
from records.workflow import DOCUMENT, steps_of

S = LetterBatch.State
Recipients = Sequence[tuple[Organization, dict[str, str]]]


def begin_batch(
    *, by: Actor, kind: str, title: str, content: dict[str, Any], columns: Sequence[str], recipients: Recipients
) -> LetterBatch:
    """A batch of the office of `by`, its text and its rows; no paper is drafted yet. `content`: as Document.content."""
    now = clock.now()
    batch = LetterBatch(
        owner_code=by.division_code, author_org_id=by.organization_id, subject_code=by.division_code, created_at=now,
        created_by_id=by.user_id, drafted_by_id=by.user_id, kind_of=kind, title=title[:200], content=content,
        publicity=kind_of(kind).publicity, columns=list(columns),
    )  # fmt: skip
    with transaction.atomic():
        _refuse(begin_refusal(kind, by))
        batch.save(force_insert=True)
        _set_rows(batch, recipients)
        log(batch, by=by, name="begin", label="拟稿", source="", target=batch.state)
    return batch


def begin_refusal(kind: str, by: Actor) -> Refusal | None:
    """Papers that must be checked or countersigned one by one are no matter for a batch."""
    if not by.can(Permission.DRAFT_DOCUMENTS):
        return Refusal(f"您当前的身份（{by.role_label}）无权拟制批量公文。")
    steps = steps_of(Document(owner_code=by.division_code, kind_of=kind))
    if steps.check_required or steps.countersign_required:
        return Refusal(f"本单位规定“{kind_of(kind).label}”须核稿或会签，不能批量签发，请逐件拟稿。")
    return None


def revise_batch(
    batch: LetterBatch,
    *,
    by: Actor,
    title: str,
    content: dict[str, Any],
    columns: Sequence[str],
    recipients: Recipients,
) -> LetterBatch:
    """Change text and rows of a draft; whoever does so is its drafter. Papers drafted from the old text fall."""
    with transaction.atomic():
        row: LetterBatch = lock(batch)
        _refuse(revise_refusal(row, by))
        _drop_papers(row)
        row.letters.all().delete()
        row.title, row.content, row.columns, row.drafted_by_id = title[:200], content, list(columns), by.user_id
        row.save(update_fields=["title", "content", "columns", "drafted_by"])
        _set_rows(row, recipients)
        log(row, by=by, name="revise", label="修改", source=row.state, target=row.state)
    return row


def revise_refusal(batch: LetterBatch, by: Actor) -> Refusal | None:
    if not by.can(Permission.DRAFT_DOCUMENTS):
        return Refusal(f"您当前的身份（{by.role_label}）无权修改。")
    if batch.state != S.DRAFTED:
        return Refusal(f"当前状态为“{batch.get_state_display()}”，不能再改；待签发的可由签发人退回修改。")
    return owning_office(batch, by)


def _set_rows(batch: LetterBatch, recipients: Recipients) -> None:
    Letter.objects.bulk_create(
        [Letter(batch=batch, n=n, recipient=who, values=values) for n, (who, values) in enumerate(recipients, 1)]
    )


def _drop_papers(batch: LetterBatch) -> None:
    """Drafts that nobody has approved and nobody outside has seen: they are taken back whole."""
    drafted = list(batch.letters.filter(document__isnull=False).values_list("document_id", flat=True))
    batch.letters.update(document=None, fault="")
    Document.objects.filter(pk__in=drafted, sequence__isnull=True).delete()


def draft_some(batch: LetterBatch, *, by: Actor, most: int) -> list[Letter]:
    """Draft the papers of the next `most` rows that have none, under the batch's lock: two workers never draft one twice.
    Returns the rows that it looked at; a failing one keeps its fault and is not looked at again in this run."""
    with transaction.atomic():
        row: LetterBatch = lock(batch)
        if row.state != S.DRAFTED:
            return []
        office = Organization.objects.get(pk=row.author_org_id)
        waiting = list(row.letters.filter(document__isnull=True).select_related("recipient")[:most])
        for letter in waiting:
            letter.document = _draft_one(row, letter, office, by)
            letter.save(update_fields=["document"])
    return waiting


def _draft_one(batch: LetterBatch, letter: Letter, office: Organization, by: Actor) -> Document:
    values = {**letter.values, **known_values(office, [letter.recipient])}
    document = documents.draft_document(
        by=by, kind=batch.kind_of, title=fill(batch.title, values), content=fill_content(batch.content, values),
        recipient=letter.recipient, publicity=batch.publicity,
    )  # fmt: skip
    submitted: Document = DOCUMENT.move(document, "submit", by=by)
    return submitted


def submit_batch(batch: LetterBatch, *, by: Actor) -> LetterBatch:
    """Every paper is drafted: the head is asked once for all of them."""
    row: LetterBatch = BATCH.move(batch, "submit", by=by)
    notify(row, by=by, key=f"submitted:{clock.now():%s}", category=Category.TO_SIGN, title=f"待签发（共{row.letters.count()}件）：{row.title}"[:200],
           organizations=[row.author_org_id], roles=[Role.OFFICE_HEAD, Role.LEADER])  # fmt: skip
    return row


def return_batch(batch: LetterBatch, *, by: Actor, reason: str) -> LetterBatch:
    with transaction.atomic():
        row: LetterBatch = BATCH.move(batch, "return", by=by, reason=reason)
        _drop_papers(row)
        notify(row, by=by, key=f"returned:{clock.now():%s}", category=Category.RETURNED, title=f"批量公文退回修改：{row.title}"[:200], body=reason,
               organizations=[row.author_org_id], roles=[Role.OFFICE_STAFF])  # fmt: skip
    return row


def withdraw_batch(batch: LetterBatch, *, by: Actor) -> LetterBatch:
    with transaction.atomic():
        row: LetterBatch = BATCH.move(batch, "withdraw", by=by)
        _drop_papers(row)
    return row


def approve_batch(batch: LetterBatch, *, by: Actor) -> LetterBatch:
    """The head's one act for all. The numbers are taken by the job that follows, chunk by chunk, in the order of the rows."""
    with transaction.atomic():
        if not DocumentSeries.objects.filter(owner_code=batch.owner_code, kind=batch.kind_of).exists():
            raise Refused(Refusal(f"尚未设置“{batch.get_kind_of_display()}”的机关代字，请先在公文设置中添加。"))
        row: LetterBatch = BATCH.move(batch, "approve", by=by, approved_at=clock.now(), approved_by_id=by.user_id)
    return row


def number_some(batch: LetterBatch, *, by: Actor, most: int) -> int:
    """Give the next `most` papers their numbers, in the order of the rows, in one transaction under the batch's lock.
    Returns how many."""
    with transaction.atomic():
        row: LetterBatch = lock(batch)
        if row.state != S.APPROVED or row.approved_by_id != by.user_id:
            return 0
        waiting = row.letters.filter(document__state=Document.State.SUBMITTED).select_related("document")
        letters = list(waiting.order_by("n")[:most])
        for letter in letters:
            assert letter.document is not None
            documents.approve(letter.document, by=by, by_batch=True)
    return len(letters)


def finish_batch(batch: LetterBatch, *, by: Actor, merged: tuple[str, int], archive: tuple[str, int]) -> LetterBatch:
    """All papers are there: what came of them is kept. A second run finds it done."""
    with transaction.atomic():
        row: LetterBatch = lock(batch)
        if row.state != S.APPROVED:
            return row
        (file, size), (packed, packed_size) = merged, archive
        done: LetterBatch = BATCH.move(row, "finish", by=by, merged=file, merged_size=size, archive=packed,
                                       archive_size=packed_size)  # fmt: skip
    return done


def _refuse(refused: Refusal | None) -> None:
    if refused is not None:
        raise Refused(refused)
