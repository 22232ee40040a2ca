from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.tenancy import Tenancy
from records.models import GuestPermission, PartyBase, Root
from rectification.models.categories import ProblemCategory
from rectification.models.tickets import Severity
from rectification.querysets import ProblemQuerySet


@pghistory.track(exclude=["subject_prefecture", "subject_province"])
class Problem(Root):
    """A line of the problem ledger (问题台账). What found it lives in a higher room and is named as text."""

    tenancy = Tenancy.root()
    url_name = "rectification:problem_detail"

    Severity = Severity

    class State(models.TextChoices):
        OPEN = "open", "待处置"
        IN_RECTIFICATION = "in_rectification", "整改中"
        CLOSED = "closed", "已销号"
        DISMISSED = "dismissed", "不予整改"

    title = models.CharField("问题", max_length=120)
    description = models.TextField("具体情况", blank=True)
    item_code = models.CharField("督导事项代码", max_length=40, blank=True)
    item_label = models.CharField("涉及督导事项", max_length=120, blank=True)
    category = models.ForeignKey(
        ProblemCategory, models.PROTECT, null=True, blank=True, related_name="problems", verbose_name="问题分类"
    )
    severity = models.CharField("程度", max_length=8, choices=Severity, default=Severity.GENERAL)
    found_on = models.DateField("发现日期")
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="发现人"
    )
    # The finding in a higher room, e.g. ("inspections.finding", "812", "2026年11月3日经常性督导").
    source_kind = models.CharField(max_length=60, blank=True, editable=False)
    source_id = models.CharField(max_length=40, blank=True, editable=False)
    source_label = models.CharField("来源", max_length=200, blank=True)
    state = models.CharField("状态", max_length=20, choices=State, default=State.OPEN, editable=False)
    dismissal_reason = models.TextField("不予整改的理由", blank=True, editable=False)
    ticket = models.ForeignKey(
        "rectification.Ticket", models.PROTECT, null=True, blank=True, related_name="problems", editable=False,
        verbose_name="整改单",
    )  # fmt: skip

    # The same thing put right before and found again (反弹): linked by a person, never by itself.
    relapse_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="relapses", editable=False, verbose_name="反弹自"
    )

    objects: ClassVar[ProblemQuerySet] = ProblemQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Root.Meta):
        verbose_name = "问题"
        verbose_name_plural = "问题台账"
        ordering = ["-found_on", "-id"]
        indexes = [
            models.Index(fields=["subject_code", "-found_on", "-id"], name="problem_county"),
            models.Index(fields=["subject_prefecture", "-found_on", "-id"], name="problem_prefecture"),
            models.Index(fields=["subject_province", "-found_on", "-id"], name="problem_province"),
            models.Index(fields=["subject_org", "-found_on", "-id"], name="problem_subject"),
            models.Index(fields=["owner_code", "-found_on", "-id"], condition=Q(state="open"), name="problem_open"),
            # What the ledger is narrowed by. Severity and state let so much through that the lists above serve them.
            models.Index(fields=["category", "-found_on", "-id"], name="problem_category"),
            models.Index(fields=["source_kind", "-found_on", "-id"], name="problem_source"),
            models.Index(fields=["-found_on", "-id"], condition=Q(relapse_of__isnull=False), name="problem_relapse"),
        ]
        constraints = [
            *Root.Meta.constraints,
            models.UniqueConstraint(
                fields=["owner_code", "source_kind", "source_id"],
                condition=~Q(source_id=""),
                name="problem_source_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["in_rectification", "closed"], ticket__isnull=False)
                | Q(state__in=["open", "dismissed"], ticket__isnull=True),
                name="problem_ticket_with_state",
                violation_error_message="只有整改中和已销号的问题才属于整改单。",
            ),
            models.CheckConstraint(
                condition=Q(relapse_of__isnull=True) | ~Q(relapse_of=F("id")),
                name="problem_relapse_of_another",
                violation_error_message="问题不能是自己的反弹。",
            ),
            models.CheckConstraint(
                condition=Q(Q(state="dismissed") & ~Q(dismissal_reason=""))
                | Q(~Q(state="dismissed"), dismissal_reason=""),
                name="problem_dismissed_with_reason",
                violation_error_message="不予整改须写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ProblemParty(PartyBase):
    """The competent department sees the problems that it must urge its unit to put right."""

    root = models.ForeignKey(Problem, models.CASCADE, related_name="parties")

    class Meta(PartyBase.Meta):
        verbose_name = "问题参与方"
        verbose_name_plural = "问题参与方"
        constraints = [
            *PartyBase.Meta.constraints,
            models.UniqueConstraint(fields=["owner_code", "root", "organization", "role"], name="problem_party_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.role}"


class ProblemGuestPermission(GuestPermission):
    content_object = models.ForeignKey(Problem, models.CASCADE)
