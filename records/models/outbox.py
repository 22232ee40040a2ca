from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Organization
from accounts.tenancy import Tenancy, setting
from records.querysets import OfficeQuerySet

# A security administrator has no business of an office to write; what he tells people is about their accounts, no root.
ACCOUNT_NOTICE = """topic = 'records.notify' AND coalesce(root_kind, '') = ''
                AND (SELECT scope_text('app.role')) = 'security_admin'"""


class Outbox(models.Model):
    """What must happen in a higher room, or outside: written with the fact, consumed once by the topic's handler.

    The key is made here, so that a unit can write a row that it may not read back.
    """

    tenancy = Tenancy.custom(
        using=f"""CASE WHEN owner_code = {setting("me")} THEN true
            ELSE coalesce({setting("me")} IS NULL AND owner_code BETWEEN {setting("lo")} AND {setting("hi")}, false) END""",
        check=f"""coalesce(owner_code = {setting("me")} OR author_org_id = {setting("org")}
            OR owner_code BETWEEN {setting("lo")} AND {setting("hi")}
            OR ({ACCOUNT_NOTICE} AND owner_code BETWEEN {setting("alo")} AND {setting("ahi")}), false)""",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    topic = models.CharField(max_length=60)
    owner_code = models.PositiveIntegerField()
    author_org = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    root_kind = models.CharField(max_length=60, blank=True)
    root_id = models.BigIntegerField(null=True, blank=True)
    # One row for one event: written again it changes nothing.
    key = models.CharField(max_length=160)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    consumed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    objects: ClassVar[OfficeQuerySet] = OfficeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "待处理事项"
        verbose_name_plural = "待处理事项"
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(fields=["topic", "created_at"], condition=Q(consumed_at__isnull=True), name="outbox_waiting"),
            models.Index(fields=["owner_code", "topic"], name="outbox_office"),
        ]
        constraints = [models.UniqueConstraint(fields=["owner_code", "key"], name="outbox_once")]

    def __str__(self) -> str:
        return self.key
