"""Visits against what is required of each school, and what a school has seen in twelve months."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import CharField, Count, F, Func, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.actors import PREFECTURE_SPAN, Actor, Role
from inspections.models import PlannedVisit, RoutineVisit
from inspections.months import Month, Term, last_months
from inspectors.assignments import schools_of
from inspectors.models import DistrictInspector
from records import clock
from records.figures.reading import Figures, Kinds, Place, Window
from records.timing.deadlines import terms_of
from supervision.figures import SCHOOLS
from supervision.models import School

PER_MONTH, MONTH_BASIS = 1, "《中小学校责任督学挂牌督导办法》：每月不少于1次"
PER_TERM, TERM_BASIS = 2, "《教育督导条例》第十五条：每学期不少于2次"


def schools_for(actor: Actor) -> QuerySet[School]:
    """The open schools whose visits the actor answers for: an inspector's districts, an office's division and under it."""
    today = clock.today()
    opened = School.objects.visible_to(actor).filter(
        Q(organization__closed_on__isnull=True) | Q(organization__closed_on__gt=today)
    )
    if actor.role == Role.INSPECTOR:
        return opened.filter(organization_id__in=schools_of(actor.user_id))
    return opened


def visits_counted(visits: QuerySet[Any], first: date, last: date) -> Coalesce:
    """SQL: how many of the visits that the actor may see were made at the row's school between the days."""
    per_school = (
        visits.filter(subject_org_id=OuterRef("organization_id"), visited_on__gte=first, visited_on__lte=last)
        .order_by()
        .values("subject_org_id")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return Coalesce(Subquery(per_school, output_field=IntegerField()), 0)


def term_at(month: Month, division_code: int) -> Term:
    """The school term that the month falls into, as the division or one above it has entered it (设置—学期); by the
    calendar's halves where none was entered. One query."""
    for term in reversed(terms_of(division_code)):
        if term.starts <= month.last and term.ends >= month.first:
            return Term(term.starts, term.ends, term.name)
    return Term.of(month.first)


def covered(actor: Actor, month: Month, term: Term) -> QuerySet[School]:
    """Schools with `in_month`, `in_term`, `last_on`, `last_id` (of made visits), `inspectors` and `planned_on`, `planned`."""
    made = RoutineVisit.objects.visible_to(actor).made()
    latest = made.filter(subject_org_id=OuterRef("organization_id")).order_by("-visited_on", "-pk")
    plan = (
        PlannedVisit.objects.visible_to(actor)
        .standing()
        .filter(subject_org_id=OuterRef("organization_id"), month=month.first)
        .order_by("planned_on", "pk")
    )
    return (
        schools_for(actor)
        .select_related("organization")
        .annotate(
            in_month=visits_counted(made, month.first, month.last),
            in_term=visits_counted(made, term.first, term.last),
            last_on=Subquery(latest.values("visited_on")[:1]),
            last_id=Subquery(latest.values("pk")[:1]),
            inspectors=responsible(),
            planned=Subquery(plan.values("pk")[:1]),
            planned_on=Subquery(plan.values("planned_on")[:1]),
        )
    )


@dataclass(frozen=True)
class Coverage:
    """How a month stands: schools to visit, of them visited, and how many are still to come by the plan."""

    month: Month
    schools: int
    visited: int
    visits: int

    @property
    def missing(self) -> int:
        return self.schools - self.visited


def coverage_of(actor: Actor, month: Month) -> Coverage:
    """One query, whatever the number of schools; above the county, where they are not counted but read from the figures,
    one more."""
    made = RoutineVisit.objects.visible_to(actor).made().order_by()
    seen = made.filter(visited_on__gte=month.first, visited_on__lte=month.last)
    if actor.is_office and actor.role != Role.INSPECTOR and actor.division_code % PREFECTURE_SPAN == 0:
        counts = seen.aggregate(visits=Count("pk"), visited=Count("subject_org_id", distinct=True))
        return Coverage(month, _schools_by_figures(actor), counts["visited"], counts["visits"])
    schools = schools_for(actor).order_by()
    if actor.role == Role.INSPECTOR:  # who also went along elsewhere; an office's visits are all at its schools
        seen = seen.filter(subject_org_id__in=schools.values("organization_id"))
    counts = schools.aggregate(
        schools=Count("pk"), visits=_once(seen, "pk"), visited=_once(seen, "subject_org_id", distinct=True)
    )
    return Coverage(month, counts["schools"], counts["visited"] or 0, counts["visits"] or 0)


def _once(rows: QuerySet[RoutineVisit], field: str, *, distinct: bool = False) -> Max:
    """A count that hangs on no row of the query around it: PostgreSQL runs it once. Not an Aggregate, which would group."""
    template = "%(function)s(DISTINCT %(expressions)s)" if distinct else "%(function)s(%(expressions)s)"
    counted = Func(F(field), function="COUNT", template=template, output_field=IntegerField())
    return Max(Subquery(rows.annotate(n=counted).values("n"), output_field=IntegerField()))


def _schools_by_figures(actor: Actor) -> int:
    """How many schools are open today in the actor's division and under it. One query."""
    here, today = Place.whole(actor.division_code), clock.today()
    figures = Figures(actor, [here], Kinds((), standing=SCHOOLS), Window(today, today, by_month=False))
    return figures.standing(here, *SCHOOLS, today)


def responsible() -> Subquery:
    """SQL: the names of the inspectors of the row's school's district today, joined."""
    today = clock.today()
    names = (
        DistrictInspector.objects.valid_on(today)
        .filter(district__schools__organization_id=OuterRef("organization_id"))
        .order_by()
        .values("district__schools__organization_id")
        .annotate(names=StringAgg("inspector__user__full_name", "、", order_by="inspector_id"))
        .values("names")
    )
    return Subquery(names, output_field=CharField())


@dataclass(frozen=True)
class MonthCell:
    """A month of a school's strip: how often it was visited and how many problems were found."""

    month: Month
    visits: int
    findings: int

    @property
    def words(self) -> str:
        if not self.visits:
            return f"{self.month.label}：没有督导"
        found = f"，发现问题{self.findings}个" if self.findings else ""
        return f"{self.month.label}：督导{self.visits}次{found}"


def strip_of(visits: Iterable[RoutineVisit]) -> list[MonthCell]:
    """Twelve months up to this one, from the school's visits of that time."""
    by_month: dict[date, list[RoutineVisit]] = {}
    for visit in visits:
        by_month.setdefault(visit.visited_on.replace(day=1), []).append(visit)
    return [
        MonthCell(m, len(by_month.get(m.first, ())), sum(v.finding_count for v in by_month.get(m.first, ())))
        for m in last_months(12, clock.today())
    ]
