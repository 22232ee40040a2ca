"""Month plans: secret unless announced, changed on one page, loaded with care."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.scope import scope
from inspections.actions import visits as visit_actions
from inspections.actions.plans import PlanRow, save_month_plan
from inspections.models import PlannedVisit
from inspections.months import Month, Term, last_months
from records.models import Notification
from records.outbox import consume
from records.state import AlreadyDone, Refused
from tests.conftest import as_owner, as_system
from tests.inspections.conftest import Corps

NOVEMBER = Month(date(2026, 11, 1))


def plan(corps: Corps, *rows: PlanRow, who: str = "inspector", whose: str = "inspector") -> int:
    actor = corps.actor(who)
    with scope(actor):
        return save_month_plan(by=actor, inspector=corps.members[whose].user, month=NOVEMBER, rows=rows)


def row(corps: Corps, n: int = 0, *, chosen: bool = True, day: int | None = 16, announced: bool = False) -> PlanRow:
    on = date(2026, 11, day) if day else None
    return PlanRow(corps.schools[n].organization, chosen, on, "食堂", announced)


def plans(corps: Corps, who: str) -> list[PlannedVisit]:
    actor = corps.actor(who)
    with scope(actor):
        return list(PlannedVisit.objects.visible_to(actor))


def test_a_plan_is_the_office_s_alone(corps: Corps) -> None:
    assert plan(corps, row(corps, 0), row(corps, 1)) == 2
    assert len(plans(corps, "inspector")) == len(plans(corps, "staff")) == 2
    for who in ("unit", "other_unit", "second"):
        assert plans(corps, who) == []
    with scope(corps.actor("unit")):
        assert not PlannedVisit.objects.exists()


def test_an_announced_plan_is_told_and_cannot_be_made_secret(corps: Corps) -> None:
    plan(corps, row(corps, announced=True))
    assert len(plans(corps, "unit")) == 1
    plan(corps, row(corps, day=20, announced=False))
    kept = plans(corps, "unit")[0]
    assert (kept.announced, kept.planned_on) == (True, date(2026, 11, 20))
    plan(corps, row(corps, chosen=False))
    assert plans(corps, "unit")[0].cancelled_at is not None
    with as_system():  # type: ignore[attr-defined]
        consume()
    with as_owner():  # type: ignore[attr-defined]
        titles = list(
            Notification.objects.filter(user_id=corps.members["unit"].user_id).values_list("title", flat=True)
        )
    assert sorted(titles) == ["到校督导已取消", "到校督导的日期有变动", "督学将到校督导"]


def test_a_secret_plan_that_is_taken_out_is_gone(corps: Corps) -> None:
    plan(corps, row(corps))
    assert plan(corps, row(corps, chosen=False)) == 0
    assert plans(corps, "staff") == []


def test_saving_the_same_plan_twice_changes_nothing(corps: Corps) -> None:
    plan(corps, row(corps))
    before = plans(corps, "staff")
    assert plan(corps, row(corps)) == 1
    assert plans(corps, "staff") == before


def test_the_office_plans_for_an_inspector_and_no_inspector_for_another(corps: Corps) -> None:
    assert plan(corps, row(corps), who="staff") == 1
    with pytest.raises(Refused, match="本人的月度计划"):
        plan(corps, row(corps), who="second")


def test_a_plan_is_carried_out_once_by_its_inspector(corps: Corps) -> None:
    plan(corps, row(corps))
    made = plans(corps, "inspector")[0]
    actor, second = corps.actor("inspector"), corps.actor("second")
    with scope(actor):
        visit = visit_actions.start_visit(
            by=actor, school=corps.school.organization, visited_on=date(2026, 11, 10), plan=made
        )
        with pytest.raises(AlreadyDone, match="已有11月10日的督导记录"):
            visit_actions.start_visit(
                by=actor, school=corps.school.organization, visited_on=date(2026, 11, 10), plan=made
            )
    with scope(second), pytest.raises(PlannedVisit.DoesNotExist):
        visit_actions.start_visit(by=second, school=corps.school.organization, visited_on=date(2026, 11, 10), plan=made)
    assert visit.plan_id == made.pk
    assert plan(corps, row(corps, chosen=False)) == 1, "what was carried out stays in the plan"


def test_months_and_terms() -> None:
    december = Month(date(2026, 12, 1))
    assert (december.next.key, december.last, Month.read("2026-13").key) == ("2027-01", date(2026, 12, 31), "2026-11")
    assert [m.key for m in last_months(3, date(2026, 1, 15))] == ["2025-11", "2025-12", "2026-01"]
    assert Term.of(date(2027, 1, 31)) == Term.of(date(2026, 8, 1))
    assert Term.of(date(2026, 2, 1)).label == "2026年春季学期"
