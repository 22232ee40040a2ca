"""整改通知书: drafted and sent for approval here; approved, issued, served and signed for as a document.

What happened to the paper comes back by the outbox (rectification/tasks.py) or, when the unit signs on the ticket's
page, at once; whoever comes second finds it done.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from records import clock
from records.actions import documents
from records.actions import service as serving
from records.documents.kinds import DocumentKind
from records.models import Category, Deadline, Document, DocumentParty, Service
from records.notices.notify import notify
from records.state import Refusal, Refused, lock, log
from records.timing import deadlines
from rectification.actions.tickets import scheduler_of, set_turn, start_clock
from rectification.models import ProblemParty, Ticket, TicketParty
from rectification.papers import notice_content, notice_title
from rectification.rules import REPORT, SIGN, URGE
from rectification.workflow import TICKET

DEPARTMENT = "department"


def submit_notice(ticket: Ticket, *, by: Actor) -> Ticket:
    """Draft the notice from the ticket and hand it to the head for approval."""
    unit = ticket.subject_org
    assert unit is not None
    with transaction.atomic():
        document = documents.draft_document(
            by=by, kind=DocumentKind.RECTIFICATION_NOTICE, title=notice_title(ticket), content=notice_content(ticket),
            about=ticket, recipient=unit,
        )  # fmt: skip
        # A refusal takes the drafted paper back with it.
        row: Ticket = TICKET.move(ticket, "submit", by=by, notice=document)
        documents.submit(document, by=by)
    return row


def notice_served(ticket: Ticket, document: Document, *, by: Actor, at: datetime) -> Ticket:
    """The notice was served: the unit and its department see the ticket, and their clocks run."""
    if ticket.state != Ticket.State.APPROVAL or ticket.notice_id != document.pk:
        return ticket
    unit = ticket.subject_org
    assert unit is not None
    with transaction.atomic():
        row: Ticket = TICKET.move(ticket, "serve", by=by, served_at=at, facts={"number": document.number})
        row.problems.update(served_at=at)
        start_clock(row, SIGN, unit, "签收整改通知书", start=at)
        if row.department is not None:
            _join_department(row, document)
            start_clock(row, URGE, row.department, "督促落实整改", start=at)
            notify(row, by=by, key=f"department:{document.pk}", category=Category.TO_SIGN, title=f"请督促所属单位整改：{unit.name}“{row.title}”",
                   organizations=[row.department.pk])  # fmt: skip
        return set_turn(row)


def _join_department(ticket: Ticket, document: Document) -> None:
    dates = {"owner_code": ticket.owner_code, "organization_id": ticket.department_id, "role": DEPARTMENT,
             "valid_from": clock.today()}  # fmt: skip
    TicketParty.objects.bulk_create([TicketParty(root=ticket, **dates)], ignore_conflicts=True)
    parties = [ProblemParty(root=problem, **dates) for problem in ticket.problems.all()]
    ProblemParty.objects.bulk_create(parties, ignore_conflicts=True)
    if not document.parties.filter(organization=ticket.department).exists():
        DocumentParty(root=document, **{**dates, "role": "copied"}).save(force_insert=True)


def sign_for(ticket: Ticket, *, by: Actor) -> Ticket:
    """The unit signs on the ticket's page: document and ticket in one transaction."""
    notice = ticket.notice
    with transaction.atomic():
        service = (
            Service.objects.in_force().filter(document=notice, recipient=ticket.subject_org).first()
            if notice is not None
            else None
        )
        if service is not None and service.received_at is not None and ticket.state == Ticket.State.SERVED:
            # Signed on the document's page a moment ago, or received otherwise; its event has not come through yet.
            scheduler = scheduler_of(ticket)
            return notice_signed(ticket, by=scheduler if service.signed_by_id is None else by, at=service.received_at,
                                 user_id=service.signed_by_id, how=service.get_kind_display())  # fmt: skip
        row: Ticket = TICKET.move(ticket, "sign", by=by, signed_at=clock.now(), signed_by_id=by.user_id)
        if notice is None:
            raise Refused(Refusal("整改通知书还没有送达。"))
        serving.sign_for(notice, by=by)
        return _started(row, by=by)


def notice_signed(ticket: Ticket, *, by: Actor, at: datetime, user_id: int | None, how: str = "") -> Ticket:
    """The notice was received: signed for on the document's page, or (no `user_id`) handed over, posted, deemed: the clock
    of the report runs from that moment."""
    if ticket.state != Ticket.State.SERVED:
        return ticket
    with transaction.atomic():
        if user_id is not None:
            row: Ticket = TICKET.move(ticket, "sign", by=by, signed_at=at, signed_by_id=user_id)
        else:
            row = TICKET.move(ticket, "receive", by=by, reason=how, signed_at=at, signed_by_id=None)
        return _started(row, by=by)


def receipt_voided(ticket: Ticket, *, by: Actor) -> Ticket:
    """The receipt was wrong: the clock that ran from it stops, and the unit's turn to sign comes again. After a report the
    ticket stands, and the office is told to look."""
    if ticket.state in (Ticket.State.APPROVAL, Ticket.State.SERVED, Ticket.State.DRAFT, Ticket.State.WITHDRAWN):
        return ticket
    reported = Deadline.objects.of(ticket).filter(act=REPORT, met_at__isnull=False).exists()
    if ticket.state != Ticket.State.RECTIFYING or reported:
        notify(ticket, by=by, key=f"unreceived:{clock.now():%s}", category=Category.ESCALATION, title=f"整改通知书的送达登记已撤销，整改单仍在办理：{ticket}"[:200],
               body="责任单位已经报送整改情况，整改单没有退回。请核对后处理。", organizations=[ticket.author_org_id],
               urgent=True)  # fmt: skip
        return ticket
    unit = ticket.subject_org
    assert unit is not None
    with transaction.atomic():
        row: Ticket = TICKET.move(ticket, "unreceive", by=by, signed_at=None, signed_by_id=None)
        deadlines.cancel(row, REPORT)
        start_clock(row, SIGN, unit, "签收整改通知书")
        return set_turn(row)


def _started(ticket: Ticket, *, by: Actor) -> Ticket:
    unit = ticket.subject_org
    assert unit is not None and ticket.signed_at is not None
    deadlines.meet(ticket, SIGN, by=by, at=ticket.signed_at)
    start_clock(ticket, REPORT, unit, "报送整改情况", start=ticket.signed_at)
    return set_turn(ticket)


def notice_voided(ticket: Ticket, document: Document, *, by: Actor) -> Ticket:
    """The notice was voided: nothing is demanded any more, and the ticket is a draft again. After the unit has reported
    the ticket stands, and the office is told to look."""
    if ticket.notice_id != document.pk:
        return ticket
    if ticket.state not in TICKET.by_name["reopen"].sources:
        if ticket.state not in (Ticket.State.DRAFT, Ticket.State.WITHDRAWN):
            notify(ticket, by=by, key=f"voided:{document.pk}", category=Category.ESCALATION, title=f"整改通知书已作废，整改单仍在办理：{ticket}",
                   body="责任单位已经报送整改情况，整改单没有退回。请核对后处理。",
                   organizations=[ticket.author_org_id], urgent=True)  # fmt: skip
        return ticket
    with transaction.atomic():
        row: Ticket = TICKET.move(ticket, "reopen", by=by, reason="整改通知书作废", notice=None, served_at=None,
                                  signed_at=None, signed_by=None, due_at=None)  # fmt: skip
        deadlines.cancel(row)
        row.problems.update(served_at=None)
        row.parties.all().delete()
        ProblemParty.objects.filter(root__in=row.problems.all()).delete()  # type: ignore[misc]
    return row


def notice_replaced(ticket: Ticket, old: Document, successor: Document, *, by: Actor) -> Ticket:
    """A new notice stands in the old one's place. Clocks that run go on as they are: what was demanded by a day is still
    due on it, and one who signed for the old notice need not report later. The office is told to look at them."""
    if ticket.notice_id != old.pk:
        return ticket
    with transaction.atomic():
        row: Ticket = lock(ticket)
        row.notice = successor
        row.save(update_fields=["notice"])
        log(row, by=by, name="notice_replaced", label="整改通知书更换", source=row.state, target=row.state,
            reason=f"{old.number}由{successor.number}替代")  # fmt: skip
        notify(row, by=by, key=f"replaced:{successor.pk}", category=Category.NEWS, title=f"整改通知书已更换：{row}",
               body=f"{old.number}由{successor.number}替代。已经起算的期限不变，确需延长的请按延期办理。",
               organizations=[row.author_org_id])  # fmt: skip
    return row
