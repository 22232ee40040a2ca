"""What the portal itself puts into the navigation and on the workbench; its panels stand in portal.panels."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from accounts.actors import PREFECTURE_SPAN, Actor, Role
from portal import panels
from portal.permissions import Permission
from records import clock
from records.registry import Place, Section, Todo, register_place, register_todos
from rectification.articles import interview, rectify
from rectification.models import SupervisoryOrder, Ticket
from rectification.permissions import Permission as Rectification

__all__ = ["panels"]
MOST = 50
RUNS_AN_OFFICE = (Role.OFFICE_STAFF, Role.OFFICE_HEAD)

register_place(
    Place(
        Section.WORKBENCH,
        "工作台",
        "portal:home",
        (Permission.USE_WORKBENCH,),
        icon="layout-dashboard",
        order=0,
        phone=1,
    )
)


register_place(
    Place(Section.DATA, "数据总览", "portal:overview", (Permission.VIEW_OVERVIEW,), icon="chart-bar", order=10, phone=5)
)


@register_todos
def from_below(actor: Actor) -> Iterator[Todo]:
    """What offices below let come to a stop: an order that nobody answered, a verification that is overdue. One query.

    A county's office has nobody below; the one above interviews and urges (云南实施意见第（七）（八）条).
    """
    if (
        actor.role not in RUNS_AN_OFFICE
        or actor.division_code % PREFECTURE_SPAN
        or not actor.can(Rectification.VIEW_TICKETS)
    ):
        return
    # As a set of keys: an EXISTS for each row looks so dear to the planner that it chooses the joins at random.
    lapsed = SupervisoryOrder.objects.visible_to(actor).filter(state=SupervisoryOrder.State.LAPSED).order_by()
    unverified = Q(state=Ticket.State.REPORTED, due_at__lte=clock.now())
    unanswered = Q(state__in=[Ticket.State.SERVED, Ticket.State.RECTIFYING], pk__in=lapsed.values("ticket_id"))
    tickets = Ticket.objects.visible_to(actor).running().exclude(owner_code=actor.division_code)
    rows = tickets.filter(unverified | unanswered).select_related("subject_org", "author_org")
    for ticket in rows.order_by("due_at", "pk")[:MOST]:
        yield _line(ticket)


def _line(ticket: Ticket) -> Todo:
    assert ticket.subject_org is not None
    overdue_check = ticket.state == Ticket.State.REPORTED
    return Todo(
        what="下级核查逾期" if overdue_check else "下级督办单逾期未答复", title=ticket.title, lane="below",
        unit=f"{ticket.author_org.label} · {ticket.subject_org.label}", url=ticket.get_absolute_url(), action="查看",
        due_at=ticket.due_at, basis=rectify(ticket.owner_code) if overdue_check else interview(ticket.owner_code),
    )  # fmt: skip
