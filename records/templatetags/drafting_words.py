"""Words of drafting: blanks shown as blanks, where a template comes from."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.actors import PREFECTURE_SPAN, PROVINCE_SPAN
from records import clock
from records.actions.templates import Standing
from records.documents.blanks import BLANK
from records.models import DocumentTemplate

register = template.Library()


@register.simple_tag
def with_blanks(text: str) -> SafeString:
    """The text with its blanks marked; everything else is escaped."""
    pieces = BLANK.split(text)
    return format_html_join("", "{}", ((format_html('<span class="blank">{}</span>', piece) if at % 2 else piece,) for at, piece in enumerate(pieces)))  # fmt: skip


@register.simple_tag
def template_source(standing: Standing) -> str:
    """Whose words they are, and whether those above have changed since."""
    row = standing.template
    if standing.is_own:
        when = clock.local(row.updated_at)
        changed = "，上级的模板之后又有改动" if standing.has_changed_above else ""
        return f"本单位改写，{when.year}年{when.month}月{when.day}日{changed}"
    return _level(row)


def _level(row: DocumentTemplate) -> str:
    code = row.division_code
    if code is None:
        return "全国通用"
    return "省级模板" if code % PROVINCE_SPAN == 0 else "州（市）级模板" if code % PREFECTURE_SPAN == 0 else "县级模板"
