"""我的待办: the lines that the rooms offer, gathered, grouped by when they are due, and counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import chain, islice

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.actors import Actor
from records import clock, registry
from records.lines import simple_lines
from records.registry import Todo

# A room offers its most urgent lines and no more; beyond, the strip says "200+" and the room's list has the rest.
LINES_A_ROOM = 200
FIRST_LINES = 60


class When(StrEnum):
    """The groups of the list, in their order."""

    OVERDUE = "已逾期"
    TODAY = "今天"
    WEEK = "本周"
    LATER = "以后"
    OPEN = "无期限"


class Show(StrEnum):
    """What the strip's counts link to: ?show=…"""

    ALL = ""
    MINE = "mine"
    WEEK = "week"
    OVERDUE = "overdue"
    BELOW = "below"
    WATCH = "watch"


@dataclass(frozen=True)
class Line:
    """A line of the list. Shows its deadline as `deadline_badge` wants it (DeadlineLike)."""

    todo: Todo
    when: When
    last_day: date | None
    days_left: int | None
    verdict: str = ""
    late_days: int = 0
    rule_label: str = ""
    provisional: bool = False

    @property
    def basis(self) -> str:
        return self.todo.basis


def line_of(todo: Todo, today: date) -> Line:
    """Where the line stands today: overdue, today, this week (Monday to Sunday), later, or without a date."""
    if todo.due_at is None:
        return Line(todo, When.OPEN, None, None)
    last_day = clock.last_day(todo.due_at)
    days_left = (last_day - today).days
    if todo.due_at <= clock.now():
        # An hour's deadline may end within today: it is overdue all the same, by less than a day.
        return Line(todo, When.OVERDUE, last_day, min(days_left, 0))
    sunday = today + timedelta(days=6 - today.weekday())
    when = When.TODAY if days_left <= 0 else When.WEEK if last_day <= sunday else When.LATER
    return Line(todo, when, last_day, days_left)


def _order(line: Line) -> tuple[bool, float]:
    """By date; what is due at once, or has no date, stays as its room ordered it."""
    due = line.todo.due_at
    return due is None, due.timestamp() if due else 0


@dataclass(frozen=True)
class Group:
    when: When
    lines: list[Line]


class Workbench:
    """Everything that waits for an actor. The rooms are asked once; each answers with one or two queries."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    @cached_property
    def lines(self) -> list[Line]:
        today = clock.today()
        offered = (todo for provider in registry.todo_providers for todo in islice(provider(self.actor), LINES_A_ROOM))
        lines = (line_of(todo, today) for todo in chain(offered, simple_lines(self.actor)))
        return sorted(lines, key=_order)

    def showing(self, show: Show) -> list[Line]:
        """The lines behind a count. What waits for others is shown when it is overdue, or asked for."""
        mine = [line for line in self.lines if line.todo.lane != "watch" or line.when is When.OVERDUE]
        if show is Show.MINE:
            return [line for line in mine if line.todo.lane == "mine"]
        if show is Show.OVERDUE:
            return [line for line in mine if line.when is When.OVERDUE]
        if show is Show.WEEK:
            return [line for line in mine if line.when in (When.TODAY, When.WEEK)]
        if show is Show.BELOW:
            return [line for line in mine if line.todo.lane == "below"]
        if show is Show.WATCH:
            return [line for line in self.lines if line.todo.lane == "watch"]
        return mine

    def groups(self, lines: Iterable[Line]) -> list[Group]:
        """The lines under their headings; a heading without lines is left out."""
        found: dict[When, list[Line]] = {}
        for line in lines:
            found.setdefault(line.when, []).append(line)
        return [Group(when, found[when]) for when in When if when in found]

    @cached_property
    def waiting(self) -> int:
        """How many lines wait for the actor himself."""
        return len(self.showing(Show.MINE))

    @cached_property
    def late(self) -> int:
        """How many of those are overdue."""
        return sum(1 for line in self.showing(Show.MINE) if line.when is When.OVERDUE)

    @cached_property
    def late_elsewhere(self) -> int:
        """How many are overdue because others did not act."""
        return len(self.showing(Show.OVERDUE)) - self.late

    @cached_property
    def next_of_others(self) -> Line | None:
        """What comes next when nothing waits for the actor: the nearest date of somebody else's turn."""
        return next(
            (line for line in self.showing(Show.WATCH) if line.days_left is not None and line.days_left >= 0), None
        )


@dataclass(frozen=True)
class Block:
    """A panel as the page shows it."""

    title: str
    html: SafeString


def panels(actor: Actor, request: HttpRequest) -> list[Block]:
    """The rooms' panels for the actor, in their order, each rendered by its own room's template."""
    offered = [panel for provider in registry.panel_providers for panel in provider(actor)]
    return [
        Block(panel.title, render_to_string(panel.template, dict(panel.context), request))
        for panel in sorted(offered, key=lambda panel: panel.order)
    ]
