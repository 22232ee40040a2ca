"""A unit's contact comes and goes: what waits for the one who has just arrived, what is open when another follows him."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts import invitations
from accounts.actors import UNIT_ROLES, Actor
from accounts.decorators import actor_of, requires
from accounts.forms_contacts import SuccessorForm
from accounts.models import Invitation, Membership
from accounts.permissions import Permission as Accounts
from accounts.views.contacts import sheet
from accounts.views.stewards import attempt, note
from records import clock
from records.models import Deadline
from records.registry import todo_providers

MOST = 50


@require_GET
@requires(Accounts.USE_ACCOUNT)
def welcome(request: HttpRequest) -> HttpResponse:
    """The first page after a claim: for which unit one now acts, and what waits for it."""
    actor = actor_of(request)
    lines = [line for provider in todo_providers for line in provider(actor) if line.lane == "mine"]
    lines.sort(key=lambda line: (line.due_at is None, line.due_at or clock.now()))
    dated = [(line, clock.last_day(line.due_at) if line.due_at else None) for line in lines[:MOST]]
    return render(request, "records/welcome.html", {"lines": dated, "total": len(lines)})


@requires(Accounts.NAME_SUCCESSOR, writes=True)
def contact_handover(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Who follows a unit's contact: what is open is shown before; the answer to the form is the printed sheet."""
    actor = actor_of(request)
    membership = get_object_or_404(_contacts(actor), pk=membership_id)
    form = SuccessorForm(request.POST or None, initial=_begin(actor))
    if request.method == "POST" and form.is_valid():
        facts = {"name": form.cleaned_data["name"], "phone": form.cleaned_data["phone"]}
        slip = attempt(
            request, lambda: invitations.invite_successor(membership, by=actor, printing=form.printing(), **facts)
        )
        if slip is not None:
            note(request, f"邀请接任联系人：{membership.organization}", slip.invitation, "create")
            return sheet(request, [slip])
    open_ones = Deadline.objects.visible_to(actor).open().filter(party_org=membership.organization)
    waiting = Invitation.objects.visible_to(actor).unended().filter(replaces=membership).first()
    context: dict[str, Any] = {
        "membership": membership, "form": form, "open_items": open_ones.order_by("due_at")[:MOST],
        "total": open_ones.count(), "waiting": waiting, "is_self": membership.user_id == actor.user_id,
    }  # fmt: skip
    return render(request, "records/contact_handover.html", context)


def _contacts(actor: Actor) -> Any:
    """A steward: the contacts of his own division's units. A contact: himself."""
    rows = Membership.objects.visible_to(actor).valid_on(clock.today()).filter(role__in=UNIT_ROLES)
    rows = rows.select_related("user", "organization")
    return rows.filter(division_code=actor.division_code) if actor.is_office else rows.filter(pk=actor.membership_id)


def _begin(actor: Actor) -> dict[str, str]:
    last = Invitation.objects.visible_to(actor).order_by("-invited_at").values_list("help_phone", flat=True).first()
    return {"help_phone": last} if last else {}
