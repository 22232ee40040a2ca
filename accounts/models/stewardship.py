from __future__ import annotations

from datetime import date
from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models.membership import Membership
from accounts.querysets import StewardshipQuerySet
from accounts.tenancy import Tenancy, setting

HEAD_OF_IT = f"""coalesce((SELECT scope_text('app.role')) = 'office_head' AND division_code = {setting("me")}, false)"""


@pghistory.track()
class Stewardship(models.Model):
    """账号管理员: a person of the office whom its head lets invite and change the contacts of the division's units.

    Hangs on one membership: when that ends, it ends. Named and revoked by the head alone, in the database too.
    """

    tenancy = Tenancy.custom(
        using=f"""CASE WHEN division_code = {setting("me")} THEN true
            ELSE coalesce(membership_id IN (SELECT m.id FROM accounts_membership m WHERE m.user_id = {setting("user")}),
                          false) END""",
        check=HEAD_OF_IT,
        change=HEAD_OF_IT,
    )

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="stewardships", verbose_name="人员")
    division_code = models.PositiveIntegerField(editable=False)
    valid_from = models.DateField("起始日期")
    valid_until = models.DateField("截止日期", null=True, blank=True)
    named_at = models.DateTimeField("指定时间", auto_now_add=True)
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="指定人")
    ended_at = models.DateTimeField("终止时间", null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="终止人"
    )

    objects: ClassVar[StewardshipQuerySet] = StewardshipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "账号管理员"
        verbose_name_plural = "账号管理员"
        ordering = ["-valid_from", "-id"]
        indexes = [models.Index(fields=["division_code", "-valid_from"], name="stewardship_office")]
        constraints = [
            models.UniqueConstraint(
                fields=["division_code", "membership"],
                condition=Q(ended_at__isnull=True),
                name="one_open_stewardship",
                violation_error_message="此人已是账号管理员。",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="stewardship_dates_in_order",
                violation_error_message="截止日期不能早于起始日期。",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False, valid_until__isnull=False),
                name="stewardship_ended_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership.user}（账号管理员）"

    def is_open_on(self, day: date) -> bool:
        """Whether it holds on the day or will."""
        return self.ended_at is None and (self.valid_until is None or self.valid_until >= day)
