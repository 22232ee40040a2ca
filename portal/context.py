"""The frame around every page: navigation, bottom bar, inbox count, identities (templates/base.html)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest

from accounts.actors import Actor, Role
from accounts.addresses import address
from accounts.identities import Identity
from portal.permissions import Permission
from records.models import Notification
from records.notices.inbox import newest, unread_count
from records.registry import Place, Section, places

PHONE_PLACES = 4
NEWS = 5
ICONS = {
    Section.WORKBENCH: "layout-dashboard", Section.SCHOOLS: "school", Section.GOVERNMENT: "building-bank",
    Section.EVALUATION: "chart-bar", Section.RECTIFICATION: "checklist", Section.ACCOUNTABILITY: "gavel",
    Section.DOCUMENTS: "file-text", Section.CORPS: "users", Section.DATA: "database", Section.SETTINGS: "settings",
}  # fmt: skip


@dataclass(frozen=True)
class NavItem:
    """A link of the navigation. A section with several places has them as children and opens the first."""

    label: str
    url: str
    icon: str
    active: bool = False
    children: tuple[NavItem, ...] = field(default=())


def permitted(actor: Actor | None) -> list[Place]:
    """The places whose word the actor carries, in the navigation's order."""
    if actor is None:
        return []
    order = list(Section)
    allowed = [place for place in places if any(actor.can(word) for word in place.permissions)]
    return sorted(allowed, key=lambda place: (order.index(place.section), place.order))


def here(allowed: Iterable[Place], request: HttpRequest) -> Place | None:
    """The place one stands in: the page itself, or the place under whose address the page lies."""
    match = request.resolver_match
    name = match.view_name if match else ""
    addresses = {place: address(place.url_name) for place in allowed}
    exact = next((place for place in addresses if place.url_name == name), None)
    if exact is not None:
        return exact
    above = [place for place, url in addresses.items() if url != "/" and request.path.startswith(url)]
    return max(above, key=lambda place: len(addresses[place]), default=None)


class Frame:
    """What base.html asks of `frame`. Nothing is computed until asked: a partial or JSON costs no query."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._actor: Actor | None = getattr(request, "actor", None)

    @property
    def may_search(self) -> bool:
        return self._actor is not None and self._actor.can(Permission.SEARCH)

    @cached_property
    def _allowed(self) -> list[Place]:
        return permitted(self._actor)

    @cached_property
    def _here(self) -> Place | None:
        return here(self._allowed, self._request)

    @cached_property
    def nav(self) -> tuple[NavItem, ...]:
        sections: dict[Section, list[Place]] = {}
        for place in self._allowed:
            sections.setdefault(place.section, []).append(place)
        return tuple(self._section(section, inside) for section, inside in sections.items())

    def _section(self, section: Section, inside: list[Place]) -> NavItem:
        links = tuple(self._link(place) for place in inside)
        return NavItem(
            label=section.value,
            url=links[0].url,
            icon=ICONS[section],
            active=self._here in inside,
            children=links if len(links) > 1 else (),
        )

    def _link(self, place: Place) -> NavItem:
        return NavItem(place.label, address(place.url_name), place.icon, active=place == self._here)

    @cached_property
    def bottom(self) -> tuple[NavItem, ...]:
        """The phone's bar: the four places that the role uses most."""
        wanted = sorted((p for p in self._allowed if p.phone), key=lambda p: (p.phone, p.order))
        return tuple(self._link(place) for place in wanted[:PHONE_PLACES])

    @cached_property
    def unread(self) -> int:
        return unread_count(self._actor)

    @cached_property
    def news(self) -> list[Notification]:
        """The newest lines of the inbox. Whoever shows them has `unread` from the same query."""
        if self._actor is None:
            return []
        lines, self.unread = newest(self._actor, NEWS)
        return lines

    @cached_property
    def identities(self) -> list[tuple[int, str, bool]]:
        """(membership, as whom, whether chosen) of every identity of the person."""
        found: list[Identity] = getattr(self._request, "identities", [])
        chosen = self._actor.membership_id if self._actor else None
        return [
            (i.membership_id, f"{i.organization_name} {Role(i.role).label}", i.membership_id == chosen) for i in found
        ]

    @property
    def demo(self) -> bool:
        return bool(settings.DEMO)


def frame(request: HttpRequest) -> dict[str, object]:
    """Context processor: `frame` for base.html, one for all templates of a request."""
    if not hasattr(request, "frame"):
        request.frame = Frame(request)  # type: ignore[attr-defined]
    return {"frame": request.frame}  # type: ignore[attr-defined]
