"""Filters of the pages that are plain forms, as the lists of the API ask for them: like a FilterSet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet


@dataclass(frozen=True)
class Described:
    """A filter as the OpenAPI document reads it."""

    field: forms.Field

    @property
    def label(self) -> str:
        return str(self.field.label or "")


def narrowed(form_class: type[forms.Form], narrow: Callable[[Any, Any], Any]) -> type[Any]:
    """The form of a page and its function `narrow(rows, form)`. One rule for page, Excel and API."""

    class Narrowed:
        base_filters = {name: Described(field) for name, field in form_class.base_fields.items()}  # type: ignore[attr-defined]

        def __init__(self, query: Any, *, queryset: QuerySet[Any], request: Any) -> None:
            self.form, self.filters, self._rows = form_class(query), self.base_filters, queryset

        def is_valid(self) -> bool:
            return bool(self.form.is_valid())

        @property
        def errors(self) -> Any:
            return self.form.errors

        @property
        def qs(self) -> Any:
            return narrow(self._rows, self.form)

    return Narrowed
