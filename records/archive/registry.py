"""What each room archives: which of its roots are finished, and what lies in their files.

A room registers its kinds once, in its archives.py. Functions are called in the scope of the owning office.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from accounts.actors import Actor
from records import clock
from records.models import Attachment, Document, Service, StateTransition
from records.state import Refusal

PDF = "application/pdf"
Row = list[dict[str, Any]]
REMARKS = {Document.State.VOID.value: "已作废", Document.State.REPLACED.value: "已被替代"}


@dataclass(frozen=True)
class Content:
    """A paper for the catalogue: stored bytes (`sha256` with name, type and size), or a `sheet` that is still to be set
    as a page. `key` names its origin and is the same each time the root is read."""

    key: str
    title: str
    responsible: str = ""
    number: str = ""
    dated: date | None = None
    remarks: str = ""
    sha256: str = ""
    size: int = 0
    mime: str = PDF
    name: str = ""
    sheet: dict[str, Any] | None = None


@dataclass(frozen=True)
class ArchiveKind:
    """A kind of root that is archived. `waiting(actor)`: the finished ones of the actor's office, through visible_to.

    `ended(root)`: when it was finished: its year is the file's.
    """

    kind: str
    label: str
    closed: Callable[[Any], Refusal | None]
    waiting: Callable[[Actor], QuerySet[Any]]
    contents: Callable[[Any], Sequence[Content]]
    title: Callable[[Any], str]
    ended: Callable[[Any], datetime]


_kinds: dict[str, ArchiveKind] = {}


def register_archive(kind: ArchiveKind) -> None:
    _kinds[kind.kind] = kind


def archive_kinds() -> list[ArchiveKind]:
    """Matters first, then the papers that belong to none."""
    return sorted(_kinds.values(), key=lambda kind: kind.kind.startswith("records."))


def archive_kind(kind: str) -> ArchiveKind | None:
    return _kinds.get(kind)


def kind_label(kind: str) -> str:
    return _kinds[kind].label if kind in _kinds else kind


# --- what rooms put together their contents from --------------------------------------------------------------------


def pair(label: str, value: object, *, span: int = 1, lines: int = 1) -> dict[str, Any]:
    """A cell of a sheet."""
    return {"label": label, "value": "" if value is None else str(value), "span": span, "lines": lines}


def heading(text: str) -> Row:
    return [{"label": text, "is_heading": True}]


def sheet(title: str, rows: Sequence[Row], *, subtitle: str = "", foot: str = "") -> dict[str, Any]:
    """A form for records.rendering.tables, as JSON."""
    return {"title": title, "subtitle": subtitle, "rows": list(rows), "foot": foot}


def day_words(moment: datetime | date | None) -> str:
    if moment is None:
        return ""
    day = clock.local(moment) if isinstance(moment, datetime) else moment
    return f"{day.year}年{day.month}月{day.day}日"


def moment_words(moment: datetime | None) -> str:
    return f"{day_words(moment)} {clock.local(moment):%H:%M}" if moment else ""


def local_day(moment: datetime | None) -> date | None:
    return clock.local(moment).date() if moment else None


def attachment_content(attachment: Attachment, *, title: str = "") -> Content:
    """A piece of evidence as it was handed in."""
    name = attachment.name
    return Content(
        key=f"attachment:{attachment.pk}", title=f"{title}：{name}" if title else name,
        responsible=str(attachment.organization), dated=local_day(attachment.taken_at or attachment.uploaded_at),
        sha256=attachment.sha256, size=attachment.size, mime=attachment.mime, name=name,
    )  # fmt: skip


def document_contents(documents: Sequence[Document]) -> list[Content]:
    """Each issued paper as it was stored, the sheet of its receipts, and what proves them. Two queries."""
    services: dict[int, list[Service]] = {}
    rows = Service.objects.filter(document__in=documents, voided_at__isnull=True).select_related("recipient")
    for service in rows.prefetch_related("evidence").order_by("pk"):
        services.setdefault(service.document_id, []).append(service)
    found = []
    for document in documents:
        if not document.paper:
            continue
        found.append(
            Content(
                key=f"document:{document.pk}", title=document.title, responsible=str(document.author_org),
                number=document.number, dated=local_day(document.approved_at), sha256=document.paper,
                size=document.paper_size or 0, name=f"{document.get_kind_of_display()}.pdf",
                remarks=REMARKS.get(document.state, ""),
            )
        )  # fmt: skip
        if document.pk in services:
            found.append(_receipts(document, services[document.pk]))
            found += [proof for service in services[document.pk] for proof in proofs_of(document, service)]
    return found


def proofs_of(document: Document, service: Service) -> list[Content]:
    """The scans and pictures that prove a receipt."""
    return [
        Content(
            key=f"evidence:{row.pk}", title=f"送达凭证：{service.recipient}", responsible=str(document.author_org),
            number=document.number, dated=local_day(row.uploaded_at), sha256=row.sha256, size=row.size, mime=row.mime,
            name=row.name,
        )
        for row in service.evidence.all()
    ]  # fmt: skip


def _receipts(document: Document, services: Sequence[Service]) -> Content:
    rows: list[Row] = [[pair("文书", document.title)], [pair("文号", document.number)]]
    for service in services:
        rows += [
            heading(str(service.recipient)),
            [pair("送达方式", service.get_kind_display()), pair("送达时间", moment_words(service.sent_at))],
            [pair("收件人", service.signed_as or f"{service.received_by} {service.received_as}".strip()),
             pair("收到时间", moment_words(service.received_at or service.signed_at))],
        ]  # fmt: skip
    signed = [local_day(s.received_at or s.signed_at) for s in services]
    return Content(
        key=f"receipts:{document.pk}", title=f"送达回证（{document.number}）", responsible=str(document.author_org),
        dated=max((d for d in signed if d), default=local_day(services[0].sent_at)), name="送达回证.pdf",
        sheet=sheet("送达回证", rows),
    )  # fmt: skip


def documents_about(*roots: Any) -> list[Document]:
    """The issued papers about the roots, the earliest first. One query for each kind of root."""
    found: list[Document] = []
    for kind in dict.fromkeys(root.kind for root in roots):
        ids = [root.pk for root in roots if root.kind == kind]
        rows = Document.objects.filter(about_kind=kind, about_id__in=ids).exclude(file="")
        found += rows.select_related("author_org").defer("content")
    return sorted(found, key=lambda d: (d.approved_at or d.created_at, d.pk))


def history_content(root: Any, title: str, responsible: str) -> Content:
    """Who did what when, from the trail."""
    moves = list(StateTransition.objects.of(root))
    rows: list[Row] = []
    for n, move in enumerate(moves, 1):
        rows += [heading(f"{n}. {move.label}"), [pair("办理人", f"{move.person_name}（{move.acting_as}）", span=2)],
                 [pair("时间", moment_words(move.at))]]  # fmt: skip
        if move.reason:
            rows.append([pair("说明", move.reason)])
    return Content(
        key=f"history:{root.kind}:{root.pk}", title=title, responsible=responsible, name="办理过程记录.pdf",
        dated=local_day(moves[-1].at) if moves else None, sheet=sheet(title, rows or [[pair("记录", "没有记录")]]),
    )  # fmt: skip
