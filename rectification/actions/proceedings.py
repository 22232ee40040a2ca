"""What the parties do on a ticket: measures, report, verification, closing, urging, notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypedDict

from django.db import transaction

from accounts.actors import Actor, Role
from records import clock
from records.actions.attachments import file_attachments
from records.models import Category, Draft
from records.notices.notify import notify
from records.outbox import publish
from records.state import Refusal, Refused, lock, log, owning_office, subject_unit
from records.timing import deadlines
from rectification import articles
from rectification.actions.orders import answer_orders
from rectification.actions.tickets import set_turn, start_clock
from rectification.models import InternalNote, Measure, RectificationReport, Ticket, Verification
from rectification.models.proceedings import report_part
from rectification.permissions import Permission
from rectification.rules import REPORT, URGE, VERIFY
from rectification.workflow import PROBLEM, TICKET

REPORTED = "rectification.reported"


class MeasureLine(TypedDict):
    text: str
    owner_name: str
    planned_on: date
    done_on: date | None


def draft_key(ticket: Ticket) -> str:
    """Under which key the report that somebody is typing is kept."""
    return f"rectification.report:{ticket.pk}"


def _person(by: Actor) -> int:
    """Measures, reports, verifications and notes are a person's word; the scheduler has none to give."""
    if by.user_id is None:
        raise Refused(Refusal("此步骤须由人员办理。"))
    return by.user_id


def next_report_part(ticket: Ticket) -> str:
    """Under which part the evidence of the report now being written is drafted."""
    return report_part(ticket.reports.count() + 1)


def save_measures(ticket: Ticket, *, by: Actor, lines: Sequence[MeasureLine]) -> int:
    """Replace the unit's measures while it rectifies. Returns how many there are now."""
    with transaction.atomic():
        row: Ticket = lock(ticket)
        refused = None if by.can(Permission.REPORT) else Refusal(f"您当前的身份（{by.role_label}）无权填写整改措施。")
        refused = refused or subject_unit(row, by)
        if refused is None and row.state != Ticket.State.RECTIFYING:
            refused = Refusal(
                f"当前状态为“{row.get_state_display()}”，整改措施不能修改。", articles.rectify(row.owner_code)
            )
        if refused is None and not lines:
            refused = Refusal("请至少填写一项整改措施。")
        if refused is not None:
            raise Refused(refused)
        first = not row.measures.exists()
        row.measures.all().delete()
        now = clock.now()
        for position, line in enumerate(lines):
            Measure.objects.create(ticket=row, position=position, written_by_id=_person(by), written_at=now, **line)
        log(
            row,
            by=by,
            name="measures",
            label="填写整改措施" if first else "修改整改措施",
            source=row.state,
            target=row.state,
            facts={"count": len(lines)},
        )
    return len(lines)


def submit_report(ticket: Ticket, *, by: Actor, text: str) -> RectificationReport:
    """The unit reports: its drafted evidence is handed in, its deadline met, an order in force answered, and the
    office's clock to verify runs."""
    if not text.strip():
        raise Refused(Refusal("请填写整改情况。"))
    now = clock.now()
    with transaction.atomic():
        row: Ticket = TICKET.move(ticket, "report", by=by, answered_at=now, answered_by_id=by.user_id)
        report: RectificationReport = RectificationReport.objects.create(
            ticket=row, n=row.reports.count() + 1, text=text.strip(), submitted_at=now, submitted_by_id=_person(by),
            submitted_as=f"{by.label} {by.display_name}",
        )  # fmt: skip
        file_attachments(row, report_part(report.n), by)
        deadlines.meet(row, REPORT, by=by)
        answer_orders(row, by=by)
        start_clock(row, VERIFY, row.author_org, "核查整改情况")
        set_turn(row)
        Draft.objects.visible_to(by).filter(key=draft_key(row)).delete()
        publish(REPORTED, key=f"{row.pk}:{report.n}", root=row, by=by)
        notify(row, by=by, key=f"reported:{report.n}", category=Category.TO_SIGN, title=f"请核查：{row}", roles=[Role.OFFICE_STAFF],
               organizations=[] if row.verifier_id else [row.author_org_id],
               users=[row.verifier_id] if row.verifier_id else [])  # fmt: skip
    return report


def verify(ticket: Ticket, *, by: Actor, passed: bool, method: str, note: str) -> Ticket:
    """Another person finds the report true, or sends it back with the reasons and a new deadline."""
    if not note.strip():
        raise Refused(Refusal("请写明核查情况。" if passed else "退回整改须写明理由。"))
    now = clock.now()
    with transaction.atomic():
        if passed:
            row: Ticket = TICKET.move(ticket, "verify", by=by, verified_at=now, verified_by_id=by.user_id)
        else:
            row = TICKET.move(ticket, "return", by=by, reason=note, answered_at=None, answered_by=None)
        report = row.reports.order_by("-n").first()
        if report is None:
            raise Refused(Refusal("没有可供核查的整改报告。"))
        Verification.objects.create(
            ticket=row, report=report, method=method, passed=passed, note=note.strip(), verified_at=now,
            verified_by_id=_person(by), verified_as=f"{by.label} {by.display_name}",
        )  # fmt: skip
        deadlines.meet(row, VERIFY, by=by)
        _tell_outcome(row, by, passed, note, report.n)
        return set_turn(row)


def _tell_outcome(ticket: Ticket, by: Actor, passed: bool, note: str, n: int) -> None:
    unit = ticket.subject_org
    assert unit is not None
    if passed:
        notify(ticket, by=by, key=f"verified:{n}", category=Category.TO_SIGN, title=f"待销号：{ticket}", organizations=[ticket.author_org_id],
               roles=[Role.OFFICE_STAFF, Role.OFFICE_HEAD])  # fmt: skip
        return
    start_clock(ticket, REPORT, unit, "重新报送整改情况", since="退回整改")
    notify(ticket, by=by, key=f"returned:{n}", category=Category.RETURNED, title=f"整改报告被退回：{ticket.title}", body=note, organizations=[unit.pk],
           urgent=True)  # fmt: skip


def recheck(ticket: Ticket, *, by: Actor, reason: str) -> Ticket:
    """Who is to close doubts the verification: it is made again."""
    with transaction.atomic():
        row: Ticket = TICKET.move(ticket, "recheck", by=by, reason=reason, verified_at=None, verified_by=None)
        start_clock(row, VERIFY, row.author_org, "重新核查整改情况", since="退回核查")
        notify(row, by=by, key=f"recheck:{clock.now():%Y%m%d%H%M%S}", category=Category.TO_SIGN, title=f"请重新核查：{row}", body=reason,
               organizations=[row.author_org_id], roles=[Role.OFFICE_STAFF],
               users=[row.verifier_id] if row.verifier_id else [])  # fmt: skip
        return set_turn(row)


def close(ticket: Ticket, *, by: Actor) -> Ticket:
    """销号, by another person than the one who verified: the problems are closed with it."""
    with transaction.atomic():
        row: Ticket = TICKET.move(ticket, "close", by=by, closed_at=clock.now(), closed_by_id=by.user_id, due_at=None)
        for problem in list(row.problems.all()):
            PROBLEM.move(problem, "close", by=by, facts={"ticket": row.number})
        deadlines.cancel(row)
        notify(row, by=by, key="closed", category=Category.NEWS, title=f"整改已销号：{row.title}",
               organizations=[o for o in (row.subject_org_id, row.department_id) if o])  # fmt: skip
    return row


def urge(ticket: Ticket, *, by: Actor, note: str) -> Ticket:
    """The competent department urged its unit: recorded on the ticket, and its duty is met."""
    with transaction.atomic():
        row: Ticket = lock(ticket)
        refused = None
        if not by.can(Permission.URGE) or by.organization_id != row.department_id:
            refused = Refusal("只有责任单位的主管部门登记督促情况。", articles.rectify(row.owner_code))
        elif row.state not in (Ticket.State.SERVED, Ticket.State.RECTIFYING, Ticket.State.REPORTED):
            refused = Refusal(f"当前状态为“{row.get_state_display()}”，不需要再督促。")
        elif not note.strip():
            refused = Refusal("请写明怎样督促的（如电话、约谈、到校）和结果。")
        if refused is not None:
            raise Refused(refused)
        log(row, by=by, name="urge", label="督促整改", source=row.state, target=row.state, reason=note)
        deadlines.meet(row, URGE, by=by)
        notify(row, by=by, key=f"urged:{clock.now():%Y%m%d%H%M%S}", category=Category.ESCALATION, title=f"主管部门督促整改：{row.title}", body=note,
               organizations=[o for o in (row.subject_org_id, row.author_org_id) if o])  # fmt: skip
    return row


def write_note(ticket: Ticket, *, by: Actor, text: str) -> InternalNote:
    """A note that only the owning office sees."""
    refused = owning_office(ticket, by)
    if refused is None and not by.can(Permission.WRITE_NOTES):
        refused = Refusal(f"您当前的身份（{by.role_label}）无权填写内部意见。")
    if refused is None and not text.strip():
        refused = Refusal("请填写内部意见。")
    if refused is not None:
        raise Refused(refused)
    note: InternalNote = InternalNote.objects.create(
        owner_code=ticket.owner_code, ticket=ticket, text=text.strip(), written_at=clock.now(), written_by_id=_person(by),
        written_as=f"{by.label} {by.display_name}",
    )  # fmt: skip
    return note
