"""What the lists of this room can be narrowed by; everything stands in the address bar."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet

from rectification.models import Problem, SupervisoryOrder, Ticket


class ProblemFilter(filters.FilterSet):
    q = filters.CharFilter(label="问题", field_name="title", lookup_expr="contains")
    school = filters.CharFilter(label="学校", field_name="subject_org__name", lookup_expr="contains")
    state = filters.ChoiceFilter(label="状态", choices=Problem.State.choices, empty_label="全部")
    severity = filters.ChoiceFilter(label="程度", choices=Problem.Severity.choices, empty_label="全部")
    since = filters.DateFilter(
        label="发现日期自", field_name="found_on", lookup_expr="gte", widget=forms.DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = Problem
        fields: list[str] = []


class TicketFilter(filters.FilterSet):
    q = filters.CharFilter(label="编号或事由", method="by_words")
    state = filters.ChoiceFilter(label="状态", choices=Ticket.State.choices, empty_label="全部")
    school = filters.CharFilter(label="责任单位", field_name="subject_org__name", lookup_expr="contains")
    department = filters.CharFilter(label="主管部门", field_name="department__name", lookup_expr="contains")
    severity = filters.ChoiceFilter(label="程度", choices=Problem.Severity.choices, empty_label="全部")
    overdue = filters.BooleanFilter(label="只看已逾期", method="only_overdue", widget=forms.CheckboxInput)

    class Meta:
        model = Ticket
        fields: list[str] = []

    def by_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        words = value.strip()
        return queryset.filter(Q(number__contains=words) | Q(title__contains=words)) if words else queryset

    def only_overdue(self, queryset: Any, name: str, value: bool) -> Any:
        return queryset.overdue() if value else queryset


class OrderFilter(filters.FilterSet):
    state = filters.ChoiceFilter(label="状态", choices=SupervisoryOrder.State.choices, empty_label="全部")
    school = filters.CharFilter(label="责任单位", field_name="subject_org__name", lookup_expr="contains")

    class Meta:
        model = SupervisoryOrder
        fields: list[str] = []
