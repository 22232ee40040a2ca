from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q

from accounts.models.membership import Membership
from accounts.models.organization import Organization
from accounts.models.user import User
from accounts.querysets import DelegationQuerySet
from accounts.tenancy import Tenancy, setting


@pghistory.track()
class Delegation(models.Model):
    """A leader lends named words of his to a person of the same office from–to (授权代签). Never passed on: only words of
    the giver's own role count. It ends with its last day, its revocation, or the giver's identity.
    """

    tenancy = Tenancy.custom(using=f"organization_id = {setting('org')}")

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", editable=False)
    giver = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="授权人")
    receiver = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="受托人")
    words = models.JSONField("授权事项", default=list)
    reason = models.CharField("授权事由", max_length=200)
    valid_from = models.DateField("起始日期")
    valid_until = models.DateField("截止日期", help_text="当日仍有效")
    given_at = models.DateTimeField("办理时间")
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField("撤回时间", null=True, blank=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar[DelegationQuerySet] = DelegationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "授权代签"
        verbose_name_plural = "授权代签"
        ordering = ["-valid_until", "-id"]
        indexes = [models.Index(fields=["receiver", "-valid_until"], name="delegation_receiver")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")),
                name="delegation_dates_in_order",
                violation_error_message="截止日期不能早于起始日期。",
            ),
            models.CheckConstraint(
                condition=~Q(giver=F("receiver")),
                name="delegation_to_another",
                violation_error_message="不能授权给自己。",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="delegation_revoked_paired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver.user} → {self.receiver.user}"
