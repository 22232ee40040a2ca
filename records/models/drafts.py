from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.tenancy import Tenancy
from records.querysets import PersonalQuerySet


class Draft(models.Model):
    """What somebody is typing, kept until it is submitted. His alone, and in no change log."""

    tenancy = Tenancy.personal()

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    # Which form of which object, e.g. "rectification.report:812".
    key = models.CharField(max_length=120)
    data = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    objects: ClassVar[PersonalQuerySet] = PersonalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "草稿"
        verbose_name_plural = "草稿"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_draft_per_form")]

    def __str__(self) -> str:
        return self.key
