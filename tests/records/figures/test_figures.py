"""A figure is what its office could count by hand through `visible_to`: after any walk, rolled up or not."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q

from accounts.actors import Actor, division_range
from accounts.models import Organization
from accounts.scope import scope
from inspections.models import RoutineVisit
from records import clock
from records.figures.reading import AHEAD, PASSED, Figures, Kinds, Place, Window, month_start
from records.figures.rebuild import roll_up
from records.models import Deadline, Document, Figure, FigureDelta
from records.models.figures import Level
from rectification.models import Problem, SupervisoryOrder, Ticket
from tests import factories as f
from tests.conftest import as_owner, as_system
from tests.roots import make, served_paper, tenancy

pytestmark = pytest.mark.django_db
SCHOOLS = ("schools_opened", "schools_closed")
OFFICES = (530000, 530100, 530102, 530103, 530302, 520102, 420000, 429004)
PLACES = [Place.whole(code) for code in f.DIVISIONS] + [Place(530000), Place(530100)]


class Walk:
    """A random walk over the facts, by SQL where an action would need its whole story."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.schools = {code: f.school(code) for code in f.DIVISIONS}
        self.roots: list[Any] = []
        self.deadlines: list[Deadline] = []

    def step(self) -> None:
        steps = [self.add, self.add, self.show, self.move, self.start, self.meet, self.remove, self.school]
        self.random.choice(steps)()

    def add(self) -> None:
        model = self.random.choice([RoutineVisit, Problem, Ticket, SupervisoryOrder, Document])
        subject = self.random.choice(list(self.schools))
        owner = self.random.choice([subject, subject // 100 * 100, subject // 10000 * 10000])
        if owner not in f.DIVISIONS:
            owner = subject
        at = clock.now() - timedelta(days=self.random.randrange(800))
        shown = {name: at for name in ("reported_at", "filed_at") if self.random.random() < 0.6}
        self.roots.append(make(model, f.office(owner), self.schools[subject].organization, **shown))

    def _pick(self, *models: type[Any]) -> Any:
        return self.random.choice([r for r in self.roots if isinstance(r, models)] or [None])

    def show(self) -> None:
        row = self._pick(Problem)
        if row:
            column = self.random.choice(["served_at", "reported_at"])
            Problem.objects.filter(pk=row.pk).update(**{column: self.random.choice([None, clock.now()])})
        ticket = self._pick(Ticket)
        if ticket and ticket.state == "draft":  # its deadlines are shown with it
            columns = tenancy(ticket.author_org, ticket.subject_org, {"served_at": clock.now()})
            ticket.state, ticket.served_at = "served", columns["served_at"]
            ticket.notice = served_paper(columns, "rectification_notice")
            ticket.save()

    def move(self) -> None:
        problem, ticket = self._pick(Problem), self._pick(Ticket)
        due = self.random.choice([None, clock.end_of(clock.today() + timedelta(days=self.random.randrange(-90, 30)))])
        if ticket:
            Ticket.objects.filter(pk=ticket.pk).update(due_at=due)
        if problem:
            dismissed = {"state": "dismissed", "dismissal_reason": "重复", "ticket": None}
            taken = {"state": "in_rectification", "dismissal_reason": "", "ticket": ticket}
            Problem.objects.filter(pk=problem.pk).update(
                **self.random.choice([dismissed, taken if ticket else dismissed]),
                found_on=clock.today() - timedelta(days=self.random.randrange(400)),
            )
        visit = self._pick(RoutineVisit)
        if visit:
            RoutineVisit.objects.filter(pk=visit.pk).update(visited_on=date(2025, self.random.randrange(1, 13), 1))

    def start(self) -> None:
        row = self._pick(Ticket, SupervisoryOrder)
        if row is None:
            return
        party = self.random.choice(["unit", "office"])
        org = row.subject_org if party == "unit" else row.author_org
        act = f"act-{len(self.deadlines)}"
        begun = clock.now() - timedelta(days=200)
        due = clock.end_of(clock.today() + timedelta(days=self.random.randrange(-150, 20)))
        self.deadlines.append(
            Deadline.objects.create(
                root_kind=row.kind, root_id=row.pk, owner_code=row.owner_code, subject_code=row.subject_code, act=act,
                title="期限", party=party, party_org=org, rule_label="30日", basis="条例", basis_kind="law", started_at=begun,
                due_at=due,
            )
        )  # fmt: skip

    def meet(self) -> None:
        if self.deadlines:
            row = self.random.choice(self.deadlines)
            rows = Deadline.objects.filter(pk=row.pk).open()
            rows.update(**self.random.choice([
                {"met_at": clock.now(), "verdict": "on_time"}, {"met_at": clock.now(), "verdict": "late"},
                {"cancelled_at": clock.now()}, {"due_at": row.due_at + timedelta(days=3)},
            ]))  # fmt: skip

    def remove(self) -> None:
        row = self._pick(Problem, RoutineVisit)
        if row:
            self.roots.remove(row)
            type(row).objects.filter(pk=row.pk).delete()

    def school(self) -> None:
        row = self.random.choice(list(self.schools.values())).organization
        closed = self.random.choice([None, clock.today() - timedelta(days=self.random.randrange(700))])
        Organization.objects.filter(pk=row.pk).update(closed_on=closed)


def month(day: date | datetime) -> datetime:
    return month_start(clock.local(day).date() if isinstance(day, datetime) else day)


def by_hand(actor: Actor, place: Place) -> Counter[tuple[str, datetime]]:
    """What the office counts itself: rows through `visible_to`, one by one."""
    lo, hi = division_range(place.code)
    here = Q(subject_code=place.code) if place.level == Level.EXACT else Q(subject_code__gte=lo, subject_code__lte=hi)
    handed_in = Q(filed_at__isnull=False) | Q(served_at__isnull=False) | Q(reported_at__isnull=False)
    found: Counter[tuple[str, datetime]] = Counter()

    def rows(model: type[Any]) -> list[Any]:
        return list(model.objects.visible_to(actor).filter(here, handed_in))

    for visit in rows(RoutineVisit):
        found["visits", month(visit.visited_on)] += 1
    for problem in rows(Problem):
        at = month(problem.found_on)
        found["problems_found", at] += 1
        found["problems_ticketed", at] += problem.state in ("in_rectification", "closed")
        found["problems_closed", at] += problem.state == "closed"
        found["problems_open", PASSED] += problem.state in ("open", "in_rectification")
    for paper in rows(Document):
        if paper.issued_at and paper.state != "void":
            found["documents", month(paper.issued_at)] += 1
    for order in rows(SupervisoryOrder):
        if order.served_at:
            found["orders", month(order.served_at)] += 1
    tickets = rows(Ticket)
    for ticket in tickets:
        if ticket.state not in ("closed", "withdrawn"):
            found["tickets_open", clock.local(ticket.due_at) if ticket.due_at else AHEAD] += 1
        if ticket.served_at:
            found["tickets_served", month(ticket.served_at)] += 1
        if ticket.closed_at:
            found["tickets_closed", month(ticket.closed_at)] += 1
    for root in [*tickets, *rows(SupervisoryOrder)]:
        for deadline in Deadline.objects.of(root):
            if deadline.verdict:
                found[f"{deadline.verdict}_{deadline.party}", month(deadline.last_day)] += 1
            elif not deadline.cancelled_at and not deadline.paused_on:
                found[f"due_{deadline.party}", clock.local(deadline.due_at)] += 1
    return +found


def shown(actor: Actor, place: Place) -> Counter[tuple[str, datetime]]:
    """The same from the figures: what is summed up and what waits."""
    found: Counter[tuple[str, datetime]] = Counter()
    for code, level, measure, at, n in Figure.objects.visible_to(actor).values_list(
        "place_code", "level", "measure", "at", "n"
    ):
        if Place(code, level) == place and measure not in SCHOOLS:
            found[measure, clock.local(at)] += n
    for code, measure, at, n in FigureDelta.objects.visible_to(actor).values_list("subject_code", "measure", "at", "n"):
        if place.holds(code) and measure not in SCHOOLS:
            found[measure, clock.local(at)] += n
    assert min(found.values(), default=0) >= 0
    return +found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_figure_is_what_its_office_counts(seed: int) -> None:
    with as_owner():
        walk = Walk(seed)
        actors = [f.office_actor(code) for code in OFFICES]
        for _ in range(200):
            walk.step()
            if walk.random.random() < 0.1:
                roll_up(walk.random.randrange(1, 40))
    compared = 0
    for rolled in (False, True):
        if rolled:
            with as_system():
                assert roll_up() > 0
            with as_owner():
                assert FigureDelta.objects.count() == 0
        for actor in actors:
            with scope(actor):
                for place in PLACES:
                    if not inside(actor, place):
                        rows = Figure.objects.visible_to(actor).filter(place_code=place.code, level=place.level)
                        assert not rows.exists()
                        continue
                    expected = by_hand(actor, place)
                    assert shown(actor, place) == expected, (actor.division_code, place)
                    compared += sum(expected.values())
    assert compared > 300


def inside(actor: Actor, place: Place) -> bool:
    lo, hi = actor.range
    return lo <= place.code <= hi and (place.level == Level.EXACT or division_range(place.code)[1] <= hi)


def test_schools_stand_on_any_day() -> None:
    with as_owner():
        kept, closing = f.school(530102), f.school(530102)
        Organization.objects.filter(pk=closing.pk).update(closed_on=date(2026, 11, 10))
        Organization.objects.filter(pk=kept.pk).update(opened_on=date(2026, 9, 1))
        actor = f.office_actor(530100)
    with scope(actor):
        window = Window(date(2026, 1, 1), date(2026, 11, 1), by_month=True)
        read = Figures(actor, [Place.whole(530100)], Kinds((), standing=SCHOOLS), window)
    days = {date(2026, 8, 31): 1, date(2026, 9, 1): 2, date(2026, 11, 9): 2, date(2026, 11, 10): 1}
    assert {day: read.standing(Place.whole(530100), *SCHOOLS, day) for day in days} == days
