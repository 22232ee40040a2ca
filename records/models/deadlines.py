from __future__ import annotations

from datetime import date
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q

from accounts.models import Organization
from accounts.tenancy import Tenancy, setting
from records import clock
from records.calendars import Unit
from records.querysets import DeadlineQuerySet, RuleQuerySet


class BasisKind(models.TextChoices):
    LAW = "law", "法规政策依据"
    # Never shown as law (regulations.md, what is marked [M]).
    LOCAL_PRACTICE = "local_practice", "本地惯例"


class CalendarDay(models.Model):
    """A day that an office or the State Council's new notice sets apart from the library's calendar."""

    tenancy = Tenancy.binding()

    day = models.DateField("日期")
    is_working = models.BooleanField("上班")
    name = models.CharField("名称", max_length=40, blank=True)
    source = models.CharField("依据", max_length=200)
    division_code = models.PositiveIntegerField("区划", null=True, blank=True)

    objects: ClassVar[RuleQuerySet] = RuleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "工作日历"
        verbose_name_plural = "工作日历"
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["division_code", "day"], name="calendar_day_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.day} {'上班' if self.is_working else '休息'}"


class DeadlineRule(models.Model):
    """How long an act may take, and under which article. A division's row overrides the rule above it.

    The national regulation gives no day counts, so every number is data with its basis (regulations.md §1).
    """

    tenancy = Tenancy.binding()

    class Party(models.TextChoices):
        UNIT = "unit", "责任单位"
        INSPECTOR = "inspector", "督学"
        OFFICE = "office", "督导办"
        DEPARTMENT = "department", "主管部门"

    code = models.CharField("代码", max_length=60)
    division_code = models.PositiveIntegerField("适用区划", null=True, blank=True)
    label = models.CharField("事项", max_length=60)
    party = models.CharField("责任方", max_length=12, choices=Party)
    amount = models.PositiveIntegerField("数额")
    unit = models.CharField("单位", max_length=12, choices=[(u.value, u.value) for u in Unit])
    start_event = models.CharField("起算", max_length=60)
    move_last_day = models.BooleanField("末日为休息日时顺延", default=False)
    basis = models.CharField("依据", max_length=200)
    basis_kind = models.CharField("依据类别", max_length=16, choices=BasisKind)

    objects: ClassVar[RuleQuerySet] = RuleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "期限规则"
        verbose_name_plural = "期限规则"
        ordering = ["code", "division_code"]
        constraints = [
            models.UniqueConstraint(fields=["division_code", "code"], name="deadline_rule_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(amount__gt=0), name="deadline_rule_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.label}（{self.basis}）"


@pghistory.track()
class Deadline(models.Model):
    """What one party must do by when. Frozen once met; a return opens a new row (architecture.md §4).

    Overdue is computed from the clock. `rule_label` and `basis` are of the day: a later change of the rule leaves them.
    """

    tenancy = Tenancy.generic_child(
        also=f"""owner_code = {setting("me")} OR party_org_id = {setting("org")}
            OR ({setting("me")} IS NULL AND owner_code BETWEEN {setting("lo")} AND {setting("hi")})"""
    )
    Party = DeadlineRule.Party

    class Verdict(models.TextChoices):
        OPEN = "", "未完成"
        ON_TIME = "on_time", "按时"
        LATE = "late", "逾期"

    root_kind = models.CharField(max_length=60)
    root_id = models.BigIntegerField()
    owner_code = models.PositiveIntegerField()
    subject_code = models.PositiveIntegerField()
    title = models.CharField("事项", max_length=200)
    act = models.CharField("行为", max_length=60)
    party = models.CharField("责任方", max_length=12, choices=Party)
    party_org = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="责任单位")
    rule_label = models.CharField("规则", max_length=80)
    basis = models.CharField("依据", max_length=200)
    basis_kind = models.CharField(max_length=16, choices=BasisKind)
    started_at = models.DateTimeField("起算时间")
    due_at = models.DateTimeField("截止时间")
    provisional = models.BooleanField("节假日安排未公布，暂定", default=False)
    met_at = models.DateTimeField("完成时间", null=True, blank=True)
    met_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    verdict = models.CharField("结论", max_length=8, choices=Verdict, blank=True)
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)

    objects: ClassVar[DeadlineQuerySet] = DeadlineQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "期限"
        verbose_name_plural = "期限"
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(fields=["root_kind", "root_id"], name="deadline_root"),
            models.Index(
                fields=["owner_code", "due_at", "id"],
                condition=Q(met_at__isnull=True, cancelled_at__isnull=True),
                name="deadline_office_open",
            ),
            models.Index(
                fields=["party_org", "due_at", "id"],
                condition=Q(met_at__isnull=True, cancelled_at__isnull=True),
                name="deadline_party_open",
            ),
            # The sweep looks at what is open and near.
            models.Index(
                fields=["act", "due_at"],
                condition=Q(met_at__isnull=True, cancelled_at__isnull=True),
                name="deadline_sweep",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(due_at__gt=F("started_at")), name="deadline_due_after_start"),
            models.CheckConstraint(
                condition=Q(met_at__isnull=True, verdict="") | Q(met_at__isnull=False, verdict__in=["on_time", "late"]),
                name="deadline_verdict_with_met",
            ),
            models.CheckConstraint(
                condition=Q(met_at__isnull=True) | Q(cancelled_at__isnull=True), name="deadline_met_or_cancelled"
            ),
            # One open deadline of a party for an act on a root: a second sweep or click cannot open another.
            models.UniqueConstraint(
                fields=["owner_code", "root_kind", "root_id", "act", "party_org"],
                condition=Q(met_at__isnull=True, cancelled_at__isnull=True),
                name="one_open_deadline",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.last_day}"

    @property
    def last_day(self) -> date:
        return clock.last_day(self.due_at)

    @property
    def days_left(self) -> int | None:
        """Calendar days from today to the last day; negative when overdue, None when no longer running."""
        if self.met_at or self.cancelled_at:
            return None
        return (self.last_day - clock.today()).days

    @property
    def late_days(self) -> int:
        """Whole days after the last day on which the party acted, or now stands."""
        acted = clock.local(self.met_at).date() if self.met_at else clock.today()
        return max(0, (acted - self.last_day).days)
