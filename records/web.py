"""What pages of roots share: performing an action and saying what came of it, the buttons, the timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse

from accounts.actors import Actor
from records import clock
from records.models import Deadline, LadderStep, StateTransition
from records.state import Machine, Refused


def perform(request: HttpRequest, act: Callable[[], Any], *, done: str) -> bool:
    """Run an action; a refusal becomes a message with its sentence and article. Returns whether it was done."""
    try:
        act()
    except Refused as error:
        messages.error(request, str(error.refusal))
        return False
    messages.success(request, done)
    return True


@dataclass(frozen=True)
class Button:
    """An action as components/actions.html shows it."""

    label: str
    url: str
    allowed: bool = True
    why_not: str = ""
    article: str = ""
    tone: str = "primary"
    confirm: str = ""
    needs_reason: bool = False
    is_link: bool = False
    # Name and label of a box to tick, ticked to begin with; the form then also sends `asked`.
    checkbox: tuple[str, str] = ("", "")


def buttons(machine: Machine, root: Any, actor: Actor, url_name: str, *, forms: Iterable[str] = ()) -> list[Button]:
    """The moves of the actor's role from the state. `url_name` takes (pk, transition); `forms`: those with a page of
    their own."""
    with_form = set(forms)
    return [
        Button(
            label=option.transition.label,
            url=reverse(url_name, args=[root.pk, option.transition.name]),
            allowed=option.allowed,
            why_not=option.refusal.sentence if option.refusal else "",
            article=option.refusal.article if option.refusal else "",
            tone=option.transition.tone,
            confirm=option.transition.confirm,
            needs_reason=option.transition.reason_required,
            is_link=option.transition.name in with_form,
        )
        for option in machine.options(root, actor)
    ]


@dataclass(frozen=True)
class Change:
    """One field before and after, in words."""

    label: str
    old: str
    new: str


# The kinds of lines, in the words of the story's filter.
KINDS = {"move": "办理", "document": "公文", "receipt": "送达", "message": "消息", "deadline": "期限", "change": "修改"}


@dataclass(frozen=True)
class Entry:
    """A line of a timeline; `kind` is one of KINDS."""

    at: datetime
    what: str
    who: str = ""
    as_whom: str = ""
    note: str = ""
    icon: str = "circle-check"
    tone: str = "blue"
    url: str = ""
    # The organization that may read the line beside the offices; None for everybody who sees the root.
    only_for: int | None = None
    kind: str = "move"
    changes: tuple[Change, ...] = ()

    def with_changes(self, changes: Iterable[Change]) -> Entry:
        return replace(self, changes=tuple(changes))


def timeline(root: Any, *, more: Iterable[Entry] = ()) -> list[Entry]:
    """Everything that happened to a root, newest first: moves, and the reminders of its deadlines. Two queries."""
    moves = [
        Entry(at=t.at, what=t.label, who=t.person_name, as_whom=t.acting_as, note=t.reason, only_for=t.only_for_id)
        for t in StateTransition.objects.of(root)
    ]
    sent = LadderStep.objects.filter(
        deadline__root_kind=root.kind, deadline__root_id=root.pk, status=LadderStep.Status.SENT
    ).select_related("rung", "recipient_org")
    reminders = [
        Entry(at=s.done_at or clock.now(), what=s.rung.title, who="系统", note=f"已送达：{s.recipient_org.label}",
              icon="bell", tone="amber", kind="message")
        for s in sent
    ]  # fmt: skip
    return newest_first([*moves, *reminders, *more])


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    """Of one moment the one that came later stands above: the entries come in the order in which they were written."""
    numbered = sorted(enumerate(entries), key=lambda pair: (pair[1].at, pair[0]), reverse=True)
    return [entry for _, entry in numbered]


def deadlines_of(root: Any) -> list[Deadline]:
    """The root's deadlines, those still running first. One query."""
    rows = Deadline.objects.of(root).filter(cancelled_at__isnull=True).select_related("party_org")
    return sorted(rows, key=lambda d: (d.met_at is not None, d.due_at))


def page_of_root(root: Any) -> str:
    """The address of a root's own page; empty for one that is shown on another's page."""
    return str(root.get_absolute_url()) if root.url_name else ""
