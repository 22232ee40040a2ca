"""What lies in the file of a paper that stands for itself: the paper, how it was countersigned and approved, its receipts
and its history, and the same of the paper that it replaced. What belongs to a matter lies in the matter's file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from accounts.actors import Actor
from records import clock
from records.archive.registry import (
    ArchiveKind,
    Content,
    attachment_content,
    document_contents,
    heading,
    history_content,
    local_day,
    moment_words,
    pair,
    register_archive,
    sheet,
)
from records.documents.kinds import KINDS
from records.models import Attachment, Document, Service
from records.state import Refusal

S = Document.State
# Minutes go to those who sat in the meeting: nobody signs for them.
UNSERVED = [kind.code for kind in KINDS.values() if kind.is_official and not kind.needs_service]


def closed(document: Document) -> Refusal | None:
    """Served and received by everybody; a number that was given and voided is archived as well."""
    if document.about_kind:
        return Refusal("这份公文随所属事项一起立卷，不单独立卷。")
    if getattr(document, "letter", None) is not None:
        return Refusal("这份公文是批量公文的一件，随批量公文一起立卷。")
    if document.state == S.REPLACED:
        return Refusal("这份公文已被替代，随新公文一起立卷。")
    if (document.state == S.VOID and document.number) or (document.state == S.ISSUED and document.kind_of in UNSERVED):
        return None
    if document.state != S.SERVED:
        return Refusal(f"公文{document.get_state_display()}，送达以后才能立卷归档。")
    left = _open_services().filter(document=document).count()
    return Refusal(f"还有{left}个单位没有收到，收齐送达凭证后才能立卷归档。") if left else None


def _open_services() -> Any:
    return Service.objects.filter(received_at__isnull=True, voided_at__isnull=True)


def waiting(actor: Actor) -> Any:
    rows = Document.objects.visible_to(actor).filter(owner_code=actor.division_code, about_kind="", letter__isnull=True)
    received = Q(~Exists(_open_services().filter(document=OuterRef("pk"))), state=S.SERVED)
    finished = received | Q(state=S.ISSUED, kind_of__in=UNSERVED) | Q(~Q(number=""), state=S.VOID)
    return rows.filter(finished).defer("content").order_by("approved_at", "pk")


def ended(document: Document) -> datetime:
    return document.voided_at or document.served_at or document.issued_at or clock.now()


def title(document: Document) -> str:
    return f"{document.title}（{document.number}）"


def contents(document: Document) -> list[Content]:
    """The successor first, then what it took the place of."""
    found: list[Content] = []
    paper: Document | None = document
    while paper is not None:
        found += [*document_contents([paper]), *_countersigned(paper), *_approval(paper)]
        found.append(history_content(paper, f"{paper.number}办理过程记录", str(paper.author_org)))
        paper = paper.replaces
    return found


def _countersigned(document: Document) -> list[Content]:
    """Who said what, with what the office answered, and what was said of an earlier text."""
    signers = [s for s in document.countersigners.select_related("organization") if s.opinion]
    if not signers:
        return []
    rows: list[Any] = [[pair("文书", document.title)], [pair("文号", document.number)]]
    for signer in signers:
        rows += [
            heading(f"{signer.label}{'（文稿修改前）' if signer.voided_at else ''}"),
            [pair("意见", signer.get_opinion_display()), pair("时间", moment_words(signer.signed_at))],
            [pair("会签人", signer.signed_as)],
        ]
        rows += [[pair(label, text)] for label, text in (("内容", signer.remarks), ("答复", signer.answer)) if text]
    last = max(signer.signed_at for signer in signers if signer.signed_at)
    return [
        Content(key=f"countersigned:{document.pk}", title=f"会签意见（{document.number}）",
                responsible=str(document.author_org), dated=local_day(last), name="会签意见.pdf",
                sheet=sheet("会签意见", rows))
    ]  # fmt: skip


def _approval(document: Document) -> list[Content]:
    """The scan of what was signed on paper."""
    if document.approval_scan_id is None:
        return []
    scan = Attachment.objects.select_related("organization").get(pk=document.approval_scan_id)
    return [attachment_content(scan, title="签发单")]


register_archive(
    ArchiveKind(
        kind=Document._meta.label_lower, label="公文", closed=closed, waiting=waiting, contents=contents, title=title,
        ended=ended,
    )
)  # fmt: skip
