"""Changes of fields, old → new, read from the change log that database triggers write: one rule for every kind of row.

A field is told when a person can edit it and it has a name in Chinese; moments, deciders and what the machinery keeps
for itself belong to the moves. One save that changed several fields is one line.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db import models

from accounts.personal import mask_phone
from records import clock
from records.trail.reveal import personal
from records.web import Change, Entry, newest_first

MOST = 200
LONGEST = 60
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What the moves tell already, or nobody but the machine reads.
UNTOLD = frozenset(
    {"state", "number", "series", "year", "sequence", "file", "pages", "serve_when_ready", "render_error", "township_code",
     "problem", "subject_org", "inspector_name", "set_by_name", "moved_on", "paused_on", "verdict"}
)  # fmt: skip
UNTOLD_ENDINGS = ("_at", "_by", "_as", "_kind", "_id")
WORDS = {
    ("accounts.organization", "closed_on"): "撤销（或恢复）",
    ("accounts.organization", "name"): "更名",
    ("accounts.organization", "division"): "调整管理区划",
}
DEEDS = {"insert": "登记", "delete": "删除"}


@dataclass(frozen=True)
class Source:
    """Whose changes are told: a tracked model's events narrowed to one thing. `whole`: its making and removal too."""

    model: type[models.Model]
    where: Mapping[str, Any]
    whole: bool = False

    def events(self) -> list[Any]:
        """The last snapshots that row security shows, oldest first. One query."""
        log: Any = self.model._meta.get_field("change_events").related_model
        return list(log.objects.filter(**self.where).order_by("-pgh_id")[:MOST])[::-1]


def told_fields(model: type[models.Model], event: type[models.Model]) -> list[Any]:
    """The fields of the model that are told, in its order, as far as the log has them."""
    kept = {f.name for f in event._meta.concrete_fields}
    return [f for f in model._meta.concrete_fields if f.name in kept and _is_told(f)]


def _is_told(field: Any) -> bool:
    named = bool(CHINESE.search(str(field.verbose_name)))
    # A moment is a move's, but when something falls due is a fact that people change.
    plain = field.name == "due_at" or (field.name not in UNTOLD and not field.name.endswith(UNTOLD_ENDINGS))
    return field.editable and named and plain and not field.primary_key


@dataclass(frozen=True)
class _Step:
    """Two snapshots of one row, or its first or last."""

    source: Source
    before: Any
    after: Any
    fields: tuple[Any, ...]

    @property
    def event(self) -> Any:
        return self.after if self.after is not None else self.before


def changes(sources: Iterable[Source], *, since: datetime | None = None) -> list[Entry]:
    """The lines of all sources. One query a source, and one for each kind of row that a changed field names."""
    steps = [step for source in sources for step in _steps(source)]
    if since is not None:
        steps = [s for s in steps if s.event.pgh_created_at >= since]
    names = _names(steps)
    return [_entry(step, names) for step in steps]


def _steps(source: Source) -> Iterator[_Step]:
    events = source.events()
    if not events:
        return
    fields = told_fields(source.model, type(events[0]))
    last: dict[Any, Any] = {}
    for event in events:
        before = last.get(event.pgh_obj_id)
        last[event.pgh_obj_id] = event
        if event.pgh_label in DEEDS:
            if source.whole:
                yield _Step(source, None, event, ())
        elif before is not None and (changed := _changed(fields, before, event)):
            yield _Step(source, before, event, changed)


def _changed(fields: Iterable[Any], before: Any, after: Any) -> tuple[Any, ...]:
    return tuple(f for f in fields if getattr(before, f.attname) != getattr(after, f.attname))


def _names(steps: list[_Step]) -> dict[tuple[type[Any], Any], str]:
    """Labels of the rows that changed foreign keys name; what row security hides has none."""
    wanted: dict[type[Any], set[Any]] = defaultdict(set)
    for step in steps:
        for field in step.fields:
            if field.is_relation:
                wanted[field.related_model] |= {getattr(e, field.attname) for e in (step.before, step.after)} - {None}
        if not step.fields and (field := _bearer(step.source.model)):
            wanted[field.related_model].add(getattr(step.event, field.attname, None))
    found = {}
    for model, keys in wanted.items():
        for row in model._base_manager.select_related().filter(pk__in=keys):
            found[model, row.pk] = str(row)
    return found


def _entry(step: _Step, names: Mapping[tuple[type[Any], Any], str]) -> Entry:
    event, model = step.event, step.source.model
    context = event.pgh_context or {}
    kind, noun = model._meta.label_lower, str(model._meta.verbose_name)
    if step.fields:
        what = next((WORDS[kind, f.name] for f in step.fields if (kind, f.name) in WORDS), f"修改{noun}信息")
    else:
        what = f"{DEEDS[event.pgh_label]}{noun}"
    is_deadline = kind == "records.deadline"
    if is_deadline:
        what = f"期限变动：{event.title}"
    told = tuple(
        Change(str(f.verbose_name), _shown(f, step.before, names), _shown(f, step.after, names)) for f in step.fields
    )
    return Entry(
        at=event.pgh_created_at, what=what, who=_who(context), as_whom=str(context.get("as") or ""),
        note="" if step.fields else _called(model, event, names), icon="clock" if is_deadline else "history", tone="grey",
        kind="deadline" if is_deadline else "change", changes=told,
    )  # fmt: skip


def _who(context: Mapping[str, Any]) -> str:
    """ "nobody" is what the log has for work without a person: a migration, the owner's own hand."""
    by = str(context.get("by") or "")
    return "系统" if by in ("", "nobody") else by


def _bearer(model: type[models.Model]) -> Any:
    """The foreign key that names a row without a name of its own: which body, which person."""
    found = {f.name: f for f in model._meta.concrete_fields if f.is_relation}
    return next(
        (found[name] for name in ("organization", "recipient", "person", "user", "school") if name in found), None
    )


def _called(model: type[models.Model], event: Any, names: Mapping[tuple[type[Any], Any], str]) -> str:
    """What the row that came or went was called, as far as its snapshot says."""
    for name in ("name", "person_name", "title", "text"):
        value = getattr(event, name, "")
        if value and isinstance(value, str):
            return value[:LONGEST]
    field = _bearer(model)
    return names.get((field.related_model, getattr(event, field.attname, None)), "") if field else ""


def _shown(field: Any, event: Any, names: Mapping[tuple[type[Any], Any], str]) -> str:
    value = getattr(event, field.attname)
    if value in (None, "", [], {}):
        return "空"
    if field.is_relation:
        return names.get((field.related_model, value), "（不在您的查看范围内）")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if personal(field.model._meta.label_lower, field.name):
        return mask_phone(str(value))
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        local = clock.local(value)
        return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, (dict, list)):
        return "（内容）"
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…（共{len(text)}字）"


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """Newest first, from entries that have the older of one moment first; field changes of one save and one person become
    one line."""
    ordered = newest_first(entries)
    found: list[Entry] = []
    for key, group in groupby(ordered, key=lambda e: (e.at, e.kind, e.who, e.what) if e.changes else id(e)):
        same = list(group)
        if isinstance(key, tuple) and len(same) > 1:
            found.append(same[0].with_changes([c for e in same for c in e.changes]))
        else:
            found += same
    return found
