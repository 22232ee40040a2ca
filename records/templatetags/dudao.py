"""Template tags of the product's look: badges, dates, numbers, list heads, form fields.

A table of fifty rows asks for hundreds of badges, and an include costs four times what inline markup costs;
so everything that stands in a cell is a simple tag that answers with escaped HTML, never an include.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, Protocol

from django import template
from django.db import models
from django.template import Context
from django.templatetags.static import static
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.addresses import address
from accounts.personal import mask_phone
from records.models import Deadline
from records.permissions import Permission
from records.state import machine_of
from records.templatetags import forms_markup, frame_markup, list_markup, personal_markup, story_markup

register = template.Library()

TONES: Final = frozenset({"grey", "blue", "amber", "green", "red", "purple"})
NOTHING: Final = mark_safe('<span class="nothing" aria-label="无">—</span>')
COUNT_CAP: Final = 1000


class DeadlineLike(Protocol):
    """What a deadline shows of itself. `days_left` is negative once overdue, None while paused."""

    last_day: dt.date
    days_left: int | None
    verdict: str
    late_days: int
    rule_label: str
    basis: str
    provisional: bool


class ActionLike(Protocol):
    """The part of an action that decides whether it is a button or a "why not"."""

    allowed: bool


def _text_of(thing: object, *names: str) -> str:
    for name in names:
        value = getattr(thing, name, None)
        if value:
            return str(value)
    return ""


@register.simple_tag
@lru_cache(maxsize=1024, typed=True)  # what is marked safe is not what only looks the same
def icon(name: str, label: str = "") -> SafeString:
    """A line icon of `static/img/icons.svg`; silent for screen readers unless `label` names it."""
    href = f"{static('img/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', href)


@register.simple_tag(takes_context=True)
def open_url(context: Context, name: str, *args: object) -> str:
    """The address of a page for whoever carries one of the words that its view asks for, else "": no link leads to a refusal.
    So may a lower room's page show a higher room's panel without knowing its rights."""
    url = reverse(name, args=args)
    actor = getattr(context.get("request"), "actor", None)
    words = getattr(resolve(url).func, "permissions", ())
    return url if actor is not None and any(actor.can(word) for word in words) else ""


@register.simple_tag
def state_badge(thing: object) -> SafeString:
    """Dot and words for a state: of a row with a state machine, a StateLabel, or what has `state_label`/`state_tone`."""
    if thing is None or thing == "":
        return NOTHING
    named = thing
    if isinstance(thing, models.Model) and (machine := machine_of(type(thing))) is not None:
        named = machine.label(thing)
    label = _text_of(named, "state_label", "label") or str(thing)
    tone = _text_of(named, "state_tone", "tone")
    return _state(label, tone if tone in TONES else "grey")


@lru_cache(maxsize=1024, typed=True)  # what is marked safe is not what only looks the same
def _state(label: str, tone: str) -> SafeString:
    return format_html('<span class="state tone-{}">{}</span>', tone, label)


@register.simple_tag
def zh_date(day: dt.date | dt.datetime | None) -> SafeString:
    """2026年11月24日; moments are shown in the local zone."""
    if not day:
        return NOTHING
    if isinstance(day, dt.datetime):
        day = timezone.localtime(day).date() if timezone.is_aware(day) else day.date()
    return mark_safe(f'<time datetime="{day.isoformat()}">{_zh_day(day)}</time>')


@register.simple_tag
def zh_datetime(moment: dt.datetime | None) -> SafeString:
    """2026年11月24日 10:32, in the local zone."""
    if not moment:
        return NOTHING
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    return mark_safe(f'<time datetime="{moment.isoformat()}">{_zh_day(local)} {local:%H:%M}</time>')


def _zh_day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


@register.simple_tag
def number(value: float | Decimal | None, unit: str = "") -> str | SafeString:
    """12,345 with thousands; None is a dash, so that nothing known is never read as zero."""
    if value is None:
        return NOTHING
    return f"{value:,}{unit}"


@register.simple_tag
def capped_count(value: int | None) -> str | SafeString:
    """Counts stop at a thousand (architecture.md §6): 37, 1,000, 1000+."""
    if value is None:
        return NOTHING
    return f"{COUNT_CAP}+" if value > COUNT_CAP else f"{value:,}"


def deadline_words(deadline: DeadlineLike) -> tuple[str, str]:
    """(words, tone) of a deadline: red only while overdue and unanswered."""
    if deadline.verdict == "on_time":
        return "按时", "green"
    if deadline.verdict == "late":
        return f"迟{deadline.late_days}天", "amber"
    if deadline.days_left is None:
        return "已中止", "grey"
    if deadline.days_left < 0:
        return f"已逾期{-deadline.days_left}天", "red"
    if deadline.days_left == 0:
        return "今天到期", "amber"
    return f"剩余{deadline.days_left}天", "amber" if deadline.days_left <= 3 else "grey"


def _moved(deadline: DeadlineLike) -> str:
    """The first end of a deadline that was extended since."""
    first = getattr(deadline, "original_last_day", None)
    return f"最初为{_zh_day(first)}，已延后" if first and first != deadline.last_day else ""


def _page_of(deadline: DeadlineLike) -> str:
    """A link to the deadline's page, where it is a row that has one."""
    if not isinstance(deadline, Deadline) or deadline.pk is None:
        return ""
    return format_html('<a href="{}">期限详情，申请延期或中止</a>', address("records:deadline", deadline.pk))


@register.simple_tag
def deadline_badge(deadline: DeadlineLike | None) -> SafeString:
    """Date, days left, and on tap the rule with its article; works without JavaScript."""
    if deadline is None:
        return NOTHING
    words, tone = deadline_words(deadline)
    provisional = "节假日安排未公布，暂按周一至周五推算" if deadline.provisional else ""
    rows = [("期限", deadline.rule_label), ("依据", deadline.basis), ("说明", provisional)]
    rows += [("变更", _moved(deadline)), ("详情", _page_of(deadline))]
    facts = "".join([f"<dt>{name}</dt><dd>{conditional_escape(value)}</dd>" for name, value in rows if value])
    badge = (
        f'<span class="deadline-day">{_zh_day(deadline.last_day)}</span> '
        f'<span class="deadline-left tone-{tone}">{words}</span>'
    )
    if not facts:
        return mark_safe(f'<span class="deadline">{badge}</span>')
    title = escape("；".join([value for name, value in rows if value and name != "详情"]))
    return mark_safe(
        f'<details class="deadline" data-menu><summary title="{title}">{badge}</summary>'
        f'<dl class="deadline-tip">{facts}</dl></details>'
    )


@register.simple_tag
def message_tone(level_tag: str) -> str:
    """Alert colour of a message; red is kept for overdue, so an error is burnt orange ("danger")."""
    return {"debug": "info", "error": "danger"}.get(level_tag, level_tag or "info")


@register.simple_tag
def button_class(tone: str) -> str:
    """Class of an action's button: "primary" is the one strong button of a page, "grave" a step that is hard to undo."""
    return {"primary": "btn-primary", "blue": "btn-primary", "grave": "btn-grave", "red": "btn-grave"}.get(
        tone, "btn-quiet"
    )


@register.simple_tag
def refused_actions(actions: Iterable[ActionLike]) -> list[ActionLike]:
    """The actions that are not possible now, each with its sentence, for "why not"."""
    return [action for action in actions if not action.allowed]


@register.simple_tag(takes_context=True)
def outsiders_link(context: template.Context, root: Any) -> str:
    """For the head of the office that owns the root: where it is opened to people from outside."""
    actor = getattr(context.get("request"), "actor", None)
    if actor is None or not actor.can(Permission.GRANT_ACCESS) or actor.division_code != root.owner_code:
        return ""
    url = reverse("records:root_grants", args=[root.kind, root.pk])
    return format_html('<p class="aside-link"><a href="{}">外部人员授权</a></p>', url)


@register.simple_tag
def percent(done: float, total: float) -> int:
    """Whole per cent of `done` in `total`, 0–100; nothing to do counts as nothing done."""
    return min(100, max(0, round(100 * done / total))) if total else 0


@register.filter
def file_size(size: int | None) -> str:
    """Bytes as people say them: 812 B, 24 KB, 3.4 MB."""
    if size is None:
        return ""
    if size < 1024:
        return f"{size} B"
    return f"{size / 1024:.0f} KB" if size < 1024**2 else f"{size / 1024**2:.1f} MB"


register.tag(frame_markup.fixed)
register.tag(frame_markup.url)
register.simple_tag(frame_markup.drawn)
register.simple_tag(takes_context=True)(list_markup.sort_header)
register.simple_tag(takes_context=True)(list_markup.hidden_params)
register.simple_tag(takes_context=True)(list_markup.keep_params)
register.simple_tag(takes_context=True)(list_markup.filter_chips)
register.simple_tag(list_markup.page_numbers)
register.simple_tag(forms_markup.form_field)
register.simple_tag(forms_markup.form_problems)
register.simple_tag(takes_context=True)(personal_markup.masked)
register.filter(mask_phone)


@register.simple_tag
def receipts_cell(document: Any) -> SafeString:
    """One receipt as its badge or date; several as how many of them came. Reads the prefetched services."""
    found = [service for service in document.services.all() if service.voided_at is None]
    if not found:
        return NOTHING
    if len(found) > 1:
        came = sum(service.received_at is not None for service in found)
        tone = "green" if came == len(found) else "amber"
        return format_html('<span class="state tone-{}">{}/{}已收到</span>', tone, came, len(found))
    if found[0].kind == "signed_for" and found[0].received_at:
        return zh_date(found[0].received_at)
    return state_badge(found[0])


register.simple_tag(takes_context=True)(story_markup.story_kinds)
register.simple_tag(takes_context=True)(story_markup.story_shown)
register.simple_tag(story_markup.trail_url)
register.simple_tag(takes_context=True)(story_markup.trail_link)
