"""TOTP beside the password (两步验证, GB/T 22239-2019 身份鉴别: two kinds of proof for administrators), by allauth's mfa.

Required of the three administrators and of office heads, whoever of their identities they act under: what a person may
reach by switching must not hang on what he happens to have chosen. Offered to everybody. REQUIRE_SECOND_FACTOR=0, as in
the demo, only offers it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import Any, ClassVar

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from cryptography.fernet import Fernet, MultiFernet
from django import forms
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from accounts import sign_ins
from accounts.actions import refuse_outside, refuse_self
from accounts.actors import ADMIN_ROLES, Actor, Role
from accounts.identities import Identity, identities_of
from accounts.models import User

REQUIRED_ROLES = ADMIN_ROLES | {Role.OFFICE_HEAD}
PROVED = "second_factor"  # in a session: its person has shown a code in it
# Longer than any code is good for: allauth forgets a used one after one period, and takes three with the tolerance.
USED_SECONDS = 300
HELP = "身份验证器应用上显示的6位数字，每30秒变一次。"


def is_required(identities: Iterable[Identity]) -> bool:
    return bool(settings.REQUIRE_SECOND_FACTOR) and any(i.role in REQUIRED_ROLES for i in identities)


def is_set_up(user: Any) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists())


def is_proved(request: HttpRequest) -> bool:
    """Not whether the person has a factor but whether this session has shown it: one that began with the password alone,
    before the duty or the set-up, proves nothing."""
    return bool(request.session.get(PROVED))


@transaction.atomic
def reset(user: User, *, by: Actor) -> None:
    """The telephone is lost: whoever of the administrators answers for the whole person takes the second factor away, and
    every sign-in with it. The next one leads a required person to set it up anew."""
    refuse_self(by, user)
    refuse_outside(by, user)
    take_away(user)


def take_away(user: User) -> None:
    """Factor and recovery codes, and whatever was signed in with them."""
    Authenticator.objects.filter(user_id=user.pk).delete()
    sign_ins.end_all(user)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "验证码不正确，或已经用过。请核对手机时间，输入最新显示的一个。",
        "cannot_delete_authenticator": "管理员和督导办负责人必须使用两步验证，不能停用。更换手机的，请安全管理员重置后重新设置。",
    }

    def encrypt(self, text: str) -> str:
        """A copy of the database alone must not be able to sign in."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return str(user.get_username())

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not is_required(identities_of(authenticator.user_id))


def _box() -> MultiFernet:
    """Encrypts by SECRET_KEY, still reads by SECRET_KEY_FALLBACKS."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_digest(str(key)))) for key in keys])


def _digest(text: str) -> bytes:
    return hashlib.sha256(b"accounts.second_factor" + text.encode()).digest()


class _Code(forms.Form):
    """The code's field in our words. Each code is good once, whichever form took it; a wrong one stands in the audit
    log as a failed sign-in; a right one is remembered by the session."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label, code.help_text = "验证码", HELP
        code.widget.attrs.update({"inputmode": "numeric", "autocomplete": "one-time-code", "placeholder": ""})

    def clean_code(self) -> str:
        user, request = self.user, context.request  # type: ignore[attr-defined]
        try:
            code = str(super().clean_code())  # type: ignore[misc]
            mark = _digest(f"{user.pk}:{code}").hex()
            if not cache.add(f"second-factor:used:{mark}", 1, USED_SECONDS):
                raise get_mfa_adapter().validation_error("incorrect_code")
        except ValidationError:
            get_adapter().wrong_code(request, user)
            raise
        request.session[PROVED] = True
        return code


class SignInCodeForm(_Code, AuthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = HELP + "手机不在身边的，可以输入一个恢复码。"


class AgainCodeForm(_Code, ReauthenticateForm):  # type: ignore[misc]
    pass


class SetUpForm(_Code, ActivateTOTPForm):  # type: ignore[misc]
    pass
