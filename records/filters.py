"""Filters of this room's lists; they live in the address bar."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from records.kinds import DocumentKind
from records.models import AuditEntry, ChannelKind, Dispatch, Document, Notification, Publication, PublicObjection
from records.models.notifications import OUTSIDE


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


class AuditFilter(django_filters.FilterSet):
    """审计: by person, deed, outcome, days, address."""

    person = django_filters.CharFilter(label="人员", field_name="person_name", lookup_expr="contains")
    action = django_filters.ChoiceFilter(label="行为", choices=AuditEntry.Action.choices, empty_label="全部")
    outcome = django_filters.ChoiceFilter(
        label="结果", field_name="succeeded", choices=[("True", "成功"), ("False", "失败")], empty_label="全部"
    )
    since = django_filters.DateFilter(
        label="起", field_name="at", lookup_expr="date__gte", widget=forms.DateInput(attrs={"type": "date"})
    )
    until = django_filters.DateFilter(
        label="止", field_name="at", lookup_expr="date__lte", widget=forms.DateInput(attrs={"type": "date"})
    )
    address = django_filters.CharFilter(label="地址", method="by_address")

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def by_address(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """An exact address; what is none finds nothing."""
        try:
            return queryset.filter(address=str(ip_address(value.strip())))
        except ValueError:
            return queryset.none()
