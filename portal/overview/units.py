"""The last level: each unit of a division with its figures, counted from the rows of that division alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from accounts.actors import Actor, OrganizationKind
from accounts.models import Organization
from inspections.coverage import PER_MONTH
from inspections.models import RoutineVisit
from portal.overview.indicators import Rate
from portal.overview.periods import Period
from records import clock
from rectification.models import Problem, Ticket

OPEN_PROBLEMS = (Problem.State.OPEN, Problem.State.IN_RECTIFICATION)
SORTS = ("overdue", "visits", "found", "problems", "tickets")


@dataclass(frozen=True)
class Unit:
    """A school and how it stands in the period."""

    name: str
    url: str
    visits: Rate
    found: int
    problems: int
    tickets: int
    overdue: int


def units(actor: Actor, code: int, period: Period) -> list[Unit]:
    """The schools that the division itself manages, those with the most overdue first. Four queries, each over the one
    division's rows."""
    first, last = period.first.first, period.last.last
    schools = _schools(actor, code, period)
    made = RoutineVisit.objects.visible_to(actor).made().visited_between(first, last)
    visits = _by_unit(made.filter(subject_code=code), n=Count("pk"))
    recent = Q(found_on__gte=first, found_on__lte=last)
    found = _by_unit(
        Problem.objects.visible_to(actor).filter(subject_code=code).filter(recent | Q(state__in=OPEN_PROBLEMS)),
        n=Count("pk", filter=recent), problems=Count("pk", filter=Q(state__in=OPEN_PROBLEMS)),
    )  # fmt: skip
    tickets = _by_unit(
        Ticket.objects.visible_to(actor).running().filter(subject_code=code),
        n=Count("pk"), late=Count("pk", filter=Q(due_at__lte=clock.now())),
    )  # fmt: skip
    rows = [
        Unit(
            name, reverse("supervision:school_detail", args=[pk]), Rate(visits[pk]["n"], _quota(opened, closed, period)),
            found[pk]["n"], found[pk]["problems"], tickets[pk]["n"], tickets[pk]["late"],
        )
        for pk, name, opened, closed in schools
    ]  # fmt: skip
    return sorted(rows, key=lambda u: (-u.overdue, -u.tickets, -u.problems, u.visits.value or 0, u.name))


def _schools(actor: Actor, code: int, period: Period) -> list[tuple[Any, ...]]:
    there = Q(closed_on__isnull=True) | Q(closed_on__gt=period.first.first)
    rows = Organization.objects.visible_to(actor).filter(there, division_id=code, kind=OrganizationKind.SCHOOL)
    return list(rows.order_by("pk").values_list("pk", "name", "opened_on", "closed_on"))


def _quota(opened: Any, closed: Any, period: Period) -> int:
    """As the figures of the division count it: months at whose end the school stood."""
    days = [min(month.last, clock.today()) for month in period.months]
    return PER_MONTH * sum(1 for day in days if (opened is None or opened <= day) and (closed is None or closed > day))


def _by_unit(rows: Any, **counts: Count) -> dict[int, Counter[str]]:
    found: dict[int, Counter[str]] = _Missing()
    for row in rows.order_by().values("subject_org_id").annotate(**counts):
        found[row.pop("subject_org_id")] = Counter(row)
    return found


class _Missing(dict[int, "Counter[str]"]):
    """A unit without rows counts nothing."""

    def __missing__(self, key: int) -> Counter[str]:
        return Counter()


def sorted_by(rows: list[Unit], asked: str) -> list[Unit]:
    """As the head of the table asks; what it does not know leaves the order."""
    key = asked.removeprefix("-")
    if key == "name":
        return sorted(rows, key=lambda u: u.name, reverse=asked.startswith("-"))
    if key not in SORTS:
        return rows
    value = {"visits": lambda u: u.visits.value if u.visits.value is not None else -1}.get(key, lambda u: getattr(u, key))  # fmt: skip
    return sorted(rows, key=value, reverse=asked.startswith("-"))
