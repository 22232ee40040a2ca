"""State tables: routine visits (written, handed in, accepted by another person) and complaints (信访工作条例)."""

from __future__ import annotations

from accounts.actors import Actor
from inspections.models import Complaint, RoutineVisit
from inspections.permissions import Permission
from records.state import Machine, Refusal, StateLabel, Transition, owning_office

S = RoutineVisit.State


def own_visit(visit: RoutineVisit, actor: Actor) -> Refusal | None:
    """Who went writes; nobody writes for him."""
    if visit.inspector_id == actor.user_id:
        return None
    return Refusal(f"督导记录由{visit.inspector_name}本人填写和提交。")


VISIT = Machine(
    name="督导记录",
    model=RoutineVisit,
    initial=S.DRAFT,
    states=(
        StateLabel(S.DRAFT, "填写中", "grey"),
        StateLabel(S.SUBMITTED, "待审核", "amber"),
        StateLabel(S.RETURNED, "已退回", "purple"),
        StateLabel(S.ACCEPTED, "已送达学校", "green"),
    ),
    transitions=(
        Transition(
            "submit", "提交审核", (S.DRAFT, S.RETURNED), S.SUBMITTED, Permission.WRITE_VISITS,
            (owning_office, own_visit), confirm="提交后内容锁定，由督导办审核。",
        ),
        Transition(
            "accept", "审核通过并送达学校", (S.SUBMITTED,), S.ACCEPTED, Permission.ACCEPT_VISITS, (owning_office,),
            not_same_person_as=(("inspector_id", "督导"), ("submitted_by_id", "提交")),
            confirm="通过后学校即可看到这份督导记录；需要整改、上报和协商的问题进入问题台账。",
        ),
        Transition(
            "return", "退回修改", (S.SUBMITTED,), S.RETURNED, Permission.ACCEPT_VISITS, (owning_office,),
            reason_required=True, tone="secondary",
            not_same_person_as=(("inspector_id", "督导"), ("submitted_by_id", "提交")),
        ),
    ),
)  # fmt: skip

C = Complaint.State
PETITIONS = "《信访工作条例》"


def answered(complaint: Complaint, actor: Actor) -> Refusal | None:
    return None if complaint.answer.strip() else Refusal("还没有拟写答复。", PETITIONS)


COMPLAINT = Machine(
    name="投诉举报",
    model=Complaint,
    initial=C.RECEIVED,
    states=(
        StateLabel(C.RECEIVED, "待受理", "amber"),
        StateLabel(C.ACCEPTED, "办理中", "blue"),
        StateLabel(C.PROPOSED, "答复待审", "amber"),
        StateLabel(C.FINISHED, "已办结", "green"),
        StateLabel(C.DECLINED, "不予受理", "grey"),
        StateLabel(C.TRANSFERRED, "已转送", "grey"),
    ),
    transitions=(
        Transition("accept", "受理", (C.RECEIVED,), C.ACCEPTED, Permission.HANDLE_COMPLAINTS, (owning_office,),
                   confirm="受理后投诉人可以查询到，办理期限从今天起算。"),
        Transition("decline", "不予受理", (C.RECEIVED,), C.DECLINED, Permission.HANDLE_COMPLAINTS, (owning_office,),
                   reason_required=True, tone="secondary"),
        Transition("transfer", "转送", (C.RECEIVED,), C.TRANSFERRED, Permission.HANDLE_COMPLAINTS, (owning_office,),
                   reason_required=True, tone="secondary"),
        Transition("propose", "拟写答复送审", (C.ACCEPTED,), C.PROPOSED, Permission.HANDLE_COMPLAINTS, (owning_office,)),
        Transition("rework", "退回重办", (C.PROPOSED,), C.ACCEPTED, Permission.ANSWER_COMPLAINTS, (owning_office,),
                   reason_required=True, tone="secondary", not_same_person_as=(("proposed_by_id", "拟写答复"),)),
        Transition("finish", "审定答复并办结", (C.PROPOSED,), C.FINISHED, Permission.ANSWER_COMPLAINTS,
                   (owning_office, answered), not_same_person_as=(("proposed_by_id", "拟写答复"),),
                   confirm="办结后投诉人凭编号和查询码即可看到答复，答复不能再改。"),
    ),
)  # fmt: skip
