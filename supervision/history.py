"""A school's past from the change log, which database triggers write: names, moves, mergers, numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from django.db.models import QuerySet

from accounts.models import Division, Organization
from records.web import Entry
from supervision.models import School

ORGANIZATION_FIELDS = ("name", "short_name", "code", "division", "competent_department", "opened_on", "closed_on")
SCHOOL_FIELDS = (
    "stage", "ownership", "approving_authority", "township", "address", "head_name", "pupils", "classes", "teachers",
)  # fmt: skip
LIMIT = 100


def events(thing: School | Organization) -> QuerySet[Any]:
    """The snapshots of a tracked row that the actor's scope shows; django-pghistory adds the relation."""
    found: QuerySet[Any] = thing.change_events  # type: ignore[union-attr]
    return found


def history(school: School) -> list[Entry]:
    """What changed when and by whom, newest first. Two queries, and one for names of divisions when it moved."""
    bodies = list(events(school.organization).order_by("-pgh_id")[:LIMIT])[::-1]
    profiles = list(events(school).order_by("-pgh_id")[:LIMIT])[::-1]
    entries = [*_entries(bodies, ORGANIZATION_FIELDS), *_entries(profiles, SCHOOL_FIELDS)]
    if profiles and profiles[0].pgh_label == "insert":
        entries.append(_entry(profiles[0], "登记学校", ""))
    return sorted(entries, key=lambda e: e.at, reverse=True)


def former_names(school: School) -> list[str]:
    """The names it bore before, oldest first, without the present one. One query."""
    names = events(school.organization).order_by("pgh_id").values_list("name", flat=True)
    return [name for name in dict.fromkeys(names) if name != school.organization.name]


def _entries(events: list[Any], fields: tuple[str, ...]) -> Iterator[Entry]:
    for before, after in pairwise(events):
        changed = [f for f in fields if _raw(before, f) != _raw(after, f)]
        if changed:
            yield _entry(after, _title(changed), "；".join(_sentences(before, after, changed)))


def _raw(event: Any, field: str) -> Any:
    return getattr(event, f"{field}_id", getattr(event, field, None))


def _title(changed: list[str]) -> str:
    if "closed_on" in changed:
        return "撤销（或恢复）"
    if "name" in changed:
        return "更名"
    return "调整管理区划" if "division" in changed else "修改信息"


def _sentences(before: Any, after: Any, changed: Iterable[str]) -> Iterator[str]:
    for name in changed:
        label = after._meta.get_field(name).verbose_name
        if name == "competent_department":
            yield f"{label}已调整"
        else:
            yield f"{label}：{_shown(before, name)} → {_shown(after, name)}"


def _shown(event: Any, name: str) -> str:
    field = event._meta.get_field(name)
    if name == "division":
        return str(Division.objects.filter(pk=event.division_id).values_list("name", flat=True).first() or "")
    value = _raw(event, name)
    if field.choices:
        value = dict(field.flatchoices).get(value, value)
    if hasattr(value, "strftime"):
        return f"{value.year}年{value.month}月{value.day}日"
    return "空" if value in (None, "") else str(value)


def _entry(event: Any, what: str, note: str) -> Entry:
    context = event.pgh_context or {}
    return Entry(at=event.pgh_created_at, what=what, who=str(context.get("by", "")), as_whom=str(context.get("as", "")),
                 note=note, icon="history", tone="grey")  # fmt: skip
