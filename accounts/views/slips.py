"""People whose accounts nobody has opened yet, for their security administrator: printing the slips by which they do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import invitations
from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from accounts.forms_contacts import PrintingForm, SlipsFilter
from accounts.models import Invitation, User
from accounts.permissions import Permission
from accounts.views.contacts import sheet
from accounts.views.people import export_address, people_of
from accounts.views.stewards import attempt, note


def unclaimed(actor: Actor) -> QuerySet[User]:
    printed = Invitation.objects.visible_to(actor).in_state(
        "open", day=timezone.localdate(), tries=settings.INVITATION_TRIES
    )
    rows: Any = people_of(actor)
    found: QuerySet[User] = rows.unclaimed().annotate(is_printed=Exists(printed.filter(person=OuterRef("pk"))))
    return found


def unclaimed_matching(rows: QuerySet[Any], form: SlipsFilter) -> QuerySet[Any]:
    chosen = form.cleaned_data if form.is_valid() else {}
    if q := chosen.get("q"):
        rows = rows.filter(full_name__contains=q) | rows.filter(username__icontains=q)
    if unit := chosen.get("unit"):
        rows = rows.filter(memberships__organization__name__contains=unit)
    if chosen.get("slip"):
        rows = rows.filter(is_printed=chosen["slip"] == "printed")
    if intake := chosen.get("intake"):
        rows = rows.filter(intake=intake)
    return rows.distinct()


@require_GET
@requires(Permission.MANAGE_PEOPLE)
def slip_list(request: HttpRequest) -> HttpResponse:
    """Those who are ticked get a slip; `?intake=` shows those of one spreadsheet."""
    actor = actor_of(request)
    form = SlipsFilter(request.GET)
    page = Paginator(unclaimed_matching(unclaimed(actor), form).order_by("full_name", "pk"), invitations.AT_ONCE)
    last = Invitation.objects.visible_to(actor).order_by("-invited_at").values_list("help_phone", flat=True).first()
    context = {
        "page_obj": page.get_page(request.GET.get("page")), "total": page.count, "filter_form": form,
        "printing": PrintingForm(initial={"help_phone": last or ""}), "today": timezone.localdate(),
        "export_url": export_address(request, "slips"),
    }  # fmt: skip
    return render(request, "accounts/user_slips.html", context)


@require_POST
@requires(Permission.MANAGE_PEOPLE, writes=True)
def slip_create(request: HttpRequest) -> HttpResponse:
    """Make the codes and answer with the slips: they are in this answer and nowhere else."""
    actor = actor_of(request)
    ids = [int(pk) for pk in request.POST.getlist("person") if pk.isdecimal() and len(pk) < 19]
    form = PrintingForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有生成：" + "；".join(str(e) for errors in form.errors.values() for e in errors))
        return redirect(_back(request))
    people = list(people_of(actor).filter(pk__in=ids).order_by("full_name", "pk"))
    slips = attempt(request, lambda: invitations.invite_people(people, by=actor, printing=form.printing()))
    if slips is None:
        return redirect(_back(request))
    note(request, f"生成账号领取单{len(slips)}张", slips[0].invitation, "create")
    return sheet(request, slips, of_people=True)


def _back(request: HttpRequest) -> str:
    """The list as it was filtered."""
    query = request.POST.get("query", "")
    return reverse("accounts:slip_list") + (f"?{query}" if query and "\n" not in query else "")
