"""Panels that read across the rooms: how rectification stands, whom a school may ring up, what is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from accounts.actors import PREFECTURE_SPAN, Actor, Role
from inspectors.assignments import inspectors_of
from portal.overview.places import territory
from records import clock
from records.figures.reading import Figures, Kinds, Place, Window
from records.lists import COUNT_TO
from records.permissions import Permission as Records
from records.registry import Panel, register_panels
from rectification.models import Ticket
from rectification.permissions import Permission as Rectification

PLACES = 6
OVERSEERS = (Role.OFFICE_STAFF, Role.OFFICE_HEAD, Role.LEADER, Role.DEPARTMENT_CONTACT)
OPEN = "tickets_open"


@dataclass(frozen=True)
class Standing:
    """Open tickets of a division, and how many of them are overdue."""

    name: str
    running: int
    overdue: int


@register_panels
def progress(actor: Actor) -> Iterator[Panel]:
    """Open tickets and those overdue; above the county also by the divisions below, from the figures. Two queries."""
    if actor.role not in OVERSEERS or not actor.can(Rectification.VIEW_TICKETS):
        return
    context: dict[str, object]
    if actor.is_office and actor.division_code % PREFECTURE_SPAN == 0:
        whole, places = _by_place(actor)
        worst = sorted(places, key=lambda place: (-place.overdue, -place.running, place.name))
        context = {
            "running": whole.running,
            "overdue": whole.overdue,
            "places": [p for p in worst if p.running][:PLACES],
        }
    else:
        due = list(Ticket.objects.visible_to(actor).running().order_by().values_list("due_at")[: COUNT_TO + 1])
        now = clock.now()
        late = sum(1 for (moment,) in due if moment and moment <= now)
        context = {"running": len(due), "overdue": late, "capped": len(due) > COUNT_TO}
    yield Panel("整改进展", "portal/progress_panel.html", context, order=10)


def _by_place(actor: Actor) -> tuple[Standing, list[Standing]]:
    """The whole; and the divisions directly below (of the tree: no prefecture need lie between, nor anything at all) with
    what the own one manages itself."""
    here = territory(actor, actor.division_code, alone=False)
    places, today = [here.place, *(part.place for part in here.parts)], clock.today()
    found = Figures(actor, places, Kinds((), open_until=(OPEN,)), Window(today, today, by_month=False))

    def standing(name: str, place: Place) -> Standing:
        return Standing(name, found.stock(place, OPEN), found.overdue(place, OPEN))

    return standing(here.name, here.place), [standing(part.name, part.place) for part in here.parts]


@register_panels
def guide(actor: Actor) -> Iterator[Panel]:
    """For a school: how rectification goes, and its inspectors with their numbers. One query."""
    if actor.role == Role.UNIT_CONTACT and actor.organization_id:
        yield Panel("整改怎样办理", "portal/guide_panel.html", {}, order=30)
        people = list(inspectors_of(actor.organization_id))
        if people:
            yield Panel("本校责任督学", "portal/inspectors_panel.html", {"inspectors": people}, order=40)


@register_panels
def news(actor: Actor) -> Iterator[Panel]:
    """The newest lines of the inbox; the frame has them, with its own count. One query."""
    if actor.can(Records.READ_INBOX):
        yield Panel("最新消息", "portal/news_panel.html", {}, order=60)
