"""The whole story of one thing: moves, papers, receipts, messages, deadlines and changes of fields, newest first.

A root's trail begins where it was first shown to the reader (Root.told_since): how an office came to what it served
stays with that office. Row security holds the same line below, snapshot by snapshot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from accounts.actors import Actor
from records import clock
from records.models import Deadline, DeadlineChange, Delivery, Document, LadderStep, Root, Service, StateTransition
from records.trail.story import Source, changes, merged
from records.web import Entry

MOST = 300
Related = Callable[[Any, Actor], Iterable[Any]]


@dataclass(frozen=True)
class Trail:
    """How a kind of thing is told. `words`: who may read it; `sources`: whose field changes belong to it; `related`:
    other roots whose moves, papers and deadlines are part of the same story."""

    model: type[models.Model]
    words: tuple[str, ...]
    sources: Callable[[Any], Iterable[Source]]
    related: Related | None = None


_trails: dict[str, Trail] = {}


def own(thing: Any) -> list[Source]:
    """The thing's own fields, where they are tracked."""
    return [Source(type(thing), {"pgh_obj_id": thing.pk})] if is_tracked(type(thing)) else []


def is_tracked(model: type[models.Model]) -> bool:
    return any(relation.name == "change_events" for relation in model._meta.related_objects)


def register_trail(
    model: type[models.Model],
    *words: str,
    sources: Callable[[Any], Iterable[Source]] = own,
    related: Related | None = None,
) -> None:
    _trails[model._meta.label_lower] = Trail(model, words, sources, related)


def trail_of(kind: str) -> Trail | None:
    """How the kind is told. Roots are all told, registered or not."""
    if kind in _trails:
        return _trails[kind]
    try:
        model = apps.get_model(kind)
    except (LookupError, ValueError):
        return None
    return Trail(model, (), own) if issubclass(model, Root) else None


def thing_of(trail: Trail, pk: int, actor: Actor) -> Any:
    """The thing through its own door; None when the actor may not see it or its trail."""
    if trail.words and not any(actor.can(word) for word in trail.words):
        return None
    door: Any = trail.model._default_manager
    return door.visible_to(actor).filter(pk=pk).first()


def story(trail: Trail, thing: Any, actor: Actor) -> list[Entry]:
    """Every line that the actor may read, newest first. The number of queries does not grow with the lines."""
    if not isinstance(thing, Root):
        return merged(changes(trail.sources(thing)))
    since = thing.told_since(actor)
    roots = [thing, *(trail.related(thing, actor) if trail.related else ())]
    lines = [
        *_moves(roots, actor), *_papers(roots, actor), *_receipts(thing, roots, actor), *_reminders(roots), *_messages(roots, actor),
        *_deadlines(roots), *changes([*trail.sources(thing), _moved_deadlines(roots)]),
    ]  # fmt: skip
    return merged(e for e in lines if since is None or e.at >= since)


def _is(roots: Iterable[Any], kind: str = "root_kind", key: str = "root_id") -> Q:
    found = Q()
    for root in roots:
        found |= Q(**{kind: root.kind, key: root.pk})
    return found


def _last(rows: models.QuerySet[Any], *order: str) -> list[Any]:
    """The last MOST, oldest first, as `merged` takes them."""
    return list(rows.order_by(*order)[:MOST])[::-1]


def _moves(roots: list[Any], actor: Actor) -> Iterator[Entry]:
    first = roots[0]
    nouns = {root.kind: str(root._meta.verbose_name) for root in roots}
    for t in _last(StateTransition.objects.filter(_is(roots)), "-at", "-id"):
        # Another recipient's receipt is his and the offices' business; row security says the same.
        if not actor.is_office and t.only_for_id not in (None, actor.organization_id):
            continue
        about = "" if t.root_kind == first.kind or nouns[t.root_kind] in t.label else nouns[t.root_kind]
        yield Entry(at=t.at, what=f"{about}{t.label}", who=t.person_name, as_whom=t.acting_as, note=t.reason)


def _papers(roots: list[Any], actor: Actor) -> Iterator[Entry]:
    """Papers about the thing, from the day they were issued."""
    papers = Document.objects.visible_to(actor).filter(_is(roots, "about_kind", "about_id"), issued_at__isnull=False)
    for paper in _last(papers.select_related("issued_by").defer("content"), "-pk"):
        name = f"{paper.get_kind_of_display()}（{paper.number}）"
        common: Any = {"url": paper.get_absolute_url(), "kind": "document", "icon": "file"}
        yield Entry(at=paper.issued_at, what=f"印发{name}", who=str(paper.issued_by or ""), note=paper.title, **common)
        if paper.voided_at:
            yield Entry(at=paper.voided_at, what=f"{name}作废", tone="grey", **common)


def _receipts(thing: Any, roots: list[Any], actor: Actor) -> Iterator[Entry]:
    about = _is(roots, "document__about_kind", "document__about_id")
    if isinstance(thing, Document):
        about |= Q(document=thing)
    rows = Service.objects.visible_to(actor).filter(about).select_related("recipient", "document")
    for row in _last(rows.defer("document__content"), "-pk"):
        name = row.document.number or row.document.title
        common: Any = {"kind": "receipt", "icon": "receipt", "url": row.document.get_absolute_url()}
        if row.received_at and not row.voided_at:
            yield Entry(at=row.received_at, what=f"{row.recipient.label}收到{name}", as_whom="", note=row.get_kind_display(),
                        who=row.received_by or row.signed_as, tone="green", **common)  # fmt: skip
        elif row.voided_at:
            yield Entry(at=row.voided_at, what=f"撤销{row.recipient.label}的回证", who=row.voided_as, note=row.void_reason,
                        tone="amber", **common)  # fmt: skip


def _reminders(roots: list[Any]) -> Iterator[Entry]:
    """What the ladder sent, and to which body; to which person is a message of its own."""
    sent = LadderStep.objects.filter(
        _is(roots, "deadline__root_kind", "deadline__root_id"), status=LadderStep.Status.SENT, rung__consequence=""
    ).select_related("rung", "recipient_org")
    for step in _last(sent, "-pk"):
        yield Entry(at=step.done_at or clock.now(), what=step.rung.title, who="系统", icon="bell", tone="amber",
                    kind="message", note=f"已送达：{step.recipient_org.label}")  # fmt: skip


def _messages(roots: list[Any], actor: Actor) -> Iterator[Entry]:
    """One line an event, and in it each person by each way: when it was sent, when it arrived, when it was read."""
    rows = Delivery.objects.visible_to(actor).filter(_is(roots)).select_related("user", "organization", "dispatch")
    events: dict[tuple[datetime, str], list[Delivery]] = defaultdict(list)
    for row in _last(rows, "-queued_at", "-pk"):
        events[row.queued_at, row.title].append(row)
    for (at, title), told in events.items():
        yield Entry(at=at, what=f"消息：{title}", who="系统", kind="message", icon="send", tone="grey",
                    note="\n".join(sorted(_how(row) for row in told)))  # fmt: skip


def _how(row: Delivery) -> str:
    """李明（明德小学） 短信：11月24日 10:32送达"""
    home = f"（{row.organization.label}）" if row.organization else ""
    return f"{row.user}{home} {row.get_channel_display()}：{_became(row)}"


def _became(row: Delivery) -> str:
    sent = row.dispatch
    if row.seen_at:
        return f"{_moment(row.seen_at)}已读"
    if row.delivered_at:
        return f"{_moment(row.delivered_at)}送达，未读"
    if row.error or sent is None:
        return f"未发送，{row.error}" if row.error else f"待发送，不早于{_moment(row.due_at or row.queued_at)}"
    if sent.delivered_at:
        return f"{_moment(sent.delivered_at)}送达"
    if sent.failed_at:
        return f"{_moment(sent.failed_at)}未送达，{sent.error}"
    return f"{_moment(sent.sent_at)}发出" if sent.sent_at else "待发送"


def _moment(at: datetime) -> str:
    local = clock.local(at)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def _deadlines(roots: list[Any]) -> Iterator[Entry]:
    """Pauses and extensions, asked and decided."""
    rows = DeadlineChange.objects.filter(_is(roots, "deadline__root_kind", "deadline__root_id"))
    for row in _last(rows.select_related("deadline"), "-pk"):
        name = f"{row.get_kind_display()}：{row.deadline.title}"
        common: Any = {"kind": "deadline", "icon": "clock"}
        yield Entry(
            at=row.asked_at, what=f"申请{name}", who=row.asked_by_name, as_whom=row.asked_as, note=row.reason, **common
        )
        if row.decided_at:
            yield Entry(at=row.decided_at, what=f"{row.get_status_display()}{name}", who=row.decided_by_name,
                        as_whom=row.decided_as, note=row.decision_note, tone="amber", **common)  # fmt: skip


class _DeadlineSource(Source):
    """The log of the deadlines of several roots: their columns say whose they are."""

    def events(self) -> list[Any]:
        log: Any = Deadline._meta.get_field("change_events").related_model
        return list(log.objects.filter(self.where["roots"]).order_by("-pgh_id")[:MOST])[::-1]


def _moved_deadlines(roots: list[Any]) -> Source:
    return _DeadlineSource(Deadline, {"roots": _is(roots)})
