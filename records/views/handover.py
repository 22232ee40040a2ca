"""Handing over the work of a colleague who leaves: who holds what, to whom it goes, and what was handed over."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from accounts.actors import OFFICE_ROLES, Actor
from accounts.decorators import actor_of, requires
from accounts.models import Membership, User
from records import clock
from records.actions.handover import hand_over
from records.handovers.forms import HandoverForm, SuccessorForm
from records.handovers.registry import preview
from records.list_exports import HANDOVER_COLUMNS
from records.lists import listing
from records.models import Handover
from records.permissions import Permission
from records.web import perform


def colleagues_of(actor: Actor) -> QuerySet[Membership]:
    """The business identities of the own office that are valid today."""
    rows = Membership.objects.visible_to(actor).filter(organization_id=actor.organization_id, role__in=OFFICE_ROLES)
    return rows.valid_on(clock.today()).select_related("user", "organization").order_by("user__full_name", "pk")


@require_GET
@requires(Permission.HAND_OVER)
def handover_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    done = Handover.objects.visible_to(actor)
    context = listing(request, done, columns=HANDOVER_COLUMNS, default_sort="-done_at", export="handovers")
    gone = set(done.values_list("membership_id", flat=True))
    colleagues = [row for row in colleagues_of(actor) if row.pk not in gone]
    return render(request, "records/handover_list.html", context | {"columns": None, "colleagues": colleagues})


@requires(Permission.HAND_OVER, writes=True)
def handover_create(request: HttpRequest, membership_id: int) -> HttpResponse:
    """First the successor is chosen (GET), so that the list says what he can take; then it is done (POST)."""
    actor = actor_of(request)
    membership = get_object_or_404(colleagues_of(actor), pk=membership_id)
    done = Handover.objects.visible_to(actor).filter(membership=membership).first()
    if done is not None:
        return redirect(done)
    choice = SuccessorForm(request.GET or None, people=successors_of(actor, membership))
    to = choice.cleaned_data["successor"] if choice.is_valid() else None
    form = HandoverForm(request.POST or None)
    if request.method == "POST" and to is not None and form.is_valid():
        made: list[Handover] = []
        if perform(request, lambda: made.append(hand_over(membership, to=to, by=actor, **form.cleaned_data)),
                   done="移交已完成，接任人员已收到通知。"):  # fmt: skip
            return redirect(made[0])
    lines = preview(membership.user, membership.organization, to)
    context: dict[str, Any] = {
        "membership": membership, "choice": choice, "successor": to, "form": form, "lines": lines,
        "hindered": any(line.hindrance for line in lines),
    }  # fmt: skip
    return render(request, "records/handover_form.html", context)


def successors_of(actor: Actor, membership: Membership) -> list[User]:
    people = {row.user_id: row.user for row in colleagues_of(actor) if row.user_id != membership.user_id}
    return [user for user in people.values() if user.is_active]


@require_GET
@requires(Permission.VIEW_HANDOVERS)
def handover_detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Handover.objects.visible_to(actor_of(request)), pk=pk)
    return render(request, "records/handover_detail.html", {"handover": row})
