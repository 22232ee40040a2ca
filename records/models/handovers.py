from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import Membership, Organization
from accounts.tenancy import Tenancy, setting
from records.querysets import OfficeQuerySet


class Handover(models.Model):
    """离岗移交: everything open of a person in an office passed to a successor in one act. Written once.

    The unique membership makes the act one: a second click, or a second head at the same moment, finds it done.
    """

    tenancy = Tenancy.custom(using=f"coalesce(owner_code = {setting('me')}, false)", append_only=True)

    owner_code = models.PositiveIntegerField(editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="单位")
    membership = models.OneToOneField(Membership, models.PROTECT, related_name="+", verbose_name="离岗身份")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="离岗人员")
    person_name = models.CharField("离岗人员", max_length=60)
    successor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="接任人员")
    successor_name = models.CharField("接任人员", max_length=60)
    # [label, how many] of each kind that passed, as text: it outlives the registry.
    passed = models.JSONField("移交事项", default=list)
    reason = models.CharField("事由", max_length=200)
    last_day = models.DateField("最后一日")
    done_at = models.DateTimeField("办理时间")
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="办理人")
    done_by_name = models.CharField("办理人", max_length=60)
    done_as = models.CharField("办理身份", max_length=260)

    objects: ClassVar[OfficeQuerySet] = OfficeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "离岗移交"
        verbose_name_plural = "离岗移交"
        ordering = ["-done_at", "-id"]
        indexes = [models.Index(fields=["owner_code", "-done_at", "-id"], name="handover_office")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(person=F("successor")),
                name="handover_to_another",
                violation_error_message="不能移交给本人。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_name} → {self.successor_name}"

    @property
    def kind(self) -> str:
        """As notices and the outbox name it."""
        return self._meta.label_lower

    @property
    def total(self) -> int:
        return sum(int(count) for _, count in self.passed)

    def get_absolute_url(self) -> str:
        return reverse("records:handover_detail", args=[self.pk])
