from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from accounts.tenancy import Tenancy
from records.models import Document, GuestPermission, PartyBase, Root
from rectification.models.tickets import Ticket
from rectification.querysets import OrderQuerySet


@pghistory.track(exclude=["subject_prefecture", "subject_province"])
class SupervisoryOrder(Root):
    """督办单: put right what was not, by a new date (云南实施意见第（七）条). One open order on a ticket at a time."""

    tenancy = Tenancy.root()
    url_name = "rectification:order_detail"
    opened_with = ("ticket",)

    class State(models.TextChoices):
        DRAFTED = "drafted", "待签发"
        IN_FORCE = "in_force", "待答复"
        ANSWERED = "answered", "已答复"
        LAPSED = "lapsed", "逾期未答复"
        WITHDRAWN = "withdrawn", "已撤回"

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="orders", verbose_name="整改单")
    n = models.PositiveSmallIntegerField("第几次督办")
    document = models.OneToOneField(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="督办单公文", editable=False
    )
    reason_text = models.TextField("督办事由")
    # The date that the paper names, were it served on the day it was drafted; the deadline runs from service.
    answer_by = models.DateField("要求答复日期")
    state = models.CharField("状态", max_length=12, choices=State, default=State.DRAFTED, editable=False)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True, editable=False)
    lapsed_at = models.DateTimeField("逾期认定时间", null=True, blank=True, editable=False)

    objects: ClassVar[OrderQuerySet] = OrderQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Root.Meta):
        verbose_name = "督办单"
        verbose_name_plural = "督办单"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["subject_code", "-created_at", "-id"], name="order_county"),
            models.Index(fields=["subject_prefecture", "-created_at", "-id"], name="order_prefecture"),
            models.Index(fields=["subject_province", "-created_at", "-id"], name="order_province"),
            models.Index(fields=["subject_org", "-created_at", "-id"], name="order_subject"),
            models.Index(fields=["subject_code", "ticket"], condition=Q(state="lapsed"), name="order_lapsed"),
        ]
        constraints = [
            *Root.Meta.constraints,
            models.UniqueConstraint(fields=["owner_code", "ticket", "n"], name="order_round_once"),
            models.UniqueConstraint(
                fields=["owner_code", "ticket"],
                condition=Q(state__in=["drafted", "in_force"]),
                name="one_open_order",
                violation_error_message="该整改单已有一份未了结的督办单。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["in_force", "answered", "lapsed"])
                | Q(served_at__isnull=False, document__isnull=False),
                name="order_in_force_when_served",
            ),
            models.CheckConstraint(
                condition=Q(state="answered", answered_at__isnull=False)
                | Q(~Q(state="answered"), answered_at__isnull=True),
                name="order_answered_with_date",
            ),
            models.CheckConstraint(
                condition=Q(state="lapsed", lapsed_at__isnull=False) | Q(~Q(state="lapsed"), lapsed_at__isnull=True),
                name="order_lapsed_with_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket.title}（第{self.n}次督办）"


class OrderParty(PartyBase):
    """The competent department, from the day of service on."""

    root = models.ForeignKey(SupervisoryOrder, models.CASCADE, related_name="parties")

    class Meta(PartyBase.Meta):
        verbose_name = "督办单参与方"
        verbose_name_plural = "督办单参与方"
        constraints = [
            *PartyBase.Meta.constraints,
            models.UniqueConstraint(fields=["owner_code", "root", "organization", "role"], name="order_party_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.role}"


class OrderGuestPermission(GuestPermission):
    content_object = models.ForeignKey(SupervisoryOrder, models.CASCADE)
