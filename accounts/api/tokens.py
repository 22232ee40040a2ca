"""Tokens: made once and shown once, looked up by their digest before there is a scope."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from accounts.actions import NotAllowed
from accounts.actors import Actor
from accounts.identities import Identity, actor_for, lent_from
from accounts.models import ApiToken, User
from accounts.second_factor import REQUIRED_ROLES

SCHEME = "Bearer"
PREFIXES = ("/api/v1/", "/api/schema/")
MARK = "dudao_"
SHOWN = len(MARK) + 4
# The parts of the product that a token may be limited to; `write` includes reading.
ROOMS = {
    "accounts": "人员与单位", "records": "公文与档案", "supervision": "学校与委员会", "inspectors": "督学队伍",
    "rectification": "问题与整改", "inspections": "督导检查与举报",
}  # fmt: skip
MODES = {"read": "读取", "write": "读取和办理"}
ALL_SCOPES = tuple(f"{room}:{mode}" for room in ROOMS for mode in MODES)
MOST_TOKENS = 20  # open ones of one person
WHY = {
    "unknown": "令牌不正确。请核对是否复制完整，或者重新创建令牌。",
    "scheme": f"请用“Authorization: {SCHEME} 令牌”的形式发送令牌。",
    "revoked": "该令牌已被撤销。请在“接口令牌”页面重新创建。",
    "expired": "该令牌已过有效期。请重新创建令牌。",
    "password": "账号的密码已经更换，原有令牌全部失效。请重新创建令牌。",
    "gone": "该令牌所属的身份已经终止或账号已停用。请联系本单位的安全管理员；仍有其他身份的，用该身份重新创建令牌。",
    "second_factor": "该账号现在须使用两步验证，以密码取得的令牌不再有效。请登录后在“接口令牌”页面创建。",
}


@dataclass(frozen=True)
class Bearer:
    """Who came with a token. `refusal` is a key of WHY, empty for a token that opens something."""

    refusal: str = ""
    token_id: int = 0
    scopes: frozenset[str] = frozenset()
    actor: Actor | None = None

    def allows(self, room: str, mode: str) -> bool:
        return f"{room}:{mode}" in self.scopes or (mode == "read" and f"{room}:write" in self.scopes)


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(PREFIXES)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def bearer_of(request: HttpRequest) -> Bearer | None:
    """Whom the Authorization header names; None where there is none. One query."""
    header = request.headers.get("Authorization")
    if header is None or not is_api(request):
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != SCHEME.lower() or not token.strip():
        return Bearer("scheme")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM token_bearer(%s)", [digest_of(token.strip())])
        row = cursor.fetchone()
    return _bearer(row) if row else Bearer("unknown")


def _bearer(row: tuple) -> Bearer:
    token_id, outcome, scopes, proved, roles, user_id, name, *identity, lent = row
    if outcome == "open" and not proved and settings.REQUIRE_SECOND_FACTOR and set(roles or ()) & set(REQUIRED_ROLES):
        outcome = "second_factor"
    if outcome != "open":
        return Bearer(outcome)
    known = replace(Identity(*identity), lent=lent_from(lent))
    return Bearer("", token_id, frozenset(scopes), actor_for(known, user_id=user_id, display_name=name))


def make_token(
    user: User, *, by: Actor, name: str, scopes: Iterable[str], lasts: timedelta, proved: bool = False
) -> tuple[ApiToken, str]:
    """A token of the person for the identity that he acts under. Returns it and its text, which is shown once."""
    assert by.membership_id is not None
    now = datetime.now(UTC)
    mine = ApiToken.objects.visible_to(by).filter(revoked_at=None, expires_at__gt=now)
    if mine.count() >= MOST_TOKENS:
        raise NotAllowed(f"一人最多同时有{MOST_TOKENS}个有效令牌，请先撤销不用的。")
    text = MARK + secrets.token_urlsafe(32)
    token: ApiToken = ApiToken.objects.create(
        user=user, membership_id=by.membership_id, name=name.strip()[:60], prefix=text[:SHOWN], digest=digest_of(text),
        password_mark=hashlib.md5(user.password.encode(), usedforsecurity=False).hexdigest(), proved=proved,
        scopes=sorted(set(scopes)), created_at=now, expires_at=now + lasts,
    )  # fmt: skip
    return token, text


def revoke(token: ApiToken, *, by: Actor) -> None:
    """From the next call on it opens nothing. A second click changes nothing."""
    ApiToken.objects.visible_to(by).filter(pk=token.pk, revoked_at=None).update(revoked_at=datetime.now(UTC))
