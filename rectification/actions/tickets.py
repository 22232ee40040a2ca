"""Tickets: opened from problems of one unit, changed while a draft, withdrawn, given a verifier; whose turn and till when."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from accounts.actors import Actor, Role, system
from accounts.models import Membership, Organization, User
from inspectors.assignments import inspectors_of
from records import clock
from records.actions import documents
from records.models import Category, Deadline, Document, NumberCounter
from records.notices.notify import notify
from records.state import Refusal, Refused, lock, log, owning_office
from records.timing import deadlines
from rectification.models import Problem, SupervisoryOrder, Ticket
from rectification.permissions import Permission
from rectification.rules import ORDER, REPORT, SIGN, VERIFY
from rectification.workflow import PROBLEM, TICKET

SERIES = "整改单"
GRAVITY = [Problem.Severity.MINOR, Problem.Severity.GENERAL, Problem.Severity.SERIOUS]
TURN = {
    Ticket.State.SERVED: (SIGN,),
    Ticket.State.RECTIFYING: (REPORT,),
    Ticket.State.REPORTED: (VERIFY,),
}


def open_ticket(
    *, by: Actor, problems: Sequence[Problem], demand: str, department: Organization | None = None, title: str = ""
) -> Ticket:
    """Demand that a unit put its problems right: a draft with a number, not yet shown to the unit.

    Refused unless all problems are open, of one unit and of `by`'s office. The department is the unit's competent one
    and the verifier the inspector of its district, where there are such.
    """
    first = _one_unit(problems, by)
    unit = first.subject_org
    assert unit is not None
    now = clock.now()
    with transaction.atomic():
        ticket = Ticket(
            owner_code=by.division_code, author_org_id=by.organization_id, subject_code=first.subject_code,
            subject_org=unit, filed_at=now, created_at=now, created_by_id=by.user_id, number=_next_number(by.division_code),
            title=(title.strip() or _title(problems))[:120], demand=demand.strip(),
            severity=max((p.severity for p in problems), key=lambda s: GRAVITY.index(Problem.Severity(s))),
            department=department or unit.competent_department, verifier=_inspector_of(unit, by),
        )  # fmt: skip
        ticket.save(force_insert=True)
        log(ticket, by=by, name="open", label="拟办整改单", source="", target=ticket.state)
        for problem in problems:
            PROBLEM.move(problem, "rectify", by=by, facts={"ticket": ticket.number}, ticket=ticket)
    return ticket


def _one_unit(problems: Sequence[Problem], by: Actor) -> Problem:
    if not problems:
        raise Refused(Refusal("请至少选定一个问题。"))
    first = problems[0]
    refused = owning_office(first, by)
    if refused:
        raise Refused(refused)
    if any((p.subject_org_id, p.owner_code) != (first.subject_org_id, first.owner_code) for p in problems):
        raise Refused(Refusal("一张整改单只能列入同一单位的问题，请分别开具。"))
    return first


def _title(problems: Sequence[Problem]) -> str:
    more = f"等{len(problems)}个问题" if len(problems) > 1 else ""
    return f"{problems[0].title[: 118 - len(more)]}{more}"


def _next_number(owner_code: int) -> str:
    """e.g. 整530102-2026-0007: by office and year without a gap; the counter's row is locked until the commit."""
    key = {"owner_code": owner_code, "series": SERIES, "year": clock.today().year}
    NumberCounter.objects.bulk_create([NumberCounter(**key)], ignore_conflicts=True)
    counter = NumberCounter.objects.select_for_update().get(**key)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"整{owner_code}-{counter.year}-{counter.last:04d}"


def _inspector_of(unit: Organization, by: Actor) -> User | None:
    found = inspectors_of(unit.pk).filter(office_id=by.organization_id).order_by("pk").first()
    return found.user if found else None


def change_ticket(ticket: Ticket, *, by: Actor, title: str, demand: str, department: Organization | None) -> Ticket:
    """Change the text of a draft; once its notice is sent for approval the text stands."""
    with transaction.atomic():
        row: Ticket = lock(ticket)
        refused = owning_office(row, by)
        if refused is None and not by.can(Permission.OPEN_TICKETS):
            refused = Refusal(f"您当前的身份（{by.role_label}）无权修改整改单。")
        if refused is None and row.state != Ticket.State.DRAFT:
            refused = Refusal(f"当前状态为“{row.get_state_display()}”，整改要求不能再改。")
        if refused is not None:
            raise Refused(refused)
        row.title, row.demand, row.department = title.strip()[:120], demand.strip(), department
        row.save(update_fields=["title", "demand", "department"])
        log(row, by=by, name="change", label="修改整改单", source=row.state, target=row.state)
    return row


def assign_verifier(ticket: Ticket, *, by: Actor, verifier: User | None) -> Ticket:
    """Say who verifies; None leaves it to the district's inspector and the staff."""
    with transaction.atomic():
        row: Ticket = lock(ticket)
        refused = owning_office(row, by)
        if refused is None and not by.can(Permission.OPEN_TICKETS):
            refused = Refusal(f"您当前的身份（{by.role_label}）无权指定核查人。")
        if refused is None and row.state in (Ticket.State.VERIFIED, Ticket.State.CLOSED, Ticket.State.WITHDRAWN):
            refused = Refusal(f"当前状态为“{row.get_state_display()}”，不能再指定核查人。")
        if refused is None and verifier is not None and not possible_verifiers(by).filter(user=verifier).exists():
            refused = Refusal("核查人须是本办的工作人员或督学。")
        if refused is not None:
            raise Refused(refused)
        row.verifier = verifier
        row.save(update_fields=["verifier"])
        log(
            row,
            by=by,
            name="assign",
            label="指定核查人",
            source=row.state,
            target=row.state,
            reason=f"由{verifier}核查" if verifier else "不指定",
        )
        if verifier is not None:
            notify(
                row,
                by=by,
                key=f"verifier:{verifier.pk}",
                category=Category.TO_SIGN,
                title=f"请您核查：{row}",
                users=[verifier.pk],
            )
    return row


def possible_verifiers(by: Actor):  # type: ignore[no-untyped-def]
    """Memberships of the office's staff and inspectors valid today."""
    return (
        Membership.objects.visible_to(by)
        .filter(organization_id=by.organization_id, role__in=[Role.OFFICE_STAFF, Role.INSPECTOR])
        .valid_on(clock.today())
    )


def withdraw_ticket(ticket: Ticket, *, by: Actor, reason: str) -> Ticket:
    """Withdraw before service: the number stays, the problems go back to the ledger, a drafted notice is voided."""
    with transaction.atomic():
        row: Ticket = TICKET.move(ticket, "withdraw", by=by, reason=reason, withdrawn_at=clock.now(),
                                  withdrawn_by_id=by.user_id, due_at=None)  # fmt: skip
        if row.notice is not None and row.notice.state != Document.State.VOID:
            # The head voids what he approved; an unapproved draft falls with its ticket.
            documents.void(row.notice, by=scheduler_of(row), reason=f"整改单由{by.display_name}撤回：{reason.strip()}")
        for problem in list(row.problems.all()):
            PROBLEM.move(problem, "release", by=by, reason=reason, ticket=None)
    return row


def scheduler_of(root: Ticket | SupervisoryOrder) -> Actor:
    """The office's scheduler, for what follows by itself from what a person did to a ticket."""
    return system(root.owner_code, organization_id=root.author_org_id)


def set_turn(ticket: Ticket) -> Ticket:
    """Copy the running deadline of whoever's turn it is to the ticket; an order in force comes before the report. While
    it is paused there is none: nobody is late."""
    order = ticket.orders.filter(state=SupervisoryOrder.State.IN_FORCE).first()
    acts = TURN.get(Ticket.State(ticket.state), ())
    running = Deadline.objects.of(ticket).open().filter(act__in=acts)
    if order is not None and ticket.state in (Ticket.State.SERVED, Ticket.State.RECTIFYING):
        running = Deadline.objects.of(order).open().filter(act=ORDER)
    row = running.order_by("-due_at").first()
    ticket.due_at = row.due_at if row and row.paused_on is None else None
    ticket.save(update_fields=["due_at"])
    return ticket


@deadlines.follows(Ticket._meta.label_lower)
def ticket_deadline_moved(ticket: Ticket) -> None:
    """A deadline of the ticket was extended, paused or resumed."""
    set_turn(ticket)


@deadlines.follows(SupervisoryOrder._meta.label_lower)
def order_deadline_moved(order: SupervisoryOrder) -> None:
    set_turn(order.ticket)


def start_clock(ticket: Ticket, act: str, party: Organization, title: str, **start: object) -> None:
    """Open a party's deadline unless it runs already: the second of two events finds it."""
    if Deadline.objects.of(ticket).open().filter(Q(act=act), party_org=party).exists():
        return
    deadlines.open_deadline(ticket, rule_code=act, party_org=party, title=f"{title}：{ticket.title}", **start)  # type: ignore[arg-type]
