"""What the lists of this room can be narrowed by; everything stands in the address bar."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet

from inspections.coverage import PER_MONTH, PER_TERM
from inspections.models import Complaint, RoutineVisit
from inspections.months import Month
from supervision.models import School
from supervision.models.schools import Stage


class MonthInput(forms.TextInput):
    input_type = "month"


class VisitFilter(filters.FilterSet):
    month = filters.CharFilter(label="月份", method="in_month", widget=MonthInput)
    school = filters.CharFilter(label="学校", field_name="subject_org__name", lookup_expr="contains")
    inspector = filters.CharFilter(label="督学", field_name="inspector_name", lookup_expr="contains")
    state = filters.ChoiceFilter(label="状态", choices=RoutineVisit.State.choices, empty_label="全部")
    found = filters.BooleanFilter(label="只看发现问题的", method="with_findings", widget=forms.CheckboxInput)

    class Meta:
        model = RoutineVisit
        fields: list[str] = []

    def in_month(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        month = Month.read(value)
        return queryset.filter(visited_on__gte=month.first, visited_on__lte=month.last)

    def with_findings(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return queryset.filter(finding_count__gt=0) if value else queryset


class ServedVisitFilter(filters.FilterSet):
    """What a school can ask of its own visits."""

    month = filters.CharFilter(label="月份", method="in_month", widget=MonthInput)
    found = filters.BooleanFilter(label="只看发现问题的", method="with_findings", widget=forms.CheckboxInput)
    in_month = VisitFilter.in_month
    with_findings = VisitFilter.with_findings

    class Meta:
        model = RoutineVisit
        fields: list[str] = []


class CoverageFilter(filters.FilterSet):
    month = filters.CharFilter(label="月份", method="kept", widget=MonthInput)
    name = filters.CharFilter(label="学校", field_name="organization__name", lookup_expr="contains")
    stage = filters.ChoiceFilter(label="学段类别", choices=Stage.choices, empty_label="全部")
    lacking = filters.ChoiceFilter(
        label="督导次数", method="short_of", empty_label="全部",
        choices=[("month", "本月未督导"), ("term", "本学期不足2次")],
    )  # fmt: skip

    class Meta:
        model = School
        fields: list[str] = []

    def kept(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """The month is read before the rows are annotated; here it only keeps its place in the form."""
        return queryset

    def short_of(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "month":
            return queryset.filter(in_month__lt=PER_MONTH)
        return queryset.filter(in_term__lt=PER_TERM)


class ComplaintFilter(filters.FilterSet):
    q = filters.CharFilter(label="编号", field_name="number", lookup_expr="contains")
    unit = filters.CharFilter(label="反映单位", field_name="subject_org__name", lookup_expr="contains")
    category = filters.ChoiceFilter(label="类别", choices=Complaint.Category.choices, empty_label="全部")
    state = filters.ChoiceFilter(label="状态", choices=Complaint.State.choices, empty_label="全部")
    open = filters.BooleanFilter(label="只看未办结", method="only_open", widget=forms.CheckboxInput)

    class Meta:
        model = Complaint
        fields: list[str] = []

    def only_open(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return queryset.open() if value else queryset  # type: ignore[attr-defined]
