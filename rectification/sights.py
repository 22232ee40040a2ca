"""Rows of lists with what belongs to them, in one query more however many rows."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, OuterRef, Subquery

from records.models import Deadline
from rectification.actions.tickets import TURN
from rectification.models import SupervisoryOrder, Ticket
from rectification.rules import URGE


def with_deadlines(tickets: Sequence[Ticket]) -> None:
    """Give each ticket `deadline`: the running one of whoever's turn it is, or None. One query.
    Where an order is in force, its deadline stands in the place of the report's.
    """
    found = _running(tickets)
    for ticket in tickets:
        ticket.deadline = found.get(ticket.pk)  # type: ignore[attr-defined]


def _running(tickets: Sequence[Ticket]) -> dict[int, Deadline]:
    """By ticket, its own open deadline that ends when the ticket does, or that is paused and gives it no end; else that
    of its order in force which ends then.
    """
    ends = {t.pk: t.due_at for t in tickets if t.state in TURN or t.due_at is not None}
    if not ends:
        return {}
    running = Deadline.objects.open().order_by()
    own = running.filter(root_kind=Ticket._meta.label_lower, root_id__in=list(ends)).exclude(act=URGE)
    orders = SupervisoryOrder.objects.filter(ticket__in=list(ends), state=SupervisoryOrder.State.IN_FORCE).order_by()
    chased = orders.filter(pk=OuterRef("root_id")).values("ticket_id")[:1]
    of_orders = running.filter(root_kind=SupervisoryOrder._meta.label_lower, root_id__in=orders.values("pk"))
    found: dict[int, Deadline] = {}
    # Two branches, not an OR: each is read through the index of its own kind.
    for row in own.annotate(ticket_id=F("root_id")).union(of_orders.annotate(ticket_id=Subquery(chased)), all=True):
        is_own = row.root_kind == Ticket._meta.label_lower
        stands = row.due_at == ends[row.ticket_id] or (is_own and row.paused_on)
        if stands and (is_own or row.ticket_id not in found):
            found[row.ticket_id] = row
    return found
