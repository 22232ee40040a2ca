from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.tenancy import Tenancy, setting
from records.querysets import PersonalQuerySet


class Category(models.TextChoices):
    """What a message is about, as people choose by it how they want to be told."""

    TO_SIGN = "to_sign", "待签办"
    DEADLINE = "deadline", "期限提醒"
    RETURNED = "returned", "退回"
    ESCALATION = "escalation", "逾期与升级"
    EMERGENCY = "emergency", "突发事件"
    NEWS = "news", "进展"
    ACCOUNT = "account", "账号"


class ChannelKind(models.TextChoices):
    """The ways to a person. The inbox is always open; the others as the installation has them."""

    INBOX = "inbox", "收件箱"
    MAIL = "mail", "电子邮件"
    SMS = "sms", "短信"
    MESSENGER = "messenger", "即时通讯"


OUTSIDE = (ChannelKind.MAIL, ChannelKind.SMS, ChannelKind.MESSENGER)


class Notification(models.Model):
    """A line in a person's inbox. Written by the system's tasks, read and marked by the person."""

    tenancy = Tenancy.custom(
        using=f"""CASE WHEN user_id = {setting("user")} THEN true
            ELSE coalesce({setting("me")} IS NULL AND owner_code BETWEEN {setting("lo")} AND {setting("hi")}, false) END"""
    )
    Category = Category

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    owner_code = models.PositiveIntegerField()
    title = models.CharField("标题", max_length=200)
    body = models.TextField("内容", blank=True)
    category = models.CharField("类别", max_length=12, choices=Category, default=Category.NEWS)
    root_kind = models.CharField(max_length=60, blank=True)
    root_id = models.BigIntegerField(null=True, blank=True)
    # The same event tells the same person once, however often its task runs.
    key = models.CharField(max_length=120)
    urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)

    objects: ClassVar[PersonalQuerySet] = PersonalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "消息"
        verbose_name_plural = "消息"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"]),
            models.Index(fields=["user"], condition=models.Q(read_at__isnull=True), name="notification_unread"),
        ]
        constraints = [models.UniqueConstraint(fields=["owner_code", "user", "key"], name="notification_once")]

    def __str__(self) -> str:
        return self.title
