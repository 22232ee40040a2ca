"""Masked numbers in pages, and the link that opens one for a reason."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.personal import mask_phone
from records.permissions import Permission
from records.trail.reveal import personal

NOTHING = mark_safe('<span class="nothing" aria-label="无">—</span>')


def masked(context: Context, row: models.Model, name: str, nothing: str = "") -> SafeString:
    """138****1234, and 查看 beside it for whoever may open it. The number itself is nowhere in the page."""
    value = getattr(row, name) or ""
    if not value:
        return format_html("{}", nothing) if nothing else NOTHING
    text = format_html('<span class="masked">{}</span>', mask_phone(str(value)))
    kind = row._meta.label_lower
    actor: Any = getattr(context.get("request"), "actor", None)
    field = personal(kind, name)
    if field is None or actor is None or not actor.can(Permission.REVEAL):
        return text
    if field.words and not any(actor.can(word) for word in field.words):
        return text
    return format_html(
        '{} <a class="unmask" href="{}" aria-label="查看{}的{}" rel="nofollow"><svg class="icon" aria-hidden="true">'
        '<use href="{}#eye"></use></svg>查看</a>',
        text, reverse("records:reveal", args=[kind, row.pk, name]), row, field.label, static("img/icons.svg"),
    )  # fmt: skip
