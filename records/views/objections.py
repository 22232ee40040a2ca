"""Objections to notices: what came in, and what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.decorators import actor_of, requires
from records.actions.publishing import answer_objection
from records.filters import ObjectionFilter
from records.list_exports import OBJECTION_COLUMNS, objections
from records.lists import listing
from records.models import PublicObjection
from records.permissions import Permission
from records.state import Refused
from records.trail import audit


def _visible(request: HttpRequest) -> Any:
    return PublicObjection.objects.visible_to(actor_of(request)).select_related("publication")


@require_GET
@requires(Permission.ANSWER_OBJECTIONS)
def objection_list(request: HttpRequest) -> HttpResponse:
    context = listing(
        request, objections(actor_of(request)), columns=OBJECTION_COLUMNS, default_sort="-received_at",
        filterset_class=ObjectionFilter, export="objections",
    )  # fmt: skip
    return render(request, "records/publicobjection_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ANSWER_OBJECTIONS, writes=True, leaves_trace=True)
def objection_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One objection with its sender's words, and the answer; opening it is kept in the audit trail."""
    objection = get_object_or_404(_visible(request), pk=pk)
    if request.method == "POST":
        try:
            answer_objection(objection, by=actor_of(request), answer=request.POST.get("answer", ""))
        except Refused as error:
            messages.error(request, str(error.refusal))
            context = {"objection": objection, "typed": request.POST.get("answer", "")}
            return render(request, "records/publicobjection_detail.html", context, status=422)
        messages.success(request, "处理结果已保存。留有联系方式的，请告知对方。")
        return redirect("records:objection_detail", pk=pk)
    audit.read(request, objection, detail=objection.receipt)
    return render(request, "records/publicobjection_detail.html", {"objection": objection, "typed": ""})
