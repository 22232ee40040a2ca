"""Governments and departments as supervised units."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from accounts.models import Organization
from records import clock
from records.lists import listing
from supervision import actions
from supervision.exports import UNIT_COLUMNS, units
from supervision.filters import UnitFilter
from supervision.forms import UnitForm
from supervision.models import School
from supervision.permissions import Permission


@requires(Permission.VIEW_UNITS)
def unit_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = listing(
        request, units(actor), columns=UNIT_COLUMNS, default_sort="division_id", filterset_class=UnitFilter,
        export="units",
    )  # fmt: skip
    context |= {"today": clock.today(), "may_manage": actor.can(Permission.MANAGE_UNITS)}
    return render(request, "supervision/organization_list.html", context)


@requires(Permission.VIEW_UNITS)
def unit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    unit = get_object_or_404(units(actor), pk=pk)
    context = {
        "unit": unit,
        "today": clock.today(),
        "schools": School.objects.visible_to(actor).filter(organization__competent_department=unit).count(),
        "may_manage": actor.can(Permission.MANAGE_UNITS) and within(actor, unit.division_id),
    }
    return render(request, "supervision/organization_detail.html", context)


@requires(Permission.MANAGE_UNITS, writes=True)
def unit_create(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@requires(Permission.MANAGE_UNITS, writes=True)
def unit_change(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    unit = get_object_or_404(units(actor), pk=pk)
    if not within(actor, unit.division_id):
        raise PermissionDenied("上级的政府和部门由上级督导办维护。")
    return _form(request, unit)


def _form(request: HttpRequest, unit: Organization | None) -> HttpResponse:
    actor = actor_of(request)
    form = UnitForm(request.POST or None, actor=actor, instance=unit)
    if request.method == "POST" and form.is_valid():
        saved = actions.save_unit(form.instance, by=actor)
        messages.success(request, f"已保存{saved.name}。")
        return redirect("supervision:unit_detail", pk=saved.pk)
    return render(request, "supervision/organization_form.html", {"form": form, "unit": unit})


def within(actor: Actor, code: int) -> bool:
    """Whether the division lies in the actor's range: what one may change, of what one may see."""
    lo, hi = actor.range
    return lo <= code <= hi
