"""What the registers above know of a unit's contact, for the printed sheet: this room may not read them itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accounts.actors import Actor


@dataclass(frozen=True)
class KnownContact:
    """`phone` is a mobile number or empty: a landline signs nobody in."""

    name: str = ""
    phone: str = ""


Source = Callable[[Actor, Sequence[int]], dict[int, KnownContact]]
_sources: list[Source] = []


def register_contacts(source: Source) -> Source:
    """`source(actor, organization_ids)` → what it knows, by organization, in a fixed number of queries."""
    _sources.append(source)
    return source


def known_contacts(actor: Actor, organizations: Sequence[int]) -> dict[int, KnownContact]:
    found: dict[int, KnownContact] = {}
    for source in _sources:
        found |= source(actor, organizations)
    return found
