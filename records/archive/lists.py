"""The archive's list as page and Excel, and what of the rooms' finished matters waits to be filed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.actors import Actor, division_chain
from records.archive.registry import ArchiveKind, archive_kinds, kind_label
from records.archive.retention import nearest
from records.exports import Export, register_export
from records.lines import Row, count_rows, register_lines
from records.lists import COUNT_TO, Column
from records.models import ArchiveFile, RetentionRule
from records.models.archive import period_label
from records.permissions import Permission
from records.registry import Place, Section, Todo, register_place
from records.trail.story import Source
from records.web import Entry, newest_first


class ArchiveFilter(django_filters.FilterSet):
    """案卷: by words, kind, year, period of keeping, state, and what is due for appraisal."""

    q = django_filters.CharFilter(label="档号、题名或单位", method="by_words")
    kind = django_filters.ChoiceFilter(label="类别", field_name="root_kind", empty_label="全部")
    year = django_filters.NumberFilter(label="归档年度", widget=forms.NumberInput(attrs={"min": 2000, "max": 2999}))
    retention = django_filters.ChoiceFilter(
        label="保管期限", method="kept_for", empty_label="全部",
        choices=[("permanent", "永久"), ("30", "30年"), ("10", "10年"), ("other", "其他年限")],
    )  # fmt: skip
    state = django_filters.ChoiceFilter(label="状态", choices=ArchiveFile.State.choices, empty_label="全部")
    due = django_filters.BooleanFilter(label="只看保管期满", method="only_due", widget=forms.CheckboxInput)

    class Meta:
        model = ArchiveFile
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = [(kind.kind, kind.label) for kind in archive_kinds()]

    def by_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        words = value.strip()
        found = Q(number__contains=words) | Q(title__contains=words) | Q(subject_name__contains=words)
        return queryset.filter(found) if words else queryset

    def kept_for(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "permanent":
            return queryset.filter(retention_years__isnull=True)
        if value == "other":
            return queryset.filter(retention_years__isnull=False).exclude(retention_years__in=[10, 30])
        return queryset.filter(retention_years=int(value))

    def only_due(self, queryset: Any, name: str, value: bool) -> Any:
        return queryset.due_for_appraisal() if value else queryset


COLUMNS = (
    Column("number", "档号", "number"),
    Column("title", "案卷题名", "title"),
    Column("kind", "类别", "root_kind"),
    Column("year", "年度", "year"),
    Column("retention", "保管期限", "retention_years"),
    Column("state", "状态", "state"),
    Column("opened", "立卷", "opened_at", shown=False),
    Column("closed", "归档", "closed_at"),
    Column("expires", "保管期满", "expires_on", shown=False),
)


def files_of(actor: Actor, query: Any = None) -> Any:
    return ArchiveFile.objects.visible_to(actor).select_related("opened_by", "closed_by")


def not_filed(kind: ArchiveKind, actor: Actor) -> Any:
    """The finished roots of a kind that have no file yet, the oldest first."""
    filed = ArchiveFile.objects.visible_to(actor).filter(root_kind=kind.kind).values("root_id")
    return kind.waiting(actor).exclude(pk__in=filed)


@dataclass(frozen=True)
class Retention:
    kind: str
    label: str
    rule: RetentionRule
    is_own: bool

    @property
    def set_by(self) -> str:
        return "国家" if self.rule.division_code is None else "本单位" if self.is_own else "上级"


def retention_rows(actor: Actor) -> list[Retention]:
    """What binds here for each kind. One query."""
    rows, chain = list(RetentionRule.objects.visible_to(actor)), division_chain(actor.division_code)
    found = [(kind, nearest(rows, kind.kind, chain)) for kind in archive_kinds()]
    return [Retention(k.kind, k.label, rule, rule.division_code == actor.division_code) for k, rule in found]


def retention_past(actor: Actor) -> list[Entry]:
    """Who set which period here and above, newest first."""
    events = Source(RetentionRule, {"division_code__in": division_chain(actor.division_code)}).events()
    return newest_first(_set(event) for event in events)


def _set(event: Any) -> Entry:
    context, kind = event.pgh_context or {}, kind_label(event.kind)
    gone = event.pgh_label == "delete"
    what = f"{kind}恢复沿用上级的保管期限" if gone else f"{kind}规定保管{period_label(event.years)}"
    return Entry(at=event.pgh_created_at, what=what, who=str(context.get("by") or "系统"), kind="change", icon="history",
                 as_whom=str(context.get("as") or ""), tone="grey", note="" if gone else f"依据：{event.basis}")  # fmt: skip


register_export(
    Export(
        name="archive", title="案卷目录", permissions=(Permission.VIEW_ARCHIVE,), about=ArchiveFile, rows=files_of,
        columns=COLUMNS, default_sort="-opened_at", filterset_class=ArchiveFilter, widths={"title": 60, "number": 22},
        values={
            "number": lambda file: file.number, "title": lambda file: file.title, "kind": lambda file: kind_label(file.root_kind),
            "year": lambda file: file.year, "retention": lambda file: file.retention, "state": lambda file: file.get_state_display(),
            "opened": lambda file: file.opened_at, "closed": lambda file: file.closed_at, "expires": lambda file: file.expires_on,
        },
    )
)  # fmt: skip


register_place(
    Place(Section.DOCUMENTS, "档案", "records:archive_list", (Permission.VIEW_ARCHIVE,), "database", order=60)
)


def _to_file(actor: Actor) -> list[QuerySet[Any]]:
    """For whoever keeps the archive: a line for each kind of finished matters without a file."""
    if not actor.is_office or not actor.can(Permission.KEEP_ARCHIVE):
        return []
    return [count_rows("archive", not_filed(kind, actor), title=kind.kind, actor=actor) for kind in archive_kinds()]


def _filing(row: Row) -> Todo:
    how_many = f"{COUNT_TO}件以上" if row.key > COUNT_TO else f"{row.key}件"
    return Todo(what="立卷归档", title=f"{kind_label(row.title)}已办结未归档：{how_many}", unit="", action="去立卷",
                url=f"{reverse('records:archive_waiting')}?kind={row.title}")  # fmt: skip


register_lines("archive", _to_file, _filing)
