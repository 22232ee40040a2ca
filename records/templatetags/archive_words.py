"""Words of the archive for its pages."""

from __future__ import annotations

from django import template

from records.archive.registry import kind_label

register = template.Library()


@register.simple_tag
def archive_kind_label(kind: str) -> str:
    """整改单, 督导记录: what a file's matter is called."""
    return kind_label(kind)
