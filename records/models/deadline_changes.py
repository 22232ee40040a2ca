from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Organization
from accounts.tenancy import Tenancy
from records.models.attachments import Attachment
from records.models.deadlines import Deadline
from records.querysets import DeadlineChangeQuerySet
from records.timing.calendars import Amount, Unit


class DeadlineChange(models.Model):
    """A pause (中止) or an extension (延期) of a running deadline: asked with a reason, decided by another person.

    An extension adds `amount` in the deadline's unit. A pause takes the days from `starts` to `ends` out of the count;
    resumed early, `ends` becomes the last day that was really paused. `closed_at`: the pause is over and counted.
    """

    tenancy = Tenancy.child("deadline")

    class Kind(models.TextChoices):
        EXTENSION = "extension", "延期"
        PAUSE = "pause", "中止"

    class Status(models.TextChoices):
        ASKED = "asked", "待批准"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"
        WITHDRAWN = "withdrawn", "已撤回"

    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="changes")
    owner_code = models.PositiveIntegerField(editable=False)
    kind = models.CharField("种类", max_length=10, choices=Kind)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.ASKED)
    amount = models.PositiveIntegerField("延长数额", null=True, blank=True)
    unit = models.CharField("单位", max_length=12, blank=True)
    starts = models.DateField("中止起日", null=True, blank=True)
    ends = models.DateField("中止止日", null=True, blank=True)
    reason = models.TextField("理由")
    attachment = models.ForeignKey(Attachment, models.PROTECT, null=True, blank=True, related_name="+")
    # Asked when the deadline was over already: allowed with the ground for it, and shown as such for ever.
    late_ground = models.TextField("逾期申请的理由", blank=True)
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_org = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    asked_by_name = models.CharField(max_length=60)
    asked_as = models.CharField(max_length=260)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_by_name = models.CharField(max_length=60, blank=True)
    decided_as = models.CharField(max_length=260, blank=True)
    decision_note = models.TextField("批准意见", blank=True)
    closed_at = models.DateTimeField("恢复计算时间", null=True, blank=True)
    old_due_at = models.DateTimeField("原截止时间", null=True, blank=True)
    new_due_at = models.DateTimeField("变更后截止时间", null=True, blank=True)

    objects: ClassVar[DeadlineChangeQuerySet] = DeadlineChangeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "期限变更"
        verbose_name_plural = "期限变更"
        ordering = ["asked_at", "id"]
        indexes = [
            models.Index(
                fields=["owner_code", "asked_at"], condition=Q(status="asked"), name="deadline_change_waiting"
            ),
            models.Index(
                fields=["starts"],
                condition=Q(kind="pause", status="approved", closed_at__isnull=True),
                name="deadline_pause_running",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="extension", amount__gt=0, starts__isnull=True, ends__isnull=True)
                | Q(kind="pause", amount__isnull=True, starts__isnull=False, ends__isnull=False),
                name="deadline_change_says_what",
            ),
            # A pause that was resumed on its first day has no day left.
            models.CheckConstraint(
                condition=Q(kind="extension") | Q(ends__gte=F("starts")) | Q(closed_at__isnull=False),
                name="deadline_pause_in_order",
                violation_error_message="中止的最后一天不能早于第一天。",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "withdrawn"], decided_at__isnull=True, decided_by__isnull=True)
                | Q(status__in=["approved", "refused"], decided_at__isnull=False, decided_by__isnull=False),
                name="deadline_change_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="deadline_change_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(old_due_at__isnull=True) | Q(new_due_at__gte=F("old_due_at")),
                name="deadline_change_lengthens",
            ),
            models.UniqueConstraint(
                fields=["deadline", "kind"], condition=Q(status="asked"), name="deadline_change_one_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（{self.get_status_display()}）"

    @property
    def what(self) -> str:
        """延长10日 / 自2026年7月1日至2026年7月10日中止."""
        if self.kind == self.Kind.EXTENSION:
            assert self.amount is not None
            return f"延长{Amount(self.amount, Unit(self.unit)).label}"
        assert self.starts is not None and self.ends is not None
        if self.ends < self.starts:
            return f"自{_zh(self.starts)}起中止，当日恢复"
        return f"自{_zh(self.starts)}至{_zh(self.ends)}中止"

    @property
    def is_running_pause(self) -> bool:
        return self.kind == self.Kind.PAUSE and self.status == self.Status.APPROVED and self.closed_at is None


def _zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
