"""Responsibility districts: their schools, and the inspectors on duty."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from accounts.forms import EndForm
from inspectors import actions
from inspectors.assignments import places_for
from inspectors.exports import DISTRICT_COLUMNS, districts
from inspectors.filters import DistrictFilter
from inspectors.forms import DistrictForm, DutyForm, SchoolsForm
from inspectors.models import DistrictInspector, DistrictSchool, ResponsibilityDistrict
from inspectors.permissions import Permission
from inspectors.staffing import RATIO_BASIS, Staffing
from records import clock
from records.lists import listing
from records.state import Refused
from supervision.models import School


@requires(Permission.VIEW_CORPS)
def district_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = listing(
        request, districts(actor), columns=DISTRICT_COLUMNS, default_sort="division_code",
        filterset_class=DistrictFilter, export="districts",
    )  # fmt: skip
    for row in context["page_obj"].object_list:
        row.staffing = Staffing(row.school_count, row.inspector_count)
    context["may_manage"] = actor.can(Permission.MANAGE_CORPS)
    return render(request, "inspectors/responsibilitydistrict_list.html", context)


@requires(Permission.VIEW_CORPS)
def district_detail(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    district = get_object_or_404(districts(actor), pk=pk)
    duties = DistrictInspector.objects.visible_to(actor).filter(district=district).select_related("inspector__user")
    context = {
        "district": district, "staffing": Staffing(district.school_count, district.inspector_count), "basis": RATIO_BASIS,
        "schools": DistrictSchool.objects.visible_to(actor).filter(district=district).select_related("organization__school"),
        "duties": [d for d in duties if d.is_open_on(clock.today())],
        "former": [d for d in duties if not d.is_open_on(clock.today())],
        "may_manage": actor.can(Permission.MANAGE_CORPS) and district.division_code == actor.division_code,
    }  # fmt: skip
    return render(request, "inspectors/responsibilitydistrict_detail.html", context)


def _own(request: HttpRequest, pk: int) -> ResponsibilityDistrict:
    """The district, to be changed: 404 when invisible, 403 when another office laid it out."""
    actor = actor_of(request)
    district: ResponsibilityDistrict = get_object_or_404(ResponsibilityDistrict.objects.visible_to(actor), pk=pk)
    if district.division_code != actor.division_code:
        raise PermissionDenied("责任区由划定的督导办维护，您只能查看。")
    return district


@requires(Permission.MANAGE_CORPS, writes=True)
def district_create(request: HttpRequest) -> HttpResponse:
    return _form(request, ResponsibilityDistrict())


@requires(Permission.MANAGE_CORPS, writes=True)
def district_change(request: HttpRequest, pk: int) -> HttpResponse:
    return _form(request, _own(request, pk))


def _form(request: HttpRequest, district: ResponsibilityDistrict) -> HttpResponse:
    is_new = district.pk is None
    form = DistrictForm(request.POST or None, instance=district, actor=actor_of(request))
    if request.method == "POST" and form.is_valid() and _saved(form, actor_of(request)):
        messages.success(request, "已保存，请划入学校、选派督学。" if is_new else "已保存。")
        return redirect("inspectors:district_detail", pk=form.instance.pk)
    context = {
        "form": form,
        "title": "划定责任区" if is_new else "修改责任区",
        "district": None if is_new else district,
    }
    return render(request, "inspectors/responsibilitydistrict_form.html", context)


def _saved(form: DistrictForm, actor: Actor) -> bool:
    try:
        with transaction.atomic():
            actions.save_district(form.instance, by=actor)
    except IntegrityError:
        form.add_error("name", "已有同名责任区。")
        return False
    return True


@requires(Permission.MANAGE_CORPS, writes=True)
def district_schools(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick the schools of the district. Those that lie in another one are not offered: a school lies in one at a time."""
    actor = actor_of(request)
    district = _own(request, pk)
    elsewhere, offered = places_for(district, actor)
    own = DistrictSchool.objects.visible_to(actor).filter(district=district).values_list("organization_id", flat=True)
    form = SchoolsForm(request.POST or None, offered=list(offered), initial={"schools": [str(pk) for pk in own]})
    if request.method == "POST" and form.is_valid():
        try:
            actions.place_schools(district, by=actor, schools=form.chosen)
        except Refused as refused:
            form.add_error("schools", str(refused.refusal))
        else:
            messages.success(request, f"责任区现有{len(form.chosen)}所学校。")
            return redirect("inspectors:district_detail", pk=pk)
    context = {"form": form, "district": district, "elsewhere": elsewhere.count(), "groups": by_township(form)}
    return render(request, "inspectors/districtschool_form.html", context)


def by_township(form: SchoolsForm) -> list[tuple[str, list[tuple[School, bool]]]]:
    """(township, [(school, ticked)]) in the order of the townships."""
    ticked = {str(pk) for pk in form["schools"].value() or []}
    groups: dict[str, list[tuple[School, bool]]] = {}
    for school in form.offered:
        groups.setdefault(school.township or "未填写乡镇（街道）", []).append((school, str(school.pk) in ticked))
    return list(groups.items())


@requires(Permission.MANAGE_CORPS, writes=True)
def duty_create(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    district = _own(request, pk)
    form = DutyForm(request.POST or None, instance=DistrictInspector(), actor=actor, district=district)
    if request.method == "POST" and form.is_valid():
        try:
            actions.assign_inspector(form.instance, by=actor, district=district)
        except Refused as refused:
            form.add_error("inspector", str(refused.refusal))
        else:
            messages.success(request, "已选派督学。")
            return redirect("inspectors:district_detail", pk=pk)
    context = {"form": form, "title": "选派责任督学", "district": district}
    return render(request, "inspectors/responsibilitydistrict_form.html", context)


@requires(Permission.MANAGE_CORPS, writes=True)
def duty_end(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    duty = get_object_or_404(DistrictInspector.objects.visible_to(actor).select_related("inspector__user"), pk=pk)
    district = _own(request, duty.district_id)
    form = EndForm(request.POST or None, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_duty(duty, by=actor, on=form.cleaned_data["on"])
        except Refused as refused:
            form.add_error("on", str(refused.refusal))
        else:
            messages.success(request, "已结束该督学在此责任区的任务，记录保留。")
            return redirect("inspectors:district_detail", pk=district.pk)
    context = {"form": form, "title": f"结束{duty.inspector.user}的责任", "district": district}
    return render(request, "inspectors/responsibilitydistrict_form.html", context)
