from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from accounts.actors import Actor, OrganizationKind, division_range
from accounts.models import Division, Organization
from records import clock
from supervision.models import Committee, School
from supervision.townships import townships_of


def places_of(actor: Actor) -> list[tuple[int, str]]:
    """Divisions under the actor's own, for a filter; empty for a county, which has nothing to choose. One query."""
    lo, hi = actor.range
    if lo == hi:
        return []
    return [(d.pk, d.name) for d in Division.within(lo).exclude(pk=lo)]


class SchoolFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="名称或标识码", method="by_text")
    stage = django_filters.ChoiceFilter(label="学段类别", choices=School.Stage.choices, empty_label="全部")
    ownership = django_filters.ChoiceFilter(label="举办性质", choices=School.Ownership.choices, empty_label="全部")
    division = django_filters.ChoiceFilter(label="管理区划", method="by_division", empty_label="全部")
    township = django_filters.ChoiceFilter(label="乡镇（街道）", empty_label="全部")
    department = django_filters.ModelChoiceFilter(
        label="主管部门",
        field_name="organization__competent_department",
        queryset=Organization.objects.none(),
        empty_label="全部",
    )
    status = django_filters.ChoiceFilter(
        label="状态", method="by_status", empty_label="在办", choices=[("closed", "已撤销"), ("all", "全部")]
    )

    class Meta:
        model = School
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actor: Actor = self.request.actor
        places = places_of(actor) if actor.is_office else []
        self._offer("division", places)
        self._offer("township", [(t.name, t.name) for t in townships_of(actor.division_code)])
        if actor.is_office:
            departments = Organization.objects.visible_to(actor).filter(kind=OrganizationKind.DEPARTMENT)
            self.filters["department"].field.queryset = departments.order_by("-division_id", "pk")
        else:
            del self.filters["department"]

    def _offer(self, name: str, choices: list[Any]) -> None:
        """Nothing to choose, nothing to show."""
        if choices:
            self.filters[name].field.choices = choices
        else:
            del self.filters[name]

    def filter_queryset(self, queryset: QuerySet[School]) -> QuerySet[School]:
        found: QuerySet[School] = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("status"):
            return found.filter(_open())
        return found

    def by_text(self, queryset: QuerySet[School], name: str, value: str) -> QuerySet[School]:
        return queryset.filter(Q(organization__name__contains=value) | Q(organization__code__startswith=value))

    def by_division(self, queryset: QuerySet[School], name: str, value: str) -> QuerySet[School]:
        lo, hi = division_range(int(value))
        return queryset.filter(division_code__gte=lo, division_code__lte=hi)

    def by_status(self, queryset: QuerySet[School], name: str, value: str) -> QuerySet[School]:
        return queryset.exclude(_open()) if value == "closed" else queryset


def _open() -> Q:
    return Q(organization__closed_on__isnull=True) | Q(organization__closed_on__gt=clock.today())


class UnitFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="名称", field_name="name", lookup_expr="contains")
    kind = django_filters.ChoiceFilter(
        label="类别",
        empty_label="全部",
        choices=[(k.value, k.label) for k in (OrganizationKind.GOVERNMENT, OrganizationKind.DEPARTMENT)],
    )
    division = django_filters.ChoiceFilter(label="区划", field_name="division_id", empty_label="全部")

    class Meta:
        model = Organization
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if places := places_of(self.request.actor):
            self.filters["division"].field.choices = places
        else:
            del self.filters["division"]


class CommitteeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="名称", field_name="name", lookup_expr="contains")
    level = django_filters.ChoiceFilter(
        label="层级", field_name="division__level", choices=Division.Level.choices, empty_label="全部"
    )

    class Meta:
        model = Committee
        fields: list[str] = []


class OnForm(forms.Form):
    """The day for which the committee is asked."""

    on = forms.DateField(required=False)
