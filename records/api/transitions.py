"""Moves of a root by POST …/{id}/transitions/{name}/: the state table decides, the room's action does it, the page's form
reads the body. One rule, no second copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from accounts.actors import Actor
from accounts.api.bodies import FormFactory, plain
from accounts.api.fields import BOOLEAN, STRING, Part, record
from accounts.api.problems import Problem, translates
from accounts.api.resources import Act, Deed
from records.state import Machine, Refused, word_refusal


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label="理由", max_length=2000, error_messages={"required": "请写明理由。"})


reason_form = plain(ReasonForm)


@translates(Refused)
def _refused(error: Refused) -> Problem:
    """The guard's own sentence and article."""
    return Problem(409, error.refusal.sentence, kind="refused", article=error.refusal.article)


def move(machine: Machine, name: str, act: Act, form: FormFactory | None = None, *, help: str = "") -> Deed:
    """One transition of the table as a deed. Without a form of its own it takes its reason, where one is required."""
    transition = machine.by_name[name]
    if form is None and transition.reason_required:
        form = reason_form

    def check(actor: Actor, root: Any) -> None:
        word = word_refusal(actor, transition.permission, transition.label)
        if word is not None:
            raise Problem(403, word.sentence, kind="forbidden", article=word.article)
        refused = machine.refusal(root, name, actor)
        if refused is not None:
            raise Refused(refused)

    return Deed(name, transition.label, act, form=form, path=f"transitions/{name}", check=check, help=help)


def simple(act: Callable[..., Any], *, with_reason: bool = False) -> Act:
    """An action that takes the root and, if anything, a reason."""
    if with_reason:
        return lambda actor, root, form: act(root, by=actor, reason=form.cleaned_data["reason"])
    return lambda actor, root, form: act(root, by=actor)


def with_values(act: Callable[..., Any]) -> Act:
    """An action that takes what the form found, by name."""
    return lambda actor, root, form: act(root, by=actor, **form.cleaned_data)


OPTION = record(
    name=STRING, label=STRING, allowed=BOOLEAN, why_not=STRING, article=STRING, reason_required=BOOLEAN, target=STRING
)


def options(machine: Machine, deeds: Mapping[str, Deed] | list[Deed]) -> Part:
    """GET …/transitions/: what the actor's role knows from here, possible or not, and why not."""
    offered = {deed.name for deed in (deeds.values() if isinstance(deeds, Mapping) else deeds)}

    def get(root: Any, actor: Actor) -> list[dict[str, Any]]:
        return [
            {
                "name": option.transition.name, "label": option.transition.label, "allowed": option.allowed,
                "why_not": option.refusal.sentence if option.refusal else "",
                "article": option.refusal.article if option.refusal else "",
                "reason_required": option.transition.reason_required, "target": option.transition.target,
            }
            for option in machine.options(root, actor)
            if option.transition.name in offered
        ]  # fmt: skip

    return Part("transitions", "可以办理的步骤", {"type": "array", "items": OPTION}, get, inline=False)
