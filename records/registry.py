"""What the portal shows without knowing the rooms by heart: each room registers its places and its lines here.

Registrations are made once, in the room's `registrations.py`, imported by its AppConfig.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from accounts.actors import Actor


class Section(StrEnum):
    """The navigation's words, in their order (ui.md)."""

    WORKBENCH = "工作台"
    SCHOOLS = "督学"
    GOVERNMENT = "督政"
    EVALUATION = "评估监测"
    RECTIFICATION = "整改"
    ACCOUNTABILITY = "问责"
    DOCUMENTS = "公文"
    CORPS = "队伍"
    DATA = "数据"
    SETTINGS = "设置"


@dataclass(frozen=True)
class Place:
    """A page that stands in the navigation for whoever carries one of the words. `phone`: wanted in the bottom bar,
    lower numbers first, 0 for not at all."""

    section: Section
    label: str
    url_name: str
    permissions: tuple[str, ...]
    icon: str
    order: int = 50
    phone: int = 0


@dataclass(frozen=True)
class Todo:
    """One line of a workbench: what is asked, of whom, by when, and the one button that does it."""

    what: str
    title: str
    unit: str
    url: str
    action: str
    due_at: datetime | None = None
    basis: str = ""
    # Where the line comes from, for the strip of counts: "mine" waits for me, "below" came up, "watch" is others' turn.
    lane: str = "mine"


@dataclass(frozen=True)
class Panel:
    """A block beside the list of things to do: a template of the room and the context that fills it."""

    title: str
    template: str
    context: dict[str, object] = field(default_factory=dict)
    order: int = 50


TodoProvider = Callable[[Actor], Iterable[Todo]]
PanelProvider = Callable[[Actor], Iterable[Panel]]

places: list[Place] = []
todo_providers: list[TodoProvider] = []
panel_providers: list[PanelProvider] = []


# Kinds of roots whose own lines already ask for the receipt of the documents about them.
signed_for_elsewhere: set[str] = set()


def register_signing_lines(*kinds: str) -> None:
    """A room says that its roots (e.g. "rectification.ticket") have lines of their own for documents to be signed."""
    signed_for_elsewhere.update(kinds)


def register_place(*new: Place) -> None:
    places.extend(new)


def register_todos(provider: TodoProvider) -> TodoProvider:
    todo_providers.append(provider)
    return provider


def register_panels(provider: PanelProvider) -> PanelProvider:
    panel_providers.append(provider)
    return provider


# What belongs to a root and has a page of its own (a ticket's problems, its documents): opened along with it on demand.
CompanionProvider = Callable[[Any, Actor], Iterable[Any]]
companion_providers: list[CompanionProvider] = []


def register_companions(provider: CompanionProvider) -> CompanionProvider:
    companion_providers.append(provider)
    return provider


def companions_of(root: Any, actor: Actor) -> list[Any]:
    """The roots around `root` that the actor sees, in the order of the rooms, each once."""
    found: dict[tuple[str, int], Any] = {}
    for provider in companion_providers:
        for other in provider(root, actor):
            found.setdefault((other.kind, other.pk), other)
    found.pop((root.kind, root.pk), None)
    return list(found.values())
