"""A school's past from the change log: the lines of its own page, and the names it bore."""

from __future__ import annotations

from accounts.models import Organization
from records.trail.story import Source, changes, merged
from records.web import Entry
from supervision.models import School


def history(school: School) -> list[Entry]:
    """What changed when and by whom, newest first: of the body and of the profile."""
    sources = [
        Source(Organization, {"pgh_obj_id": school.pk}),
        Source(School, {"pgh_obj_id": school.pk}, whole=True),
    ]
    return merged(changes(sources))


def former_names(school: School) -> list[str]:
    """The names it bore before, oldest first, without the present one. One query."""
    events = school.organization.change_events  # type: ignore[attr-defined]
    names = events.order_by("pgh_id").values_list("name", flat=True)
    return [name for name in dict.fromkeys(names) if name != school.organization.name]
