"""POST /api/v1/auth/token/: a token for a name and a password, under the same lock-out as the sign-in page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from rest_framework.response import Response

from accounts import second_factor
from accounts.api import bodies
from accounts.api.problems import Problem, unauthorized
from accounts.api.schema import ON_WRITE, problem_answers
from accounts.api.tokens import ALL_SCOPES, SCHEME, make_token
from accounts.api.views import ApiView
from accounts.identities import Identity, actor_for, identities_of
from accounts.models import User
from accounts.scope import scope


class TokenForm(forms.Form):
    username = forms.CharField(label="用户名或手机号码", max_length=60)
    password = forms.CharField(label="密码", max_length=200, strip=False)
    membership = forms.IntegerField(
        label="身份编号", required=False, min_value=1, help_text="有多个身份的，以哪一个办理；不填为第一个。"
    )
    scopes = forms.MultipleChoiceField(
        label="范围", required=False, choices=[(s, s) for s in ALL_SCOPES], help_text="不填为全部；以最小够用为好。"
    )
    name = forms.CharField(label="用途", required=False, max_length=60)


def _form(data: Any, files: Any, actor: Any, on: Any) -> TokenForm:
    return TokenForm(data)


ANSWER = {
    "type": "object", "required": ["token", "scheme", "expires_at", "scopes", "membership", "acting_as"],
    "properties": {
        "token": {"type": "string"}, "scheme": {"type": "string"}, "expires_at": {"type": "string", "format": "date-time"},
        "scopes": {"type": "array", "items": {"type": "string"}}, "membership": {"type": "integer"},
        "acting_as": {"type": "string"},
    },
}  # fmt: skip


class SignInView(ApiView):
    """Nobody is signed in yet. A refusal is an answer, not an exception: what the audit trail wrote of it must stay."""

    authentication_classes: ClassVar[list[Any]] = []

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super(ApiView, self).initial(request, *args, **kwargs)

    def post(self, request: Any) -> Response:
        self.refuse_unknown(set())
        values = bodies.read(_form, request, actor=None).cleaned_data
        inner = request._request
        if not ratelimit.consume(inner, app="allauth.account", action="login"):
            return _too_often()
        try:
            user = get_adapter(inner).authenticate(inner, username=values["username"], password=values["password"])
        except ValidationError as error:
            return _too_often(str(error.messages[0]))
        if not isinstance(user, User) or not user.is_active:
            return unauthorized(
                "用户名（手机号码）或密码不正确。连续输错5次，该账号将暂停登录10分钟。", "wrong-password"
            ).response()
        identities = identities_of(user.pk)
        refused = _refusal(user, identities, values["membership"])
        return refused.response() if refused else self._answer(user, identities, values)

    def _answer(self, user: User, identities: list[Identity], values: dict[str, Any]) -> Response:
        wanted = values["membership"]
        identity = next((i for i in identities if i.membership_id == wanted), identities[0])
        actor = actor_for(identity, user_id=user.pk, display_name=str(user))
        with scope(actor):
            token, text = make_token(
                user, by=actor, name=values["name"] or "以密码取得", scopes=values["scopes"] or ALL_SCOPES,
                lasts=timedelta(hours=settings.API_TOKEN_HOURS),
            )  # fmt: skip
            get_adapter().note(self.request._request, "sign_in", actor=actor, detail=f"取得接口令牌 {token.prefix}…")
        body = {
            "token": text, "scheme": SCHEME, "expires_at": token.expires_at, "scopes": token.scopes,
            "membership": identity.membership_id, "acting_as": actor.label,
        }  # fmt: skip
        return Response(body, status=201, headers={"Cache-Control": "no-store"})

    def describe(self, method: str, component: Any) -> dict[str, Any]:
        body = component("TokenRequest", bodies.schema_of(TokenForm()))
        answer = {"description": "成功", "content": {"application/json": {"schema": component("Token", ANSWER)}}}
        return {
            "operationId": "auth.token", "tags": ["登录"], "summary": "以用户名和密码取得令牌", "security": [{}],
            "description": "须使用两步验证的账号不能以密码取得令牌，请登录网页，在“接口令牌”页面创建。",
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": {"201": answer, **problem_answers(400, 401, 403, 406, 429, 500, *ON_WRITE)},
        }  # fmt: skip


def _too_often(said: str = "登录过于频繁，请稍后再试。") -> Response:
    return Problem(429, said, kind="locked-out", headers={"Retry-After": "600"}).response()


def _refusal(user: User, identities: list[Identity], membership: int | None) -> Problem | None:
    """Why a right password gives no token."""
    if user.password_is_initial:
        return Problem(403, "您使用的是初始密码，请先登录网页设置新密码。", kind="initial-password")
    if second_factor.is_required(identities) or second_factor.is_set_up(user):
        said = "该账号使用两步验证，不能只凭密码取得令牌。请登录网页，在“我的账号—接口令牌”页面创建。"
        return Problem(403, said, kind="second-factor")
    if not identities:
        return Problem(403, "您今天没有可用的身份。请联系本单位的安全管理员。", kind="no-identity")
    if membership is not None and all(i.membership_id != membership for i in identities):
        return Problem(
            422, "没有这个身份，或已经到期。", kind="invalid", errors={"membership": ["没有这个身份，或已经到期。"]}
        )
    return None
