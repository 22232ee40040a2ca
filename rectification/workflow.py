"""State tables of problems, tickets and supervisory orders: who may move what, and why not."""

from __future__ import annotations

from accounts.actors import Actor, ActorKind, Role
from inspectors.assignments import schools_of
from records.models import Document
from records.models.documents import BEFORE_APPROVAL
from records.permissions import Permission as RecordsPermission
from records.state import Machine, Refusal, StateLabel, Transition, owning_office, subject_unit
from rectification import articles
from rectification.models import Problem, SupervisoryOrder, Ticket
from rectification.permissions import Permission

P, T, S = Problem.State, Ticket.State, SupervisoryOrder.State
# Moves that follow from something else: only the scheduler makes them.
SYSTEM = RecordsPermission.RUN_SCHEDULE


def has_problems(ticket: Ticket, actor: Actor) -> Refusal | None:
    if ticket.problems.exists():
        return None
    return Refusal("整改单还没有列入问题，请先从问题台账中选定。")


def notice_not_approved(ticket: Ticket, actor: Actor) -> Refusal | None:
    """A paper that has its number is voided by the head; the ticket follows by itself."""
    notice = ticket.notice
    if notice is None or notice.state in (*BEFORE_APPROVAL, Document.State.VOID):
        return None
    return Refusal("整改通知书已经签发。要撤销的，请由负责人在公文页面作废，整改单随之退回拟办。")


def has_measures(ticket: Ticket, actor: Actor) -> Refusal | None:
    if ticket.measures.exists():
        return None
    return Refusal(
        "请先填写整改措施（做什么、谁负责、何时完成），再报送整改报告。", articles.rectify(ticket.owner_code)
    )


def may_verify(ticket: Ticket, actor: Actor) -> Refusal | None:
    """The person assigned; without one, the office's staff, or an inspector for the schools of his district."""
    if actor.kind is ActorKind.SYSTEM or (ticket.verifier_id and ticket.verifier_id == actor.user_id):
        return None
    if ticket.verifier_id:
        return Refusal(f"此整改单已指定由{ticket.verifier}核查。")
    mine = schools_of(actor.user_id)
    if actor.role == Role.INSPECTOR and not mine.filter(organization=ticket.subject_org).exists():
        return Refusal("该校不在您的督学责任区内，请由责任督学或指定的核查人核查。")
    return None


def can_be_chased(ticket: Ticket, actor: Actor) -> Refusal | None:
    """An order answers a rectification that is late or wanting: while the unit's report is still due."""
    if ticket.state not in (T.SERVED, T.RECTIFYING):
        return Refusal("只有责任单位尚未报送整改情况的整改单才能督办。", articles.rectify(ticket.owner_code))
    return None


PROBLEM = Machine(
    name="问题",
    model=Problem,
    initial=P.OPEN,
    states=(
        StateLabel(P.OPEN, "待处置", "amber"),
        StateLabel(P.IN_RECTIFICATION, "整改中", "blue"),
        StateLabel(P.CLOSED, "已销号", "green"),
        StateLabel(P.DISMISSED, "不予整改", "grey"),
    ),
    transitions=(
        Transition("rectify", "列入整改", (P.OPEN,), P.IN_RECTIFICATION, Permission.OPEN_TICKETS, (owning_office,),
                   button=False),
        Transition("dismiss", "不予整改", (P.OPEN,), P.DISMISSED, Permission.OPEN_TICKETS, (owning_office,),
                   reason_required=True, tone="secondary", confirm="该问题将不开具整改单，理由记入台账。"),
        Transition("resume", "恢复处置", (P.DISMISSED,), P.OPEN, Permission.OPEN_TICKETS, (owning_office,),
                   reason_required=True, tone="secondary"),
        Transition("release", "退回台账", (P.IN_RECTIFICATION,), P.OPEN, Permission.OPEN_TICKETS, (owning_office,),
                   button=False),
        Transition("close", "销号", (P.IN_RECTIFICATION,), P.CLOSED, Permission.CLOSE, (owning_office,), button=False),
    ),
)  # fmt: skip

TICKET = Machine(
    name="整改单",
    model=Ticket,
    initial=T.DRAFT,
    states=(
        StateLabel(T.DRAFT, "拟办", "grey"),
        StateLabel(T.APPROVAL, "待签发", "amber"),
        StateLabel(T.SERVED, "待签收", "amber"),
        StateLabel(T.RECTIFYING, "整改中", "blue"),
        StateLabel(T.REPORTED, "待核查", "purple"),
        StateLabel(T.VERIFIED, "待销号", "purple"),
        StateLabel(T.CLOSED, "已销号", "green"),
        StateLabel(T.WITHDRAWN, "已撤回", "grey"),
    ),
    transitions=(
        Transition("submit", "送签整改通知书", (T.DRAFT,), T.APPROVAL, Permission.OPEN_TICKETS,
                   (owning_office, has_problems), confirm="将按整改要求拟制整改通知书，送负责人签发。"),
        Transition("withdraw", "撤回", (T.DRAFT, T.APPROVAL), T.WITHDRAWN, Permission.OPEN_TICKETS,
                   (owning_office, notice_not_approved), reason_required=True, tone="secondary",
                   confirm="整改单撤回后编号保留，问题退回台账待处置。"),
        Transition("serve", "送达", (T.APPROVAL,), T.SERVED, SYSTEM, button=False),
        Transition("reopen", "通知书作废，退回拟办", (T.APPROVAL, T.SERVED, T.RECTIFYING), T.DRAFT, SYSTEM, button=False),
        Transition("sign", "签收", (T.SERVED,), T.RECTIFYING, Permission.SIGN, (subject_unit,),
                   confirm="签收后开始计算报送整改情况的期限。"),
        # The notice came to the unit otherwise than by its signature in the system; and such a receipt taken back.
        Transition("receive", "收到整改通知书", (T.SERVED,), T.RECTIFYING, SYSTEM, button=False),
        Transition("unreceive", "撤销收件登记", (T.RECTIFYING,), T.SERVED, SYSTEM, button=False),
        Transition("report", "报送整改报告", (T.RECTIFYING,), T.REPORTED, Permission.REPORT, (subject_unit, has_measures)),
        Transition("verify", "核查通过", (T.REPORTED,), T.VERIFIED, Permission.VERIFY, (owning_office, may_verify),
                   not_same_person_as=(("answered_by_id", "报送整改情况"), ("signed_by_id", "代表责任单位签收"))),
        Transition("return", "退回整改", (T.REPORTED,), T.RECTIFYING, Permission.VERIFY, (owning_office, may_verify),
                   reason_required=True, tone="secondary",
                   not_same_person_as=(("answered_by_id", "报送整改情况"), ("signed_by_id", "代表责任单位签收"))),
        Transition("close", "销号", (T.VERIFIED,), T.CLOSED, Permission.CLOSE, (owning_office,),
                   not_same_person_as=(("verified_by_id", "核查"), ("answered_by_id", "报送整改情况")),
                   confirm="销号后整改单办结，问题在台账中销号。"),
        Transition("recheck", "退回核查", (T.VERIFIED,), T.REPORTED, Permission.CLOSE, (owning_office,),
                   reason_required=True, tone="secondary"),
    ),
)  # fmt: skip

ORDER = Machine(
    name="督办单",
    model=SupervisoryOrder,
    initial=S.DRAFTED,
    states=(
        StateLabel(S.DRAFTED, "待签发", "amber"),
        StateLabel(S.IN_FORCE, "待答复", "amber"),
        StateLabel(S.ANSWERED, "已答复", "green"),
        StateLabel(S.LAPSED, "逾期未答复", "red"),
        StateLabel(S.WITHDRAWN, "已撤回", "grey"),
    ),
    transitions=(
        Transition("serve", "送达", (S.DRAFTED,), S.IN_FORCE, SYSTEM, button=False),
        Transition("answer", "答复", (S.IN_FORCE,), S.ANSWERED, Permission.REPORT, (subject_unit,), button=False),
        Transition("lapse", "认定逾期未答复", (S.IN_FORCE,), S.LAPSED, SYSTEM, button=False),
        Transition("withdraw", "撤回", (S.DRAFTED, S.IN_FORCE), S.WITHDRAWN, SYSTEM, reason_required=True, button=False),
    ),
)  # fmt: skip
