"""The register of schools."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from records import clock
from records.lists import listing
from supervision import actions
from supervision.exports import SCHOOL_READS, school_columns, schools
from supervision.filters import SchoolFilter
from supervision.forms import CODE_TAKEN, ContactForm, SchoolForm
from supervision.history import former_names, history
from supervision.models import School, UnitContact
from supervision.permissions import Permission
from supervision.townships import townships_of

CODE_CONSTRAINT = "school_code_unique"


@requires(Permission.VIEW_SCHOOLS)
def school_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = listing(
        request, schools(actor), columns=school_columns(actor), default_sort="division_code",
        filterset_class=SchoolFilter, export="schools", reads=SCHOOL_READS,
    )  # fmt: skip
    context |= {"today": clock.today(), "may_manage": actor.can(Permission.MANAGE_SCHOOLS)}
    return render(request, "supervision/school_list.html", context)


@requires(Permission.VIEW_SCHOOLS)
def school_detail(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    school = _school(actor, pk)
    may_manage = actor.can(Permission.MANAGE_SCHOOLS)
    context = {
        "school": school,
        "body": school.organization,
        "is_closed": school.organization.closed_on is not None and school.organization.closed_on <= clock.today(),
        "contacts": UnitContact.objects.visible_to(actor).filter(organization_id=pk),
        "former_names": former_names(school) if actor.is_office else [],
        "entries": history(school) if actor.is_office else [],
        "may_manage": may_manage,
    }
    return render(request, "supervision/school_detail.html", context)


def _school(actor: Actor, pk: int) -> School:
    found: School = get_object_or_404(
        School.objects.visible_to(actor).select_related("organization__division", "organization__competent_department"),
        pk=pk,
    )
    return found


@requires(Permission.MANAGE_SCHOOLS, writes=True)
def school_create(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = SchoolForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        school = _save(form, lambda: actions.register_school(by=actor, body=form.body, profile=form.profile))
        if school is not None:
            messages.success(request, f"已登记{school.organization.name}。")
            return redirect("supervision:school_detail", pk=school.pk)
    return render(request, "supervision/school_form.html", {"form": form, "school": None})


@requires(Permission.MANAGE_SCHOOLS, writes=True)
def school_change(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    school = _school(actor, pk)
    form = SchoolForm(request.POST or None, actor=actor, instance=school)
    if request.method == "POST" and form.is_valid():
        saved = _save(form, lambda: actions.change_school(school, by=actor, body=form.body, profile=form.profile))
        if saved is not None:
            messages.success(request, "已保存。")
            return redirect("supervision:school_detail", pk=pk)
    # The form writes what was typed into its instance: the page names the school as it is stored.
    return render(request, "supervision/school_form.html", {"form": form, "school": school})


def _save(form: SchoolForm, act: Callable[[], School]) -> School | None:
    """The action's result; a code that another row has, visible or not, becomes an error at its field."""
    try:
        with transaction.atomic():
            return act()
    except IntegrityError as error:
        if CODE_CONSTRAINT not in str(error):
            raise
        form.add_error("code", CODE_TAKEN)
        return None


@requires(Permission.MANAGE_SCHOOLS)
def township_options(request: HttpRequest) -> HttpResponse:
    """The options of the township's datalist for `?county=`."""
    county = request.GET.get("county", "")
    offered = townships_of(int(county)) if county.isdecimal() else ()
    return render(request, "supervision/township_options.html", {"townships": offered})


@requires(Permission.MANAGE_SCHOOLS, writes=True)
def contact_create(request: HttpRequest, pk: int) -> HttpResponse:
    return _contact(request, _school(actor_of(request), pk), UnitContact())


@requires(Permission.MANAGE_SCHOOLS, writes=True)
def contact_change(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    contact = get_object_or_404(UnitContact.objects.visible_to(actor), pk=pk)
    return _contact(request, _school(actor, contact.organization_id), contact)


def _contact(request: HttpRequest, school: School, contact: UnitContact) -> HttpResponse:
    form = ContactForm(request.POST or None, instance=contact)
    if request.method == "POST" and form.is_valid():
        actions.save_contact(form.instance, by=actor_of(request), school=school)
        messages.success(request, "已保存联系人。")
        return redirect("supervision:school_detail", pk=school.pk)
    return render(request, "supervision/unitcontact_form.html", {"form": form, "school": school, "contact": contact})


@require_POST
@requires(Permission.MANAGE_SCHOOLS, writes=True)
def contact_remove(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(UnitContact.objects.visible_to(actor_of(request)), pk=pk)
    contact.delete()
    messages.success(request, f"已删除联系人{contact.name}。")
    return redirect("supervision:school_detail", pk=contact.organization_id)
