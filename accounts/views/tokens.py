"""One's own tokens for programs (接口令牌): made after proving who one is once more, shown once, and revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import second_factor
from accounts.actions import NotAllowed
from accounts.api.tokens import ROOMS, make_token, revoke
from accounts.decorators import actor_of, requires
from accounts.forms_tokens import TokenForm
from accounts.models import ApiToken, User
from accounts.permissions import Permission

SHOWN = 50


@require_GET
@requires(Permission.USE_ACCOUNT)
def token_list(request: HttpRequest) -> HttpResponse:
    rows = ApiToken.objects.visible_to(actor_of(request)).select_related("membership__organization")[:SHOWN]
    now = datetime.now(UTC)
    context = {"rows": [(row, _state(row, now), _scopes(row)) for row in rows]}
    return render(request, "accounts/apitoken_list.html", context)


def _state(token: ApiToken, now: object) -> tuple[str, str]:
    if token.revoked_at:
        return "已撤销", "grey"
    return ("已过期", "grey") if token.expires_at <= now else ("有效", "green")  # type: ignore[operator]


def _scopes(token: ApiToken) -> str:
    """In words: 问题与整改（办理）、公文与档案（读取）"""
    writes = {scope.partition(":")[0] for scope in token.scopes if scope.endswith(":write")}
    reads = {scope.partition(":")[0] for scope in token.scopes} - writes
    return "、".join(
        f"{label}（{'办理' if room in writes else '读取'}）" for room, label in ROOMS.items() if room in writes | reads
    )


@never_cache
@requires(Permission.USE_ACCOUNT, writes=True)
@reauthentication_required(allow_get=False)
def token_create(request: HttpRequest) -> HttpResponse:
    actor, form = actor_of(request), TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user, values = request.user, form.cleaned_data
        assert isinstance(user, User)
        try:
            token, text = make_token(
                user, by=actor, name=values["name"], scopes=form.scopes(), lasts=timedelta(days=int(values["days"])),
                proved=second_factor.is_proved(request),
            )  # fmt: skip
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            get_adapter().note(request, "change", actor=actor, user=user, detail=f"创建接口令牌 {token.prefix}…",
                               object_kind="accounts.apitoken", object_id=token.pk)  # fmt: skip
            return render(
                request, "accounts/apitoken_made.html", {"token": token, "text": text, "scopes": _scopes(token)}
            )
    return render(request, "accounts/apitoken_form.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@requires(Permission.USE_ACCOUNT, writes=True)
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    token = get_object_or_404(ApiToken.objects.visible_to(actor), pk=pk)
    revoke(token, by=actor)
    get_adapter().note(request, "change", actor=actor, detail=f"撤销接口令牌 {token.prefix}…",
                       object_kind="accounts.apitoken", object_id=token.pk)  # fmt: skip
    messages.success(request, f"已撤销“{token.name}”，用它的程序从现在起不能再调用。")
    return redirect("accounts:token_list")
