"""Rows of lists with what belongs to them, in two queries more however many rows."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from records.models import Deadline
from rectification.actions.tickets import TURN
from rectification.models import SupervisoryOrder, Ticket
from rectification.rules import URGE

# What deadline_badge and the workbench show of a deadline.
SHOWN = ("root_kind", "root_id", "due_at", "original_due_at", "paused_on", "met_at", "cancelled_at", "verdict",
         "provisional", "rule_label", "basis")  # fmt: skip


def with_deadlines(tickets: Sequence[Ticket]) -> None:
    """Give each ticket `deadline`: the running one of whoever's turn it is, or None. Two queries.
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
    orders = SupervisoryOrder.objects.filter(ticket__in=list(ends), state=SupervisoryOrder.State.IN_FORCE)
    of_order = dict(orders.order_by().values_list("pk", "ticket_id"))
    wanted = Q(root_kind=Ticket._meta.label_lower, root_id__in=list(ends)) & ~Q(act=URGE)
    if of_order:
        wanted |= Q(root_kind=SupervisoryOrder._meta.label_lower, root_id__in=list(of_order))
    found: dict[int, Deadline] = {}
    for row in Deadline.objects.open().filter(wanted).order_by().only(*SHOWN):
        is_own = row.root_kind == Ticket._meta.label_lower
        ticket = row.root_id if is_own else of_order[row.root_id]
        stands = row.due_at == ends[ticket] or (is_own and row.paused_on)
        if stands and (is_own or ticket not in found):
            found[ticket] = row
    return found
