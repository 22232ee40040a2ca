from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models

from accounts.tenancy import Tenancy, setting
from records.querysets import RelatedQuerySet
from rectification.models.tickets import Ticket
from rectification.querysets import NoteQuerySet


@pghistory.track()
class Measure(models.Model):
    """What the unit will do about it (整改措施), by whom, by when, and when it was done."""

    tenancy = Tenancy.child("ticket")
    root_path = "ticket"

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="measures")
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    text = models.CharField("措施", max_length=500)
    owner_name = models.CharField("责任人", max_length=60)
    planned_on = models.DateField("计划完成日期")
    done_on = models.DateField("实际完成日期", null=True, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    written_at = models.DateTimeField(editable=False)

    objects: ClassVar[RelatedQuerySet] = RelatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "整改措施"
        verbose_name_plural = "整改措施"
        ordering = ["ticket", "position", "id"]

    def __str__(self) -> str:
        return self.text


@pghistory.track()
class RectificationReport(models.Model):
    """整改报告: what the unit sent in, once and for all; a returned one is followed by the next."""

    tenancy = Tenancy.child("ticket")
    root_path = "ticket"

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="reports")
    n = models.PositiveSmallIntegerField("次数")
    text = models.TextField("整改情况")
    submitted_at = models.DateTimeField("报送时间")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="报送人")
    submitted_as = models.CharField("报送身份", max_length=260)

    objects: ClassVar[RelatedQuerySet] = RelatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "整改报告"
        verbose_name_plural = "整改报告"
        ordering = ["ticket", "n"]
        constraints = [models.UniqueConstraint(fields=["ticket", "n"], name="report_once")]

    def __str__(self) -> str:
        return f"第{self.n}次整改报告"

    @property
    def part(self) -> str:
        """The part of the ticket under which its evidence is filed."""
        return report_part(self.n)


def report_part(n: int) -> str:
    return f"report:{n}"


@pghistory.track()
class Verification(models.Model):
    """核查: whether what was reported is true, found on paper, on pictures or on the spot, by another person."""

    tenancy = Tenancy.child("ticket")
    root_path = "ticket"

    class Method(models.TextChoices):
        PAPER = "paper", "查阅材料"
        PHOTO = "photo", "比对照片"
        ON_SITE = "on_site", "现场核查"

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="verifications")
    report = models.ForeignKey(RectificationReport, models.PROTECT, related_name="verifications")
    method = models.CharField("核查方式", max_length=8, choices=Method)
    passed = models.BooleanField("核查结论")
    note = models.TextField("核查意见")
    verified_at = models.DateTimeField("核查时间")
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="核查人")
    verified_as = models.CharField("核查身份", max_length=260)

    objects: ClassVar[RelatedQuerySet] = RelatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "核查"
        verbose_name_plural = "核查"
        ordering = ["ticket", "verified_at", "id"]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {'通过' if self.passed else '退回'}"


@pghistory.track()
class InternalNote(models.Model):
    """The office's own note on a ticket. A table of its own: row security hides rows, not columns."""

    tenancy = Tenancy.custom(using=f"coalesce(owner_code = {setting('me')}, false)")

    owner_code = models.PositiveIntegerField(editable=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="notes")
    text = models.TextField("内部意见")
    written_at = models.DateTimeField(editable=False)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    written_as = models.CharField(max_length=260, editable=False)

    objects: ClassVar[NoteQuerySet] = NoteQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "内部意见"
        verbose_name_plural = "内部意见"
        ordering = ["ticket", "written_at", "id"]

    def __str__(self) -> str:
        return self.text[:40]
