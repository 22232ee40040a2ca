"""What the lists of this room can be narrowed by; everything stands in the address bar."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet

from accounts.actors import PREFECTURE_SPAN, PROVINCE_SPAN, Actor
from rectification.categories import Branch, choices_of, tree_of
from rectification.models import Problem, ProblemCategory, SupervisoryOrder, Ticket
from rectification.querysets import divisions_under
from rectification.sources import BY_HAND, source_choices


def day(label: str, lookup: str) -> filters.DateFilter:
    widget = forms.DateInput(attrs={"type": "date"})
    return filters.DateFilter(label=label, field_name="found_on", lookup_expr=lookup, widget=widget)


class ProblemFilter(filters.FilterSet):
    """The ledger, over all sources. The choices of divisions and categories are those that the actor sees."""

    q = filters.CharFilter(label="问题", field_name="title", lookup_expr="contains")
    school = filters.CharFilter(label="单位", field_name="subject_org__name", lookup_expr="contains")
    place = filters.ChoiceFilter(label="区划", method="in_place", empty_label="全部")
    category = filters.ChoiceFilter(label="分类", method="under_category", empty_label="全部")
    severity = filters.ChoiceFilter(label="程度", choices=Problem.Severity.choices, empty_label="全部")
    source = filters.ChoiceFilter(label="来源", method="from_source", empty_label="全部")
    state = filters.ChoiceFilter(label="状态", choices=Problem.State.choices, empty_label="全部")
    since = day("发现日期自", "gte")
    until = day("发现日期至", "lte")
    relapse = filters.BooleanFilter(label="只看反弹", method="only_relapses", widget=forms.CheckboxInput)

    class Meta:
        model = Problem
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actor: Actor | None = getattr(self.request, "actor", None)
        self.branches: list[Branch] = tree_of(ProblemCategory.objects.visible_to(actor))
        self.filters["category"].extra["choices"] = [*choices_of(self.branches), ("none", "未分类")]
        self.filters["source"].extra["choices"] = source_choices()
        places = divisions_under(actor)
        if places:
            self.filters["place"].extra["choices"] = places
        else:
            del self.filters["place"]

    def in_place(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By equality, as the indexes are: a prefecture with its counties, or one division."""
        code = int(value)
        column = "subject_prefecture" if code % PREFECTURE_SPAN == 0 and code % PROVINCE_SPAN else "subject_code"
        return queryset.filter(**{column: code})

    def under_category(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "none":
            return queryset.filter(category__isnull=True)
        ids = next((b.ids for b in self.branches if b.category.pk == int(value)), ())
        return queryset.filter(category_id__in=ids)

    def from_source(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(source_kind="" if value == BY_HAND else value)

    def only_relapses(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return queryset.filter(relapse_of__isnull=False) if value else queryset


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
