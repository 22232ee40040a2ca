"""What follows from a document or a ladder's step: thin, may run twice, re-checks before it acts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.actors import Actor
from records.models import Deadline, Document, Outbox
from records.outbox import handles
from rectification import actions
from rectification.actions.proceedings import REPORTED
from rectification.models import SupervisoryOrder, Ticket
from rectification.rules import DRAFT_ORDER, LAPSE_ORDER, REPORT, SIGN

TICKET, ORDER = Ticket._meta.label_lower, SupervisoryOrder._meta.label_lower


def _about(model: type[Any], row: Outbox, actor: Actor) -> Any | None:
    """The root that the document is about, in the scheduler's own office."""
    return model.objects.visible_to(actor).filter(pk=row.payload["about"]).first()


def _document(row: Outbox, actor: Actor) -> Document:
    found: Document = Document.objects.visible_to(actor).get(pk=row.payload["document"])
    return found


def _successor(row: Outbox, actor: Actor) -> Document:
    found: Document = Document.objects.visible_to(actor).get(pk=row.payload["successor"])
    return found


def _at(row: Outbox) -> datetime:
    return datetime.fromisoformat(row.payload["at"])


@handles(f"document.served:{TICKET}")
def notice_served(row: Outbox, actor: Actor) -> None:
    ticket = _about(Ticket, row, actor)
    if ticket is not None:
        actions.notice_served(ticket, _document(row, actor), by=actor, at=_at(row))


@handles(f"document.signed:{TICKET}")
def notice_signed(row: Outbox, actor: Actor) -> None:
    ticket = _about(Ticket, row, actor)
    if ticket is not None and ticket.notice_id == row.payload["document"]:
        actions.notice_signed(
            ticket, by=actor, at=_at(row), user_id=row.payload["user"], how=row.payload.get("how", "")
        )


@handles(f"document.receipt_voided:{TICKET}")
def receipt_voided(row: Outbox, actor: Actor) -> None:
    ticket = _about(Ticket, row, actor)
    if ticket is not None and ticket.notice_id == row.payload["document"]:
        actions.receipt_voided(ticket, by=actor)


@handles(f"document.voided:{TICKET}")
def notice_voided(row: Outbox, actor: Actor) -> None:
    ticket = _about(Ticket, row, actor)
    if ticket is not None:
        actions.notice_voided(ticket, _document(row, actor), by=actor)


@handles(f"document.replaced:{TICKET}")
def notice_replaced(row: Outbox, actor: Actor) -> None:
    ticket = _about(Ticket, row, actor)
    if ticket is not None:
        actions.notice_replaced(ticket, _document(row, actor), _successor(row, actor), by=actor)


@handles(f"document.replaced:{ORDER}")
def order_replaced(row: Outbox, actor: Actor) -> None:
    order = _about(SupervisoryOrder, row, actor)
    if order is not None:
        actions.order_replaced(order, _document(row, actor), _successor(row, actor), by=actor)


@handles(f"document.served:{ORDER}")
def order_served(row: Outbox, actor: Actor) -> None:
    order = _about(SupervisoryOrder, row, actor)
    if order is not None:
        actions.order_served(order, _document(row, actor), by=actor, at=_at(row))


@handles(f"document.signed:{ORDER}")
def order_signed(row: Outbox, actor: Actor) -> None:
    """The order's clock runs from service, so a receipt changes nothing here; the document keeps it."""


@handles(f"document.receipt_voided:{ORDER}")
def order_receipt_voided(row: Outbox, actor: Actor) -> None:
    """Its clock does not run from the receipt."""


@handles(f"document.voided:{ORDER}")
def order_voided(row: Outbox, actor: Actor) -> None:
    order = _about(SupervisoryOrder, row, actor)
    if order is not None:
        actions.order_voided(order, by=actor)


@handles(REPORTED)
def report_came(row: Outbox, actor: Actor) -> None:
    ticket = Ticket.objects.visible_to(actor).filter(pk=row.root_id, state=Ticket.State.REPORTED).first()
    if ticket is not None:
        actions.withdraw_drafted_orders(ticket, by=actor)


@handles(DRAFT_ORDER)
def draft_order(row: Outbox, actor: Actor) -> None:
    """The ladder's end: an order is drafted, unless the unit has acted meanwhile or an order stands already."""
    ticket = Ticket.objects.visible_to(actor).filter(pk=row.root_id).first()
    if ticket is None or not _still_late(row, ticket) or actions.order_refusal(ticket, actor) is not None:
        return
    actions.draft_order(ticket, by=actor)


def _still_late(row: Outbox, ticket: Ticket) -> bool:
    """Whether the very deadline that the step was about is still open and past."""
    running = Deadline.objects.of(ticket).overdue().filter(pk=row.payload["deadline"], act__in=[SIGN, REPORT])
    return running.exists()


@handles(LAPSE_ORDER)
def lapse_order(row: Outbox, actor: Actor) -> None:
    order = SupervisoryOrder.objects.visible_to(actor).filter(pk=row.root_id).first()
    if order is not None:
        actions.lapse_order(order, by=actor)
