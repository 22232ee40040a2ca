"""Inspectors and responsibility districts for programs."""

from __future__ import annotations

from typing import Any

import django_filters

from accounts.actors import Actor
from accounts.api import fields as f
from accounts.api.bodies import plain
from accounts.api.resources import Deed, Resource
from accounts.forms import EndForm
from inspectors import actions, forms
from inspectors.assignments import places_for
from inspectors.filters import DistrictFilter, InspectorFilter
from inspectors.models import DistrictInspector, DistrictSchool, Inspector, ResponsibilityDistrict
from inspectors.permissions import Permission as P

PLACE = f.record(id=f.INTEGER, name=f.STRING)
DUTY = f.record(id=f.INTEGER, district=PLACE, valid_from=f.DAY, valid_until=f.DAY)
ON_DUTY = f.record(id=f.INTEGER, inspector=PLACE, valid_from=f.DAY, valid_until=f.DAY)


def _duties(inspector: Inspector, actor: Actor) -> list[dict[str, Any]]:
    rows = DistrictInspector.objects.visible_to(actor).filter(inspector=inspector).select_related("district")
    return [
        {"id": d.pk, "district": {"id": d.district_id, "name": d.district.name}, "valid_from": d.valid_from,
         "valid_until": d.valid_until}
        for d in rows
    ]  # fmt: skip


def _save_inspector(actor: Actor, on: Any, form: Any) -> Inspector:
    return actions.save_inspector(form.instance, by=actor)


def _own(actor: Actor, on: Any) -> None:
    actions.refuse_other(actor, on.division_code)


INSPECTORS = Resource(
    name="inspectors", title="督学", room="inspectors", words=(P.VIEW_CORPS,), filterset=InspectorFilter, order="division_code",
    rows=lambda actor: Inspector.objects.visible_to(actor), help="不带 term 时只列在聘的督学。",
    fields=(
        f.person("user", "人员"), *f.coded("kind", "类别", Inspector.Kind.choices, sort=True),
        f.text("certificate_number", "督学证号", sort=True), f.ref("office", "聘任机构"),
        f.number("division_code", "聘任区划", sort=True), f.text("phone", "公示电话"), f.day("valid_from", "聘任日期", sort=True),
        f.day("valid_until", "聘期届满", sort=True),
    ),
    parts=(f.Part("districts", "责任区", f.listed(DUTY), _duties),),
    create=Deed("create", "登记督学", _save_inspector, (P.MANAGE_CORPS,),
                lambda data, files, actor, on: forms.InspectorForm(data, instance=Inspector(), actor=actor)),
    change=Deed("change", "修改督学", _save_inspector, (P.MANAGE_CORPS,), check=_own,
                form=lambda data, files, actor, on: forms.InspectorForm(data, instance=on or Inspector(pk=1), actor=actor)),
)  # fmt: skip


def _schools(district: ResponsibilityDistrict, actor: Actor) -> list[dict[str, Any]]:
    rows = DistrictSchool.objects.visible_to(actor).filter(district=district)
    return [{"id": pk, "name": name} for pk, name in rows.values_list("organization_id", "organization__name")]


def _on_duty(district: ResponsibilityDistrict, actor: Actor) -> list[dict[str, Any]]:
    rows = DistrictInspector.objects.visible_to(actor).filter(district=district).select_related("inspector__user")
    return [
        {"id": d.pk, "inspector": {"id": d.inspector_id, "name": str(d.inspector.user)}, "valid_from": d.valid_from,
         "valid_until": d.valid_until}
        for d in rows
    ]  # fmt: skip


def _save_district(actor: Actor, on: Any, form: Any) -> ResponsibilityDistrict:
    return actions.save_district(form.instance, by=actor)


def _district_form(data: Any, files: Any, actor: Actor, on: Any) -> Any:
    return forms.DistrictForm(data, instance=on or ResponsibilityDistrict(), actor=actor)


def _schools_form(data: Any, files: Any, actor: Actor, on: Any) -> Any:
    return forms.SchoolsForm(data, offered=list(places_for(on, actor)[1]) if on else [])


def _duty_form(data: Any, files: Any, actor: Actor, on: Any) -> Any:
    district = on or ResponsibilityDistrict(division_code=0)
    return forms.DutyForm(data, instance=DistrictInspector(), actor=actor, district=district)


def _place(actor: Actor, district: Any, form: Any) -> None:
    actions.place_schools(district, by=actor, schools=form.chosen)


def _assign(actor: Actor, district: Any, form: Any) -> None:
    actions.assign_inspector(form.instance, by=actor, district=district)


DISTRICTS = Resource(
    name="responsibility-districts", title="督学责任区", room="inspectors", words=(P.VIEW_CORPS,), filterset=DistrictFilter,
    order="division_code", rows=lambda actor: ResponsibilityDistrict.objects.visible_to(actor),
    fields=(f.text("name", "名称", sort=True), f.number("division_code", "区划", sort=True)),
    parts=(f.Part("schools", "学校", f.listed(PLACE), _schools), f.Part("inspectors", "责任督学", f.listed(ON_DUTY), _on_duty)),
    create=Deed("create", "划定责任区", _save_district, (P.MANAGE_CORPS,), _district_form),
    change=Deed("change", "修改责任区", _save_district, (P.MANAGE_CORPS,), _district_form, check=_own),
    deeds=(
        Deed("place-schools", "划入学校", _place, (P.MANAGE_CORPS,), _schools_form, check=_own,
             help="schools 为责任区的全部学校：不在其中的会移出。"),
        Deed("assign-inspector", "选派责任督学", _assign, (P.MANAGE_CORPS,), _duty_form, check=_own),
    ),
)  # fmt: skip


def _end_duty(actor: Actor, on: Any, form: Any) -> None:
    actions.end_duty(on, by=actor, on=form.cleaned_data["on"])


class DutyFilter(django_filters.FilterSet):
    """Of one district or one inspector."""

    district = django_filters.NumberFilter(label="责任区编号", field_name="district_id")
    inspector = django_filters.NumberFilter(label="督学编号", field_name="inspector_id")


DUTIES = Resource(
    name="district-duties", title="责任督学", room="inspectors", words=(P.VIEW_CORPS,), filterset=DutyFilter,
    rows=lambda actor: DistrictInspector.objects.visible_to(actor), help="选派在 responsibility-districts 的 assign-inspector。",
    fields=(
        f.ref("district", "责任区"), f.ref("inspector", "督学", shown="user__full_name"), f.number("division_code", "区划"),
        f.day("valid_from", "起", sort=True), f.day("valid_until", "止"),
    ),
    deeds=(Deed("end", "结束责任", _end_duty, (P.MANAGE_CORPS,), plain(EndForm), check=_own),),
)  # fmt: skip
RESOURCES = (INSPECTORS, DISTRICTS, DUTIES)
