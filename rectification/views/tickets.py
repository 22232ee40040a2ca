"""Tickets: the list, the page, and what the office does on it."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.decorators import actor_of, requires
from records.lists import listing
from records.state import Refused
from records.web import perform
from rectification import actions
from rectification.actions.tickets import possible_verifiers
from rectification.exports import TICKET_READS, ticket_columns
from rectification.filters import TicketFilter
from rectification.forms import NoteForm, TicketForm, VerifierForm, VerifyForm
from rectification.models import SupervisoryOrder, Ticket
from rectification.pages import guide, ticket_page
from rectification.permissions import Permission
from rectification.sights import with_deadlines
from rectification.workflow import TICKET

PEOPLE = ("subject_org", "author_org", "department", "verifier", "notice")


@requires(Permission.VIEW_TICKETS)
def ticket_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = listing(
        request, Ticket.objects.visible_to(actor), columns=ticket_columns(actor), default_sort="-created_at",
        filterset_class=TicketFilter, export="tickets", reads=TICKET_READS,
    )  # fmt: skip
    if context["shown"]["due"]:
        with_deadlines(context["page_obj"].object_list)
    return render(request, "rectification/ticket_list.html", context)


def ticket_of(request: HttpRequest, pk: int) -> Ticket:
    """The ticket by its door, with everybody its page names."""
    orders = Prefetch("orders", SupervisoryOrder.objects.visible_to(actor_of(request)).select_related("document"))
    rows = (
        Ticket.objects.visible_to(actor_of(request))
        .select_related(*PEOPLE)
        .prefetch_related("problems", "measures", orders)
    )
    found: Ticket = get_object_or_404(rows, pk=pk)
    return found


@requires(Permission.VIEW_TICKETS)
def ticket_detail(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    page = ticket_page(ticket_of(request, pk), actor)
    is_unit = actor.organization_id == page.ticket.subject_org_id
    context = {
        "page": page,
        "ticket": page.ticket,
        "guide": guide(page) if is_unit else None,
        "may_note": actor.can(Permission.WRITE_NOTES) and actor.division_code == page.ticket.owner_code,
        "note_form": NoteForm(),
    }
    return render(request, "rectification/ticket_detail.html", context)


@require_POST
@requires(Permission.VIEW_TICKETS, writes=True)
def ticket_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The buttons without a form of their own; whether one may is the state table's to say."""
    actor, ticket = actor_of(request), ticket_of(request, pk)
    reason = request.POST.get("reason", "")
    moves: dict[str, Any] = {
        "submit": lambda: actions.submit_notice(ticket, by=actor),
        "withdraw": lambda: actions.withdraw_ticket(ticket, by=actor, reason=reason),
        "sign": lambda: actions.sign_for(ticket, by=actor),
        "recheck": lambda: actions.recheck(ticket, by=actor, reason=reason),
        "close": lambda: actions.close(ticket, by=actor),
    }
    if name not in moves:
        raise Http404("没有这个步骤。")
    perform(request, moves[name], done=f"已{TICKET.by_name[name].label}。")
    return redirect(ticket)


@requires(Permission.OPEN_TICKETS, writes=True)
def ticket_change(request: HttpRequest, pk: int) -> HttpResponse:
    actor, ticket = actor_of(request), ticket_of(request, pk)
    initial = {"title": ticket.title, "demand": ticket.demand, "department": ticket.department_id}
    form = TicketForm(request.POST or None, actor=actor, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        done = perform(request, lambda: actions.change_ticket(ticket, by=actor, **values), done="已保存修改。")
        if done:
            return redirect(ticket)
    context = {"form": form, "ticket": ticket}
    return render(request, "rectification/ticket_form.html", context, status=422 if form.errors else 200)


@requires(Permission.OPEN_TICKETS, writes=True)
def verifier(request: HttpRequest, pk: int) -> HttpResponse:
    actor, ticket = actor_of(request), ticket_of(request, pk)
    members = possible_verifiers(actor).select_related("user")
    form = VerifierForm(request.POST or None, members=members, initial={"verifier": ticket.verifier_id})
    if request.method == "POST" and form.is_valid():
        who = form.chosen()
        done = perform(request, lambda: actions.assign_verifier(ticket, by=actor, verifier=who), done="已指定核查人。")
        if done:
            return redirect(ticket)
    context = {"form": form, "ticket": ticket, "title": "指定核查人", "submit_label": "保存", "keep": ""}
    return render(request, "rectification/ticket_step.html", context, status=422 if form.errors else 200)


@requires(Permission.VERIFY, writes=True)
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    actor, ticket = actor_of(request), ticket_of(request, pk)
    form = VerifyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        done = "核查通过，待销号。" if values["passed"] else "已退回整改，责任单位会收到理由和新的期限。"
        if perform(request, lambda: actions.verify(ticket, by=actor, **values), done=done):
            return redirect(ticket)
    refused = TICKET.refusal(ticket, "verify", actor)
    context = {"form": form, "ticket": ticket, "page": ticket_page(ticket, actor), "refused": refused}
    return render(request, "rectification/verification_form.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.WRITE_NOTES, writes=True)
def note_create(request: HttpRequest, pk: int) -> HttpResponse:
    actor, ticket = actor_of(request), ticket_of(request, pk)
    text = request.POST.get("text", "")
    try:
        actions.write_note(ticket, by=actor, text=text)
    except Refused as error:
        context = {"page": ticket_page(ticket, actor), "ticket": ticket, "guide": None, "may_note": True}
        form = NoteForm({"text": text})
        form.is_valid()
        form.add_error(None, str(error.refusal))
        return render(request, "rectification/ticket_detail.html", context | {"note_form": form}, status=422)
    return redirect(f"{ticket.get_absolute_url()}#notes")
