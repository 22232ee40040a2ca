"""Panels of the workbench: above the county they say from the figures what counting the rows would say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.actors import Role
from accounts.scope import scope
from inspections.coverage import coverage_of, schools_for
from inspections.models import RoutineVisit
from inspections.months import Month
from portal.panels import Standing, progress
from records import clock
from records.figures.rebuild import roll_up
from rectification.models import Ticket
from tests import factories as f
from tests.conftest import as_owner, as_system
from tests.roots import make

pytestmark = pytest.mark.django_db


def standing(code: int, role: str = Role.OFFICE_HEAD) -> tuple[int, int, dict[str, Standing]]:
    with as_owner():
        actor = f.office_actor(code, role)
    with scope(actor):
        context = next(iter(progress(actor))).context
        counted = Ticket.objects.visible_to(actor).running()
        assert context["running"] == counted.count()
        assert context["overdue"] == counted.filter(due_at__lte=clock.now()).count()
    return context["running"], context["overdue"], {place.name: place for place in context.get("places", ())}


def opened(code: int, *, late: int = 0, on_time: int = 0, unseen: int = 0) -> None:
    """Tickets of the division's office: `unseen` are drafts that nobody above may count."""
    office, school = f.office(code), f.school(code).organization
    for n in range(late + on_time + unseen):
        shown = {"filed_at": clock.now(), **({"served_at": clock.now()} if n < late + on_time else {})}
        ticket = make(Ticket, office, school, **shown)
        Ticket.objects.filter(pk=ticket.pk).update(due_at=clock.now() + timedelta(days=-3 if n < late else 3))


@pytest.mark.parametrize("rolled", [False, True])
def test_progress_is_what_the_rows_say_whether_summed_up_or_waiting(rolled: bool) -> None:
    with as_owner():
        opened(530102, late=2, on_time=1, unseen=3)
        opened(530103, on_time=1)
        opened(530100, late=1)
        opened(530300, on_time=5)
    if rolled:
        with as_system():
            assert roll_up() > 0
    running, overdue, places = standing(530100)
    assert (running, overdue) == (5, 3)
    with as_owner():
        county = places[f.division(530102).name]
    assert (county.running, county.overdue) == (3, 2)
    assert next(iter(places)) == county.name, "the most overdue first"
    assert places["市本级"].running == 1
    assert standing(530000)[:2] == (10, 3)
    assert standing(530102)[:2] == (6, 2)


def test_a_prefecture_without_counties_counts_its_own() -> None:
    with as_owner():
        opened(530300, late=1, on_time=1)  # no county under it here, as 东莞 has none
    assert standing(530300) == (2, 1, {})


@pytest.mark.parametrize("code", [530102, 530100, 530000])
def test_coverage_counts_open_schools_and_those_seen(code: int) -> None:
    month = Month.of(clock.today())
    with as_owner():
        office, seen = f.office(530102), f.school(530102).organization
        f.school(530102)
        closed = f.school(530102).organization
        closed.closed_on = clock.today()
        closed.save(update_fields=["closed_on"])
        for _ in range(2):
            make(RoutineVisit, office, seen, filed_at=clock.now(), served_at=clock.now())
        actor = f.office_actor(code)
    with scope(actor):
        found = coverage_of(actor, month)
        assert found.schools == schools_for(actor).count() == 2
    assert (found.visited, found.visits, found.missing) == (1, 2, 1)
