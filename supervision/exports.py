"""What the lists of this room show and give away as Excel."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.actors import Actor, OrganizationKind
from accounts.models import Organization
from records import clock
from records.exports import Cells, Export, register_export
from records.lists import Column
from supervision.filters import CommitteeFilter, SchoolFilter, UnitFilter
from supervision.models import Committee, School
from supervision.permissions import Permission

KINDS = (OrganizationKind.GOVERNMENT, OrganizationKind.DEPARTMENT)
UNIT_COLUMNS = (
    Column("name", "单位", "name"),
    Column("kind", "类别", "kind"),
    Column("division", "区划", "division_id"),
    Column("opened", "设立日期", "opened_on", shown=False),
    Column("status", "状态"),
)
COMMITTEE_COLUMNS = (
    Column("name", "委员会", "name"),
    Column("division", "区划", "division_code"),
    Column("level", "层级", shown=True),
    Column("established", "成立日期", "established_on"),
)


def school_columns(actor: Actor) -> list[Column]:
    lo, hi = actor.range
    return [
        Column("name", "学校", "organization__name"),
        Column("stage", "学段", "stage", reads=("stage",)),
        Column("ownership", "性质", "ownership", reads=("ownership",)),
        Column("division", "管理区划", "division_code", shown=lo != hi, reads=("organization__division__name",)),
        Column("township", "乡镇（街道）", "township_code", reads=("township",)),
        Column(
            "department", "主管部门", shown=False,
            reads=("organization__competent_department__name", "organization__competent_department__short_name"),
        ),
        Column("pupils", "学生数", "pupils", reads=("pupils",)),
        Column("teachers", "教师数", "teachers", reads=("teachers",)),
        Column("head", "校（园）长", reads=("head_name",)),
    ]  # fmt: skip


# What every line shows.
SCHOOL_READS = ("organization__name", "organization__code", "organization__closed_on")


def schools(actor: Actor, query: Any = None) -> QuerySet[Any]:
    rows: QuerySet[Any] = School.objects.visible_to(actor)
    return rows.select_related("organization__division", "organization__competent_department")


def units(actor: Actor, query: Any = None) -> QuerySet[Any]:
    return Organization.objects.visible_to(actor).filter(kind__in=KINDS).select_related("division")


def committees(actor: Actor, query: Any = None) -> QuerySet[Any]:
    return Committee.objects.visible_to(actor).select_related("division")


def status_of(unit: Organization) -> str:
    return "已撤销" if unit.closed_on and unit.closed_on <= clock.today() else "正常"


register_export(
    Export(
        name="schools", title="学校名册", permissions=(Permission.VIEW_SCHOOLS,), about=School, rows=schools,
        columns=school_columns, default_sort="division_code", filterset_class=SchoolFilter,
        beside={"name": (Cells("标识码", lambda s: s.organization.code, 16), Cells("状态", lambda s: status_of(s.organization), 10))},
        widths={"name": 34, "department": 28},
        values={
            "name": lambda s: s.organization.name, "stage": lambda s: s.get_stage_display(),
            "ownership": lambda s: s.get_ownership_display(), "division": lambda s: s.organization.division.name,
            "township": lambda s: s.township, "pupils": lambda s: s.pupils, "teachers": lambda s: s.teachers,
            "department": lambda s: s.organization.competent_department.name if s.organization.competent_department else "",
            "head": lambda s: s.head_name,
        },
    )
)  # fmt: skip
register_export(
    Export(
        name="units", title="政府和部门", permissions=(Permission.VIEW_UNITS,), about=Organization, rows=units,
        columns=UNIT_COLUMNS, default_sort="division_id", filterset_class=UnitFilter, widths={"name": 34},
        values={
            "name": lambda u: u.name, "kind": lambda u: u.get_kind_display(), "division": lambda u: u.division.name,
            "opened": lambda u: u.opened_on, "status": status_of,
        },
    )
)  # fmt: skip
register_export(
    Export(
        name="committees", title="教育督导委员会", permissions=(Permission.VIEW_UNITS,), about=Committee, rows=committees,
        columns=COMMITTEE_COLUMNS, default_sort="division_code", filterset_class=CommitteeFilter, widths={"name": 40},
        values={
            "name": lambda c: c.name, "division": lambda c: c.division.name, "level": lambda c: c.division.get_level_display(),
            "established": lambda c: c.established_on,
        },
    )
)  # fmt: skip
