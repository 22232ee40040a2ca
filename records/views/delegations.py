"""授权代签: who may sign in whose stead here, from when to when; give and take back. And the steps that papers take."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import actor_of, requires
from accounts.models import Delegation
from accounts.permissions import Permission as AccountsPermission
from accounts.permissions import delegable
from records import clock
from records.actions import delegations as acts
from records.actions import paper_settings as settings_acts
from records.documents.paper_forms import DelegationForm, PaperSettingsForm
from records.models import PaperSteps
from records.permissions import Permission
from records.state import Refused
from records.web import perform

SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
@requires(AccountsPermission.VIEW_DELEGATIONS, writes=True)
def delegation_list(request: HttpRequest) -> HttpResponse:
    """Those of the office, the latest first; whoever may lend finds the form above them."""
    actor = actor_of(request)
    words = acts.words_to_lend(actor) if actor.can(AccountsPermission.DELEGATE) else {}
    form = DelegationForm(request.POST or None, people=acts.receivers(actor), words=words) if words else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            acts.give(by=actor, **form.chosen())
        except Refused as error:
            form.add_error(None, str(error.refusal))
        else:
            messages.success(request, "授权已生效登记，受托人会收到通知。")
            return redirect("records:delegation_list")
    rows = Delegation.objects.visible_to(actor).select_related("giver__user", "receiver__user", "revoked_by")[:SHOWN]
    lines = [
        {"row": row, "labels": [delegable.get(word, word) for word in row.words],
         "in_force": row.revoked_at is None and row.valid_from <= clock.today() <= row.valid_until,
         "may_revoke": acts.revoke_refusal(row, actor) is None}
        for row in rows
    ]  # fmt: skip
    status = 422 if form is not None and form.errors else 200
    return render(request, "records/delegation_list.html", {"form": form, "lines": lines}, status=status)


@require_POST
@requires(AccountsPermission.VIEW_DELEGATIONS, writes=True)
def delegation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = get_object_or_404(Delegation.objects.visible_to(actor).select_related("giver"), pk=pk)
    perform(request, lambda: acts.revoke(row, by=actor), done="授权已撤回，立即生效。")
    return redirect("records:delegation_list")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_SERIES, writes=True)
def paper_settings(request: HttpRequest) -> HttpResponse:
    """Which steps each kind takes before approval, and how the office seals."""
    actor = actor_of(request)
    form = PaperSettingsForm(
        request.POST or None, people=settings_acts.checkers(actor), steps=PaperSteps.objects.visible_to(actor),
        initial={"seal_way": settings_acts.seal_way_of(actor)},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            changed = settings_acts.set_paper_settings(
                by=actor, steps=form.chosen(), seal_way=form.cleaned_data["seal_way"]
            )
        except Refused as error:
            form.add_error(None, str(error.refusal))
        else:
            messages.success(request, "公文设置已保存。" if changed else "没有改动。")
            return redirect("records:paper_settings")
    return render(request, "records/paper_settings.html", {"form": form}, status=422 if form.errors else 200)
