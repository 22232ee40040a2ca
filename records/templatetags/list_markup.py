"""What every list needs from the address bar: sort heads, kept parameters, chips of the filters in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.paginator import Page
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

SORT, PAGE = "sort", "page"


@dataclass(frozen=True)
class Chip:
    """One filter in force: 状态：整改中, and the address of the list without it."""

    label: str
    value: str
    url: str


def _query(context: Context) -> QueryDict:
    """A changeable copy of the request's query; empty where a page is rendered without a request."""
    request = cast("HttpRequest | None", context.get("request"))
    return request.GET.copy() if request is not None else QueryDict(mutable=True)


def _url(query: QueryDict) -> str:
    return f"?{query.urlencode()}"


def sort_header(context: Context, key: str, label: str, css: str = "") -> SafeString:
    """A `<th>` that sorts: first click up, second down; filters stay, the page starts anew."""
    query = _query(context)
    now = query.get(SORT, "")
    query.pop(PAGE, None)
    query[SORT] = f"-{key}" if now == key else key
    state = {key: "ascending", f"-{key}": "descending"}.get(now, "none")
    arrow = {"ascending": "arrow-up", "descending": "arrow-down", "none": "arrows-sort"}[state]
    return format_html(
        '<th scope="col" aria-sort="{}" class="{}"><a class="sort" href="{}">{}'
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg></a></th>',
        state,
        css,
        _url(query),
        label,
        static("img/icons.svg"),
        arrow,
    )


def hidden_params(context: Context, *without: str) -> SafeString:
    """The query as hidden inputs, so that a second GET form does not drop what the first one chose."""
    pairs = ((key, value) for key, values in _query(context).lists() if key not in without for value in values)
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


def keep_params(context: Context, *only: str) -> SafeString:
    """The named parameters as hidden inputs: a new filter keeps the order and the columns, not the page."""
    query = _query(context)
    pairs = ((key, value) for key in only for value in query.getlist(key))
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


def filter_chips(context: Context, form: forms.Form | None) -> list[Chip]:
    """Chips of the filters in force, read from the bound GET form (so that values show as words, not codes)."""
    if form is None or not form.is_bound:
        return []
    chips: list[Chip] = []
    for bound in form:
        for raw in _raw_values(bound):
            query = _query(context)
            rest = [value for value in query.getlist(bound.html_name) if value != raw]
            query.setlist(bound.html_name, rest)
            query.pop(PAGE, None)
            chips.append(Chip(str(bound.label), _shown(bound, raw), _url(query)))
    return chips


def _raw_values(bound: forms.BoundField) -> list[str]:
    data: Any = bound.data
    values: Iterable[Any] = data if isinstance(data, (list, tuple)) else [data]
    return [str(value) for value in values if value not in (None, "", False)]


def _shown(bound: forms.BoundField, raw: str) -> str:
    if isinstance(bound.field, forms.BooleanField):
        return "是"
    choices: Any = getattr(bound.field, "choices", None) or ()
    return next((str(label) for value, label in choices if str(value) == raw), raw)


def page_numbers(page: Page[Any]) -> list[int | str]:
    """Page numbers worth a link, with "…" for those left out."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))
