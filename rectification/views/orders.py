"""督办单: the list, the page, and one drafted by hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.decorators import actor_of, requires
from records.jobs import start
from records.lists import listing
from records.state import Refused
from records.web import deadlines_of, timeline
from rectification import actions, articles
from rectification.exports import ORDER_COLUMNS, orders
from rectification.filters import OrderFilter
from rectification.forms import OrderForm
from rectification.models import SupervisoryOrder
from rectification.permissions import Permission
from rectification.printing import ORDER_RECORD
from rectification.views.tickets import ticket_of


@requires(Permission.VIEW_TICKETS)
def order_list(request: HttpRequest) -> HttpResponse:
    context = listing(
        request, orders(actor_of(request)), columns=ORDER_COLUMNS, default_sort="-created_at", filterset_class=OrderFilter,
        export="orders",
    )  # fmt: skip
    return render(request, "rectification/order_list.html", context)


@requires(Permission.VIEW_TICKETS)
def order_detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = SupervisoryOrder.objects.visible_to(actor_of(request)).select_related(
        "ticket", "subject_org", "author_org", "document"
    )
    order: SupervisoryOrder = get_object_or_404(rows, pk=pk)
    deadlines = deadlines_of(order)
    context = {
        "order": order,
        "deadlines": deadlines,
        "deadline": deadlines[0] if deadlines else None,
        "entries": timeline(order),
        "basis": articles.rectify(order.owner_code),
        "interview": articles.interview(order.owner_code),
    }
    return render(request, "rectification/order_detail.html", context)


@require_POST
@requires(Permission.DRAFT_ORDERS, writes=True)
def interview_record(request: HttpRequest, pk: int) -> HttpResponse:
    """约谈记录 with what the order says, to be filled in at the interview."""
    actor = actor_of(request)
    order = get_object_or_404(SupervisoryOrder.objects.visible_to(actor).select_related("ticket"), pk=pk)
    job = start(ORDER_RECORD, by=actor, params={"order": order.pk}, title=f"约谈记录：{order.ticket.title}"[:200])
    return redirect(job)


@requires(Permission.DRAFT_ORDERS, writes=True)
def order_draft(request: HttpRequest, pk: int) -> HttpResponse:
    actor, ticket = actor_of(request), ticket_of(request, pk)
    form = OrderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            order = actions.draft_order(ticket, by=actor, reason=form.cleaned_data["reason"])
        except Refused as error:
            form.add_error(None, str(error.refusal))
        else:
            messages.success(request, "督办单已拟好，送负责人签发。")
            return redirect(order)
    context = {
        "form": form,
        "ticket": ticket,
        "title": "拟制督办单",
        "submit_label": "拟制并送签",
        "keep": f"order:{ticket.pk}",
    }
    return render(request, "rectification/ticket_step.html", context, status=422 if form.errors else 200)
