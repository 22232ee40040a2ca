"""Words of the archive for its pages."""

from __future__ import annotations

from typing import Any

from django import template

from accounts.actors import Actor
from records.archive.registry import archive_kind, kind_label
from records.models import ArchiveFile
from records.permissions import Permission

register = template.Library()


@register.simple_tag
def archive_kind_label(kind: str) -> str:
    """整改单, 督导记录: what a file's matter is called."""
    return kind_label(kind)


@register.inclusion_tag("records/archive_link.html", takes_context=True)
def archive_link(context: dict[str, Any], root: Any) -> dict[str, Any]:
    """On a finished root's page, for whoever keeps the archive: its file, or the button that opens one. One query, and
    none before it is finished."""
    actor: Actor | None = getattr(context.get("request"), "actor", None)
    kind = archive_kind(root.kind)
    if actor is None or kind is None or not actor.can(Permission.KEEP_ARCHIVE):
        return {"root": None}
    if not actor.is_office or actor.division_code != root.owner_code or kind.closed(root) is not None:
        return {"root": None}
    file = ArchiveFile.objects.visible_to(actor).filter(root_kind=root.kind, root_id=root.pk).first()
    return {"root": root, "file": file, "csrf_token": context.get("csrf_token")}
