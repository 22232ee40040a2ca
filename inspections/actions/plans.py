"""The month plan: written on one page, told to a school only where it says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.actors import Actor, Role
from accounts.models import Organization, User
from inspections.models import PlannedVisit, RoutineVisit
from inspections.months import Month
from records import clock
from records.models import Category
from records.notices.notify import notify
from records.state import Refusal, Refused


@dataclass(frozen=True)
class PlanRow:
    """What the page says of one school."""

    school: Organization
    chosen: bool
    planned_on: date | None = None
    purpose: str = ""
    announced: bool = False


@transaction.atomic
def save_month_plan(*, by: Actor, inspector: User, month: Month, rows: Iterable[PlanRow]) -> int:
    """Bring the inspector's month into line with the rows; returns how many visits now stand in it. An inspector plans
    his own month, the office anybody's. Plans that were carried out stay as they are."""
    if by.role == Role.INSPECTOR and inspector.pk != by.user_id:
        raise Refused(Refusal("督学只能编制本人的月度计划。"))
    standing = {
        plan.subject_org_id: plan
        for plan in PlannedVisit.objects.visible_to(by)
        .standing()
        .filter(inspector=inspector, month=month.first)
        .select_for_update(of=("self",))
    }
    done = set(
        RoutineVisit.objects.visible_to(by)
        .filter(plan__in=[p.pk for p in standing.values()])
        .values_list("plan_id", flat=True)
    )
    for row in rows:
        plan = standing.get(row.school.pk)
        if plan is not None and plan.pk in done:
            continue
        if row.chosen:
            standing[row.school.pk] = _write(plan, row, by=by, inspector=inspector, month=month)
        elif plan is not None:
            _take_out(plan, by=by)
            del standing[row.school.pk]
    return len(standing)


def _write(plan: PlannedVisit | None, row: PlanRow, *, by: Actor, inspector: User, month: Month) -> PlannedVisit:
    if plan is None:
        plan = PlannedVisit(
            owner_code=by.division_code, author_org_id=by.organization_id, subject_code=row.school.division_id,
            subject_org=row.school, created_at=clock.now(), created_by_id=by.user_id, month=month.first,
            inspector=inspector, inspector_name=str(inspector),
        )  # fmt: skip
    before = (plan.pk, plan.planned_on, plan.purpose, plan.announced)
    plan.planned_on, plan.purpose = row.planned_on, row.purpose
    # Once a school was told, it stays told: the plan can be changed or cancelled, not made secret again.
    newly = row.announced and not plan.announced
    if newly:
        plan.announced, plan.served_at = True, clock.now()
    if before == (plan.pk, plan.planned_on, plan.purpose, plan.announced) and plan.pk:
        return plan
    plan.save()
    if plan.announced and (newly or before[1] != plan.planned_on):
        _tell(plan, by, "督学将到校督导" if newly else "到校督导的日期有变动")
    return plan


def _take_out(plan: PlannedVisit, *, by: Actor) -> None:
    """A plan that nobody outside knows of goes; one that a school knows of is cancelled and says so."""
    if not plan.announced:
        plan.delete()
        return
    plan.cancelled_at, plan.cancelled_by_id = clock.now(), by.user_id
    plan.save()
    _tell(plan, by, "到校督导已取消")


def _tell(plan: PlannedVisit, by: Actor, title: str) -> None:
    day = plan.planned_on
    when = f"{day.year}年{day.month}月{day.day}日" if day else f"{Month.of(plan.month).label}内"
    notify(
        plan, by=by, key=f"{title}:{day}", category=Category.NEWS, organizations=[plan.subject_org_id] if plan.subject_org_id else [],
        roles=[Role.UNIT_CONTACT], title=title, body=f"督学{plan.inspector_name}，{when}。{plan.purpose}",
    )  # fmt: skip
