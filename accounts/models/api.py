from __future__ import annotations

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models.membership import Membership
from accounts.models.user import User
from accounts.querysets import CallQuerySet, OwnQuerySet
from accounts.tenancy import Tenancy, setting


@pghistory.track(exclude=["digest", "password_mark", "last_used_at"])
class ApiToken(models.Model):
    """What a program shows instead of a session (Authorization: Bearer …): one membership of one person, for a time, for
    named scopes. Of the token itself only a SHA-256 is kept: 256 random bits need no slower one.

    It ends by itself with its date, with the membership, with the account and when the password changes.
    """

    tenancy = Tenancy.personal()

    user = models.ForeignKey(User, models.PROTECT, related_name="api_tokens", verbose_name="人员")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="身份")
    name = models.CharField("用途", max_length=60)
    prefix = models.CharField("开头", max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    # md5 of the stored password hash when it was made: a changed password ends tokens as it ends sessions.
    password_mark = models.CharField(max_length=32, editable=False)
    # Made in a session that had shown a second factor.
    proved = models.BooleanField(default=False, editable=False)
    scopes = ArrayField(models.CharField(max_length=60), verbose_name="范围")
    created_at = models.DateTimeField("创建时间", editable=False)
    expires_at = models.DateTimeField("有效期至", editable=False)
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True, editable=False)

    objects: ClassVar[OwnQuerySet] = OwnQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "接口令牌"
        verbose_name_plural = "接口令牌"
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["user", "-created_at"], name="apitoken_mine")]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")),
                name="apitoken_ends_after_it_begins",
                violation_error_message="有效期须晚于创建时间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.prefix}…）"


class ApiCall(models.Model):
    """A POST with an Idempotency-Key and what was answered: the same call again gets the same answer, once executed.

    One row a membership and key; the second of two at once waits for the first at the unique index. Rows of refused
    calls are rolled back with everything else, so only what was done is remembered.
    """

    # Background work removes what has run out, of everybody; a person sees his own.
    tenancy = Tenancy.custom(
        using=f"""CASE WHEN user_id = {setting("user")} THEN true
            ELSE coalesce(current_user = 'sys' AND expires_at < now(), false) END"""
    )

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    key = models.CharField(max_length=128)
    call = models.CharField(max_length=300)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    location = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField()

    objects: ClassVar[CallQuerySet] = CallQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "接口调用"
        verbose_name_plural = "接口调用"
        indexes = [models.Index(fields=["expires_at"], name="apicall_over")]
        constraints = [models.UniqueConstraint(fields=["membership", "key"], name="apicall_once")]

    def __str__(self) -> str:
        return self.call
