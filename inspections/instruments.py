"""Which version of an instrument is in force for an office: its own, else the nearest above, else the country's."""

from __future__ import annotations

from accounts.actors import Actor, division_chain
from inspections.models import InstrumentItem, InstrumentVersion
from inspections.plaque_items import CODE
from records.state import Refusal, Refused


def version_for(actor: Actor, code: str = CODE) -> InstrumentVersion:
    """The newest published version of the nearest instrument. Refused when none was ever published."""
    chain = division_chain(actor.division_code)
    published = (
        InstrumentVersion.objects.visible_to(actor)
        .filter(instrument__code=code, published_at__isnull=False)
        .order_by("-number")
        .select_related("instrument")
    )
    nearest = {code: -position for position, code in reversed(list(enumerate(chain)))}
    fitting = [v for v in published if v.division_code is None or v.division_code in nearest]
    if not fitting:
        raise Refused(Refusal("还没有发布督导记录表，请督导办先发布一个版本。"))
    return max(fitting, key=lambda v: (nearest.get(v.division_code or 0, -len(chain)), v.number))


def items_of(version: InstrumentVersion) -> list[InstrumentItem]:
    """The version's questions in order. One query."""
    return list(version.items.order_by("order", "id"))
