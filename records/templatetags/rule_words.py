"""Words of the ladder for the page of rules."""

from __future__ import annotations

from django import template

from records.models import LadderRung
from records.timing.rule_pages import when

register = template.Library()


@register.simple_tag
def rung_day(rung: LadderRung) -> str:
    """到期前3天, 到期当日, 逾期第7天."""
    return when(rung)
