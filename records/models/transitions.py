from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models import Organization
from accounts.tenancy import Tenancy, setting
from records.querysets import GenericChildQuerySet


class StateTransition(models.Model):
    """One step of a state machine: who, as what, when, from, to, why. Written once by `records.state`."""

    tenancy = Tenancy.custom(
        using=f"""CASE WHEN {setting("lo")} IS NULL AND only_for_id IS NOT NULL
              AND only_for_id IS DISTINCT FROM {setting("org")} THEN false
            ELSE root_visible(root_kind, root_id) END""",
        append_only=True,
    )

    root_kind = models.CharField(max_length=60)
    root_id = models.BigIntegerField()
    name = models.CharField(max_length=40)
    label = models.CharField(max_length=40)
    source = models.CharField(max_length=24, blank=True)
    target = models.CharField(max_length=24)
    reason = models.TextField(blank=True)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    membership_id = models.BigIntegerField(null=True)
    # As text: names and offices of the day stay even when they change.
    person_name = models.CharField(max_length=60)
    acting_as = models.CharField(max_length=260)
    # Beside the offices only this organization reads the line: its receipt is not the other recipients' business.
    only_for = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+", db_index=False)

    objects: ClassVar[GenericChildQuerySet] = GenericChildQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "办理记录"
        verbose_name_plural = "办理记录"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["root_kind", "root_id", "at"])]

    def __str__(self) -> str:
        return f"{self.label}（{self.person_name}）"
