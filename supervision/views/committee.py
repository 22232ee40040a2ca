"""The committee: who sits in it on a given day, its member units and their liaisons."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from accounts.models import Division
from records import clock
from records.lists import listing
from supervision import actions
from supervision.exports import COMMITTEE_COLUMNS, committees
from supervision.filters import CommitteeFilter, OnForm
from supervision.forms import CommitteeForm, MemberForm, MemberUnitForm
from supervision.models import Committee, CommitteeMember, MemberUnit
from supervision.permissions import Permission

ORDER = [CommitteeMember.Position.CHAIR, CommitteeMember.Position.DEPUTY, CommitteeMember.Position.CHIEF_INSPECTOR]


@requires(Permission.VIEW_COMMITTEE)
def committee(request: HttpRequest) -> HttpResponse:
    """The committee of one's own division."""
    actor = actor_of(request)
    found = Committee.objects.visible_to(actor).filter(division_code=actor.division_code)
    return _page(request, found.select_related("office", "division").first())


@requires(Permission.VIEW_COMMITTEE)
def committee_detail(request: HttpRequest, pk: int) -> HttpResponse:
    found = Committee.objects.visible_to(actor_of(request)).select_related("office", "division")
    return _page(request, get_object_or_404(found, pk=pk))


def _page(request: HttpRequest, found: Committee | None) -> HttpResponse:
    actor = actor_of(request)
    may_manage = actor.can(Permission.MANAGE_COMMITTEE) and (
        found is None or found.division_code == actor.division_code
    )
    context: dict[str, Any] = {
        "committee": found,
        "may_manage": may_manage,
        "day": asked_day(request),
        "today": clock.today(),
    }
    if found is not None:
        context |= _people(actor, found, context["day"])
    return render(request, "supervision/committee_detail.html", context)


def _people(actor: Actor, found: Committee, day: date) -> dict[str, Any]:
    """Members and member units in office on the day, and who held a seat before. Two queries."""
    members = sorted(
        CommitteeMember.objects.visible_to(actor).filter(committee=found),
        key=lambda m: (ORDER.index(m.position), m.valid_from),
    )
    units = MemberUnit.objects.visible_to(actor).filter(committee=found).select_related("organization")
    return {
        "members": [m for m in members if in_office(m, day)],
        "former": [m for m in members if m.valid_until and m.valid_until < day],
        "units": [u for u in units if in_office(u, day)],
        "former_units": [u for u in units if u.valid_until and u.valid_until < day],
        "shows_phones": actor.is_office,
    }


def in_office(seat: CommitteeMember | MemberUnit, day: date) -> bool:
    return seat.valid_from <= day and (seat.valid_until is None or seat.valid_until >= day)


def asked_day(request: HttpRequest) -> date:
    """The day of `?on=`, today without one or where it is none."""
    form = OnForm(request.GET)
    chosen = form.cleaned_data.get("on") if form.is_valid() else None
    if request.GET.get("on") and chosen is None:
        messages.warning(request, "日期不正确，显示今天的情况。")
    return chosen or clock.today()


@requires(Permission.VIEW_UNITS)
def committee_list(request: HttpRequest) -> HttpResponse:
    """Committees above and below."""
    context = listing(
        request, committees(actor_of(request)), columns=COMMITTEE_COLUMNS, default_sort="division_code",
        filterset_class=CommitteeFilter, export="committees",
    )  # fmt: skip
    return render(request, "supervision/committee_list.html", context)


@require_POST
@requires(Permission.MANAGE_COMMITTEE, writes=True)
def committee_establish(request: HttpRequest) -> HttpResponse:
    """Set up the committee of one's own division with the 22 member units."""
    division = get_object_or_404(Division, pk=actor_of(request).division_code)
    actions.establish_committee(division, on=clock.today())
    messages.success(request, "已建立委员会和22个成员单位，请补充组成人员和联络员。")
    return redirect("supervision:committee")


def _own(request: HttpRequest) -> Committee:
    """The committee of the actor's own division: 404 where there is none."""
    actor = actor_of(request)
    found: Committee = get_object_or_404(
        Committee.objects.visible_to(actor).select_related("division"), division_code=actor.division_code
    )
    return found


def _refuse_other(actor: Actor, division_code: int) -> None:
    if division_code != actor.division_code:
        raise PermissionDenied("委员会组成人员和成员单位由本级督导办维护，您只能查看。")


@requires(Permission.MANAGE_COMMITTEE, writes=True)
def committee_change(request: HttpRequest) -> HttpResponse:
    found = _own(request)
    form = CommitteeForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "已保存。")
        return redirect("supervision:committee")
    return render(request, "supervision/committee_form.html", {"form": form, "title": "修改委员会"})


@requires(Permission.MANAGE_COMMITTEE, writes=True)
def member_create(request: HttpRequest) -> HttpResponse:
    seat = CommitteeMember()
    return _seat_form(request, MemberForm(request.POST or None, instance=seat, committee=_own(request)), "增加组成人员")


@requires(Permission.MANAGE_COMMITTEE, writes=True)
def member_change(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    seat = get_object_or_404(CommitteeMember.objects.visible_to(actor).select_related("committee"), pk=pk)
    _refuse_other(actor, seat.division_code)
    form = MemberForm(request.POST or None, instance=seat, committee=seat.committee)
    return _seat_form(request, form, f"修改{seat.person_name}的任职")


@requires(Permission.MANAGE_COMMITTEE, writes=True)
def member_unit_create(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = MemberUnitForm(request.POST or None, instance=MemberUnit(), committee=_own(request), actor=actor)
    if request.method == "POST" and form.is_valid():
        form.instance.organization = actions.member_organization(by=actor, name=form.cleaned_data["unit_name"])
    return _seat_form(request, form, "增加成员单位")


@requires(Permission.MANAGE_COMMITTEE, writes=True)
def member_unit_change(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    seat = get_object_or_404(MemberUnit.objects.visible_to(actor).select_related("committee", "organization"), pk=pk)
    _refuse_other(actor, seat.division_code)
    form = MemberUnitForm(request.POST or None, instance=seat, committee=seat.committee, actor=actor)
    return _seat_form(request, form, f"修改{seat.organization.name}")


def _seat_form(request: HttpRequest, form: MemberForm | MemberUnitForm, title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and _saved(form, actor_of(request)):
        messages.success(request, "已保存。")
        return redirect("supervision:committee")
    return render(request, "supervision/committee_form.html", {"form": form, "title": title})


def _saved(form: MemberForm | MemberUnitForm, actor: Actor) -> bool:
    """Save; whoever was first in the same moment is told of in words."""
    try:
        with transaction.atomic():
            actions.save_seat(form.instance, by=actor, committee=form.instance.committee)
    except IntegrityError:
        form.add_error(None, "刚刚已有人保存了相同的任职或成员单位，请返回查看。")
        return False
    return True
