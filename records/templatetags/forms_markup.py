"""One form field with label, help, error and required mark; and the summary of what is wrong on top."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


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
    shape = _kind(widget)
    context = {
        "field": field,
        "shape": shape,
        "kind": kind,
        "hint": hint,
        "control": field.as_widget(attrs=attrs),
    }
    return render_to_string("components/field.html", context)


def form_problems(form: forms.BaseForm | None) -> list[Problem]:
    """Everything wrong in a form, in the order of its fields, the form's own complaints first."""
    if form is None or not form.is_bound:
        return []
    found = [Problem("", "", str(text)) for text in form.non_field_errors()]
    for field in form:
        target = "" if field.is_hidden else field.id_for_label or field.auto_id
        found += [Problem(target, str(field.label), str(text)) for text in field.errors]
    return found
