"""Who calls: the bearer of a token, or the person of a session. ScopeMiddleware has resolved both and opened the scope;
here a caller who may not come in learns why (docs/how-to/api.md)."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import PermissionDenied

from accounts import second_factor
from accounts.api.problems import Problem, unauthorized
from accounts.api.tokens import SCHEME, WHY
from accounts.models import User


class TokenOrSession(BaseAuthentication):  # type: ignore[misc]
    """A token is asked first; a session shows its CSRF token with everything that writes."""

    def authenticate(self, request: Any) -> tuple[Any, Any] | None:
        inner = request._request
        bearer = getattr(inner, "bearer", None)
        if bearer is not None:
            if bearer.refusal:
                raise unauthorized(WHY[bearer.refusal], f"token-{bearer.refusal.replace('_', '-')}")
            return User(pk=bearer.actor.user_id, full_name=bearer.actor.display_name), bearer
        user = getattr(inner, "user", None)
        if user is None or not user.is_authenticated:
            return None
        self._session(request, user)
        return user, None

    def authenticate_header(self, request: Any) -> str:
        return f'{SCHEME} realm="dudao"'

    @staticmethod
    def _session(request: Any, user: Any) -> None:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            try:
                SessionAuthentication().enforce_csrf(request)
            except PermissionDenied:
                raise Problem(
                    403, "浏览器会话须在 X-CSRFToken 头中发送防伪令牌。程序调用请改用接口令牌。", kind="csrf"
                ) from None
        if user.password_is_initial:
            raise Problem(403, "您使用的是初始密码，请先登录网页设置新密码。", kind="initial-password")
        if second_factor.is_required(request._request.identities) and not second_factor.is_proved(request._request):
            raise Problem(403, "您的身份须使用两步验证，请先在网页上输入验证码。", kind="second-factor")
