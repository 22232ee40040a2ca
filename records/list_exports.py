"""What the lists of this room show and give away as Excel."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import QueryDict

from accounts.actors import Actor
from records.archive.lists import not_filed
from records.archive.registry import ArchiveKind, archive_kinds
from records.exports import MOST_ROWS, Cells, Export, Sheet, Table, register_export
from records.filters import DispatchFilter, DocumentFilter, InboxFilter, ObjectionFilter, PublicationFilter
from records.jobs import jobs_of
from records.lists import Column
from records.models import (
    ArchiveFile,
    ArchiveTransfer,
    Dispatch,
    Document,
    Handover,
    Job,
    Letter,
    LetterBatch,
    Notification,
    Publication,
    PublicObjection,
    Service,
)
from records.notices import inbox as reading
from records.permissions import Permission

DOCUMENT_COLUMNS = (
    Column("title", "公文", "title"),
    Column("kind", "文种", "kind_of", reads=("kind_of",)),
    Column("unit", "主送单位", "subject_org__name", reads=("subject_org__name", "subject_org__short_name")),
    Column("state", "状态", "state"),
    Column("approved", "签发日期", "approved_at", reads=("approved_at",)),
    Column("receipt", "签收"),
    Column("created", "拟稿日期", "created_at", shown=False, reads=("created_at",)),
    Column("office", "发文单位", "author_org__name", shown=False, reads=("author_org__name", "author_org__short_name")),
)
DOCUMENT_READS = ("title", "number", "state")  # what every line shows
BATCH_COLUMNS = (
    Column("title", "批量公文", "title"),
    Column("kind", "文种", "kind_of"),
    Column("state", "状态", "state"),
    Column("created", "拟稿日期", "created_at"),
)
LETTER_COLUMNS = (
    Column("n", "序号", "n"),
    Column("recipient", "主送单位", "recipient__name"),
    Column("number", "文号"),
    Column("state", "状态"),
)
PUBLICATION_COLUMNS = (
    Column("title", "标题", "title"),
    Column("kind", "类别", "kind_of"),
    Column("state", "状态", "state"),
    Column("open", "待确认"),
    Column("from", "公开起始", "shows_from"),
    Column("until", "公开截止", "shows_until"),
    Column("created", "提出日期", "created_at", shown=False),
)
OBJECTION_COLUMNS = (
    Column("notice", "公示", "publication__title"),
    Column("receipt", "回执编号"),
    Column("received", "收到时间", "received_at"),
    Column("state", "处理", "answered_at"),
)
TRANSFER_COLUMNS = (
    Column("day", "移交日期", "handed_on"),
    Column("receiver", "接收单位", "receiver"),
    Column("by", "接收人"),
    Column("recorded", "登记时间", "recorded_at"),
)
DISPATCH_COLUMNS = (
    Column("at", "时间", "created_at"),
    Column("who", "收件人"),
    Column("channel", "渠道", "channel"),
    Column("title", "消息"),
    Column("state", "状态", "state"),
    Column("tries", "次数", "attempts", shown=False),
)
HANDOVER_COLUMNS = (Column("person", "离岗人员"), Column("successor", "接任人员"), Column("at", "办理时间", "done_at"))
INBOX_COLUMNS = (Column("title", "消息"), Column("at", "时间", "created_at"))
JOB_COLUMNS = (Column("title", "事项"), Column("state", "状态"), Column("at", "发起时间", "created_at"))


def documents(actor: Actor, query: Any = None) -> QuerySet[Any]:
    """With the receipts that the actor sees."""
    receipts = receipts_of_list(actor)
    rows: QuerySet[Any] = Document.objects.visible_to(actor).select_related(
        "author_org", "subject_org", "drafted_by", "replaces"
    )
    return rows.defer("content", "replaces__content").prefetch_related(receipts)


def receipts_of_list(actor: Actor) -> Prefetch[Any]:
    """The services of each document that the actor sees."""
    return Prefetch("services", queryset=Service.objects.of_seen(actor))


def batches(actor: Actor, query: Any = None) -> QuerySet[Any]:
    return LetterBatch.objects.visible_to(actor).defer("content")


def letters(actor: Actor, query: QueryDict) -> QuerySet[Any]:
    """Those of the batch that the address names (?batch=…)."""
    asked = query.get("batch", "")
    batch = int(asked) if asked.isdecimal() and len(asked) < 18 else 0
    rows = Letter.objects.visible_to(actor).filter(batch_id=batch).select_related("recipient", "document")
    return rows.defer("document__content")


def publications(actor: Actor, query: Any = None) -> QuerySet[Any]:
    """With `waiting`: how many flagged places wait for somebody's eyes."""
    rows = Publication.objects.visible_to(actor).select_related("author_org", "document", "proposed_by", "redacted_by")
    waiting = Count("flags", filter=Q(flags__decision=""), distinct=True)
    found: QuerySet[Any] = rows.defer("blocks", "document__content").annotate(waiting=waiting)
    return found


def objections(actor: Actor, query: Any = None) -> QuerySet[Any]:
    return PublicObjection.objects.visible_to(actor).select_related("publication").defer("publication__blocks")


def dispatches(actor: Actor, query: Any = None) -> QuerySet[Any]:
    return Dispatch.objects.visible_to(actor).select_related("user", "organization")


def lines_shown(actor: Actor, query: QueryDict, unread: int | None = None) -> str:
    """Which lines the inbox shows: the unread while there are any, unless the address says otherwise."""
    waiting = reading.unread_count(actor) if unread is None else unread
    return query.get("show") or ("unread" if waiting else "all")


def inbox_lines(actor: Actor, query: QueryDict, unread: int | None = None) -> QuerySet[Any]:
    lines = Notification.objects.visible_to(actor)
    return lines.filter(read_at__isnull=True) if lines_shown(actor, query, unread) == "unread" else lines


def receipts_in_words(document: Any) -> str:
    """As the page's badge says it, in text."""
    found = [service for service in document.services.all() if service.voided_at is None]
    came = sum(service.received_at is not None for service in found)
    if len(found) > 1:
        return f"{came}/{len(found)}已收到"
    if not found:
        return ""
    return f"{found[0].get_kind_display()}，已收到" if came else "待签收"


def waiting_kind(query: QueryDict) -> ArchiveKind:
    """The kind that the address asks for, the first without one."""
    kinds = archive_kinds()
    return next((k for k in kinds if k.kind == query.get("kind")), kinds[0])


def waiting_sheet(actor: Actor, query: QueryDict) -> Sheet:
    kind = waiting_kind(query)
    rows = not_filed(kind, actor).select_related("subject_org")
    columns = [Cells("事项", kind.title, 60), Cells("单位", lambda root: root.subject_org.name if root.subject_org else "", 34),
               Cells("办结日期", kind.ended)]  # fmt: skip
    total = rows[: MOST_ROWS + 1].count()
    return Sheet("待立卷事项", columns, rows[:MOST_ROWS].iterator(chunk_size=1000), total, f"类别：{kind.label}")


def _give(name: str, title: str, words: tuple[str, ...], about: type[Any], **more: Any) -> None:
    register_export(Export(name=name, title=title, permissions=words, about=about, **more))


_give(
    "documents", "公文", (Permission.VIEW_DOCUMENTS,), Document, rows=documents, columns=DOCUMENT_COLUMNS,
    default_sort="-created_at", filterset_class=DocumentFilter, widths={"title": 50, "unit": 30, "office": 30},
    beside={"title": (Cells("文号", lambda d: d.number or "尚未编号", 26),)},
    values={
        "title": lambda d: d.title, "kind": lambda d: d.get_kind_of_display(), "state": lambda d: d.get_state_display(),
        "unit": lambda d: d.subject_org.name if d.subject_org else "见文", "approved": lambda d: d.approved_at,
        "receipt": receipts_in_words, "created": lambda d: d.created_at, "office": lambda d: d.author_org.name,
    },
)  # fmt: skip
_give(
    "letter-batches", "批量公文", (Permission.DRAFT_DOCUMENTS, Permission.APPROVE_DOCUMENTS), LetterBatch, rows=batches,
    columns=BATCH_COLUMNS, default_sort="-created_at", widths={"title": 50},
    values={"title": lambda b: b.title, "kind": lambda b: b.get_kind_of_display(), "state": lambda b: b.get_state_display(),
            "created": lambda b: b.created_at},
)  # fmt: skip
_give(
    "letters", "批量公文各件", (Permission.DRAFT_DOCUMENTS, Permission.APPROVE_DOCUMENTS), Letter, rows=letters,
    columns=LETTER_COLUMNS, default_sort="n", widths={"n": 8, "recipient": 34, "number": 26},
    beside={"state": (Cells("未完成的原因", lambda letter: letter.fault, 40),)},
    values={"n": lambda letter: letter.n, "recipient": lambda letter: letter.recipient.name,
            "number": lambda letter: letter.document.number if letter.document else "",
            "state": lambda letter: letter.document.get_state_display() if letter.document else "尚未拟稿"},
)  # fmt: skip
_give(
    "publications", "信息公开", (Permission.VIEW_PUBLICATIONS,), Publication, rows=publications, columns=PUBLICATION_COLUMNS,
    default_sort="-created_at", filterset_class=PublicationFilter, widths={"title": 50},
    beside={"title": (Cells("文号", lambda p: p.document.number if p.document else "自行拟写", 26),)},
    values={
        "title": lambda p: p.title, "kind": lambda p: p.get_kind_of_display(), "state": lambda p: p.get_state_display(),
        "open": lambda p: p.waiting, "from": lambda p: p.shows_from, "until": lambda p: p.shows_until or "长期",
        "created": lambda p: p.created_at,
    },
)  # fmt: skip
_give(
    "objections", "公示异议", (Permission.ANSWER_OBJECTIONS,), PublicObjection, rows=objections, columns=OBJECTION_COLUMNS,
    default_sort="-received_at", filterset_class=ObjectionFilter, widths={"notice": 50, "receipt": 20},
    values={"notice": lambda o: o.publication.title, "receipt": lambda o: o.receipt, "received": lambda o: o.received_at,
            "state": lambda o: "已处理" if o.answered_at else "待处理"},
)  # fmt: skip
_give(
    "archive-transfers", "档案移交", (Permission.VIEW_ARCHIVE,), ArchiveTransfer,
    rows=lambda actor, query: ArchiveTransfer.objects.visible_to(actor), columns=TRANSFER_COLUMNS, default_sort="-handed_on",
    widths={"receiver": 34},
    values={"day": lambda t: t.handed_on, "receiver": lambda t: t.receiver, "by": lambda t: t.received_by,
            "recorded": lambda t: t.recorded_at},
)  # fmt: skip
register_export(
    Table(name="archive-waiting", title="待立卷事项", permissions=(Permission.KEEP_ARCHIVE,), about=ArchiveFile, build=waiting_sheet)
)  # fmt: skip
_give(
    "dispatches", "消息发送记录", (Permission.VIEW_DISPATCHES,), Dispatch, rows=dispatches, columns=DISPATCH_COLUMNS,
    default_sort="-created_at", filterset_class=DispatchFilter, widths={"title": 44},
    beside={
        "who": (Cells("单位", lambda d: d.organization.name if d.organization else "", 30),),
        "channel": (Cells("发往", lambda d: d.sent_to, 22),), "state": (Cells("失败原因", lambda d: d.error, 30),),
    },
    values={"at": lambda d: d.created_at, "who": lambda d: str(d.user), "channel": lambda d: d.get_channel_display(),
            "title": lambda d: d.title, "state": lambda d: d.get_state_display(), "tries": lambda d: d.attempts},
)  # fmt: skip
_give(
    "handovers", "离岗移交", (Permission.HAND_OVER,), Handover, rows=lambda actor, query: Handover.objects.visible_to(actor),
    columns=HANDOVER_COLUMNS, default_sort="-done_at",
    beside={"at": (Cells("移交事项数", lambda h: h.total, 12), Cells("事由", lambda h: h.reason, 40), Cells("办理人", lambda h: h.done_by_name))},
    values={"person": lambda h: h.person_name, "successor": lambda h: h.successor_name, "at": lambda h: h.done_at},
)  # fmt: skip
_give(
    "inbox", "收件箱", (Permission.READ_INBOX,), Notification, rows=inbox_lines, columns=INBOX_COLUMNS,
    default_sort="-created_at", filterset_class=InboxFilter, widths={"title": 50},
    beside={"title": (Cells("类别", lambda n: n.get_category_display()), Cells("内容", lambda n: n.body, 50)),
            "at": (Cells("已读", lambda n: n.read_at is not None, 8),)},
    values={"title": lambda n: n.title, "at": lambda n: n.created_at},
)  # fmt: skip
_give(
    "jobs", "后台任务", (Permission.USE_JOBS,), Job, rows=lambda actor, query: jobs_of(actor).defer("params", "faults"),
    columns=JOB_COLUMNS, default_sort="-created_at", widths={"title": 50},
    beside={"state": (Cells("说明", lambda j: j.note, 50), Cells("问题数", lambda j: j.fault_count, 10))},
    values={"title": lambda j: j.title, "state": lambda j: j.get_state_display(), "at": lambda j: j.created_at},
)  # fmt: skip
