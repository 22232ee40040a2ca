from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from inspectors.models import Inspector, ResponsibilityDistrict
from records import clock
from supervision.filters import places_of


class InspectorFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="姓名或督学证号", method="by_text")
    kind = django_filters.ChoiceFilter(label="类别", choices=Inspector.Kind.choices, empty_label="全部")
    division = django_filters.ChoiceFilter(label="聘任区划", field_name="division_code", empty_label="全部")
    term = django_filters.ChoiceFilter(
        label="聘期", method="by_term", empty_label="在聘", choices=[("ended", "已届满"), ("all", "全部")]
    )

    class Meta:
        model = Inspector
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_places(self)

    def filter_queryset(self, queryset: QuerySet[Inspector]) -> QuerySet[Inspector]:
        found: QuerySet[Inspector] = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("term") else found.filter(_in_term())

    def by_text(self, queryset: QuerySet[Inspector], name: str, value: str) -> QuerySet[Inspector]:
        return queryset.filter(Q(user__full_name__contains=value) | Q(certificate_number__contains=value))

    def by_term(self, queryset: QuerySet[Inspector], name: str, value: str) -> QuerySet[Inspector]:
        return queryset.exclude(_in_term()) if value == "ended" else queryset


class DistrictFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="名称", field_name="name", lookup_expr="contains")
    division = django_filters.ChoiceFilter(label="区划", field_name="division_code", empty_label="全部")

    class Meta:
        model = ResponsibilityDistrict
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_places(self)


def _offer_places(filterset: django_filters.FilterSet) -> None:
    """Divisions to choose from, where the office has any below it."""
    lo, hi = filterset.request.actor.range
    if lo == hi:
        del filterset.filters["division"]
        return
    filterset.filters["division"].field.choices = [(lo, "本级"), *places_of(filterset.request.actor)]


def _in_term() -> Q:
    today = clock.today()
    return Q(valid_until__isnull=True) | Q(valid_until__gte=today)
