"""State table of routine visits: written, handed in, returned or accepted by another person."""

from __future__ import annotations

from accounts.actors import Actor
from inspections.models import RoutineVisit
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
