from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

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

    # Which spreadsheet brought the person (records.Import): for printing slips to exactly those. Not what he is.
    intake = models.PositiveBigIntegerField("导入批次", null=True, blank=True, editable=False, db_index=True)

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

    @classmethod
    def taken_among(cls, *, usernames: Sequence[str], phones: Sequence[str]) -> tuple[dict[str, int], dict[str, int]]:
        """Who signs in, in whatever division, by each of these: keys by user name in small letters, and by number."""
        named = cls.objects.annotate(small=Lower("username")).filter(small__in=[name.lower() for name in usernames])
        numbered = cls.objects.filter(phone__in=phones)
        return dict(named.values_list("small", "pk")), dict(numbered.values_list("phone", "pk"))

    @property
    def is_claimed(self) -> bool:
        """Whether anybody has ever set a password: the account of a person from a spreadsheet waits for his slip."""
        return self.has_usable_password()

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name
