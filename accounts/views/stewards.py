"""The office head names and revokes the office's account stewards (账号管理员)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import stewards
from accounts.actions import NotAllowed
from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from accounts.forms_contacts import StewardForm
from accounts.models import Membership, Stewardship
from accounts.permissions import Permission


@require_GET
@requires(Permission.NAME_STEWARDS)
def steward_list(request: HttpRequest) -> HttpResponse:
    """Who may be named, who is, and who was."""
    actor, today = actor_of(request), timezone.localdate()
    terms = list(Stewardship.objects.visible_to(actor).select_related("membership__user", "named_by", "ended_by")[:200])
    standing = [term for term in terms if term.is_open_on(today)]
    named = {term.membership_id for term in standing}
    context = {
        "standing": standing, "former": [term for term in terms if not term.is_open_on(today)],
        "others": [row for row in colleagues_of(actor) if row.pk not in named and row.user_id != actor.user_id],
        "today": today,
    }  # fmt: skip
    return render(request, "accounts/stewardship_list.html", context)


def colleagues_of(actor: Actor) -> Any:
    rows = Membership.objects.visible_to(actor).valid_on(timezone.localdate())
    rows = rows.filter(organization_id=actor.organization_id, role__in=stewards.MAY_BE, user__is_active=True)
    return rows.select_related("user", "organization").order_by("user__full_name", "pk")


@requires(Permission.NAME_STEWARDS, writes=True)
def steward_create(request: HttpRequest, membership_id: int) -> HttpResponse:
    actor = actor_of(request)
    membership = get_object_or_404(colleagues_of(actor), pk=membership_id)
    form = StewardForm(request.POST or None, initial={"valid_from": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        dates = form.cleaned_data
        if attempt(request, lambda: stewards.name_steward(membership, by=actor, **dates)):
            note(request, f"指定账号管理员：{membership.user}", membership)
            messages.success(request, f"已指定{membership.user}为账号管理员。")
            return redirect("accounts:steward_list")
    return render(request, "accounts/stewardship_form.html", {"form": form, "membership": membership})


@require_POST
@requires(Permission.NAME_STEWARDS, writes=True)
def steward_end(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    found = Stewardship.objects.visible_to(actor).select_related("membership__user")
    row = get_object_or_404(found, pk=pk)
    if attempt(request, lambda: stewards.end_stewardship(row, by=actor)):
        note(request, f"终止账号管理员：{row.membership.user}", row.membership)
        messages.success(request, f"已终止{row.membership.user}的账号管理员职责，立即生效。")
    return redirect("accounts:steward_list")


def attempt(request: HttpRequest, act: Callable[[], Any]) -> Any:
    """The action's result, or None with its refusal as a message."""
    try:
        return act()
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return None


def note(request: HttpRequest, detail: str, about: Any, action: str = "change") -> None:
    """One line for the audit administrator."""
    get_adapter().note(request, action, actor=actor_of(request), detail=detail,
                       object_kind=about._meta.label_lower, object_id=about.pk)  # fmt: skip
