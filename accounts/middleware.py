"""The request's transaction and its scope. Templates render inside; nothing after it sees a row."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts import second_factor, sign_ins
from accounts.actors import Actor
from accounts.api.tokens import bearer_of, is_api
from accounts.identities import SESSION_KEY, Identity, actor_for, chosen, identities_of
from accounts.scope import scope

GetResponse = Callable[[HttpRequest], HttpResponse]


class ScopeMiddleware:
    """Opens the scope of the signed-in person's chosen membership around the view and its template.

    Sets `request.actor` (None when nobody is signed in or the person has no valid membership) and
    `request.identities`. A view's exception has become a response when it arrives here, so process_exception marks
    the transaction: half a write must not be committed.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        identities, actor = self._who(request)
        request.identities = identities  # type: ignore[attr-defined]
        request.actor = actor  # type: ignore[attr-defined]
        with scope(actor):
            response = self.get_response(request)
            if response.status_code >= 500 or getattr(request, "_failed", False):
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        request._failed = True  # type: ignore[attr-defined]

    @staticmethod
    def _who(request: HttpRequest) -> tuple[list[Identity], Actor | None]:
        # A program's token comes before a browser's session, which is then not even looked at.
        bearer = bearer_of(request)
        if bearer is not None:
            request.bearer = bearer  # type: ignore[attr-defined]
            return [], bearer.actor
        user = request.user
        if not user.is_authenticated or user.pk is None:
            return [], None
        identities = identities_of(user.pk)
        identity = chosen(identities, request.session.get(SESSION_KEY))
        if identity is None:
            return identities, None
        return identities, actor_for(identity, user_id=user.pk, display_name=str(user))


class InitialPasswordMiddleware:
    """A password that somebody else handed out is changed before any other page opens."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        match = request.resolver_match
        if is_api(request):
            return None  # refused there, as a problem (accounts.api.authentication)
        if not getattr(request.user, "password_is_initial", False) or match is None or match.view_name in BEFORE_CHANGE:
            return None
        messages.info(request, "您使用的是初始密码，请先设置只有自己知道的新密码。")
        return redirect("account_change_password")


class SecondFactorMiddleware:
    """Whoever must have a second factor sets it up, and shows it in each session, before any other page opens. Asked at
    every request, so a session that is older than the duty is caught by its next one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or match.view_name in BEFORE_PROOF:
            return None
        if not getattr(view, "login_required", True) and match.view_name != "accounts:claim_confirm":
            return None
        identities: list[Identity] = getattr(request, "identities", [])
        if not second_factor.is_required(identities) or second_factor.is_proved(request):
            return None
        if second_factor.is_set_up(request.user):
            messages.info(request, "本次登录还没有输入过验证码，请先输入。")
            return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': _back(request)})}")
        messages.info(request, "管理员和督导办负责人须使用两步验证，请先完成设置。")
        return redirect("mfa_activate_totp")


def _back(request: HttpRequest) -> str:
    return request.get_full_path() if request.method == "GET" else "/"


BEFORE_PROOF = frozenset(
    {
        "account_change_password", "account_logout", "account_login", "account_reauthenticate", "mfa_activate_totp",
        "mfa_reauthenticate",
    }
)  # fmt: skip


class SignInsMiddleware:
    """Keeps in each signed-in session since when and from where it is used (accounts.sign_ins)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # A page that looked at no session (public, cached) is not made to depend on one.
        if request.session.accessed and request.user.is_authenticated and response.status_code < 500:
            sign_ins.note(request, address=get_adapter().address(request))
        return response


BEFORE_CHANGE = frozenset({"account_change_password", "account_logout", "account_login"})

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; object-src 'self'; "
    "frame-ancestors 'self'; base-uri 'self'; form-action 'self'"
)


class SecurityHeadersMiddleware:
    """Content-Security-Policy and no caching of pages that hold business (a shared machine in an office)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        if getattr(request, "actor", None) is not None:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
