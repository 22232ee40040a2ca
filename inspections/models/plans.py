from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import TruncMonth

from inspections.querysets import PlanQuerySet
from records.models import Root


@pghistory.track(exclude=["subject_prefecture", "subject_province"])
class PlannedVisit(Root):
    """月度计划: a visit that an inspector means to make in a month. The school learns of it only when `announced`.

    An announced plan is served; an unannounced one never is, so that the school cannot find it by any way.
    """

    url_name = "inspections:plan_detail"

    month = models.DateField("月份", help_text="该月第一天")
    planned_on = models.DateField("拟定日期", null=True, blank=True)
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="督学")
    inspector_name = models.CharField("督学姓名", max_length=60)
    purpose = models.CharField("重点", max_length=120, blank=True)
    announced = models.BooleanField("预先通知学校", default=False)
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True, editable=False)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar[PlanQuerySet] = PlanQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Root.Meta):
        verbose_name = "督导计划"
        verbose_name_plural = "督导计划"
        ordering = ["month", "planned_on", "id"]
        indexes = [
            models.Index(fields=["inspector", "month"], name="plan_inspector"),
            models.Index(fields=["owner_code", "month", "id"], name="plan_owner"),
            models.Index(fields=["subject_org", "month"], name="plan_school"),
        ]
        constraints = [
            *Root.Meta.constraints,
            models.UniqueConstraint(
                fields=["owner_code", "inspector", "subject_org", "month"],
                condition=Q(cancelled_at__isnull=True),
                name="plan_once_a_month",
                violation_error_message="本月已为该校安排了督导。",
            ),
            models.CheckConstraint(
                condition=Q(month=TruncMonth("month")), name="plan_month_is_first_day",
                violation_error_message="月份须为该月第一天。",
            ),
            models.CheckConstraint(
                condition=Q(planned_on__isnull=True) | Q(month=TruncMonth("planned_on")),
                name="plan_day_in_month",
                violation_error_message="拟定日期须在所选月份内。",
            ),
            models.CheckConstraint(
                condition=Q(announced=True, served_at__isnull=False) | Q(announced=False, served_at__isnull=True),
                name="plan_served_when_announced",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancelled_by__isnull=True)
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                name="plan_cancelled_by_when",
            ),
            models.CheckConstraint(condition=Q(subject_org__isnull=False), name="plan_has_school"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.inspector_name}"
