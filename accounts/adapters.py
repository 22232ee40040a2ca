from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q
from django.http import HttpRequest

from accounts import sign_ins
from accounts.actors import Actor
from accounts.models import User

LOCK = {"app": "allauth.account", "action": "login_failed"}


class ClosedAdapter(DefaultAccountAdapter):
    """Nobody signs up by himself: accounts are made for people by those who answer for them."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "用户名（手机号码）或密码不正确。连续输错5次，该账号将暂停登录10分钟。",
        "too_many_login_attempts": "该账号连续输错密码，已暂停登录10分钟，请稍后再试，或请安全管理员解除。"
        "同一办公室其他人员的账号不受影响。",
        "enter_current_password": "当前密码不正确，请重新输入。",
        "rate_limited": "操作过于频繁，请稍后再试。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

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
        """Tell the audit trail what a person did to accounts and identities. The room above keeps it (records.sign_in):
        this one may not know how.
        """  # fmt: skip

    def address(self, request: HttpRequest) -> str:
        """From where a person works, for the list of his sign-ins; the room above knows the trusted proxies."""
        return str(request.META.get("REMOTE_ADDR", ""))

    def tell(self, user: User, *, by: Actor, key: str, title: str, body: str) -> None:
        """A notice to one person about his account; the room above knows inbox and channels."""

    def wrong_code(self, request: HttpRequest, user: User) -> None:
        """A wrong second factor; the room above writes it down."""

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **kwargs: Any) -> None:
        """Nobody has an e-mail address here: what allauth would write to the person stands in the audit log."""
        if template_prefix == "mfa/email/totp_activated":
            # They began with the password alone.
            sign_ins.end_others(user, current=self.request.session.session_key)
        if said := NOTICES.get(template_prefix):
            actor = getattr(self.request, "actor", None)
            self.note(
                self.request,
                "change",
                actor=actor,
                user=user,
                detail=said,
                object_kind="accounts.user",
                object_id=user.pk,
            )

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Lock the account, wherever the attempts come from and by whichever of its two names: a whole bureau shares
        one address. A name that nobody has is counted as typed, so that the answer does not tell which names exist.
        """
        typed = str(credentials.get("username", "")).strip()
        user = person_named(typed)
        return lock_key(user) if user else f"sign-in:name:{typed.lower()}"

    def is_locked(self, request: HttpRequest, user: User) -> bool:
        """Whether the person's sign-in is paused now, for wrong passwords or wrong codes. Counts nothing."""
        return any(self.is_used_up(request, key) for key in (lock_key(user), code_lock_key(user)))

    def is_used_up(self, request: HttpRequest, key: str) -> bool:
        return not ratelimit.consume(request, **LOCK, config=PER_ACCOUNT, key=key, dry_run=True, limit_get=True)

    def unlock(self, request: HttpRequest, user: User) -> None:
        for key in (lock_key(user), code_lock_key(user)):
            ratelimit.clear(request, **LOCK, config=PER_ACCOUNT, key=key)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """The person's own choice: from here on only he knows it."""
        assert isinstance(user, User)
        user.password_is_initial = False
        super().set_password(user, password)


NOTICES = {
    "mfa/email/totp_activated": "启用两步验证",
    "mfa/email/totp_deactivated": "停用两步验证",
    "mfa/email/recovery_codes_generated": "重新生成恢复码",
    "account/email/password_changed": "本人修改密码",
}

# The account's part of ACCOUNT_RATE_LIMITS["login_failed"]; a test holds the two together.
PER_ACCOUNT = {"login_failed": "5/10m/key"}


def lock_key(user: User) -> str:
    return f"sign-in:account:{user.pk}"


def code_lock_key(user: User) -> str:
    """By which allauth counts wrong codes of the second factor."""
    return f"mfa-auth-user-{user.pk}"


def person_named(typed: str) -> User | None:
    """Who signs in by this user name or phone number."""
    if not typed:
        return None
    found: User | None = User.objects.filter(Q(username__iexact=typed) | Q(phone=typed)).order_by("pk").first()
    return found
