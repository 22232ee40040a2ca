"""What the lists of this room show and give away as Excel."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.actors import Actor
from inspectors.filters import DistrictFilter, InspectorFilter
from inspectors.models import DistrictInspector, Inspector, ResponsibilityDistrict
from inspectors.permissions import Permission
from inspectors.staffing import Staffing
from records import clock
from records.exports import Export, register_export
from records.lists import Column

DISTRICT_COLUMNS = (
    Column("name", "责任区", "name"),
    Column("schools", "学校数", "school_count"),
    Column("inspectors", "在任督学", "inspector_count"),
    Column("ratio", "督学∶学校"),
)


def inspector_columns(actor: Actor) -> list[Column]:
    lo, hi = actor.range
    return [
        Column("name", "姓名", "user__full_name"),
        Column("kind", "类别", "kind"),
        Column("number", "督学证号", "certificate_number"),
        Column("office", "聘任机构", "division_code", shown=lo != hi),
        Column("districts", "责任区"),
        Column("schools", "学校数", "schools_on_duty"),
        Column("phone", "公示电话", shown=False),
        Column("until", "聘期届满", "valid_until"),
    ]


def inspectors(actor: Actor) -> QuerySet[Any]:
    """With `schools_on_duty`: how many schools each answers for today."""
    today = clock.today()
    duty = Q(districts__valid_until__isnull=True) | Q(districts__valid_until__gte=today)
    schools = Count("districts__district__schools", filter=duty & Q(districts__valid_from__lte=today), distinct=True)
    found: QuerySet[Any] = Inspector.objects.visible_to(actor).select_related("user", "office")
    counted: QuerySet[Any] = found.annotate(schools_on_duty=schools)
    return counted


def with_duties(actor: Actor, query: Any = None) -> QuerySet[Any]:
    """And with `duties`: the districts of today."""
    on_duty = DistrictInspector.objects.valid_on(clock.today()).select_related("district")
    return inspectors(actor).prefetch_related(Prefetch("districts", on_duty, to_attr="duties"))


def districts(actor: Actor, query: Any = None) -> QuerySet[Any]:
    """With `school_count` and `inspector_count` of today."""
    today = clock.today()
    on_duty = Q(inspectors__valid_until__isnull=True) | Q(inspectors__valid_until__gte=today)
    rows: QuerySet[Any] = ResponsibilityDistrict.objects.visible_to(actor)
    counted: QuerySet[Any] = rows.annotate(
        school_count=Count("schools", distinct=True),
        inspector_count=Count("inspectors", filter=on_duty & Q(inspectors__valid_from__lte=today), distinct=True),
    )
    return counted


register_export(
    Export(
        name="inspectors", title="督学名册", permissions=(Permission.VIEW_CORPS,), about=Inspector, rows=with_duties,
        columns=inspector_columns, default_sort="division_code", filterset_class=InspectorFilter,
        widths={"office": 28, "districts": 28, "number": 20},
        values={
            "name": lambda i: i.user.full_name, "kind": lambda i: i.get_kind_display(), "number": lambda i: i.certificate_number,
            "office": lambda i: i.office.name, "districts": lambda i: "、".join(d.district.name for d in i.duties),
            "schools": lambda i: i.schools_on_duty, "phone": lambda i: i.phone, "until": lambda i: i.valid_until or "长期",
        },
    )
)  # fmt: skip
register_export(
    Export(
        name="districts", title="督学责任区", permissions=(Permission.VIEW_CORPS,), about=ResponsibilityDistrict,
        rows=districts, columns=DISTRICT_COLUMNS, default_sort="division_code", filterset_class=DistrictFilter,
        widths={"name": 28},
        values={
            "name": lambda d: d.name, "schools": lambda d: d.school_count, "inspectors": lambda d: d.inspector_count,
            "ratio": lambda d: Staffing(d.school_count, d.inspector_count).words,
        },
    )
)  # fmt: skip
