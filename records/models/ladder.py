from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Organization
from accounts.tenancy import Tenancy, setting
from records.models.deadlines import BasisKind, Deadline
from records.querysets import RecipientQuerySet, RuleQuerySet


class LadderRung(models.Model):
    """One step of the ladder of reminders and escalation, as data: on which day, to whom, with what consequence.

    A consequence runs only when the rung named in `after` was really delivered and `grace_days` have passed.
    """

    tenancy = Tenancy.binding()

    class Audience(models.TextChoices):
        PARTY = "party", "责任单位"
        DEPARTMENT = "department", "主管部门"
        OFFICE = "office", "督导办"
        SUPERIOR = "superior", "上级督导办"

    act = models.CharField("针对行为", max_length=60)
    step = models.CharField("步骤", max_length=40)
    division_code = models.PositiveIntegerField("适用区划", null=True, blank=True)
    offset_days = models.IntegerField("距截止日天数", help_text="负数为截止日前")
    audience = models.CharField("对象", max_length=12, choices=Audience)
    title = models.CharField("标题", max_length=120)
    body = models.TextField("内容", blank=True)
    # The higher room's topic that the step sets going; empty for a mere notice.
    consequence = models.CharField("后果", max_length=60, blank=True)
    after = models.CharField("以何步骤已送达为前提", max_length=40, blank=True)
    grace_days = models.PositiveIntegerField("送达后宽限天数", default=0)
    basis = models.CharField("依据", max_length=200)
    basis_kind = models.CharField("依据类别", max_length=16, choices=BasisKind)
    active = models.BooleanField("启用", default=True)

    objects: ClassVar[RuleQuerySet] = RuleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "催办步骤"
        verbose_name_plural = "催办步骤"
        ordering = ["act", "offset_days", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["division_code", "act", "step", "audience"], name="ladder_rung_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(consequence="") | ~Q(after=""),
                name="consequence_needs_warning",
                violation_error_message="产生后果的步骤必须以一次已送达的提醒为前提。",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class LadderStep(models.Model):
    """A rung that fell due for one deadline and one recipient: written once, then delivered, skipped or withdrawn."""

    tenancy = Tenancy.custom(
        using=f"""CASE WHEN owner_code = {setting("me")} OR recipient_org_id = {setting("org")} THEN true
            ELSE coalesce({setting("me")} IS NULL AND owner_code BETWEEN {setting("lo")} AND {setting("hi")}, false) END"""
    )

    class Status(models.TextChoices):
        PENDING = "pending", "待发送"
        SENT = "sent", "已发送"
        SKIPPED = "skipped", "已略过"

    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="steps")
    owner_code = models.PositiveIntegerField()
    rung = models.ForeignKey(LadderRung, models.PROTECT, related_name="+")
    step = models.CharField("步骤", max_length=40)
    # The day it falls on; an extended deadline has other days and so other steps.
    due_on = models.DateField("应发日期")
    recipient_org = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="对象")
    channel = models.CharField("渠道", max_length=12, default="inbox")
    status = models.CharField("状态", max_length=8, choices=Status, default=Status.PENDING)
    done_on = models.DateField("办理日期", null=True, blank=True)
    done_at = models.DateTimeField("办理时间", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    objects: ClassVar[RecipientQuerySet] = RecipientQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "催办记录"
        verbose_name_plural = "催办记录"
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["deadline", "due_on"]),
            models.Index(fields=["owner_code", "due_on"]),
            models.Index(fields=["recipient_org", "due_on"]),
            models.Index(fields=["due_on"], condition=Q(status="pending"), name="ladder_step_pending"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["deadline", "step", "due_on", "recipient_org", "channel"], name="ladder_step_once"
            ),
            models.CheckConstraint(
                condition=Q(status="pending", done_at__isnull=True, done_on__isnull=True)
                | Q(~Q(status="pending"), done_at__isnull=False, done_on__isnull=False),
                name="ladder_step_done_with_status",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.due_on}"
