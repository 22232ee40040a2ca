"""State machines as tables: what may move from where to where, by whom, and why not (architecture.md §3).

A page's buttons, the API's errors and the tests read the same table. `move` locks the row, refuses what the table does
not allow, saves the facts and writes the transition, in one transaction.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.utils.formats import date_format

from accounts.actors import Actor, ActorKind, Lent
from records import clock
from records.models import StateTransition


@dataclass(frozen=True)
class Refusal:
    """Why not: a sentence for the person, and the article or rule behind it."""

    sentence: str
    article: str = ""

    def __str__(self) -> str:
        return f"{self.sentence}（{self.article}）" if self.article else self.sentence


class Refused(Exception):
    """A transition was refused; `refusal` says why. Nothing has been written."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class AlreadyDone(Refused):
    """Somebody was first: the second of two clicks. The sentence names who and when."""


Guard = Callable[[Any, Actor], Refusal | None]


@dataclass(frozen=True)
class StateLabel:
    """How a state is shown: tone is one of grey, blue, amber, green, red, purple."""

    code: str
    label: str
    tone: str


@dataclass(frozen=True)
class Transition:
    """One row of the table. `not_same_person_as`: names of user-id attributes of the root (four eyes, by person)."""

    name: str
    label: str
    sources: tuple[str, ...]
    target: str
    permission: str
    guards: tuple[Guard, ...] = ()
    reason_required: bool = False
    not_same_person_as: tuple[tuple[str, str], ...] = ()
    tone: str = "primary"
    confirm: str = ""
    # Moves that the system makes on an event are no buttons.
    button: bool = True


@dataclass(frozen=True)
class Option:
    """A transition as offered to somebody: allowed, or refused with the reason."""

    transition: Transition
    refusal: Refusal | None

    @property
    def allowed(self) -> bool:
        return self.refusal is None


_machines: dict[type[models.Model], Machine] = {}


def machine_of(model: type[models.Model]) -> Machine | None:
    """The machine that moves a model's rows."""
    return _machines.get(model)


def machines() -> list[Machine]:
    """Every machine, for the diagrams in docs/ and the tests that walk them."""
    return list(_machines.values())


@dataclass(frozen=True)
class Machine:
    """The states and transitions of one model. `field` is the state's column."""

    name: str
    states: tuple[StateLabel, ...]
    transitions: tuple[Transition, ...]
    initial: str
    field: str = "state"
    model: type[models.Model] | None = None
    by_name: Mapping[str, Transition] = dataclasses.field(init=False, repr=False, compare=False)
    by_code: Mapping[str, StateLabel] = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {t.name: t for t in self.transitions})
        object.__setattr__(self, "by_code", {s.code: s for s in self.states})
        if self.model is not None:
            _machines[self.model] = self

    def label(self, root: models.Model) -> StateLabel:
        return self.by_code[getattr(root, self.field)]

    def refusal(self, root: Any, name: str, actor: Actor) -> Refusal | None:
        """Why `actor` may not make the move now, or None. Order: the right, the state, the guards, four eyes."""
        transition = self.by_name[name]
        refused = word_refusal(actor, transition.permission, transition.label)
        if refused is not None:
            return refused
        if getattr(root, self.field) not in transition.sources:
            return Refusal(f"当前状态为“{self.label(root).label}”，不能“{transition.label}”。")
        for guard in transition.guards:
            refused = guard(root, actor)
            if refused is not None:
                return refused
        return _same_person(root, transition, actor)

    def options(self, root: Any, actor: Actor) -> list[Option]:
        """The moves that the actor's role knows from this state, allowed or not, for the page."""
        return [
            Option(t, self.refusal(root, t.name, actor))
            for t in self.transitions
            if t.button and _knows(actor, t.permission) and getattr(root, self.field) in t.sources
        ]

    def move(
        self,
        root: Any,
        name: str,
        *,
        by: Actor,
        reason: str = "",
        facts: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> Any:
        """Make the move on the locked row, set `changes` on it and write the trail; returns the row as saved.

        Raises AlreadyDone when the row has just been moved so by somebody, Refused for every other "no".
        """
        transition = self.by_name[name]
        with transaction.atomic():
            row = lock(root)
            self._refuse(root, row, transition, by, reason)
            source = getattr(row, self.field)
            setattr(row, self.field, transition.target)
            for attribute, value in changes.items():
                setattr(row, attribute, value)
            row.save()
            log(
                row,
                by=by,
                name=transition.name,
                label=transition.label,
                source=source,
                target=transition.target,
                reason=reason,
                facts=facts,
            )
        return row

    def _refuse(self, seen: Any, row: Any, transition: Transition, by: Actor, reason: str) -> None:
        state = getattr(row, self.field)
        if state != getattr(seen, self.field) or (state not in transition.sources and _just_moved(row, transition)):
            raise AlreadyDone(_who_was_first(row))
        refused = self.refusal(row, transition.name, by)
        if refused is not None:
            raise Refused(refused)
        if transition.reason_required and not reason.strip():
            raise Refused(Refusal(f"“{transition.label}”须写明理由。"))


def lock(root: Any) -> Any:
    """The row, locked until the transaction ends. Model.DoesNotExist when row security hides it."""
    return type(root)._default_manager.select_for_update(of=("self",)).get(pk=root.pk)


def log(
    root: Any,
    *,
    by: Actor,
    name: str,
    label: str,
    source: str,
    target: str,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    only_for: int | None = None,
) -> StateTransition:
    """Write one line of the trail. Called by `move`, and once for the creation of a root. `only_for`: the organization
    that may read the line beside the offices; of several recipients each knows his own receipt only."""
    entry = StateTransition(
        root_kind=root.kind, root_id=root.pk, name=name, label=label, source=source, target=target, reason=reason.strip(),
        facts=dict(facts or {}), at=at or clock.now(), person_id=by.user_id, membership_id=by.membership_id,
        person_name=by.display_name, acting_as=by.label, only_for_id=only_for,
    )  # fmt: skip
    entry.save(force_insert=True)
    return entry


LAPSED_SHOWN_DAYS = 30


def word_refusal(actor: Actor, word: str, label: str) -> Refusal | None:
    """Why the actor may not do what `word` allows: neither his role carries it nor a delegation of today (授权代签)."""
    today = clock.today()
    if actor.may(word, today):
        return None
    lent = actor.lent_for(word)
    if not lent:
        return Refusal(f"您当前的身份（{actor.role_label}）无权“{label}”。")
    return Refusal(f"{lent[0].giver_name}对您的授权{_lapsed(lent[0], today)}，不能“{label}”。")


def _lapsed(lent: Lent, today: date) -> str:
    if lent.revoked_on is not None:
        return f"已于{date_format(lent.revoked_on, 'Y年n月j日')}撤回"
    if lent.valid_from > today:
        return f"自{date_format(lent.valid_from, 'Y年n月j日')}起才生效"
    return f"已于{date_format(lent.valid_until, 'Y年n月j日')}到期"


def _knows(actor: Actor, word: str) -> bool:
    """Whose button it is: also his whose delegation has not begun or ended a short while ago, to tell him so."""
    recent = clock.today() - timedelta(days=LAPSED_SHOWN_DAYS)
    return actor.can(word) or any(d.valid_until >= recent for d in actor.lent_for(word))


def _same_person(root: Any, transition: Transition, actor: Actor) -> Refusal | None:
    """Four eyes are compared by person, not by membership."""
    if actor.user_id is None:
        return None
    for attribute, deed in transition.not_same_person_as:
        if getattr(root, attribute) == actor.user_id:
            return Refusal(f"{deed}与“{transition.label}”不能是同一人，请由其他人员办理。")
    return None


def _just_moved(row: Any, transition: Transition) -> bool:
    """Whether this very move was the last one: the second of two clicks comes from a page that did not know."""
    last = StateTransition.objects.of(row).order_by("-at", "-id").first()
    return last is not None and last.name == transition.name


def _who_was_first(row: Any) -> Refusal:
    last = StateTransition.objects.of(row).order_by("-at", "-id").first()
    if last is None:
        return Refusal("该事项已被他人办理，请刷新页面查看。")
    when = date_format(clock.local(last.at), "Y年n月j日 H:i")
    return Refusal(f"该事项已由{last.person_name}于{when}“{last.label}”，本次操作未生效。")


# --- guards that every room needs ---------------------------------------------------------------------------------


def owning_office(root: Any, actor: Actor) -> Refusal | None:
    """Only the office that owns the root acts for it; the offices above watch."""
    if actor.kind is ActorKind.SYSTEM or (actor.is_office and actor.division_code == root.owner_code):
        return None
    return Refusal("此事项由承办的督导办办理，您所在单位只能查看。")


def subject_unit(root: Any, actor: Actor) -> Refusal | None:
    """Only the unit that the root is about."""
    if actor.kind is ActorKind.SYSTEM or (actor.organization_id == root.subject_org_id):
        return None
    return Refusal("此步骤由责任单位办理。")


def labels(machine: Machine, codes: Iterable[str]) -> str:
    return "、".join(machine.by_code[code].label for code in codes)
