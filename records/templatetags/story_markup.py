"""The story's filter: which kinds of lines there are, and those that were asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from records.permissions import Permission
from records.trail.trails import trail_of
from records.web import KINDS, Entry


@dataclass(frozen=True)
class Kind:
    label: str
    query: str
    count: int
    chosen: bool


def _asked(context: Context) -> str:
    request = context.get("request")
    asked = request.GET.get("kind", "") if request is not None else ""
    return asked if asked in KINDS else ""


def story_kinds(context: Context, entries: Sequence[Entry]) -> list[Kind]:
    """全部, and each kind that the story has."""
    counts, asked = Counter(entry.kind for entry in entries), _asked(context)
    found = [Kind("全部", "", len(entries), not asked)]
    return found + [
        Kind(label, f"?kind={kind}", counts[kind], kind == asked) for kind, label in KINDS.items() if counts[kind]
    ]


def story_shown(context: Context, entries: Sequence[Entry]) -> list[Entry]:
    asked = _asked(context)
    return [entry for entry in entries if not asked or entry.kind == asked]


def trail_url(thing: models.Model) -> str:
    """The address of the thing's whole story; empty where its kind has none."""
    kind = thing._meta.label_lower
    return reverse("records:trail", args=[kind, thing.pk]) if trail_of(kind) else ""


def trail_link(context: Context, thing: models.Model) -> SafeString:
    """A button to the thing's story for whoever may read it."""
    told = trail_of(thing._meta.label_lower)
    actor: Any = getattr(context.get("request"), "actor", None)
    if told is None or actor is None or not actor.can(Permission.VIEW_TRAIL):
        return SafeString()
    if told.words and not any(actor.can(word) for word in told.words):
        return SafeString()
    return format_html(
        '<a class="btn btn-quiet" href="{}"><svg class="icon" aria-hidden="true"><use href="{}#history"></use></svg>变更记录</a>',
        trail_url(thing), static("img/icons.svg"),
    )  # fmt: skip
