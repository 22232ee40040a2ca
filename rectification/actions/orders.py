"""督办单: drafted by the scheduler or the staff, in force when served, answered by the report, or lapsed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.actors import Actor, ActorKind, Role
from records import clock
from records.actions import documents
from records.documents.kinds import DocumentKind
from records.models import Category, Deadline, Document, DocumentParty, LadderStep
from records.notices.notify import notify
from records.outbox import publish
from records.state import Refusal, Refused, lock, log, owning_office
from records.timing import deadlines
from rectification import articles
from rectification.actions.tickets import scheduler_of, set_turn
from rectification.models import OrderParty, SupervisoryOrder, Ticket
from rectification.papers import order_content, order_reason, order_title
from rectification.permissions import Permission
from rectification.rules import ORDER, REPORT, SIGN
from rectification.workflow import ORDER as MACHINE
from rectification.workflow import can_be_chased

PROPOSE_INTERVIEW = "accountability.propose_interview"
S = SupervisoryOrder.State


def order_refusal(ticket: Ticket, actor: Actor) -> Refusal | None:
    """Why no order can be drafted on the ticket now, or None."""
    if not actor.can(Permission.DRAFT_ORDERS):
        return Refusal(f"您当前的身份（{actor.role_label}）无权拟制督办单。")
    refused = owning_office(ticket, actor) or can_be_chased(ticket, actor)
    if refused is not None:
        return refused
    if any(order.state in (S.DRAFTED, S.IN_FORCE) for order in ticket.orders.all()):
        return Refusal("该整改单已有一份未了结的督办单。")
    return None


def draft_order(ticket: Ticket, *, by: Actor, reason: str = "") -> SupervisoryOrder:
    """Draft an order with its paper and hand it to the head. `reason` is added by a person; the facts come by themselves.

    A person must say why; the scheduler has the deadline that passed.
    """
    if by.kind is not ActorKind.SYSTEM and not reason.strip():
        raise Refused(Refusal("请写明督办事由，如哪些问题整改不到位、不及时。"))
    with transaction.atomic():
        row: Ticket = lock(ticket)
        refused = order_refusal(row, by)
        if refused is not None or row.subject_org is None:
            raise Refused(refused or Refusal("整改单没有责任单位。"))
        text = _reason(row, reason)
        answer_by = clock.last_day(
            deadlines.due(deadlines.rule_for(ORDER, row.owner_code), clock.now(), row.owner_code).due_at
        )
        now = clock.now()
        order = SupervisoryOrder(
            owner_code=row.owner_code, author_org_id=row.author_org_id, subject_code=row.subject_code,
            subject_org=row.subject_org, filed_at=now, created_at=now, created_by_id=by.user_id, ticket=row,
            n=row.orders.count() + 1, reason_text=text, answer_by=answer_by,
        )  # fmt: skip
        order.save(force_insert=True)
        log(order, by=by, name="draft", label="拟制督办单", source="", target=order.state, reason=reason)
        document = documents.draft_document(
            by=by, kind=DocumentKind.SUPERVISORY_ORDER, title=order_title(row),
            content=order_content(row, reason=text, answer_by=answer_by), about=order, recipient=row.subject_org,
        )  # fmt: skip
        order.document = document
        order.save(update_fields=["document"])
        documents.submit(document, by=by)
    return order


def _reason(ticket: Ticket, added: str) -> str:
    """The facts of the deadline that passed, and what a person adds."""
    late = Deadline.objects.of(ticket).open().filter(act__in=[SIGN, REPORT]).order_by("-due_at").first()
    reminders = 0
    if late is not None:
        sent = LadderStep.objects.filter(deadline=late, recipient_org=ticket.subject_org, status=LadderStep.Status.SENT)
        reminders = sent.count()
    facts = order_reason(ticket, late.last_day, reminders) if late is not None and late.is_overdue else ""
    own = added.strip()
    if own and not own.endswith(("。", "！", "；")):
        own += "。"
    return f"{facts}{own}"


def order_served(order: SupervisoryOrder, document: Document, *, by: Actor, at: datetime) -> SupervisoryOrder:
    """The paper was served: the order is in force and its new deadline runs. One that was overtaken by the report falls."""
    if order.state != S.DRAFTED or order.document_id != document.pk:
        return order
    ticket, unit = order.ticket, order.subject_org
    assert unit is not None
    if can_be_chased(ticket, by) is not None:
        return _withdraw(order, by=by, reason="送达前责任单位已报送整改情况")
    with transaction.atomic():
        row: SupervisoryOrder = MACHINE.move(order, "serve", by=by, served_at=at, facts={"number": document.number})
        deadlines.open_deadline(row, rule_code=ORDER, party_org=unit, title=f"答复督办单：{ticket.title}", start=at)
        if ticket.department_id:
            dates = {"owner_code": row.owner_code, "organization_id": ticket.department_id, "valid_from": clock.today()}
            OrderParty.objects.bulk_create([OrderParty(root=row, role="department", **dates)], ignore_conflicts=True)
            if not document.parties.filter(organization_id=ticket.department_id).exists():
                DocumentParty(root=document, role="copied", **dates).save(force_insert=True)
            notify(row, by=by, key="department", category=Category.ESCALATION, title=f"所属单位被督办：{unit.name}“{ticket.title}”",
                   organizations=[ticket.department_id], urgent=True)  # fmt: skip
        set_turn(ticket)
    return row


def answer_orders(ticket: Ticket, *, by: Actor) -> None:
    """The unit's report answers the order in force; a lapsed one's deadline is met late."""
    for order in ticket.orders.filter(state__in=[S.IN_FORCE, S.LAPSED]).select_for_update(of=("self",)):
        if order.state == S.IN_FORCE:
            MACHINE.move(order, "answer", by=by, answered_at=clock.now())
        deadlines.meet(order, ORDER, by=by)


def withdraw_drafted_orders(ticket: Ticket, *, by: Actor) -> None:
    """The report came before the order was served: the draft and its paper fall. Runs as the scheduler, because the
    unit does not see a draft."""
    for order in ticket.orders.filter(state=S.DRAFTED):
        _withdraw(order, by=by, reason="责任单位已报送整改情况")


def _withdraw(order: SupervisoryOrder, *, by: Actor, reason: str) -> SupervisoryOrder:
    with transaction.atomic():
        row: SupervisoryOrder = MACHINE.move(order, "withdraw", by=by, reason=reason)
        if row.document is not None and row.document.state not in (Document.State.VOID, Document.State.REPLACED):
            documents.void(row.document, by=scheduler_of(row), reason=reason)
        deadlines.cancel(row)
        set_turn(row.ticket)
    return row


def order_voided(order: SupervisoryOrder, *, by: Actor) -> SupervisoryOrder:
    """The paper was voided by the head: the order is withdrawn with it."""
    if order.state not in (S.DRAFTED, S.IN_FORCE):
        return order
    return _withdraw(order, by=by, reason="督办单公文作废")


def order_replaced(order: SupervisoryOrder, old: Document, successor: Document, *, by: Actor) -> SupervisoryOrder:
    """A new paper stands in the old one's place; the order and its deadline go on."""
    if order.document_id != old.pk:
        return order
    with transaction.atomic():
        row: SupervisoryOrder = lock(order)
        row.document = successor
        row.save(update_fields=["document"])
        log(row, by=by, name="order_replaced", label="督办单更换", source=row.state, target=row.state,
            reason=f"{old.number}由{successor.number}替代")  # fmt: skip
    return row


def lapse_order(order: SupervisoryOrder, *, by: Actor) -> SupervisoryOrder:
    """Nobody answered, though warned: the head is proposed an interview (云南实施意见第（八）条)."""
    if order.state != S.IN_FORCE or not Deadline.objects.of(order).overdue().filter(act=ORDER).exists():
        return order
    with transaction.atomic():
        row: SupervisoryOrder = MACHINE.move(order, "lapse", by=by, lapsed_at=clock.now())
        unit, ticket = row.subject_org, row.ticket
        assert unit is not None
        publish(
            PROPOSE_INTERVIEW,
            key=str(row.pk),
            root=row,
            by=by,
            payload={
                "ticket": ticket.pk,
                "order": row.pk,
                "number": row.document.number if row.document else "",
                "unit": unit.name,
                "title": ticket.title,
                "basis": articles.interview(row.owner_code),
            },
        )
        notify(row, by=by, key="lapsed", category=Category.ESCALATION, title=f"督办单逾期未答复，建议约谈：{unit.name}",
               body=f"“{ticket.title}”。依据：{articles.interview(row.owner_code)}", organizations=[row.author_org_id],
               roles=[Role.OFFICE_HEAD], urgent=True)  # fmt: skip
        set_turn(ticket)
    return row
