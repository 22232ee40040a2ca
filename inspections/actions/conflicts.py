"""Two devices, one draft: the version that came second is kept beside the first, and the inspector chooses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.datastructures import MultiValueDict

from accounts.actors import Actor
from inspections.actions.visits import save_visit
from inspections.forms import (
    FINDING_CHOICES,
    FINDING_NAME,
    VisitForm,
    choice_labels,
    may_write,
    read_entry,
    wire,
)
from inspections.models import AnswerKind, InstrumentItem, RoutineVisit
from records import clock
from records.models import Draft

OUR_OWN = {"csrfmiddlewaretoken", "revision", "editor", "companions-asked", "submit", "add_finding", "remove_finding"}
FINDING_LABELS = {
    "description": "问题描述", "severity": "严重程度", "disposition": "处理意见", "resolved_note": "现场整改情况", "item": "涉及问题",
}  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One field of which there are two versions: what was saved, and what the other device holds."""

    name: str
    label: str
    saved: str
    other: str


def keep_other_version(visit: RoutineVisit, *, by: Actor, data: MultiValueDict[str, str], editor: str) -> Draft:
    """Keep a whole form that came too late, one row a page that sent it."""
    values = {name: data.getlist(name) for name in data if name not in OUR_OWN}
    draft: Draft
    draft, _ = Draft.objects.update_or_create(
        user_id=by.user_id, key=_key(visit, editor), defaults={"data": {"values": values}, "updated_at": clock.now()}
    )
    return draft


def _key(visit: RoutineVisit, editor: str) -> str:
    return f"{visit.kind}:{visit.pk}:{editor}"[:120]


def other_versions(visit: RoutineVisit, by: Actor) -> list[Draft]:
    """What waits to be merged into the visit, the newest first. One query."""
    prefix = f"{visit.kind}:{visit.pk}:"
    return list(Draft.objects.visible_to(by).filter(key__startswith=prefix).order_by("-updated_at"))


def differences(draft: Draft, current: dict[str, list[str]], items: list[InstrumentItem]) -> list[Difference]:
    """Field by field, in the order of the form. `current` is the visit's own wire."""
    other: dict[str, list[str]] = draft.data["values"]
    by_id = {str(i.pk): i for i in items}
    found = []
    for name in dict.fromkeys([*current, *other]):
        finding = FINDING_NAME.match(name)
        if (
            (finding and (name not in other or finding[2] == "group_code"))
            or name in OUR_OWN
            or name.startswith("photo-")
        ):
            continue
        ours = [v.strip() for v in current.get(name, []) if v.strip()]
        theirs = [v.strip() for v in other.get(name, []) if v.strip()]
        if _lines(ours) != _lines(theirs) and not (name not in current and not theirs):
            found.append(Difference(name, _label(name, by_id), _words(name, ours, by_id), _words(name, theirs, by_id)))
    return [d for d in found if d.label]


def _lines(values: list[str]) -> list[str]:
    # A browser sends line ends as \r\n, the database has what an earlier send brought; "0" of a count is nothing.
    return sorted(v.replace("\r\n", "\n") for v in values if v != "0")


def _label(name: str, items: dict[str, InstrumentItem]) -> str:
    if name == "companions":
        return "随行督学"
    if finding := FINDING_NAME.match(name):
        return f"发现的问题 · {FINDING_LABELS.get(finding[2], '')}"
    kind, _, pk = name.partition("-")
    if kind in ("a", "n") and pk in items:
        return f"{items[pk].label}{' · 备注' if kind == 'n' else ''}"
    return str(VisitForm.base_fields[name].label) if name in VisitForm.base_fields else ""


def _words(name: str, values: list[str], items: dict[str, InstrumentItem]) -> str:
    kind, _, pk = name.partition("-")
    labels: dict[str, str] = {}
    if kind == "a" and pk in items:
        item = items[pk]
        labels = {"yes": "是", "no": "否"} if item.kind == AnswerKind.YES_NO else choice_labels(item)
    elif finding := FINDING_NAME.match(name):
        choices = FINDING_CHOICES.get(finding[2])
        labels = {str(v): str(w) for v, w in choices.choices} if choices else {}
        labels |= {pk: i.label for pk, i in items.items()} if finding[2] == "item" else {}
    elif name == "companions":
        return f"{len(values)}人" if values else ""
    return "、".join(labels.get(v, v) for v in values)


@transaction.atomic
def resolve_conflict(
    visit: RoutineVisit, *, by: Actor, draft: Draft, take: Iterable[str], items: list[InstrumentItem]
) -> RoutineVisit:
    """Put the chosen fields of the other version into the visit and let go of the rest."""
    current = wire(visit, items)
    chosen = MultiValueDict(_with_neighbours(set(take), current, draft.data["values"]))
    form = VisitForm(chosen, instance=RoutineVisit(visited_on=visit.visited_on))
    form.is_valid()
    fields = {name: value for name, value in form.cleaned_data.items() if name in chosen}
    entry = read_entry(chosen, items)
    row = visit
    if chosen and may_write(visit, by):
        row = save_visit(
            visit, by=by, fields=fields, items=items,
            entry=type(entry)(visit.revision, "", entry.answers, entry.findings, entry.companions),
        )  # fmt: skip
    draft.delete()
    return row


def _with_neighbours(
    take: set[str], current: dict[str, list[str]], other: dict[str, list[str]]
) -> dict[str, list[str]]:
    """The taken fields, and what a question or a finding needs beside them to be read."""
    chosen: dict[str, list[str]] = {}
    for name in take & {*current, *other}:
        chosen[name] = other.get(name, [])
        kind, _, pk = name.partition("-")
        if kind in ("a", "n"):
            twin = f"{'n' if kind == 'a' else 'a'}-{pk}"
            chosen.setdefault(twin, other.get(twin, []) if twin in take else current.get(twin, []))
        elif finding := FINDING_NAME.match(name):
            group = f"f-{finding[1]}-group_code"
            chosen[group] = other.get(group, current.get(group, []))
        elif name == "companions":
            chosen["companions-asked"] = ["1"]
    for name in [n for n in chosen if n.startswith("n-") and not chosen[n]]:
        chosen[name] = [""]
    return chosen
