"""What the audit trail keeps of signing in, signing out, failing and switching identity (GB/T 22239-2019, 安全审计).

The room below knows the sign-in and not the trail; allauth's adapter is where the two meet (ACCOUNT_ADAPTER).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from accounts.actors import Actor
from accounts.adapters import ClosedAdapter, lock_key, person_named
from accounts.identities import SESSION_KEY, actor_for, chosen, identities_of
from accounts.models import User
from records import clock
from records.models import AuditEntry, Category
from records.notices.notify import notify
from records.trail.audit import address_of

log = structlog.get_logger(__name__)


def actor_signing_in(user: User, membership_id: object = None) -> Actor | None:
    """As whom a person will act: his first valid membership, or the one chosen. None when he has none today."""
    identity = chosen(identities_of(user.pk), membership_id)
    return actor_for(identity, user_id=user.pk, display_name=str(user)) if identity else None


@dataclass(frozen=True)
class Account:
    """What a notice about somebody's account is about: no business root, so the line leads nowhere."""

    owner_code: int
    pk: int
    kind: str = ""


class AuditedAdapter(ClosedAdapter):
    """ClosedAdapter that writes the trail."""

    def note(
        self,
        request: HttpRequest,
        action: str,
        *,
        actor: Actor | None = None,
        user: User | None = None,
        detail: str = "",
        object_kind: str = "",
        object_id: object = "",
        succeeded: bool = True,
    ) -> None:
        AuditEntry(
            at=clock.now(), action=AuditEntry.Action(action), user_id=user.pk if user else actor.user_id if actor else None,
            person_name=str(user) if user else actor.display_name if actor else "未知人员",
            acting_as=actor.label[:260] if actor else "", division_code=actor.division_code if actor else 0,
            object_kind=object_kind, object_id=str(object_id), detail=detail[:200], succeeded=succeeded,
            address=address_of(request),
        ).save(force_insert=True)  # fmt: skip

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        assert isinstance(user, User)
        self.note(request, AuditEntry.Action.SIGN_IN, user=user, actor=actor_signing_in(user))

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        if isinstance(user, User):
            actor = actor_signing_in(user, request.session.get(SESSION_KEY))
            self.note(request, AuditEntry.Action.SIGN_OUT, user=user, actor=actor)
        super().logout(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        user = person_named(str(credentials.get("username", "")).strip())
        if user is not None and self.is_used_up(request, lock_key(user)):
            self._failed(request, user, "账号已暂停登录")
        super().pre_authenticate(request, **credentials)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        user = person_named(str(credentials.get("username", "")).strip())
        if user is None:
            # Nobody's name: it belongs to no division, so it stands in the operator's log only, without what was typed.
            log.warning("sign_in.unknown_name", address=address_of(request))
            return
        self._failed(request, user, "密码不正确")

    def address(self, request: HttpRequest) -> str:
        return address_of(request) or ""

    def tell(self, user: User, *, by: Actor, key: str, title: str, body: str) -> None:
        account = Account(owner_code=by.division_code, pk=user.pk)
        stamp = clock.now().isoformat()
        notify(
            account,
            by=by,
            key=f"{key}:{stamp}",
            category=Category.ACCOUNT,
            title=title,
            body=body,
            users=[user.pk],
            urgent=True,
        )

    def wrong_code(self, request: HttpRequest, user: User) -> None:
        self._failed(request, user, "两步验证码不正确")

    def _failed(self, request: HttpRequest, user: User, why: str) -> None:
        actor = actor_signing_in(user)
        self.note(request, AuditEntry.Action.SIGN_IN_FAILED, user=user, actor=actor, detail=why, succeeded=False)
