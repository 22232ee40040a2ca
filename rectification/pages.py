"""What the pages of tickets and orders show, fetched in few queries whatever the ticket holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.actors import Actor
from records import clock
from records.models import Attachment, Deadline, Document, LadderStep, StateTransition
from records.web import Button, Entry, buttons
from rectification import articles
from rectification.actions import order_refusal
from rectification.models import InternalNote, Problem, RectificationReport, SupervisoryOrder, Ticket, Verification
from rectification.permissions import Permission
from rectification.rules import ORDER, REPORT, SIGN, URGE, VERIFY
from rectification.workflow import TICKET

S = Ticket.State
RUNNING = (S.SERVED, S.RECTIFYING, S.REPORTED)
FORM_PAGES = {"report": "rectification:report", "verify": "rectification:verify", "return": "rectification:verify"}
# Of what happened to a paper, what its ticket tells too.
PAPER_MOVES = ("approve", "sign_for", "record_receipt", "deem", "void_receipt", "void")
ICONS = {"sign_for": "receipt", "urge": "bell", "close": "circle-check", "return": "alert-circle"}


@dataclass
class Party:
    """One of the four in the ticket's chain."""

    role: str
    name: str
    turn: bool = False
    done: bool = False
    deadline: Deadline | None = None


@dataclass
class ReportLine:
    """A report with its evidence and what came of it."""

    report: RectificationReport
    files: list[Attachment]
    verifications: list[Verification]


@dataclass
class ProblemLine:
    problem: Problem
    files: list[Attachment]


@dataclass
class TicketPage:
    """Everything the ticket's page shows to an actor."""

    ticket: Ticket
    deadlines: list[Deadline]
    parties: list[Party]
    problems: list[ProblemLine]
    measures: list[Any]
    reports: list[ReportLine]
    orders: list[SupervisoryOrder]
    notes: list[InternalNote]
    actions: list[Button]
    entries: list[Entry]
    deadline: Deadline | None = None
    before: list[Attachment] = field(default_factory=list)
    after: list[Attachment] = field(default_factory=list)


def ticket_page(ticket: Ticket, actor: Actor) -> TicketPage:
    """`ticket` came through `visible_to` with its people joined (`with_people`)."""
    orders = list(ticket.orders.all())
    problems, reports = list(ticket.problems.all()), list(ticket.reports.all())
    files = _files(ticket, problems)
    running = _deadlines(ticket, orders)
    lines = _reports(ticket, reports, files)
    shown = [ProblemLine(p, files[(p.kind, p.pk, "")]) for p in problems]
    notes = list(InternalNote.objects.visible_to(actor).filter(ticket=ticket)) if actor.is_office else []
    return TicketPage(
        ticket=ticket, deadlines=running, parties=_parties(ticket, running), problems=shown,
        measures=list(ticket.measures.all()), reports=lines, orders=orders, notes=notes,
        actions=ticket_actions(ticket, actor, orders), entries=history(ticket, orders), deadline=turn(ticket, running),
        before=[f for line in shown for f in line.files if f.is_image],
        after=[f for f in lines[-1].files if f.is_image] if lines else [],
    )  # fmt: skip


def _files(ticket: Ticket, problems: Sequence[Problem]) -> dict[tuple[str, int, str], list[Attachment]]:
    """Handed-in evidence of the ticket and its problems, by root and part. One query."""
    where = Q(root_kind=ticket.kind, root_id=ticket.pk)
    where |= Q(root_kind=Problem._meta.label_lower, root_id__in=[p.pk for p in problems])
    found: dict[tuple[str, int, str], list[Attachment]] = defaultdict(list)
    for row in Attachment.objects.filter(where, filed_at__isnull=False, replaced_by__isnull=True):
        part = row.part if row.root_kind == ticket.kind else ""
        found[(row.root_kind, row.root_id, part)].append(row)
    return found


def _reports(
    ticket: Ticket, reports: Sequence[RectificationReport], files: dict[Any, list[Attachment]]
) -> list[ReportLine]:
    outcome: dict[int, list[Verification]] = defaultdict(list)
    if reports:
        for verification in ticket.verifications.all():
            outcome[verification.report_id].append(verification)
    return [ReportLine(r, files[(ticket.kind, ticket.pk, r.part)], outcome[r.pk]) for r in reports]


def _deadlines(ticket: Ticket, orders: Sequence[SupervisoryOrder]) -> list[Deadline]:
    where = Q(root_kind=ticket.kind, root_id=ticket.pk)
    where |= Q(root_kind=SupervisoryOrder._meta.label_lower, root_id__in=[o.pk for o in orders])
    rows = Deadline.objects.filter(where, cancelled_at__isnull=True).select_related("party_org")
    return sorted(rows, key=lambda d: (d.met_at is not None, d.due_at))


def turn(ticket: Ticket, deadlines: Iterable[Deadline]) -> Deadline | None:
    """The running deadline of whoever's turn it is, or the one that is paused."""
    if ticket.due_at is None:
        return next((d for d in deadlines if d.is_open and d.paused_on and d.act != URGE), None)
    return next((d for d in deadlines if d.met_at is None and d.due_at == ticket.due_at and d.act != URGE), None)


def _latest(deadlines: Iterable[Deadline], *acts: str) -> Deadline | None:
    rows = [d for d in deadlines if d.act in acts]
    return next((d for d in rows if d.met_at is None), rows[-1] if rows else None)


def _parties(ticket: Ticket, deadlines: list[Deadline]) -> list[Party]:
    state = ticket.state
    closed = state == S.CLOSED
    unit = ticket.subject_org.label if ticket.subject_org else ""
    verifier = ticket.verifier.full_name if ticket.verifier else "责任督学或督导办"
    urged = _latest(deadlines, URGE)
    chain = [
        Party("责任单位", unit, state in (S.SERVED, S.RECTIFYING), state in (S.REPORTED, S.VERIFIED, S.CLOSED),
              _latest(deadlines, ORDER, REPORT, SIGN)),
        Party("核查", verifier, state == S.REPORTED, state in (S.VERIFIED, S.CLOSED), _latest(deadlines, VERIFY)),
        Party("承办督导办", ticket.author_org.label, state in (S.DRAFT, S.APPROVAL, S.VERIFIED), closed),
    ]  # fmt: skip
    if ticket.department is not None:
        chain.append(Party("主管部门督促", ticket.department.label, False, bool(urged and urged.met_at), urged))
    return chain


# --- what one can do ------------------------------------------------------------------------------------------------


def ticket_actions(ticket: Ticket, actor: Actor, orders: Sequence[SupervisoryOrder]) -> list[Button]:
    """The buttons of the state table, those with a form as links, and what is no move: verifier, urging, orders."""
    made = []
    names = [o.transition.name for o in TICKET.options(ticket, actor)]
    for name, button in zip(
        names, buttons(TICKET, ticket, actor, "rectification:ticket_move", forms=FORM_PAGES), strict=True
    ):
        if name == "return":  # one form decides between both
            continue
        made.append(_as_link(button, name, ticket) if name in FORM_PAGES else button)
    return [*made, *_own_work(ticket, actor), *_order_action(ticket, actor, orders)]


def _as_link(button: Button, name: str, ticket: Ticket) -> Button:
    label = "核查" if name == "verify" else button.label
    return replace(button, label=label, url=reverse(FORM_PAGES[name], args=[ticket.pk]), needs_reason=False, confirm="")


def _own_work(ticket: Ticket, actor: Actor) -> list[Button]:
    links = []
    if actor.can(Permission.REPORT) and ticket.state == S.RECTIFYING and actor.organization_id == ticket.subject_org_id:
        label = "修改整改措施" if ticket.measures.all() else "填写整改措施"
        links.append(
            Button(
                label,
                reverse("rectification:measures", args=[ticket.pk]),
                is_link=True,
                tone="secondary" if ticket.measures.all() else "primary",
            )
        )
    if actor.can(Permission.URGE) and ticket.state in RUNNING and actor.organization_id == ticket.department_id:
        links.append(Button("登记督促情况", reverse("rectification:urge", args=[ticket.pk]), is_link=True))
    if actor.can(Permission.OPEN_TICKETS) and actor.division_code == ticket.owner_code:
        if ticket.state == S.DRAFT:
            links.append(
                Button("修改", reverse("rectification:ticket_change", args=[ticket.pk]), is_link=True, tone="secondary")
            )
        if ticket.state in (S.DRAFT, S.APPROVAL, *RUNNING):
            links.append(
                Button(
                    "指定核查人", reverse("rectification:verifier", args=[ticket.pk]), is_link=True, tone="secondary"
                )
            )
    return links


def _order_action(ticket: Ticket, actor: Actor, orders: Sequence[SupervisoryOrder]) -> list[Button]:
    if not actor.can(Permission.DRAFT_ORDERS) or ticket.state not in (S.SERVED, S.RECTIFYING):
        return []
    refused = order_refusal(ticket, actor)
    return [
        Button("拟制督办单", reverse("rectification:order_draft", args=[ticket.pk]), allowed=refused is None,
               why_not=refused.sentence if refused else "", article=refused.article if refused else "", is_link=True,
               tone="grave")
    ]  # fmt: skip


# --- what happened ----------------------------------------------------------------------------------------------------


def history(ticket: Ticket, orders: Sequence[SupervisoryOrder]) -> list[Entry]:
    """Moves of ticket, orders and their papers, and the reminders sent, newest first. Two queries."""
    papers = [pk for pk in (ticket.notice_id, *(o.document_id for o in orders)) if pk]
    roots = Q(root_kind=ticket.kind, root_id=ticket.pk)
    chased = Q(root_kind=SupervisoryOrder._meta.label_lower, root_id__in=[o.pk for o in orders])
    paper = Q(root_kind=Document._meta.label_lower, root_id__in=papers, name__in=PAPER_MOVES)
    # The unit's signature for the notice is a move of the ticket already.
    twice = Q(root_kind=Document._meta.label_lower, root_id=ticket.notice_id, name="sign_for")
    moves = [_entry(t) for t in StateTransition.objects.filter(roots | chased | paper).exclude(twice)]
    sent = LadderStep.objects.filter(
        Q(deadline__root_kind=ticket.kind, deadline__root_id=ticket.pk)
        | Q(deadline__root_kind=SupervisoryOrder._meta.label_lower, deadline__root_id__in=[o.pk for o in orders]),
        status=LadderStep.Status.SENT, rung__consequence="",
    ).select_related("rung", "recipient_org")  # fmt: skip
    reminders = [
        Entry(at=s.done_at or clock.now(), what=s.rung.title, who="系统", note=f"已送达：{s.recipient_org.label}",
              icon="bell", tone="amber")
        for s in sent
    ]  # fmt: skip
    return sorted([*moves, *reminders], key=lambda e: e.at, reverse=True)


def _entry(move: StateTransition) -> Entry:
    is_paper = move.root_kind == Document._meta.label_lower
    is_order = move.root_kind == SupervisoryOrder._meta.label_lower and "督办单" not in move.label
    what = f"公文{move.label}" if is_paper else f"督办单{move.label}" if is_order else move.label
    url = reverse("records:document_detail", args=[move.root_id]) if is_paper else ""
    tone = {"close": "green", "verify": "green", "return": "amber", "lapse": "red", "void": "grey"}.get(
        move.name, "blue"
    )
    return Entry(at=move.at, what=what, who=move.person_name, as_whom=move.acting_as, note=move.reason,
                 icon="file" if is_paper else ICONS.get(move.name, "circle-check"), tone=tone, url=url)  # fmt: skip


# --- a unit's page --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    label: str
    done: bool
    current: bool
    note: str = ""


@dataclass(frozen=True)
class Guide:
    """What is asked of the unit now, by when, under which article, what to send, what comes next."""

    asked: str
    basis: str
    send: str
    then: str
    deadline: Deadline | None
    steps: list[Step]


ASKED = {
    S.SERVED: ("请签收整改通知书。", "不需要上传材料。", "签收后填写整改措施，并在期限内报送整改报告。"),
    S.RECTIFYING: ("请填写整改措施，完成整改，报送整改报告。", "整改后的照片，以及制度、台账、会议记录等能证明整改到位的材料。",
                   "督导办或责任督学核查；不到位的退回并说明理由，到位的予以销号。"),
    S.REPORTED: ("整改报告已报送，等待核查，现在不需要您办理。", "核查期间不能修改；退回后可以补充。",
                 "核查人可能查阅材料、比对照片或到校查看。"),
    S.VERIFIED: ("核查已通过，等待督导办销号，现在不需要您办理。", "不需要再上传材料。", "销号后本单办结，可能安排“回头看”。"),
    S.CLOSED: ("整改已销号，本单办结。", "不需要再上传材料。", "督导办可能安排“回头看”，请防止问题反弹。"),
}  # fmt: skip


def guide(page: TicketPage) -> Guide | None:
    ticket = page.ticket
    words = ASKED.get(Ticket.State(ticket.state))
    if words is None:
        return None
    order = next((o for o in page.orders if o.state == SupervisoryOrder.State.IN_FORCE), None)
    asked = (
        f"您单位已被督办。{words[0]}报送即为对督办单的答复。"
        if order is not None and ticket.state != S.REPORTED
        else words[0]
    )
    mine = _latest(page.deadlines, ORDER, REPORT, SIGN)
    return Guide(
        asked=asked, send=words[1], then=words[2], deadline=page.deadline if ticket.state in (S.SERVED, S.RECTIFYING) else None,
        basis=mine.basis if mine is not None else articles.rectify(ticket.owner_code), steps=_steps(ticket, bool(page.measures)),
    )  # fmt: skip


def _steps(ticket: Ticket, has_measures: bool) -> list[Step]:
    order = [S.SERVED, S.RECTIFYING, S.REPORTED, S.VERIFIED, S.CLOSED]
    at = order.index(Ticket.State(ticket.state))
    return [
        Step("签收通知书", at > 0, at == 0),
        Step("填写整改措施", at > 1 or (at == 1 and has_measures), at == 1 and not has_measures),
        Step("报送整改报告", at > 1, at == 1 and has_measures),
        Step("核查", at > 2, at == 2),
        Step("销号", at > 3, at == 3),
    ]
