"""Units' contacts, for the account steward: who has none, printing invitations, and what became of them."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import codes, invitations
from accounts.actors import UNIT_ROLES, Actor
from accounts.contacts import known_contacts
from accounts.decorators import actor_of, requires
from accounts.forms_contacts import InvitationFilter, PrintingForm, UnitsFilter
from accounts.invitations import Slip
from accounts.models import Invitation, Membership, Organization
from accounts.permissions import Permission
from accounts.views.people import export_address
from accounts.views.stewards import attempt, note


def units_of(actor: Actor) -> QuerySet[Organization]:
    """The units of the own division that can have a contact."""
    today = timezone.localdate()
    rows = Organization.objects.visible_to(actor).open_on(today)
    rows = rows.filter(division_id=actor.division_code, kind__in=invitations.KINDS)
    found: QuerySet[Organization] = rows.annotate(
        has_contact=Exists(contacts_of(actor).filter(organization=OuterRef("pk"))),
        is_invited=Exists(
            Invitation.objects.visible_to(actor)
            .in_state("open", day=today, tries=settings.INVITATION_TRIES)
            .filter(organization=OuterRef("pk"))
        ),
    )
    return found


def contacts_of(actor: Actor) -> QuerySet[Membership]:
    rows = Membership.objects.visible_to(actor).valid_on(timezone.localdate())
    found: QuerySet[Membership] = rows.filter(division_code=actor.division_code, role__in=UNIT_ROLES)
    return found


@require_GET
@requires(Permission.INVITE_CONTACTS)
def contact_list(request: HttpRequest) -> HttpResponse:
    """Units with their contacts; those that are ticked get a sheet."""
    actor = actor_of(request)
    form = UnitsFilter(request.GET)
    rows = filtered(with_contacts(actor), form).order_by("kind", "name", "pk").annotate(last_phone=_last_phone(actor))
    page = Paginator(rows, invitations.AT_ONCE)
    shown = page.get_page(request.GET.get("page"))
    known = known_contacts(actor, [unit.pk for unit in shown])
    context = {
        "page_obj": shown, "units": [(unit, known.get(unit.pk)) for unit in shown], "total": page.count, "filter_form": form, "printing": PrintingForm(initial={"help_phone": next((unit.last_phone or "" for unit in shown), "")}),
        "export_url": export_address(request, "contacts"),
    }  # fmt: skip
    return render(request, "accounts/organization_contacts.html", context)


def with_contacts(actor: Actor) -> QuerySet[Organization]:
    return units_of(actor).prefetch_related(Prefetch("memberships", contacts_of(actor).select_related("user")))


def filtered(rows: QuerySet[Organization], form: UnitsFilter) -> QuerySet[Organization]:
    chosen = form.cleaned_data if form.is_valid() else {}
    if q := chosen.get("q"):
        rows = rows.filter(name__contains=q)
    if kind := chosen.get("kind"):
        rows = rows.filter(kind=kind)
    conditions: dict[str, dict[str, bool]] = {
        "none": {"has_contact": False}, "invited": {"is_invited": True}, "has": {"has_contact": True},
    }  # fmt: skip
    return rows.filter(**conditions.get(chosen.get("contact", ""), {}))


def _last_phone(actor: Actor) -> Subquery:
    """The telephone of the last print, so that it is typed once."""
    return Subquery(Invitation.objects.visible_to(actor).order_by("-invited_at").values("help_phone")[:1])


@require_POST
@requires(Permission.INVITE_CONTACTS, writes=True)
def invitation_create(request: HttpRequest) -> HttpResponse:
    """Make the codes and answer with the sheets: they are in this answer and nowhere else."""
    actor = actor_of(request)
    ids = [int(pk) for pk in request.POST.getlist("unit") if pk.isdecimal()]
    units = list(units_of(actor).filter(pk__in=ids).order_by("kind", "name", "pk"))
    form = PrintingForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有生成：" + "；".join(str(e) for errors in form.errors.values() for e in errors))
        return redirect(_back(request))
    known = known_contacts(actor, ids) if "bound" in request.POST else _names_only(known_contacts(actor, ids))
    slips = attempt(request, lambda: invitations.invite(units, by=actor, printing=form.printing(), known=known))
    if slips is None:
        return redirect(_back(request))
    note(request, f"生成联系人邀请单{len(slips)}张", slips[0].invitation, "create")
    return sheet(request, slips)


def _names_only(known: dict[int, Any]) -> dict[int, Any]:
    return {pk: type(contact)(contact.name, "") for pk, contact in known.items()}


def _back(request: HttpRequest) -> str:
    """The list as it was filtered."""
    query = request.POST.get("query", "")
    return reverse("accounts:contact_list") + (f"?{query}" if query and "\n" not in query else "")


def sheet(request: HttpRequest, slips: list[Slip], *, of_people: bool = False) -> HttpResponse:
    """The printable sheets, of units' contacts or of persons. The QR code carries the code behind #, which no server is ever sent."""
    address = f"{settings.SITE_URL}{reverse('accounts:claim')}"
    rows = [
        (slip, segno.make(f"{address}#{slip.code}", error="m").svg_data_uri(border=0, scale=3)) for slip in slips
    ]  # fmt: skip
    context = {"slips": rows, "address": address, "length": codes.MARK + codes.SECRET,
               "of_people": of_people}  # fmt: skip
    response = render(request, "accounts/invitation_sheet.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@requires(Permission.INVITE_CONTACTS)
def invitation_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = InvitationFilter(request.GET)
    rows = invitations_matching(invitations_of(actor), form)
    page = Paginator(rows.order_by("-invited_at", "-pk"), 50)
    shown = page.get_page(request.GET.get("page"))
    context = {
        "page_obj": shown,
        "total": page.count,
        "filter_form": form,
        "export_url": export_address(request, "invitations"),
    }
    return render(request, "accounts/invitation_list.html", context)


def invitations_of(actor: Actor) -> Any:
    return Invitation.objects.visible_to(actor).select_related("organization", "claimed_by", "invited_by")


def invitations_matching(rows: Any, form: InvitationFilter) -> Any:
    chosen = form.cleaned_data if form.is_valid() else {}
    if q := chosen.get("q"):
        rows = rows.filter(organization__name__contains=q)
    if state := chosen.get("state"):
        rows = rows.in_state(state, day=timezone.localdate(), tries=settings.INVITATION_TRIES)
    return rows


@require_POST
@requires(Permission.INVITE_CONTACTS, writes=True)
def invitation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = get_object_or_404(Invitation.objects.visible_to(actor).select_related("organization"), pk=pk)
    if attempt(request, lambda: invitations.revoke(row, by=actor)):
        note(request, f"撤销联系人邀请：{row.organization}", row)
        messages.success(request, f"已撤销{row.organization.label}的邀请，原邀请码不能再领取。")
    return redirect("accounts:invitation_list")


@require_POST
@requires(Permission.INVITE_CONTACTS, writes=True)
def contact_end(request: HttpRequest, pk: int) -> HttpResponse:
    """A contact who has gone and left nobody."""
    actor = actor_of(request)
    row = get_object_or_404(contacts_of(actor).select_related("user", "organization"), pk=pk)
    if attempt(request, lambda: invitations.end_contact(row, by=actor)):
        note(request, f"终止联系人身份：{row}（{row.user}）", row)
        messages.success(request, f"已终止{row.user}在{row.organization.label}的联系人身份。")
    return redirect("accounts:contact_list")
