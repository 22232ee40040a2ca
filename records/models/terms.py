from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.tenancy import Tenancy
from records.querysets import RuleQuerySet


@pghistory.track()
class SchoolTerm(models.Model):
    """A school term of a division. The schools below keep it unless a nearer division has entered its own."""

    tenancy = Tenancy.binding()

    division_code = models.PositiveIntegerField("区划", editable=False)
    name = models.CharField("学期", max_length=40)
    starts = models.DateField("开学日期")
    ends = models.DateField("放假前最后一天")

    objects: ClassVar[RuleQuerySet] = RuleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "学期"
        verbose_name_plural = "学期"
        ordering = ["starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="school_term_in_order",
                violation_error_message="学期的最后一天应当晚于开学日期。",
            ),
            # That terms of a division do not overlap is an exclusion constraint of its own: records/migrations, terms.
            models.UniqueConstraint(
                fields=["division_code", "name"], name="school_term_name_once",
                violation_error_message="已有同名的学期。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class HolidayNotice(models.Model):
    """A holiday notice as an office loaded it: the text stays, the days are CalendarDay rows. Loaded again: a new row."""

    tenancy = Tenancy.binding()

    division_code = models.PositiveIntegerField("区划", editable=False)
    year = models.PositiveSmallIntegerField("年份")
    title = models.CharField("通知名称", max_length=120)
    number = models.CharField("文号", max_length=60)
    text = models.TextField("正文")
    loaded_at = models.DateTimeField("载入时间")
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    loaded_by_name = models.CharField(max_length=60)
    loaded_as = models.CharField(max_length=260)
    changed_days = models.PositiveIntegerField("改动天数")

    objects: ClassVar[RuleQuerySet] = RuleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "节假日安排通知"
        verbose_name_plural = "节假日安排通知"
        ordering = ["-loaded_at", "-id"]
        indexes = [models.Index(fields=["division_code", "year"], name="holiday_notice_year")]

    def __str__(self) -> str:
        return f"{self.title}（{self.number}）"

    @property
    def source(self) -> str:
        return f"{self.title}（{self.number}）"
