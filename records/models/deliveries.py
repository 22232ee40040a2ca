"""What went to whom by which way: one Delivery for each message and channel, one Dispatch for each thing really sent.

A delivery stands in at most one dispatch, because it has one column for it: a digest can neither lose an item nor send
it twice, whatever crashes between.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Organization
from accounts.tenancy import Tenancy, setting
from records.models.notifications import Category, ChannelKind, Notification
from records.querysets import DeliveryQuerySet

# The person; the unit for its own people; the office whose business it is; the scheduler over all tenants.
SEEN_BY = f"""CASE WHEN user_id = {setting("user")} OR organization_id = {setting("org")} OR owner_code = {setting("me")} THEN true
    ELSE coalesce({setting("me")} IS NULL AND owner_code BETWEEN {setting("lo")} AND {setting("hi")}, false) END"""


class Dispatch(models.Model):
    """One message that leaves the house: a single notice or a digest. Its text is fixed when it is made, so that a
    retry under the same `token` says the same. It never carries contents: titles, deadlines and a link.
    """

    tenancy = Tenancy.custom(using=SEEN_BY)

    class State(models.TextChoices):
        READY = "ready", "待发送"
        SENT = "sent", "已发出"
        DELIVERED = "delivered", "已送达"
        FAILED = "failed", "未送达"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="收件人")
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+", verbose_name="单位")
    owner_code = models.PositiveIntegerField()
    channel = models.CharField("渠道", max_length=12, choices=ChannelKind)
    # The gateway drops what it has already had under this key; its receipt names it.
    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    title = models.CharField("标题", max_length=200)
    text = models.TextField("正文")
    link = models.CharField(max_length=200, blank=True)
    items = models.PositiveIntegerField("事项数", default=1)
    breaks_quiet = models.BooleanField(default=False)
    state = models.CharField("状态", max_length=10, choices=State, default=State.READY)
    attempts = models.PositiveIntegerField("发送次数", default=0)
    created_at = models.DateTimeField("生成时间")
    # When it may be tried (again); while a worker has it, when its turn lapses.
    next_at = models.DateTimeField()
    sent_to = models.CharField("接收地址", max_length=80, blank=True, help_text="只留掩码")
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)
    delivered_at = models.DateTimeField("送达时间", null=True, blank=True)
    failed_at = models.DateTimeField("失败时间", null=True, blank=True)
    error = models.CharField("最近一次错误", max_length=300, blank=True)

    objects: ClassVar[DeliveryQuerySet] = DeliveryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "发送记录"
        verbose_name_plural = "发送记录"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="ready"), name="dispatch_waiting"),
            models.Index(fields=["owner_code", "-created_at", "-id"], name="dispatch_office"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="ready")
                | Q(state="sent", sent_at__isnull=False)
                | Q(state="delivered", sent_at__isnull=False, delivered_at__isnull=False)
                | Q(state="failed", failed_at__isnull=False),
                name="dispatch_state_has_its_moment",
                violation_error_message="发送状态与时间不符。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.title}"

    @property
    def tone(self) -> str:
        return {"ready": "amber", "sent": "blue", "delivered": "green"}.get(self.state, "red")


class Delivery(models.Model):
    """One message for one person by one channel. `due_at`: when it may leave; empty where nothing leaves (the inbox,
    or nobody knows where to). `alone`: not to be gathered into a digest.
    """

    tenancy = Tenancy.custom(using=SEEN_BY)

    notification = models.ForeignKey(Notification, models.CASCADE, related_name="deliveries")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="收件人")
    # As whose member the person was told; empty where he was named himself.
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+", verbose_name="单位")
    owner_code = models.PositiveIntegerField()
    channel = models.CharField("渠道", max_length=12, choices=ChannelKind)
    category = models.CharField("类别", max_length=12, choices=Category)
    title = models.CharField("标题", max_length=200)
    root_kind = models.CharField(max_length=60, blank=True)
    root_id = models.BigIntegerField(null=True, blank=True)
    deadline_on = models.DateField("期限", null=True, blank=True)
    alone = models.BooleanField(default=False)
    queued_at = models.DateTimeField("登记时间")
    due_at = models.DateTimeField(null=True, blank=True)
    dispatch = models.ForeignKey(Dispatch, models.PROTECT, null=True, blank=True, related_name="deliveries")
    delivered_at = models.DateTimeField("送达时间", null=True, blank=True)
    seen_at = models.DateTimeField("阅读时间", null=True, blank=True)
    error = models.CharField("说明", max_length=200, blank=True)

    objects: ClassVar[DeliveryQuerySet] = DeliveryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "送达记录"
        verbose_name_plural = "送达记录"
        ordering = ["queued_at", "id"]
        indexes = [
            models.Index(fields=["root_kind", "root_id"], name="delivery_root"),
            models.Index(
                fields=["due_at"], condition=Q(dispatch__isnull=True, due_at__isnull=False), name="delivery_waiting"
            ),
            models.Index(fields=["dispatch"], name="delivery_dispatch"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["owner_code", "notification", "channel"], name="delivery_once"),
            models.CheckConstraint(
                condition=~Q(channel="inbox")
                | Q(due_at__isnull=True, dispatch__isnull=True, delivered_at__isnull=False),
                name="inbox_is_delivered_at_once",
                violation_error_message="收件箱消息即时送达。",
            ),
            models.CheckConstraint(
                condition=Q(dispatch__isnull=True) | Q(due_at__isnull=False),
                name="dispatched_was_due",
                violation_error_message="没有接收地址的消息不能发送。",
            ),
        ]

    def __str__(self) -> str:
        return self.title
