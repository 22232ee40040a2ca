from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.validators import RegexValidator
from django.db import models

from accounts.querysets import UserQuerySet
from accounts.tenancy import Tenancy

MOBILE = r"^1[3-9]\d{9}$"
phone_validator = RegexValidator(MOBILE, "请填写11位手机号码。")


class PeopleManager(UserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    use_in_migrations = False


class User(AbstractUser):
    """A person who signs in, by user name or phone number: clerks and heads of schools have no e-mail address."""

    tenancy = Tenancy.open(
        "sign-in looks people up by name or phone before there is a scope; code reads it by visible_to"
    )

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = None  # type: ignore[assignment]
    full_name = models.CharField("姓名", max_length=60)
    phone = models.CharField(
        "手机号码", max_length=11, null=True, blank=True, unique=True, validators=[phone_validator]
    )

    # Somebody else knows it: accounts.middleware leads to the change of password before anything else.
    password_is_initial = models.BooleanField("使用初始密码", default=False)

    objects: ClassVar[Any] = PeopleManager()
    EMAIL_FIELD = ""
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = "用户"
        verbose_name_plural = "用户"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.full_name or self.username

    @classmethod
    def taken(cls, *, username: str = "", phone: str = "") -> bool:
        """Whether anybody, in whatever division, signs in by this name or number."""
        if username:
            return bool(cls.objects.filter(username__iexact=username).exists())
        return bool(cls.objects.filter(phone=phone).exists())

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name
