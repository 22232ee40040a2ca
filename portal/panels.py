"""Panels that read across the rooms: how rectification stands, whom a school may ring up, what is new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from accounts.actors import PREFECTURE_SPAN, Actor, Role
from inspectors.assignments import inspectors_of
from records import clock
from records.lists import COUNT_TO
from records.permissions import Permission as Records
from records.registry import Panel, register_panels
from rectification.models import Ticket
from rectification.permissions import Permission as Rectification

PLACES = 6
# Of a ticket's unit: its division's name, and what lies above.
PLACE = ("code", "name", "parent_id", "parent__name")
OWN = "本级"
OVERSEERS = (Role.OFFICE_STAFF, Role.OFFICE_HEAD, Role.LEADER, Role.DEPARTMENT_CONTACT)


@dataclass(frozen=True)
class Standing:
    """Open tickets of a division, and how many of them are overdue."""

    name: str
    running: int
    overdue: int


@register_panels
def progress(actor: Actor) -> Iterator[Panel]:
    """Open tickets and those overdue; above the county also by the divisions below. One query."""
    if actor.role not in OVERSEERS or not actor.can(Rectification.VIEW_TICKETS):
        return
    tickets = Ticket.objects.visible_to(actor).running().order_by()
    rows = list(tickets.values_list("due_at", *(f"subject_org__division__{name}" for name in PLACE))[: COUNT_TO + 1])
    now = clock.now()
    late = [bool(row[0] and row[0] <= now) for row in rows]
    context: dict[str, object] = {"running": len(rows), "overdue": sum(late), "capped": len(rows) > COUNT_TO}
    if actor.is_office and actor.division_code % PREFECTURE_SPAN == 0 and len(rows) <= COUNT_TO:
        context["places"] = _by_place(actor, [row[1:] for row in rows], late)
    yield Panel("整改进展", "portal/progress_panel.html", context, order=10)


def _by_place(actor: Actor, places: list[tuple[Any, ...]], late: list[bool]) -> list[Standing]:
    """The divisions directly below (of the tree: no prefecture need lie between), the most overdue first."""
    running: Counter[str] = Counter()
    overdue: Counter[str] = Counter()
    for (code, name, parent, parent_name), is_late in zip(places, late, strict=True):
        below = name if parent == actor.division_code else parent_name
        place = OWN if code in (None, actor.division_code) else below
        running[place] += 1
        overdue[place] += is_late
    worst = sorted(running, key=lambda place: (-overdue[place], -running[place], place))
    return [Standing(place, running[place], overdue[place]) for place in worst[:PLACES]]


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
