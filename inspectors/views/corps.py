"""The register of inspectors, and who answers for a school."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from inspectors import actions
from inspectors.assignments import inspectors_of
from inspectors.exports import inspector_columns, inspectors, with_duties
from inspectors.filters import InspectorFilter
from inspectors.forms import InspectorForm
from inspectors.models import DistrictInspector, DistrictSchool, Inspector
from inspectors.permissions import Permission
from records import clock
from records.lists import listing
from supervision.models import School


@requires(Permission.VIEW_CORPS)
def inspector_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = listing(
        request, with_duties(actor), columns=inspector_columns(actor), default_sort="division_code",
        filterset_class=InspectorFilter, export="inspectors",
    )  # fmt: skip
    context |= {"may_manage": actor.can(Permission.MANAGE_CORPS), "today": clock.today()}
    return render(request, "inspectors/inspector_list.html", context)


@requires(Permission.VIEW_CORPS)
def inspector_detail(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    inspector = get_object_or_404(inspectors(actor), pk=pk)
    duties = DistrictInspector.objects.visible_to(actor).filter(inspector=inspector).select_related("district")
    on_duty = [d.district_id for d in duties if d.valid_from <= clock.today() and d.is_open_on(clock.today())]
    schools = DistrictSchool.objects.visible_to(actor).filter(district_id__in=on_duty)
    context = {
        "inspector": inspector, "duties": duties, "today": clock.today(),
        "schools": schools.select_related("organization__school"),
        "may_manage": actor.can(Permission.MANAGE_CORPS) and inspector.division_code == actor.division_code,
    }  # fmt: skip
    return render(request, "inspectors/inspector_detail.html", context)


@requires(Permission.MANAGE_CORPS, writes=True)
def inspector_create(request: HttpRequest) -> HttpResponse:
    return _form(request, Inspector())


@requires(Permission.MANAGE_CORPS, writes=True)
def inspector_change(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    inspector = get_object_or_404(Inspector.objects.visible_to(actor).select_related("user"), pk=pk)
    if inspector.division_code != actor.division_code:
        raise PermissionDenied("督学由聘任的督导办维护，您只能查看。")
    return _form(request, inspector)


def _form(request: HttpRequest, inspector: Inspector) -> HttpResponse:
    actor = actor_of(request)
    is_new = inspector.pk is None
    form = InspectorForm(request.POST or None, instance=inspector, actor=actor)
    if request.method == "POST" and form.is_valid() and _saved(form, actor):
        messages.success(request, "已登记督学。" if is_new else "已保存。")
        return redirect("inspectors:inspector_detail", pk=form.instance.pk)
    return render(request, "inspectors/inspector_form.html", {"form": form, "inspector": inspector, "is_new": is_new})


def _saved(form: InspectorForm, actor: Actor) -> bool:
    try:
        with transaction.atomic():
            actions.save_inspector(form.instance, by=actor)
    except IntegrityError:
        form.add_error("certificate_number", "该督学证号已登记。")
        return False
    return True


@requires(Permission.VIEW_SCHOOL_INSPECTORS)
def school_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Who answers for a school: a panel of the school's page, and a page of its own without JavaScript."""
    school = get_object_or_404(School.objects.visible_to(actor_of(request)).select_related("organization"), pk=pk)
    template = "inspectors/school_panel.html" if request.htmx else "inspectors/school_inspectors.html"  # type: ignore[attr-defined]
    return render(request, template, {"school": school, "inspectors": inspectors_of(pk)})
