"""Rows of lists with what belongs to them, in one query more however many rows."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import OuterRef, Subquery

from records.models import Deadline
from rectification.actions.tickets import TURN
from rectification.models import SupervisoryOrder, Ticket
from rectification.rules import URGE


def with_deadlines(tickets: Sequence[Ticket]) -> None:
    """Give each ticket `deadline`: the running one of whoever's turn it is, or None. One query; one more where an order
    is in force, whose deadline then stands in the place of the report's.
    """
    found = _running(tickets)
    missing = [t for t in tickets if t.due_at is not None and t.pk not in found]
    found |= _running_of_orders(missing)
    for ticket in tickets:
        ticket.deadline = found.get(ticket.pk)  # type: ignore[attr-defined]


def _running(tickets: Sequence[Ticket]) -> dict[int, Deadline]:
    """By ticket, its open deadline that ends when the ticket does, or that is paused and gives it no end."""
    ends = {t.pk: t.due_at for t in tickets if t.state in TURN}
    rows = Deadline.objects.open().filter(root_kind=Ticket._meta.label_lower, root_id__in=list(ends)).exclude(act=URGE)
    return {row.root_id: row for row in rows if row.due_at == ends[row.root_id] or row.paused_on} if ends else {}


def _running_of_orders(tickets: Sequence[Ticket]) -> dict[int, Deadline]:
    """By ticket, the open deadline of its order in force."""
    ends = {t.pk: t.due_at for t in tickets}
    orders = SupervisoryOrder.objects.filter(ticket__in=list(ends), state=SupervisoryOrder.State.IN_FORCE)
    chased = orders.filter(pk=OuterRef("root_id")).values("ticket_id")
    rows = (
        Deadline.objects.open()
        .filter(root_kind=SupervisoryOrder._meta.label_lower, root_id__in=orders.values("pk"))
        .annotate(ticket_id=Subquery(chased))
    )
    return {row.ticket_id: row for row in rows if row.due_at == ends[row.ticket_id]} if ends else {}
