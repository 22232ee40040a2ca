"""One's own sign-ins, and the second factor that a security administrator resets."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import second_factor, sign_ins
from accounts.decorators import actor_of, requires
from accounts.forms_contacts import ReasonForm
from accounts.models import User
from accounts.permissions import Permission
from accounts.views.stewards import attempt


def _me(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    return user


@require_GET
@requires(Permission.USE_ACCOUNT)
def sign_in_list(request: HttpRequest) -> HttpResponse:
    user = _me(request)
    rows = sign_ins.sign_ins_of(user, current=request.session.session_key)
    context = {
        "rows": rows, "has_factor": second_factor.is_set_up(user),
        "needs_factor": second_factor.is_required(getattr(request, "identities", [])),
    }  # fmt: skip
    return render(request, "accounts/user_sign_ins.html", context)


@require_POST
@requires(Permission.USE_ACCOUNT, writes=True)
def sign_in_end(request: HttpRequest) -> HttpResponse:
    """End one (`handle`), or all but the present one. Somebody else's handle ends nothing."""
    user, handle = _me(request), request.POST.get("handle", "")
    if handle:
        ended = int(sign_ins.end(user, handle))
    else:
        ended = sign_ins.end_others(user, current=request.session.session_key)
    if ended:
        _note(request, f"结束{ended}处登录", user)
        messages.success(request, f"已结束{ended}处登录，对方须重新登录。")
    else:
        messages.info(request, "没有需要结束的登录，可能已经退出。")
    return redirect("accounts:sign_in_list")


@requires(Permission.MANAGE_PEOPLE, writes=True)
def second_factor_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """For somebody who lost his telephone: a reason, an entry in the audit log, and every sign-in ends."""
    actor = actor_of(request)
    user = get_object_or_404(User.objects.visible_to(actor), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if attempt(request, lambda: second_factor.reset(user, by=actor) or True):
            _note(request, f"重置两步验证（{user}）：{form.cleaned_data['reason']}", user)
            get_adapter().tell(
                user, by=actor, key=f"second-factor-reset:{user.pk}", title="您的两步验证已重置",
                body=f"{actor.display_name}重置了您的两步验证。事由：{form.cleaned_data['reason']}。您没有申请的，请立即修改密码，并联系安全管理员。",
            )  # fmt: skip
            messages.success(request, f"已重置{user}的两步验证，其全部登录已结束。")
        return redirect("accounts:person", pk=pk)
    return render(request, "accounts/user_factor_reset.html", {"form": form, "person": user})


def _note(request: HttpRequest, detail: str, user: User) -> None:
    get_adapter().note(request, "change", actor=actor_of(request), detail=detail, object_kind="accounts.user",
                       object_id=user.pk)  # fmt: skip
