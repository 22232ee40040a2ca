from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Organization
from accounts.tenancy import Tenancy
from records.models.documents import Document
from records.querysets import RelatedQuerySet


@pghistory.track()
class Service(models.Model):
    """Service of a document on one recipient (送达) with its receipt (送达回证): clocks that run from receipt start here."""

    tenancy = Tenancy.child("document")
    root_path = "document"

    class Kind(models.TextChoices):
        SIGNED_FOR = "signed_for", "系统签收"

    document = models.ForeignKey(Document, models.PROTECT, related_name="services")
    recipient = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="受送达单位")
    kind = models.CharField("送达方式", max_length=12, choices=Kind, default=Kind.SIGNED_FOR)
    sent_at = models.DateTimeField("发出时间")
    signed_at = models.DateTimeField("签收时间", null=True, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    signed_as = models.CharField("签收人", max_length=260, blank=True)

    objects: ClassVar[RelatedQuerySet] = RelatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "送达回证"
        verbose_name_plural = "送达回证"
        constraints = [
            models.UniqueConstraint(fields=["document", "recipient"], name="one_service_per_recipient"),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False),
                name="service_signed_paired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} → {self.recipient}"
