"""Which version of an instrument is in force for an office: its own, else the nearest above, else the country's."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.actors import Actor, division_chain
from inspections.models import InstrumentItem, InstrumentVersion
from inspections.plaque_items import CODE
from records.state import Refusal, Refused


def version_for(actor: Actor, code: str = CODE) -> InstrumentVersion:
    """The newest published version of the nearest instrument. Refused when none was ever published."""
    published = (
        InstrumentVersion.objects.visible_to(actor)
        .filter(instrument__code=code, published_at__isnull=False)
        .order_by("-number")
        .select_related("instrument")
    )
    found = nearest(published, actor)
    if found is None:
        raise Refused(Refusal("还没有发布督导记录表，请督导办先发布一个版本。"))
    return found


def nearest(versions: Iterable[InstrumentVersion], actor: Actor) -> InstrumentVersion | None:
    """Of the published among `versions`, the newest of the nearest office; the country's stands furthest."""
    chain: list[int | None] = [*division_chain(actor.division_code), None]
    fitting = [v for v in versions if v.published_at is not None and v.division_code in chain]
    return min(fitting, key=lambda v: (chain.index(v.division_code), -v.number), default=None)


def items_of(version: InstrumentVersion) -> list[InstrumentItem]:
    """The version's questions in order. One query."""
    return list(version.items.order_by("order", "id"))
