from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from accounts.tenancy import Tenancy
from inspections.models.instruments import InstrumentItem
from inspections.models.visits import RoutineVisit, locked_with_visit, part_trackers
from inspections.querysets import VisitPartQuerySet


@pghistory.track(*part_trackers())
class Finding(models.Model):
    """问题: what was found wrong in one visit, and what shall come of it (the five dispositions).

    `key` is made where the sheet is opened, on the phone too: a photo can be taken before the server has answered.
    `problem_id` is the ledger's row (rectification.Problem) once the office accepted the visit.
    """

    tenancy = Tenancy.child("visit")
    root_path: ClassVar[str] = "visit"

    class Severity(models.TextChoices):
        MINOR = "minor", "轻微"
        GENERAL = "general", "一般"
        SERIOUS = "serious", "严重"

    class Disposition(models.TextChoices):
        NONE = "none", "无意见"
        ON_SPOT = "on_spot", "现场整改"
        RECTIFY = "rectify", "发整改"
        ESCALATE = "escalate", "上报督导办"
        CONSULT = "consult", "与主管部门协商"

    visit = models.ForeignKey(RoutineVisit, models.CASCADE, related_name="findings")
    key = models.UUIDField(editable=False)
    group_code = models.CharField("督导事项编号", max_length=16)
    # None: the item as a whole, not one of its questions.
    item = models.ForeignKey(
        InstrumentItem, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="问题"
    )
    description = models.TextField("问题描述", blank=True)
    severity = models.CharField("严重程度", max_length=8, choices=Severity, blank=True)
    disposition = models.CharField("处理意见", max_length=10, choices=Disposition, blank=True)
    resolved_note = models.TextField("现场整改情况", blank=True)
    problem_id = models.BigIntegerField("问题台账", null=True, blank=True, editable=False)
    filed_at = models.DateTimeField("提交时间", null=True, blank=True, editable=False)

    objects: ClassVar[VisitPartQuerySet] = VisitPartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "发现的问题"
        verbose_name_plural = "发现的问题"
        ordering = ["group_code", "id"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "key"], name="finding_key_once"),
            models.CheckConstraint(
                condition=Q(filed_at__isnull=True) | (~Q(description="") & ~Q(severity="") & ~Q(disposition=""))
                | Q(problem_id__isnull=True),
                name="finding_complete_in_ledger",
            ),
            models.CheckConstraint(
                condition=Q(problem_id__isnull=True) | Q(disposition__in=["rectify", "escalate", "consult"]),
                name="finding_in_ledger_needs_action",
            ),
        ]  # fmt: skip
        triggers = [locked_with_visit()]

    def __str__(self) -> str:
        return self.description[:40]

    @property
    def part(self) -> str:
        """What its photos are filed under (records.Attachment.part)."""
        return f"finding:{self.key}"
