"""What lies in the file of a batch of letters: all papers in one file, the package with each sealed original and its hash,
one sheet of all receipts, what proves them, and the history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from accounts.actors import Actor
from records import clock
from records.archive.registry import (
    ArchiveKind,
    Content,
    Row,
    history_content,
    local_day,
    moment_words,
    pair,
    proofs_of,
    register_archive,
    sheet,
)
from records.models import Document, Letter, LetterBatch, Service
from records.state import Refusal

S = LetterBatch.State
OVER = (Document.State.SERVED, Document.State.REPLACED, Document.State.VOID)
ZIP = "application/zip"


def _unfinished() -> Q:
    """A letter that has not gone out, or whose receipt is owed."""
    owed = Service.objects.filter(document=OuterRef("document"), received_at__isnull=True, voided_at__isnull=True)
    return ~Q(document__state__in=OVER) | Q(Exists(owed), document__state=Document.State.SERVED)


def closed(batch: LetterBatch) -> Refusal | None:
    if batch.state != S.DONE:
        return Refusal(f"批量公文{batch.get_state_display()}，全部生成并送达以后才能立卷归档。")
    left = batch.letters.filter(_unfinished()).count()
    return Refusal(f"还有{left}件没有送达或没有收到，收齐送达凭证后才能立卷归档。") if left else None


def waiting(actor: Actor) -> Any:
    rows = LetterBatch.objects.visible_to(actor).filter(owner_code=actor.division_code, state=S.DONE)
    open_ones = Letter.objects.filter(_unfinished(), batch=OuterRef("pk"))
    return rows.filter(~Exists(open_ones)).order_by("approved_at", "pk")


def ended(batch: LetterBatch) -> datetime:
    return batch.approved_at or clock.now()


def title(batch: LetterBatch) -> str:
    return f"{batch.title}（批量{batch.get_kind_of_display()}）"


def contents(batch: LetterBatch) -> list[Content]:
    office, dated = str(batch.author_org), local_day(batch.approved_at)
    letters = list(batch.letters.select_related("document", "recipient").order_by("n"))
    numbers = [letter.document.number for letter in letters if letter.document]
    span = f"{numbers[0]}等{len(numbers)}件"[:60]
    services = _services(letters)
    return [
        Content(key="merged", title=batch.title, responsible=office, number=span, dated=dated, sha256=batch.merged,
                size=batch.merged_size or 0, name=f"{batch.get_kind_of_display()}（合并）.pdf"),
        Content(key="originals", title=f"各件原件和SHA-256清单（{span}）", responsible=office, number=span, dated=dated,
                sha256=batch.archive, size=batch.archive_size or 0, mime=ZIP, name="各件原件.zip"),
        _receipts(letters, services, office),
        *[proof for sent in services.values() for one in sent for proof in proofs_of(one.document, one)],
        history_content(batch, "批量公文办理过程记录", office),
    ]  # fmt: skip


def _services(letters: list[Letter]) -> dict[int, list[Service]]:
    papers = [letter.document_id for letter in letters]
    rows = Service.objects.filter(document__in=papers, voided_at__isnull=True).order_by("pk")
    rows = rows.select_related("recipient", "document__author_org").prefetch_related("evidence")
    found: dict[int, list[Service]] = {}
    for service in rows:
        found.setdefault(service.document_id, []).append(service)
    return found


def _receipts(letters: list[Letter], services: dict[int, list[Service]], office: str) -> Content:
    """A line for each letter: number, whom, when and how it was received."""
    rows: list[Row] = []
    for letter in letters:
        sent = services.get(letter.document_id or 0, [])
        how = (
            "\n".join(f"{s.get_kind_display()}，{moment_words(s.received_at)}" for s in sent if s.received_at)
            or "没有送达"
        )
        state = letter.document.get_state_display() if letter.document else ""
        number = letter.document.number if letter.document else ""
        rows.append(
            [pair(f"{letter.n}", f"{letter.recipient.name}\n{number}　{state}", span=3), pair("收到", how, span=2)]
        )
    return Content(
        key="receipts", title="各件送达情况表", responsible=office, name="各件送达情况表.pdf", dated=clock.today(),
        sheet=sheet("各件送达情况表", rows, subtitle=office),
    )  # fmt: skip


register_archive(
    ArchiveKind(
        kind=LetterBatch._meta.label_lower, label="批量公文", closed=closed, waiting=waiting, contents=contents, title=title,
        ended=ended,
    )
)  # fmt: skip
