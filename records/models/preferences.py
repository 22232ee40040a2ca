"""How a person wants to be told, and what the office asks for."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.tenancy import Tenancy, setting
from records.models.notifications import OUTSIDE, Category, ChannelKind
from records.querysets import PersonalQuerySet, RuleQuerySet

# Not law: what offices are used to (local practice). Each office changes them for itself.
QUIET_FROM, QUIET_UNTIL = time(22), time(7)
DIGEST_HOURS = (8, 16)
OUTSIDE_CHANNELS = [(c.value, c.label) for c in OUTSIDE]
PERSON_OR_SYSTEM = f"""CASE WHEN user_id = {setting("user")} THEN true
    ELSE coalesce({setting("user")} IS NULL AND {setting("lo")} IS NOT NULL, false) END"""


def usual_hours() -> list[int]:
    return list(DIGEST_HOURS)


class Reach(models.Model):
    """Where a person is reached outside the house. The phone is the account's own."""

    tenancy = Tenancy.custom(using=PERSON_OR_SYSTEM)

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reach")
    mail = models.EmailField("电子邮箱", blank=True)
    messenger = models.CharField("即时通讯账号", max_length=60, blank=True)

    objects: ClassVar[PersonalQuerySet] = PersonalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "联系方式"
        verbose_name_plural = "联系方式"

    def __str__(self) -> str:
        return f"{self.user}的联系方式"


class Preference(models.Model):
    """A person's own choice for one category and channel; without a row the house's habit holds."""

    tenancy = Tenancy.custom(using=PERSON_OR_SYSTEM)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    category = models.CharField("类别", max_length=12, choices=Category)
    channel = models.CharField("渠道", max_length=12, choices=OUTSIDE_CHANNELS)
    wanted = models.BooleanField("接收")

    objects: ClassVar[PersonalQuerySet] = PersonalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "接收方式"
        verbose_name_plural = "接收方式"
        constraints = [
            models.UniqueConstraint(fields=["user", "category", "channel"], name="one_preference"),
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()} {self.get_channel_display()}"


class NoticeRule(models.Model):
    """An office asks that a category of its messages also goes out by a channel. Nobody can switch that off for himself."""

    tenancy = Tenancy.binding()

    division_code = models.PositiveIntegerField(null=True, editable=False)
    category = models.CharField("类别", max_length=12, choices=Category)
    channel = models.CharField("渠道", max_length=12, choices=OUTSIDE_CHANNELS)

    objects: ClassVar[RuleQuerySet] = RuleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "必达渠道"
        verbose_name_plural = "必达渠道"
        constraints = [
            models.UniqueConstraint(
                fields=["division_code", "category", "channel"], name="one_notice_rule", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()} {self.get_channel_display()}"


class SendingHours(models.Model):
    """When an office's messages leave: the hours of the digests, by channel, and the hours of silence."""

    tenancy = Tenancy.binding()

    division_code = models.PositiveIntegerField(unique=True, editable=False)
    quiet_from = models.TimeField("静默开始", default=QUIET_FROM)
    quiet_until = models.TimeField("静默结束", default=QUIET_UNTIL)
    mail_hours = ArrayField(models.PositiveSmallIntegerField(), verbose_name="邮件汇总时间", default=usual_hours)
    sms_hours = ArrayField(models.PositiveSmallIntegerField(), verbose_name="短信汇总时间", default=usual_hours)
    messenger_hours = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name="即时通讯汇总时间", default=usual_hours
    )

    objects: ClassVar[RuleQuerySet] = RuleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "发送时间"
        verbose_name_plural = "发送时间"
        constraints = [
            models.CheckConstraint(
                condition=~Q(quiet_from=F("quiet_until")),
                name="quiet_hours_not_all_day",
                violation_error_message="静默开始和结束不能相同。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiet_from:%H:%M}至{self.quiet_until:%H:%M}静默"

    def hours_of(self, channel: str) -> list[int]:
        return sorted(getattr(self, f"{ChannelKind(channel).value}_hours")) or usual_hours()
