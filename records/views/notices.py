"""How I am told, what the office asks for, and what really went out."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor, OrganizationKind
from accounts.decorators import actor_of, requires
from accounts.models import Organization, User
from records.actions.notices import save_notice_rules, save_preferences
from records.filters import DispatchFilter
from records.list_exports import DISPATCH_COLUMNS, dispatches
from records.lists import listing
from records.models import AuditEntry, Delivery, Dispatch, NoticeRule, Preference, Reach, SendingHours
from records.models.notifications import OUTSIDE
from records.notices.channels import channel_of, is_on
from records.notices.dispatches import try_again
from records.notices.forms import Head, HoursForm, PreferenceGrid, ReachForm, required_lines, required_of
from records.permissions import Permission
from records.trail import audit


@requires(Permission.READ_INBOX, writes=True)
def preferences(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    user = request.user
    assert isinstance(user, User)
    reach = Reach.objects.visible_to(actor).first() or Reach(user_id=user.pk)
    form = ReachForm(request.POST or None, instance=reach)
    grid = PreferenceGrid(user, reach, list(Preference.objects.visible_to(actor)), _rules_for(actor))
    if request.method == "POST" and form.is_valid():
        save_preferences(form.save(commit=False), grid.wishes(request.POST), by=actor)
        messages.success(request, "已保存消息接收方式。")
        return redirect("records:preferences")
    context = {"form": form, "heads": grid.heads(), "lines": grid.lines(), "user_phone": user.phone or ""}
    return render(request, "records/preference_form.html", context)


def _rules_for(actor: Actor) -> dict[tuple[str, str], str]:
    """What the offices over the person ask for, with the office's name."""
    rules = list(NoticeRule.objects.visible_to(actor).filter(division_code__isnull=False))
    codes = {r.division_code for r in rules}
    offices = Organization.objects.visible_to(actor).filter(kind=OrganizationKind.OFFICE, division_id__in=codes)
    names = {o.division_id: o.label for o in offices} if rules else {}
    return {(r.category, r.channel): names.get(r.division_code, "上级督导办") for r in rules}


@requires(Permission.SET_NOTICES, writes=True)
def notice_rules(request: HttpRequest) -> HttpResponse:
    """For the office's head: what everybody gets by which way, and when messages leave."""
    actor = actor_of(request)
    own = SendingHours.objects.visible_to(actor).filter(division_code=actor.division_code).first()
    form = HoursForm(request.POST or None, instance=own or SendingHours(division_code=actor.division_code))
    if request.method == "POST" and form.is_valid():
        save_notice_rules(required_of(request.POST), form.save(commit=False), by=actor)
        audit.record(request, AuditEntry.Action.CHANGE, form.instance, detail="消息发送规定")
        messages.success(request, "已保存消息发送规定，从下一条消息起执行。")
        return redirect("records:notice_rules")
    rules = list(NoticeRule.objects.visible_to(actor).filter(division_code=actor.division_code))
    heads = [Head(k.value, str(k.label), "" if is_on(k) else channel_of(k).off_because) for k in OUTSIDE]
    return render(
        request, "records/noticerule_form.html", {"form": form, "heads": heads, "lines": required_lines(rules)}
    )


@require_GET
@requires(Permission.VIEW_DISPATCHES)
def dispatch_list(request: HttpRequest) -> HttpResponse:
    context = listing(
        request, dispatches(actor_of(request)), columns=DISPATCH_COLUMNS, default_sort="-created_at",
        filterset_class=DispatchFilter, export="dispatches",
    )  # fmt: skip
    context["off"] = [f"{k.label}：{channel_of(k).off_because}" for k in OUTSIDE if not is_on(k)]
    return render(request, "records/dispatch_list.html", context)


@require_GET
@requires(Permission.VIEW_DISPATCHES)
def dispatch_detail(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = get_object_or_404(Dispatch.objects.visible_to(actor).select_related("user", "organization"), pk=pk)
    items = list(Delivery.objects.visible_to(actor).filter(dispatch=row).order_by("pk"))
    return render(request, "records/dispatch_detail.html", {"row": row, "items": items, "site": settings.SITE_URL})


@require_POST
@requires(Permission.VIEW_DISPATCHES, writes=True)
def dispatch_retry(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Dispatch.objects.visible_to(actor_of(request)), pk=pk)
    if try_again(row):
        messages.success(request, "已重新列入发送，一分钟内发出。")
    else:
        messages.info(request, "这条消息没有失败，不需要重发。")
    return redirect("records:dispatch_detail", pk=pk)
