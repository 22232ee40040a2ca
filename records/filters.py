"""Filters of this room's lists; they live in the address bar."""

from __future__ import annotations

from datetime import date, datetime, time
from ipaddress import ip_address
from typing import Any

import django_filters
from django import forms
from django.apps import apps
from django.db.models import Q, QuerySet

from accounts.actors import Actor, division_range
from accounts.models import Division, User
from records import clock
from records.documents.kinds import DocumentKind
from records.models import (
    Attachment,
    AuditEntry,
    ChannelKind,
    Dispatch,
    Document,
    Notification,
    Publication,
    PublicObjection,
    Root,
)
from records.models.notifications import OUTSIDE
from records.trail.reveal import registered


class DocumentFilter(django_filters.FilterSet):
    """公文: by kind, state, year, words of number or title, recipient."""

    q = django_filters.CharFilter(label="文号或标题", method="by_words")
    unit = django_filters.CharFilter(label="主送单位", field_name="subject_org__name", lookup_expr="contains")
    kind = django_filters.ChoiceFilter(
        label="文种", field_name="kind_of", choices=DocumentKind.choices, empty_label="全部"
    )
    state = django_filters.ChoiceFilter(label="状态", choices=Document.State.choices, empty_label="全部")
    year = django_filters.NumberFilter(label="年份", widget=forms.NumberInput(attrs={"min": 2000, "max": 2999}))

    class Meta:
        model = Document
        fields: list[str] = []

    def by_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        words = value.strip()
        return queryset.filter(Q(number__contains=words) | Q(title__contains=words)) if words else queryset


class PublicationFilter(django_filters.FilterSet):
    """信息公开: by kind, state, words of the title."""

    q = django_filters.CharFilter(label="标题", field_name="title", lookup_expr="contains")
    kind = django_filters.ChoiceFilter(
        label="类别", field_name="kind_of", choices=Publication.Kind.choices, empty_label="全部"
    )
    state = django_filters.ChoiceFilter(label="状态", choices=Publication.State.choices, empty_label="全部")

    class Meta:
        model = Publication
        fields: list[str] = []


class ObjectionFilter(django_filters.FilterSet):
    """公示异议: by receipt, by whether it was dealt with."""

    q = django_filters.CharFilter(label="回执编号", field_name="receipt", lookup_expr="contains")
    waiting = django_filters.ChoiceFilter(
        label="处理", field_name="answered_at", lookup_expr="isnull", choices=[("True", "待处理"), ("False", "已处理")],
        empty_label="全部",
    )  # fmt: skip

    class Meta:
        model = PublicObjection
        fields: list[str] = []


class InboxFilter(django_filters.FilterSet):
    """收件箱: by what the message is about."""

    category = django_filters.ChoiceFilter(label="类别", choices=Notification.Category.choices, empty_label="全部")
    q = django_filters.CharFilter(label="标题", field_name="title", lookup_expr="contains")

    class Meta:
        model = Notification
        fields: list[str] = []


class DispatchFilter(django_filters.FilterSet):
    """发送记录: by person, unit, channel, what became of it."""

    person = django_filters.CharFilter(label="收件人", field_name="user__full_name", lookup_expr="contains")
    unit = django_filters.CharFilter(label="单位", field_name="organization__name", lookup_expr="contains")
    channel = django_filters.ChoiceFilter(
        label="渠道", choices=[(c.value, ChannelKind(c).label) for c in OUTSIDE], empty_label="全部"
    )
    state = django_filters.ChoiceFilter(label="状态", choices=Dispatch.State.choices, empty_label="全部")

    class Meta:
        model = Dispatch
        fields: list[str] = []


def audited_kinds() -> list[tuple[str, str]]:
    """The kinds of things that the audit log names: roots, files, people, and rows with personal data."""
    kinds = {m for m in apps.get_models() if issubclass(m, Root)} | {field.model for field in registered()}
    kinds |= {Attachment, AuditEntry, User}
    return sorted(((m._meta.label_lower, str(m._meta.verbose_name)) for m in kinds), key=lambda pair: pair[1])


class AuditFilter(django_filters.FilterSet):
    """审计: by person, deed, kind of thing, outcome, division, days, address."""

    person = django_filters.CharFilter(label="人员", field_name="person_name", lookup_expr="contains")
    action = django_filters.ChoiceFilter(label="行为", choices=AuditEntry.Action.choices, empty_label="全部")
    kind = django_filters.ChoiceFilter(label="对象", field_name="object_kind", empty_label="全部")
    outcome = django_filters.ChoiceFilter(
        label="结果", field_name="succeeded", choices=[("True", "成功"), ("False", "失败")], empty_label="全部"
    )
    division = django_filters.ChoiceFilter(label="区划", method="by_division", empty_label="全部")
    # Moments, not dates of moments: an index on the column serves them.
    since = django_filters.DateFilter(label="起", method="from_day", widget=forms.DateInput(attrs={"type": "date"}))
    until = django_filters.DateFilter(label="止", method="to_day", widget=forms.DateInput(attrs={"type": "date"}))
    address = django_filters.CharFilter(label="地址", method="by_address")

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actor: Actor | None = getattr(self.request, "actor", None)
        places = Division.within(actor.division_code) if actor and actor.division_code else []
        self.filters["kind"].extra["choices"] = audited_kinds()
        self.filters["division"].extra["choices"] = [(str(place.code), place.name) for place in places]

    def by_division(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        lo, hi = division_range(int(value))
        return queryset.filter(division_code__gte=lo, division_code__lte=hi)

    def from_day(self, queryset: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        return queryset.filter(at__gte=datetime.combine(value, time(), clock.TZ))

    def to_day(self, queryset: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        return queryset.filter(at__lt=clock.end_of(value))

    def by_address(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """An exact address; what is none finds nothing."""
        try:
            return queryset.filter(address=str(ip_address(value.strip())))
        except ValueError:
            return queryset.none()
