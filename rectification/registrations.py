"""What this room shows in the navigation and on the workbench: places, and lines of things to do per role."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse

from accounts.actors import Actor, Role
from records import clock
from records.lines import Row, line_rows, register_lines
from records.models import Deadline, Document, Outbox
from records.registry import (
    Place,
    Section,
    Todo,
    register_companions,
    register_place,
    register_signing_lines,
    register_todos,
)
from records.trail.story import Source
from records.trail.trails import own, register_trail
from rectification.actions.orders import PROPOSE_INTERVIEW
from rectification.models import Measure, Problem, SupervisoryOrder, Ticket
from rectification.permissions import Permission
from rectification.rules import URGE
from rectification.sights import with_deadlines

S = Ticket.State
MOST = 50

# Signing for a ticket's notice is a line of this room, with its deadline: the documents need not say it again.
register_signing_lines(Ticket._meta.label_lower)
register_trail(
    Ticket, Permission.VIEW_TICKETS,
    sources=lambda ticket: [*own(ticket), Source(Measure, {"ticket_id": ticket.pk})],
    related=lambda ticket, actor: SupervisoryOrder.objects.visible_to(actor).filter(ticket=ticket),
)  # fmt: skip
register_place(
    Place(
        Section.RECTIFICATION,
        "整改单",
        "rectification:ticket_list",
        (Permission.VIEW_TICKETS,),
        "checklist",
        10,
        phone=3,
    ),
    Place(Section.RECTIFICATION, "问题台账", "rectification:problem_list", (Permission.VIEW_PROBLEMS,), "flag", 20),
    Place(Section.RECTIFICATION, "问题反复", "rectification:recurring", (Permission.KEEP_LEDGER,), "chart-bar", 25),
    Place(Section.RECTIFICATION, "问题分类", "rectification:category_list", (Permission.KEEP_LEDGER,), "list", 40),
    Place(
        Section.RECTIFICATION, "督办单", "rectification:order_list", (Permission.VIEW_TICKETS,), "alert-triangle", 30
    ),
)

# What is asked, the button's word, and the page that does it, by state.
OF_UNIT = {S.SERVED: ("签收整改通知书", "签收", ""), S.RECTIFYING: ("报送整改报告", "报送", "rectification:report")}
OF_STAFF = {
    S.DRAFT: ("送签整改通知书", "送签", ""),
    S.REPORTED: ("核查整改情况", "核查", "rectification:verify"),
    S.VERIFIED: ("销号", "销号", ""),
}
OF_HEAD = {S.VERIFIED: ("销号", "销号", "")}
OF_INSPECTOR = {S.REPORTED: ("核查整改情况", "核查", "rectification:verify")}
WATCHED = {S.SERVED: ("逾期未签收", "查看", ""), S.RECTIFYING: ("逾期未报送整改报告", "查看", "")}


def _lines(tickets: Any, words: dict[Any, tuple[str, str, str]]) -> list[Todo]:
    """Lines of the tickets, those of others' turn last, else the soonest due first. Two queries, two more where an
    order is in force."""
    others_turn = Case(When(state__in=list(WATCHED), then=Value(1)), default=Value(0))
    rows = list(tickets.select_related("subject_org").order_by(others_turn, "due_at", "pk")[:MOST])
    with_deadlines(rows)
    return [_line(ticket, *words[Ticket.State(ticket.state)], _lane(ticket, words)) for ticket in rows]


def _lane(ticket: Any, words: dict[Any, tuple[str, str, str]]) -> str:
    """Whose turn it is: an office only watches what units have let pass."""
    state = Ticket.State(ticket.state)
    return "watch" if words[state] == WATCHED.get(state) else "mine"


def _line(ticket: Any, what: str, action: str, url_name: str, lane: str) -> Todo:
    return Todo(
        what=what, title=ticket.title, unit=ticket.subject_org.label,
        url=reverse(url_name, args=[ticket.pk]) if url_name else ticket.get_absolute_url(), action=action,
        due_at=ticket.due_at, basis=ticket.deadline.basis if ticket.deadline else "", lane=lane,
    )  # fmt: skip


@register_todos
def of_unit(actor: Actor) -> Iterable[Todo]:
    """What the school must sign for or report."""
    if not actor.can(Permission.REPORT):
        return []
    mine = Ticket.objects.visible_to(actor).filter(subject_org_id=actor.organization_id, state__in=list(OF_UNIT))
    return _lines(mine, OF_UNIT)


@register_todos
def of_office(actor: Actor) -> Iterable[Todo]:
    """Drafts to send for approval, reports to verify that are nobody else's, verified tickets to close; and, to watch,
    what units have let pass: the ladder reminds them."""
    words = {Role.OFFICE_STAFF: OF_STAFF, Role.OFFICE_HEAD: OF_HEAD, Role.INSPECTOR: OF_INSPECTOR}.get(Role(actor.role))
    if not actor.is_office or words is None:
        return []
    theirs = Q(state=S.REPORTED, verifier__isnull=False) & ~Q(verifier_id=actor.user_id)
    theirs |= Q(state=S.VERIFIED, verified_by_id=actor.user_id)
    wanted = Q(state__in=list(words)) & ~theirs
    watches = actor.role != Role.INSPECTOR
    if watches:
        wanted |= Q(state__in=list(WATCHED), due_at__lte=clock.now())
    own = Ticket.objects.visible_to(actor).filter(wanted, owner_code=actor.division_code)
    return _lines(own, {**words, **WATCHED} if watches else words)


def _without_ticket(actor: Actor) -> list[QuerySet[Any]]:
    """Problems in the ledger for which nobody has opened a ticket yet."""
    if not actor.can(Permission.OPEN_TICKETS):
        return []
    rows = Problem.objects.visible_to(actor).without_ticket().filter(owner_code=actor.division_code)
    unit = Coalesce(NullIf("subject_org__short_name", Value("")), "subject_org__name")
    return [line_rows("problem", rows, title="title", since="created_at", more={"unit": unit})]


def _problem(row: Row) -> Todo:
    url = reverse("rectification:problem_detail", args=[row.key])
    return Todo(what="开具整改单或不予整改", title=row.title, unit=row.more["unit"], url=url, action="处置")


register_lines("problem", _without_ticket, _problem)


def _interviews_proposed(actor: Actor) -> list[QuerySet[Any]]:
    """Orders that nobody answered: the head decides whether to ask for an interview (云南实施意见第（八）条)."""
    if actor.role != Role.OFFICE_HEAD:
        return []
    waiting = Outbox.objects.visible_to(actor).filter(topic=PROPOSE_INTERVIEW, consumed_at__isnull=True)
    said = {name: KeyTextTransform(name, "payload") for name in ("title", "unit", "order", "basis")}
    return [line_rows("interview", waiting, key=said["order"], title=said["title"], basis=said["basis"],
                      since="created_at", more={"unit": said["unit"]})]  # fmt: skip


def _interview(row: Row) -> Todo:
    url = reverse("rectification:order_detail", args=[row.key])
    return Todo(what="督办单逾期未答复，建议约谈", title=row.title, unit=row.more["unit"], url=url, action="查看",
                basis=row.basis)  # fmt: skip


register_lines("interview", _interviews_proposed, _interview)


@register_todos
def of_department(actor: Actor) -> Iterable[Todo]:
    """Units that the department must urge."""
    if not actor.can(Permission.URGE):
        return []
    duties = Deadline.objects.visible_to(actor).open().filter(act=URGE, root_kind=Ticket._meta.label_lower)
    rows = {d.root_id: d for d in duties.order_by("due_at")[:MOST]}
    tickets = Ticket.objects.visible_to(actor).filter(pk__in=list(rows)).select_related("subject_org")
    return [
        Todo(what="督促落实整改", title=t.title, unit=t.subject_org.label, url=reverse("rectification:urge", args=[t.pk]),
             action="登记督促", due_at=rows[t.pk].due_at, basis=rows[t.pk].basis)
        for t in tickets
    ]  # fmt: skip


@register_companions
def around_ticket(root: Any, actor: Actor) -> Iterable[Any]:
    """A ticket's problems, orders and documents; for any of these the ticket and what else hangs on it."""
    ticket = _ticket_of(root, actor)
    if ticket is None:
        return
    yield ticket
    yield from Problem.objects.visible_to(actor).filter(ticket=ticket)
    orders = list(SupervisoryOrder.objects.visible_to(actor).filter(ticket=ticket))
    yield from orders
    about = Q(about_kind=ticket.kind, about_id=ticket.pk)
    about |= Q(about_kind=SupervisoryOrder._meta.label_lower, about_id__in=[order.pk for order in orders])
    yield from Document.objects.visible_to(actor).filter(about)


def _ticket_of(root: Any, actor: Actor) -> Ticket | None:
    pk = root.pk if isinstance(root, Ticket) else getattr(root, "ticket_id", None)
    if isinstance(root, Document):
        pk = root.about_id if root.about_kind == Ticket._meta.label_lower else None
    return Ticket.objects.visible_to(actor).filter(pk=pk).first() if pk else None
