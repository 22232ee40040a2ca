"""What this room shows in the navigation and on the workbench."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Case, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse

from accounts.actors import Actor, ActorKind
from accounts.models import Membership, User
from accounts.permissions import Permission as AccountsPermission
from records import clock
from records.actions.grants import open_to
from records.documents import waiting
from records.lines import Row, line_rows, register_lines
from records.models import DeadlineChange, Document, Service
from records.permissions import Permission
from records.registry import Place, Section, Todo, register_place, register_todos, signed_for_elsewhere
from records.timing.calendars import Amount, Unit, add
from records.timing.deadlines import binding, working_calendar
from records.timing.rules import RECEIPT
from records.trail.reveal import register_personal
from records.trail.story import Source
from records.trail.trails import register_trail
from records.web import page_of_root

MOST = 200

register_personal(User, "phone", AccountsPermission.VIEW_PEOPLE)
register_trail(
    User, AccountsPermission.VIEW_PEOPLE, sources=lambda u: [Source(Membership, {"user_id": u.pk}, whole=True)]
)

register_place(
    Place(
        Section.DOCUMENTS,
        "公文",
        "records:document_list",
        (Permission.VIEW_DOCUMENTS,),
        "file-text",
        order=10,
        phone=40,
    ),
    Place(
        Section.DOCUMENTS,
        "批量公文",
        "records:letterbatch_list",
        (Permission.DRAFT_DOCUMENTS, Permission.APPROVE_DOCUMENTS),
        "send",
        order=20,
    ),
    Place(Section.SETTINGS, "审计记录", "records:audit_list", (Permission.READ_AUDIT,), "shield", order=25, phone=2),
    Place(
        Section.SETTINGS, "汇总数核对", "records:figure_checks", (Permission.VIEW_FIGURE_CHECKS,), "chart-bar", order=26
    ),
    Place(Section.SETTINGS, "外部人员授权", "records:grant_list", (Permission.GRANT_ACCESS,), "key", order=35),
    Place(Section.DATA, "后台任务", "records:job_list", (Permission.USE_JOBS,), "hourglass", order=90),
    Place(Section.SETTINGS, "消息接收方式", "records:preferences", (Permission.READ_INBOX,), "bell", order=60),
    Place(Section.SETTINGS, "消息发送规定", "records:notice_rules", (Permission.SET_NOTICES,), "send", order=61),
    Place(Section.SETTINGS, "消息发送记录", "records:dispatch_list", (Permission.VIEW_DISPATCHES,), "list", order=62),
    Place(Section.SETTINGS, "期限规则", "records:rules", (Permission.VIEW_RULES,), "clock", order=40),
    Place(Section.SETTINGS, "离岗移交", "records:handover_list", (Permission.HAND_OVER,), "switch", order=24),
    Place(Section.SETTINGS, "学期", "records:terms", (Permission.KEEP_CALENDAR,), "school", order=45),
    Place(
        Section.SETTINGS,
        "授权代签",
        "records:delegation_list",
        (AccountsPermission.VIEW_DELEGATIONS,),
        "signature",
        order=45,
    ),
    Place(Section.SETTINGS, "公文设置", "records:paper_settings", (Permission.MANAGE_SERIES,), "settings", order=47),
    Place(Section.SETTINGS, "机关代字", "records:series", (Permission.MANAGE_SERIES,), "stamp", order=50),
)


def _line(document: Any, what: str, action: str) -> Todo:
    unit = document.subject_org.label if document.subject_org else ""
    title = f"{document.title}（{document.number}）" if document.number else document.title
    letter = getattr(document, "letter", None)
    if letter is not None:
        return Todo(what=f"{what}（批量）", title=letter.batch.title, unit=f"{unit}等", action=action,
                    url=letter.batch.get_absolute_url())  # fmt: skip
    return Todo(
        what=what, title=title, unit=unit, action=action, url=reverse("records:document_detail", args=[document.pk])
    )


def _rows(actor: Actor) -> Any:
    rows = Document.objects.visible_to(actor).select_related("subject_org", "letter__batch")
    return rows.defer("content", "letter__batch__content")


@register_todos
def documents_to_approve(actor: Actor) -> Iterator[Todo]:
    """For a leader, who approves and drafts nothing."""
    if actor.is_office and actor.can(Permission.APPROVE_DOCUMENTS) and not actor.can(Permission.DRAFT_DOCUMENTS):
        for document in waiting.to_approve(_rows(actor), actor)[:MOST]:
            yield _line(document, f"签发{document.get_kind_of_display()}", "去签发")


@register_todos
def documents_that_wait(actor: Actor) -> Iterator[Todo]:
    """For staff: drafts that came back or still have to be handed in, files that could not be made, what is not served;
    for the head also what was handed in; and for whoever is asked, here or in another body, to countersign.
    """
    runs_desk = actor.is_office and actor.can(Permission.DRAFT_DOCUMENTS)
    signs = actor.can(Permission.COUNTERSIGN_DOCUMENTS)
    if not runs_desk and not signs:
        return
    desk = waiting.at_desk(_rows(actor), actor, unless=signed_for_elsewhere, desk=runs_desk, signs=signs)
    yield from _chased([paper.document for paper in desk if paper.document.state == Document.State.SERVED], actor)
    for paper in desk:
        if paper.asks_me:
            yield _line(paper.document, f"会签{paper.document.get_kind_of_display()}", "去会签")
        if paper.at_desk and paper.document.state != Document.State.SERVED:
            yield _line(paper.document, *_at_desk(paper))


def _at_desk(paper: waiting.Waiting) -> tuple[str, str]:
    """(what is asked, the button's word)"""
    document = paper.document
    if document.state == Document.State.SUBMITTED:
        return f"签发{document.get_kind_of_display()}", "去签发"
    if document.state == Document.State.CHECKING:
        return f"核稿：{document.get_kind_of_display()}", "去核稿"
    if document.state == Document.State.DRAFTED:
        return ("修改被退回的文稿" if paper.returned else "送签文稿"), "去办理"
    return _stuck_at(document), "去办理"


def _stuck_at(document: Document) -> str:
    if document.render_error and not document.rendered_at:
        return "公文文件生成失败"
    waits: dict[str, str] = {Document.State.ISSUED: "送达公文", Document.State.SEALED: "印发公文",
                             Document.State.COUNTERSIGNING: "答复会签意见"}  # fmt: skip
    return waits.get(document.state, "电子签章没有完成" if document.seal_error else "公文用印")


@register_todos
def opened_to_me(actor: Actor) -> Iterator[Todo]:
    """An outsider's whole workbench: what is open to him today."""
    if actor.kind is ActorKind.OUTSIDER:
        for root in open_to(actor):
            unit = root.subject_org.label if root.subject_org else ""
            yield Todo(what=f"查阅{root._meta.verbose_name}", title=str(root), unit=unit, action="查看",
                       url=page_of_root(root), lane="mine")  # fmt: skip


@register_todos
def documents_to_sign(actor: Actor) -> Iterator[Todo]:
    """For a unit or department: what was served on it. Roots with lines of their own ask for the receipt themselves."""
    if actor.is_office or not actor.can(Permission.SIGN_FOR_DOCUMENTS):
        return
    for document in _rows(actor).to_sign(actor).exclude(about_kind__in=signed_for_elsewhere)[:MOST]:
        yield _line(document, f"签收{document.get_kind_of_display()}", "去签收")


def _changes(actor: Actor) -> list[QuerySet[Any]]:
    """For the head: extensions and pauses that somebody else has asked for."""
    if not actor.is_office or not actor.can(Permission.DECIDE_DEADLINE_CHANGES):
        return []
    asked = DeadlineChange.objects.visible_to(actor).filter(status=DeadlineChange.Status.ASKED)
    more = {"kind": "kind", "amount": "amount", "unit": "unit", "starts": "starts", "ends": "ends",
            "party": Coalesce(NullIf("deadline__party_org__short_name", Value("")), "deadline__party_org__name")}  # fmt: skip
    due = Case(When(deadline__paused_on__isnull=True, then="deadline__due_at"))
    return [line_rows("deadline_change", asked.exclude(asked_by=actor.user_id), key="deadline_id", title="deadline__title",
                      since="asked_at", due=due, basis="deadline__basis", more=more)]  # fmt: skip


def _change(row: Row) -> Todo:
    days = {name: date.fromisoformat(row.more[name]) if row.more[name] else None for name in ("starts", "ends")}
    change = DeadlineChange(kind=row.more["kind"], amount=row.more["amount"], unit=row.more["unit"], **days)
    return Todo(what=f"批准{change.get_kind_display()}", title=f"{row.title}（{change.what}）", unit=row.more["party"],
                url=reverse("records:deadline", args=[row.key]), action="去批准", due_at=row.due_at, basis=row.basis)  # fmt: skip


register_lines("deadline_change", _changes, _change)


def _chased(documents: list[Document], actor: Actor) -> Iterator[Todo]:
    """What was sent and not received within the days of the rule: a line for each document, whoever it waits for."""
    rule = binding(RECEIPT, actor.division_code) if documents else None
    if rule is None:
        return
    rows = Service.objects.visible_to(actor).waiting().filter(document__in=[d.pk for d in documents])
    length, calendar, now = Amount(rule.amount, Unit(rule.unit)), working_calendar(actor.division_code), clock.now()
    late: dict[int, list[Service]] = {}
    for service in rows.select_related("recipient").order_by("sent_at"):
        if add(service.sent_at, length, calendar=calendar, move_last_day=rule.move_last_day).due_at <= now:
            late.setdefault(service.document_id, []).append(service)
    for document in documents:
        if services := late.get(document.pk):
            more = len(services) - 1
            unit = services[0].recipient.label + (f"等{more + 1}个单位" if more else "")
            yield Todo(what=f"催收公文：发出{services[0].days_waiting}天未收到", title=f"{document.title}（{document.number}）",
                       unit=unit, url=document.get_absolute_url(), action="去登记或催收", basis=rule.basis, lane="watch")  # fmt: skip
