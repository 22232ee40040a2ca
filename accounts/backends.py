from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser

from accounts.models import User


class NameOrPhoneBackend(AuthenticationBackend):
    """Sign-in by user name or by phone number in the same field: most clerks know only the latter."""

    def _authenticate_by_username(self, username: str, password: str) -> AbstractBaseUser | None:
        user: AbstractBaseUser | None = super()._authenticate_by_username(username, password)
        if user is not None:
            return user
        by_phone = User.objects.filter(phone=username.strip()).first() if username.strip() else None
        checked: AbstractBaseUser | None = self._check_password(by_phone, password)
        return checked
