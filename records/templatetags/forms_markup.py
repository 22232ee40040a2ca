"""One form field with label, help, error and required mark; and the summary of what is wrong on top."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.template.loader import render_to_string
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe


@dataclass(frozen=True)
class Problem:
    """A sentence of the error summary; `target` is the id it jumps to, empty for the form as a whole."""

    target: str
    label: str
    text: str


def _is_group(widget: forms.Widget) -> bool:
    """Several inputs under one question; the stubs do not know the attribute."""
    return bool(getattr(widget, "use_fieldset", False))


def _css(widget: forms.Widget) -> str:
    """Classes of the control. Groups of choices get none: Django would put them on the group's box."""
    if _is_group(widget):
        return ""
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    return "group" if _is_group(widget) else "line"


def form_field(field: forms.BoundField, kind: str = "", hint: str = "") -> SafeString:
    """Render a bound field. `kind` narrows it ("half", "third", "wide"); `hint` is the source of a prefilled value."""
    if field.is_hidden:
        return field.as_widget()
    widget = field.field.widget
    css = " ".join(filter(None, [str(widget.attrs.get("class", "")), _css(widget)]))
    attrs: dict[str, str | bool] = {}
    if css:
        attrs["class"] = f"{css} is-invalid" if field.errors else css
    described = [] if not field.help_text else [f"{field.auto_id}_helptext"]
    if field.errors:
        described.append(f"{field.auto_id}_error")
    if hint:
        described.append(f"{field.auto_id}_hint")
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return _framed(field, _kind(widget), kind, hint, field.as_widget(attrs=attrs))


def _framed(field: forms.BoundField, shape: str, kind: str, hint: str, control: SafeString) -> SafeString:
    """A label over its control, a legend over a group, a box beside its words; below, what is wrong, and help."""
    must = mark_safe('<span class="required-mark">（必填）</span>') if field.field.required else ""
    css = mark_safe(f"field {escape(kind)}" + (" has-error" if field.errors else ""))
    below = _below(field, hint)
    if shape == "group":
        return format_html(
            '<fieldset class="{}"><legend>{}{}</legend><div class="choices">{}</div>{}</fieldset>',
            css, field.label, must, control, below,
        )  # fmt: skip
    label = format_html('<label for="{}">{}{}</label>', field.id_for_label, field.label, must)
    if shape == "check":
        return format_html('<div class="{}"><div class="check-line">{}{}</div>{}</div>', css, control, label, below)
    return format_html('<div class="{}">{}{}{}</div>', css, label, control, below)


def _below(field: forms.BoundField, hint: str) -> SafeString:
    parts = [] if not field.errors else [render_to_string("components/field_error.html", {"field": field})]
    if hint:
        parts.append(format_html('<p class="field-hint" id="{}_hint">{}</p>', field.auto_id, hint))
    if field.help_text:
        help_text = mark_safe(str(field.help_text))
        parts.append(format_html('<div class="field-help" id="{}_helptext">{}</div>', field.auto_id, help_text))
    return mark_safe("".join(parts))


def form_problems(form: forms.BaseForm | None) -> list[Problem]:
    """Everything wrong in a form, in the order of its fields, the form's own complaints first."""
    if form is None or not form.is_bound:
        return []
    found = [Problem("", "", str(text)) for text in form.non_field_errors()]
    for field in form:
        target = "" if field.is_hidden else field.id_for_label or field.auto_id
        found += [Problem(target, str(field.label), str(text)) for text in field.errors]
    return found
