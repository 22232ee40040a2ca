"""Claiming a printed invitation, without a sign-in and without a scope: the sheet in the hand is all that one has."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import claims
from accounts.actions import NotAllowed
from accounts.claims import Opened, WrongCode
from accounts.forms_contacts import ClaimForm, FirstPasswordForm, OwnPasswordForm
from accounts.identities import SESSION_KEY, identities_of
from accounts.models import User

HELD = "claim"
HELD_SECONDS = 20 * 60
# Wrong tries. A hall full of head teachers shares one address, so right ones are not counted; thirty mistakes in ten
# minutes are more than such a hall makes. For everybody together, so that many addresses are no way around it: three
# thousand in ten minutes are what 25,000 schools on their first morning might mistype.
LIMITS = {"claim": "30/10m/ip,3000/10m/key"}
TOO_MANY = "尝试次数过多，请10分钟后再试，或拨打邀请单上的咨询电话。"


@login_not_required
@never_cache
@sensitive_post_parameters("code")
def claim(request: HttpRequest) -> HttpResponse:
    """First step: number and code."""
    form = ClaimForm(request.POST or None, initial={"phone": getattr(request.user, "phone", "") or ""})
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/invitation_claim.html", {"form": form})
    if not _allowed(request, count=False):
        form.add_error(None, TOO_MANY)
        return render(request, "accounts/invitation_claim.html", {"form": form}, status=429)
    try:
        opened = claims.open_invitation(phone=form.cleaned_data["phone"], typed=form.cleaned_data["code"])
    except NotAllowed as refusal:
        if isinstance(refusal, WrongCode):
            _allowed(request, count=True)
            # Also written where no invitation has that mark: each wrong try costs one write, so time tells nothing.
            get_adapter().note(request, "sign_in_failed", detail="邀请码不正确", succeeded=False)
        form.add_error(None, str(refusal))
        return render(request, "accounts/invitation_claim.html", {"form": form})
    request.session[HELD] = dataclasses.asdict(opened) | {"until": time.time() + HELD_SECONDS}
    return redirect("accounts:claim_confirm")


def _allowed(request: HttpRequest, *, count: bool) -> bool:
    return bool(
        ratelimit.consume(request, app="accounts", action="claim", config=LIMITS, key="everybody", dry_run=not count)
    )


def _held(request: HttpRequest) -> Opened | None:
    kept: dict[str, Any] | None = request.session.get(HELD)
    if not kept or kept["until"] < time.time():
        return None
    return Opened(**{field.name: kept[field.name] for field in dataclasses.fields(Opened) if field.name in kept})


@login_not_required
@never_cache
@sensitive_post_parameters("password", "again")
def claim_confirm(request: HttpRequest) -> HttpResponse:
    """Second step: name and first password; or, for somebody who has an account, one more unit for it."""
    opened = _held(request)
    if opened is None:
        return redirect("accounts:claim")
    if opened.person is not None:
        return _open_own(request, opened)
    if request.user.is_authenticated:
        return _add_to_own(request, opened)
    if User.taken(phone=opened.phone):
        sign_in = f"{reverse('account_login')}?next={reverse('accounts:claim_confirm')}"
        return render(request, "accounts/invitation_known.html", {"opened": opened, "sign_in": sign_in})
    form = FirstPasswordForm(request.POST or None, phone=opened.phone, initial={"full_name": opened.contact})
    if request.method == "POST" and form.is_valid():
        try:
            user = claims.claim_anew(opened, full_name=form.cleaned_data["full_name"],
                                     password=form.cleaned_data["password"])  # fmt: skip
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            get_adapter().login(request, user)
            return _done(request, opened, user)
    return render(request, "accounts/invitation_confirm.html", {"form": form, "opened": opened})


def _open_own(request: HttpRequest, opened: Opened) -> HttpResponse:
    """The account is there, with its identities: its first password is set."""
    holder = claims.holder_of(opened)
    if request.user.is_authenticated:
        refusal = f"您现在以{request.user}登录。请退出登录，再由{opened.contact}本人用领取单设置密码。"
        return render(request, "accounts/invitation_add.html", {"opened": opened, "refusal": refusal})
    form = OwnPasswordForm(request.POST or None, phone=opened.phone)
    if request.method == "POST" and form.is_valid():
        try:
            user = claims.claim_own(opened, password=form.cleaned_data["password"])
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            get_adapter().login(request, user)
            return _done(request, opened, user)
    return render(request, "accounts/invitation_own.html", {"form": form, "opened": opened, "holder": holder})


def _add_to_own(request: HttpRequest, opened: Opened) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    refusal = ""
    if user.phone and user.phone != opened.phone:
        refusal = f"您现在以{user}登录，与填写的手机号码不一致。请退出登录，再用邀请单领取。"
    elif request.method == "POST":
        try:
            claims.claim(opened, user=user)
        except NotAllowed as error:
            refusal = str(error)
        else:
            return _done(request, opened, user)
    return render(request, "accounts/invitation_add.html", {"opened": opened, "refusal": refusal})


def _done(request: HttpRequest, opened: Opened, user: User) -> HttpResponse:
    """Act as what was just claimed, and see what waits."""
    request.session.pop(HELD, None)
    if opened.person is not None:
        get_adapter().note(request, "create", user=user, detail="领取账号、设置密码", object_kind="accounts.invitation",
                           object_id=opened.invitation)  # fmt: skip
        return redirect(settings.LOGIN_REDIRECT_URL)
    newest = max(identities_of(user.pk), key=lambda i: i.membership_id)
    request.session[SESSION_KEY] = newest.membership_id
    get_adapter().note(request, "create", user=user, detail=f"领取联系人邀请：{opened.unit}",
                       object_kind="accounts.invitation", object_id=opened.invitation)  # fmt: skip
    return redirect("records:welcome")
