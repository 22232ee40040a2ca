"""Rows of lists with what belongs to them, in one query more however many rows."""

from __future__ import annotations

from collections.abc import Sequence

from records.models import Deadline
from rectification.models import SupervisoryOrder, Ticket
from rectification.rules import URGE


def with_deadlines(tickets: Sequence[Ticket]) -> None:
    """Give each ticket `deadline`: the running one of whoever's turn it is, or None. One query; two more where an order
    is in force, whose deadline then stands in the place of the report's.
    """
    found = _running(Ticket._meta.label_lower, {t.pk: t for t in tickets if t.due_at is not None})
    missing = [t for t in tickets if t.due_at is not None and t.pk not in found]
    if missing:
        orders = SupervisoryOrder.objects.filter(ticket__in=missing, state=SupervisoryOrder.State.IN_FORCE)
        chased = dict(orders.values_list("pk", "ticket_id"))
        by_ticket = {t.pk: t for t in missing}
        running = _running(SupervisoryOrder._meta.label_lower, {pk: by_ticket[t] for pk, t in chased.items()})
        found |= {chased[pk]: deadline for pk, deadline in running.items()}
    for ticket in tickets:
        ticket.deadline = found.get(ticket.pk)  # type: ignore[attr-defined]


def _running(kind: str, tickets: dict[int, Ticket]) -> dict[int, Deadline]:
    """By root id, the open deadline that ends when the ticket of that root does."""
    if not tickets:
        return {}
    rows = Deadline.objects.filter(
        root_kind=kind, root_id__in=list(tickets), met_at__isnull=True, cancelled_at__isnull=True
    )
    return {row.root_id: row for row in rows.exclude(act=URGE) if row.due_at == tickets[row.root_id].due_at}
