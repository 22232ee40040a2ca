"""Bodies by the forms of the pages: one rule for both doors. A JSON object is read as the form's fields; what the form
refuses becomes `errors` by field. The form's fields also describe the body in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Model
from django.forms.models import ModelChoiceField, ModelMultipleChoiceField
from django.http import QueryDict

from accounts.api.fields import Schema
from accounts.api.problems import Problem

# (data, files, actor, on) → the page's form, unbound where data is None.
FormFactory = Callable[..., Any]


def plain(form: type[forms.BaseForm]) -> FormFactory:
    """A form that needs neither the actor nor the object."""
    return lambda data, files, actor, on: form(data, files)


class Lines:
    """A formset as a body: {"lines": [{…}, …]}, read by the page's own formset."""

    def __init__(self, formset: Any, given: Any) -> None:
        self.formset_class = formset
        self.fields: dict[str, Any] = {"lines": formset().empty_form}
        self.given = given

    def is_valid(self) -> bool:
        lines = self.given.get("lines") if self.given is not None else None
        if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
            raise invalid({"lines": ["应为一个列表，每项是一个对象。"]})
        names = set(self.fields["lines"].fields) - {"DELETE"}
        data = QueryDict(mutable=True)
        data.update({"form-TOTAL_FORMS": str(len(lines)), "form-INITIAL_FORMS": "0"})
        for n, line in enumerate(lines):
            if strange := set(line) - names:
                raise invalid({f"lines[{n}].{name}": ["没有这个字段。"] for name in strange})
            for name, values in typed(line).lists():
                data.setlist(f"form-{n}-{name}", values)
        self.formset = self.formset_class(data)
        return bool(self.formset.is_valid())

    @property
    def errors(self) -> dict[str, list[str]]:
        found = {
            f"lines[{n}].{name}": [str(e) for e in said]
            for n, line in enumerate(self.formset.errors)
            for name, said in line.items()
        }
        whole = [str(e) for e in self.formset.non_form_errors()]
        return found | ({"lines": whole} if whole else {})

    def lines(self) -> Any:
        return self.formset.lines()


def by_json(factory: FormFactory) -> FormFactory:
    """A form that reads the JSON object as it came: one with objects in it."""
    factory.reads_json = True  # type: ignore[attr-defined]
    return factory


def lines(formset: Any) -> FormFactory:
    return by_json(lambda data, files, actor, on: Lines(formset, data))


def typed(body: Mapping[str, Any]) -> QueryDict:
    """A JSON object as a browser would have sent it: texts, repeated for lists; null is left out."""
    data = QueryDict(mutable=True)
    wrong: dict[str, list[str]] = {}
    for name, value in body.items():
        values = value if isinstance(value, list) else [value]
        if any(isinstance(one, (dict, list)) for one in values):
            wrong[name] = ["应为文字、数字、是否，或者它们的列表。"]
        else:
            data.setlist(name, [_typed(one) for one in values if one is not None])
    if wrong:
        raise invalid(wrong)
    return data


def _typed(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def read(factory: FormFactory, request: Any, *, actor: Any, on: Any = None, partial: bool = False) -> Any:
    """The valid form of the request's body; a 422 problem otherwise. `partial`: fields that are not named stay as they
    are (PATCH)."""
    body = request.data
    files, data = None, body
    if isinstance(body, QueryDict):
        # The framework's merged copy holds the files too, and a file on disk cannot be copied.
        files, data = request._request.FILES, request._request.POST.copy()
    elif not getattr(factory, "reads_json", False):
        data = typed(body)
    named = set(data) | set(files or ())
    if partial and not getattr(factory, "reads_json", False):
        _complete(data, factory(None, None, actor, on))
    form = factory(data, files, actor, on)
    if isinstance(data, QueryDict):
        _untick(data, form)
    known = set(form.fields)
    if strange := named - known:
        said = "没有这个字段。可用：" + "、".join(form.fields)
        raise invalid({name: [said] for name in strange})
    if not form.is_valid():
        raise invalid({_name(k): [str(e) for e in v] for k, v in form.errors.items()})
    return form


def _untick(data: QueryDict, form: Any) -> None:
    """A browser does not send a box that is not ticked; a sent one is ticked, whatever it says."""
    for name, field in form.fields.items():
        if isinstance(field, forms.BooleanField) and data.get(name) in ("0", "false"):
            del data[name]


def _name(field: str) -> str:
    return "" if field == "__all__" else field


def invalid(errors: Mapping[str, list[str]]) -> Problem:
    first = next(iter(errors.values()))[0]
    return Problem(422, f"内容没有通过检查：{first}"[:400], kind="invalid", errors=errors)


def _complete(data: QueryDict, blank: Any) -> None:
    """Give the fields that the caller does not change what they hold now."""
    for name, field in blank.fields.items():
        if name in data or isinstance(field, forms.FileField):
            continue
        held = field.prepare_value(blank.get_initial_for_field(field, name))
        values = held if isinstance(held, (list, tuple)) else [held]
        data.setlist(name, [_held(one) for one in values if one is not None])


def _held(value: Any) -> str:
    if isinstance(value, Model):
        return str(value.pk)
    return value.isoformat() if isinstance(value, (date, datetime)) else _typed(value)


# --- as OpenAPI -----------------------------------------------------------------------------------------------------


def schema_of(form: Any, *, partial: bool = False, closed: bool = True) -> Schema:
    """The JSON object that the form reads."""
    if hasattr(form, "schema"):
        return dict(form.schema())
    if isinstance(form, Lines):
        line = form.fields["lines"]
        line.fields.pop("DELETE", None)
        many = {"type": "array", "items": schema_of(line), "maxItems": form.formset_class.max_num}
        return {"type": "object", "properties": {"lines": many}, "required": ["lines"], "additionalProperties": False}
    properties = {name: describe(field) for name, field in form.fields.items()}
    required = [name for name, field in form.fields.items() if field.required and not partial]
    schema: Schema = {"type": "object", "properties": properties}
    if getattr(form, "open_names", False):  # further fields, named by what the body chooses
        schema["additionalProperties"] = {"type": "string"}
    elif closed:
        schema["additionalProperties"] = False
    return schema | ({"required": required} if required else {})


KINDS: tuple[tuple[type, Schema], ...] = (
    (forms.FileField, {"type": "string", "format": "binary"}),
    (ModelMultipleChoiceField, {"type": "array", "items": {"type": "integer"}}),
    (ModelChoiceField, {"type": "integer"}),
    (forms.MultipleChoiceField, {"type": "array", "items": {"type": "string"}}),
    (forms.BooleanField, {"type": "boolean"}),
    (forms.DateTimeField, {"type": "string", "format": "date-time"}),
    (forms.DateField, {"type": "string", "format": "date"}),
    (forms.TimeField, {"type": "string", "example": "08:30"}),
    (forms.IntegerField, {"type": "integer"}),
    (forms.DecimalField, {"type": "number"}),
)


def describe(field: Any) -> Schema:
    found: Schema = {"type": "string"}
    for kind, schema in KINDS:
        if isinstance(field, kind):
            found = dict(schema)
            break
    if isinstance(field, forms.ChoiceField) and not isinstance(field, (ModelChoiceField, ModelMultipleChoiceField)):
        found |= _choices(field)
    found |= {k: v for k, v in _bounds(field).items() if v is not None}
    words = "；".join(str(part) for part in (field.label, field.help_text) if part)
    return found | ({"description": words} if words else {}) | ({} if field.required else {"nullable": True})


def _bounds(field: Any) -> Schema:
    if isinstance(field, (forms.IntegerField, forms.DecimalField)):
        return {"minimum": _number(field.min_value), "maximum": _number(field.max_value)}
    if isinstance(field, forms.CharField):
        return {"maxLength": field.max_length, "minLength": 1 if field.required else None}
    return {}


def _number(bound: Any) -> Any:
    bound = bound() if callable(bound) else bound
    return int(bound) if bound is not None else None


def _choices(field: Any) -> Schema:
    """Codes that are the same for everybody stand in the description; rows of a register depend on who asks."""
    codes: list[Any] = [str(code) for code, _ in _flat(field.choices) if str(code)]
    if set(codes) == {"0", "1"}:
        return {"type": "boolean"}
    if getattr(field, "depends_on_actor", False) or not codes or any(code.isdigit() for code in codes):
        return {"type": "integer"} if codes and all(code.isdigit() for code in codes) else {}
    if isinstance(field, forms.MultipleChoiceField):
        return {"items": {"type": "string", "enum": codes}}
    return {"enum": codes if field.required else [*codes, "", None]}


def _flat(choices: Any) -> Any:
    for code, said in choices:
        if isinstance(said, (list, tuple)):
            yield from said
        else:
            yield code, said
