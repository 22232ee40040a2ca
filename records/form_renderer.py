"""The controls that nearly every form has, written by Python: a template for each option of a select made a list's filters
cost more than its rows. Same markup as Django's templates (a test compares them); all other widgets stay templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

FOLDER = "django/forms/widgets/"
OPTION = f"{FOLDER}select_option.html"
INPUTS = ("input", "text", "number", "email", "url", "tel", "search", "password", "hidden", "date", "datetime", "time",
          "checkbox")  # fmt: skip
Group = tuple[str | None, list[dict[str, Any]], int]


class QuickRenderer(TemplatesSetting):
    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> SafeString:
        written = WRITTEN.get(template_name)
        found = written(context["widget"]) if written else None
        return found if found is not None else mark_safe(super().render(template_name, context, request))


def _attributes(attrs: Mapping[str, Any]) -> str:
    return "".join(
        f" {conditional_escape(name)}" + ("" if value is True else f'="{conditional_escape(str(value))}"')
        for name, value in attrs.items()
        if value is not False
    )


def _input(widget: Mapping[str, Any]) -> SafeString:
    value = widget["value"]
    given = "" if value is None else f' value="{conditional_escape(value)}"'
    name, kind = conditional_escape(widget["name"]), conditional_escape(widget["type"])
    return mark_safe(f'<input type="{kind}" name="{name}"{given}{_attributes(widget["attrs"])}>')


def _textarea(widget: Mapping[str, Any]) -> SafeString:
    value = "" if widget["value"] is None else conditional_escape(widget["value"])
    name = conditional_escape(widget["name"])
    return mark_safe(f'<textarea name="{name}"{_attributes(widget["attrs"])}>\n{value}</textarea>')


def _select(widget: Mapping[str, Any]) -> SafeString | None:
    """None where an option has a template of its own."""
    groups: list[Group] = widget["optgroups"]
    if any(option["template_name"] != OPTION for _, options, _ in groups for option in options):
        return None
    lines = []
    for label, options, _ in groups:
        inside = "\n  ".join([_option(o["value"], o["label"], o["attrs"]) for o in options])
        around = f'<optgroup label="{conditional_escape(label)}">\n  {inside}\n  </optgroup>' if label else inside
        lines.append(around)
    name = conditional_escape(widget["name"])
    body = "\n  ".join(lines)
    return mark_safe(f'<select name="{name}"{_attributes(widget["attrs"])}>\n  {body}\n</select>')


def _option(value: Any, label: Any, attrs: Mapping[str, Any]) -> str:
    return f'<option value="{conditional_escape(str(value))}"{_attributes(attrs)}>{conditional_escape(label)}</option>'


WRITTEN: dict[str, Callable[[Mapping[str, Any]], SafeString | None]] = {
    **{f"{FOLDER}{name}.html": _input for name in INPUTS},
    f"{FOLDER}textarea.html": _textarea,
    f"{FOLDER}select.html": _select,
}
