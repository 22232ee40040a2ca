from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from accounts.models import Organization
from accounts.tenancy import Tenancy, setting
from records import clock
from records.querysets import DeadlineQuerySet, RuleQuerySet
from records.timing.calendars import Amount, Unit


class BasisKind(models.TextChoices):
    LAW = "law", "法规政策依据"
    # Never shown as law (regulations.md, what is marked [M]).
    LOCAL_PRACTICE = "local_practice", "本地惯例"


@pghistory.track()
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


@pghistory.track()
class DeadlineRule(models.Model):
    """How long an act may take, and under which article. A division's row overrides the rule above it.

    The national regulation gives no day counts, so every number is data with its basis (regulations.md §1). A change is
    a new row with its `valid_from`; `active=False` is the row that goes back to what is inherited. `min_amount` and
    `max_amount` bind the divisions below, as `overridable` does; a running deadline keeps the row it was opened by.
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
    # None: it was always so. A later row of the same division takes its place from its day on.
    valid_from = models.DateField("起用日期", null=True, blank=True)
    active = models.BooleanField("自行规定", default=True)
    overridable = models.BooleanField("下级可以另行规定", default=True)
    min_amount = models.PositiveIntegerField("下级不得少于", null=True, blank=True)
    max_amount = models.PositiveIntegerField("下级不得多于", null=True, blank=True)
    pausable = models.BooleanField("可以中止", default=True)
    max_extensions = models.PositiveSmallIntegerField("最多延期次数", default=1)
    # In the rule's unit; None: not longer than the period itself.
    extension_limit = models.PositiveIntegerField("每次延期不超过", null=True, blank=True)
    extension_basis = models.CharField("延期依据", max_length=200, blank=True)
    set_by_name = models.CharField("规定人", max_length=60, blank=True)
    set_as = models.CharField("规定单位", max_length=260, blank=True)
    set_at = models.DateTimeField("规定时间", null=True, blank=True)

    objects: ClassVar[RuleQuerySet] = RuleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "期限规则"
        verbose_name_plural = "期限规则"
        ordering = ["code", "division_code", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["division_code", "code", "valid_from"], name="deadline_rule_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="deadline_rule_positive"),
            models.CheckConstraint(
                condition=Q(min_amount__isnull=True) | Q(max_amount__isnull=True) | Q(max_amount__gte=F("min_amount")),
                name="deadline_rule_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}（{self.basis}）"

    @property
    def length(self) -> Amount:
        return Amount(self.amount, Unit(self.unit))

    @property
    def longest_extension(self) -> Amount:
        """The most that one extension may add."""
        return Amount(self.extension_limit or self.amount, Unit(self.unit))


@pghistory.track()
class Deadline(models.Model):
    """What one party must do by when. Frozen once met; a return opens a new row (architecture.md §4).

    Overdue is computed from the clock. `rule_label` and `basis` are of the day: a later change of the rule leaves them.
    `due_at` is what counts now; it moves later by pauses, extensions and holiday notices, and the database refuses an
    earlier one. While `paused_on` is set the clock stands: nothing is overdue and no reminder goes out.
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
    original_due_at = models.DateTimeField("原截止时间", editable=False)
    rule = models.ForeignKey(DeadlineRule, models.PROTECT, null=True, blank=True, related_name="+")
    amount = models.PositiveIntegerField("数额", null=True, blank=True)
    unit = models.CharField("单位", max_length=12, blank=True)
    move_last_day = models.BooleanField("末日为休息日时顺延", default=False)
    paused_on = models.DateField("中止起日", null=True, blank=True)
    # The day on which `due_at` was last moved: reminders before the end that lie further back are not sent any more.
    moved_on = models.DateField("变更日期", null=True, blank=True)
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
            models.CheckConstraint(condition=Q(due_at__gte=F("original_due_at")), name="deadline_never_shortened"),
            models.CheckConstraint(
                condition=Q(paused_on__isnull=True) | Q(met_at__isnull=True, cancelled_at__isnull=True),
                name="deadline_paused_is_open",
            ),
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
        triggers = [
            pgtrigger.ReadOnly(name="original_due_at", fields=["original_due_at"]),
            # What was once issued is never made shorter, by whatever path.
            pgtrigger.Protect(
                name="never_earlier",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__due_at__lt=pgtrigger.F("old__due_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.last_day}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.original_due_at is None:
            self.original_due_at = self.due_at
        super().save(*args, **kwargs)

    @property
    def is_open(self) -> bool:
        return self.met_at is None and self.cancelled_at is None

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.paused_on is None and self.due_at <= clock.now()

    @property
    def original_last_day(self) -> date:
        return clock.last_day(self.original_due_at)

    @property
    def last_day(self) -> date:
        return clock.last_day(self.due_at)

    @property
    def days_left(self) -> int | None:
        """Calendar days from today to the last day; negative when overdue, None when paused or no longer running."""
        if self.met_at or self.cancelled_at or self.paused_on:
            return None
        return (self.last_day - clock.today()).days

    @property
    def late_days(self) -> int:
        """Whole days after the last day on which the party acted, or now stands."""
        acted = clock.local(self.met_at).date() if self.met_at else clock.today()
        return max(0, (acted - self.last_day).days)
