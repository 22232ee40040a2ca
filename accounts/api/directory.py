"""Divisions and bodies: what every other list names by number."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.actors import PROVINCE_SPAN, Actor, OrganizationKind
from accounts.api import fields as f
from accounts.api.filters import narrowed
from accounts.api.resources import Resource
from accounts.models import Division, Organization
from accounts.permissions import Permission as P

HIGHEST = 659_999


class DivisionFilter(forms.Form):
    q = forms.CharField(label="名称", required=False, max_length=60)
    parent = forms.IntegerField(label="上级区划", required=False, min_value=1, max_value=HIGHEST)
    level = forms.ChoiceField(label="层级", required=False, choices=[("", "全部"), *Division.Level.choices])


def _divisions(rows: Any, form: DivisionFilter) -> Any:
    chosen = form.cleaned_data
    if q := chosen.get("q"):
        rows = rows.filter(name__contains=q)
    return rows.filter(**{name: chosen[name] for name in ("parent", "level") if chosen.get(name)})


DIVISIONS = Resource(
    name="divisions", title="行政区划", room="accounts", words=(P.USE_ACCOUNT,), order="code",
    # Names and codes of the province's divisions are public: everybody finds the whole tree.
    rows=lambda actor: Division.within(actor.division_code // PROVINCE_SPAN * PROVINCE_SPAN),
    filterset=narrowed(DivisionFilter, _divisions), help="用 parent 逐级取下级；id 即区划代码。",
    fields=(
        f.number("code", "代码", sort=True), f.text("name", "名称"), *f.coded("level", "层级", Division.Level.choices),
        *f.coded("kind", "类别", Division.Kind.choices), f.number("parent", "上级区划", column="parent_id", null=True),
    ),
)  # fmt: skip


class OrganizationFilter(forms.Form):
    q = forms.CharField(label="名称", required=False, max_length=60)
    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *OrganizationKind.choices])
    division = forms.IntegerField(label="区划", required=False, min_value=1, max_value=HIGHEST)


def _organizations(rows: Any, form: OrganizationFilter) -> Any:
    chosen = form.cleaned_data
    if q := chosen.get("q"):
        rows = rows.filter(name__contains=q)
    return rows.filter(**{name: chosen[name] for name in ("kind", "division") if chosen.get(name)})


def _rows(actor: Actor) -> Any:
    return Organization.objects.visible_to(actor)


ORGANIZATIONS = Resource(
    name="organizations", title="单位名录", room="accounts", words=(P.USE_ACCOUNT,), rows=_rows, order="division_code",
    filterset=narrowed(OrganizationFilter, _organizations), help="学校的详细资料在 schools，政府和部门在 units。",
    fields=(
        f.text("name", "全称"), f.text("short_name", "简称"), *f.coded("kind", "类别", OrganizationKind.choices),
        f.number("division_code", "管理区划", column="division_id", sort=True), f.text("code", "代码"),
        f.number("competent_department", "主管部门", column="competent_department_id", null=True),
        f.day("opened_on", "设立日期"), f.day("closed_on", "撤销日期"),
    ),
)  # fmt: skip
RESOURCES = (DIVISIONS, ORGANIZATIONS)
