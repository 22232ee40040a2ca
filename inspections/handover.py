"""What an inspector who leaves holds in this room: planned visits pass, a record of where he went does not."""

from __future__ import annotations

from accounts.actors import Actor, Role
from accounts.models import Organization, User
from inspections.models import PlannedVisit, RoutineVisit
from inspections.months import Month
from inspections.querysets import PlanQuerySet, VisitQuerySet
from records import clock
from records.handovers.registry import register_handover, register_kept, roles_in
from records.models import Category
from records.notices.notify import notify
from records.state import log

KEPT = "只能由到校督导的本人填写提交，不移交。请其在最后一日前提交，或作废重新到校督导。"


def _planned(user: User, organization: Organization) -> PlanQuerySet:
    """Not carried out, this month's and later."""
    rows = PlannedVisit.objects.standing().filter(owner_code=organization.division_id, inspector=user)
    return rows.filter(month__gte=Month.of(clock.today()).first, visit__isnull=True)


def _move(from_: User, to: User, organization: Organization, by: Actor) -> int:
    """Where the successor already means to visit that school in that month, the leaver's plan is cancelled."""
    planned = set(_planned(to, organization).values_list("subject_org_id", "month"))
    rows = list(_planned(from_, organization).select_for_update(of=("self",)))
    for plan in rows:
        if (plan.subject_org_id, plan.month) in planned:
            plan.cancelled_at, plan.cancelled_by_id = clock.now(), by.user_id
        else:
            plan.inspector, plan.inspector_name = to, str(to)
        plan.save()
        log(plan, by=by, name="hand_over", label="移交计划", source="", target="", reason=f"{from_}离岗，移交{to}")
        _tell(plan, from_, to, by)
    return len(rows)


def _tell(plan: PlannedVisit, from_: User, to: User, by: Actor) -> None:
    """A school that was told who comes is told who comes instead."""
    if plan.announced and plan.subject_org_id:
        notify(plan, by=by, key=f"successor:{to.pk}", category=Category.NEWS, organizations=[plan.subject_org_id], roles=[Role.UNIT_CONTACT],
               title="到校督导的督学有变动", body=f"原定督学{from_}，改由{to}到校督导。")  # fmt: skip


def _hinder(from_: User, to: User, organization: Organization) -> str:
    if Role.INSPECTOR in roles_in(to, organization):
        return ""
    return f"{to}在本办公室没有“督学”身份，不能到校督导。"


def _begun(user: User, organization: Organization) -> VisitQuerySet:
    unfinished = [RoutineVisit.State.DRAFT, RoutineVisit.State.RETURNED]
    return RoutineVisit.objects.filter(owner_code=organization.division_id, inspector=user, state__in=unfinished)


register_handover(
    "未到校的督导计划", columns=("inspections.plannedvisit.inspector",),
    open_items=lambda user, org: _planned(user, org), move=_move, hinder=_hinder,
)  # fmt: skip
register_kept(
    "未提交的督导记录",
    columns=("inspections.routinevisit.inspector",),
    open_items=lambda user, org: _begun(user, org),
    why=KEPT,
)
