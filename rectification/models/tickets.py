from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Organization
from accounts.tenancy import Tenancy
from records.models import Document, GuestPermission, PartyBase, Root
from rectification.querysets import TicketQuerySet


class Severity(models.TextChoices):
    """How grave a problem is."""

    MINOR = "minor", "轻微"
    GENERAL = "general", "一般"
    SERIOUS = "serious", "严重"


STATES_SERVED = ["served", "rectifying", "reported", "verified", "closed"]
STATES_SIGNED = STATES_SERVED[1:]
STATES_REPORTED = STATES_SERVED[2:]
STATES_VERIFIED = STATES_SERVED[3:]


def _pair(moment: str, person: str, states: list[str]) -> Q:
    """The fact (when, by whom) stands exactly in these states."""
    return Q(**{f"{moment}__isnull": False, f"{person}__isnull": False, "state__in": states}) | Q(
        ~Q(state__in=states), **{f"{moment}__isnull": True, f"{person}__isnull": True}
    )


def _person(label: str) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False,
        verbose_name=label,
    )  # fmt: skip


@pghistory.track(exclude=["subject_prefecture", "subject_province"])
class Ticket(Root):
    """A demand to put something right (整改单): notice served → measures → report → verification → closed.

    `due_at` is the last moment of whoever's turn it is, copied from the running deadline so that lists can sort by it;
    the deadlines themselves are records.Deadline rows. What stands here of a report is the latest, unreturned one.
    """

    tenancy = Tenancy.root()
    url_name = "rectification:ticket_detail"

    class State(models.TextChoices):
        DRAFT = "draft", "拟办"
        APPROVAL = "approval", "待签发"
        SERVED = "served", "待签收"
        RECTIFYING = "rectifying", "整改中"
        REPORTED = "reported", "待核查"
        VERIFIED = "verified", "待销号"
        CLOSED = "closed", "已销号"
        WITHDRAWN = "withdrawn", "已撤回"

    number = models.CharField("编号", max_length=32, editable=False)
    title = models.CharField("事由", max_length=120)
    demand = models.TextField("整改要求")
    # The gravest of its problems, kept here for lists.
    severity = models.CharField("程度", max_length=8, default="general", editable=False)
    department = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="主管部门"
    )
    verifier = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核查人"
    )
    notice = models.OneToOneField(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="整改通知书", editable=False
    )
    state = models.CharField("状态", max_length=12, choices=State, default=State.DRAFT, editable=False)
    due_at = models.DateTimeField("当前环节截止", null=True, blank=True, editable=False)
    signed_at = models.DateTimeField("签收时间", null=True, blank=True, editable=False)
    signed_by = _person("签收人")
    answered_at = models.DateTimeField("报送时间", null=True, blank=True, editable=False)
    answered_by = _person("报送人")
    verified_at = models.DateTimeField("核查时间", null=True, blank=True, editable=False)
    verified_by = _person("核查人")
    closed_at = models.DateTimeField("销号时间", null=True, blank=True, editable=False)
    closed_by = _person("销号人")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True, editable=False)
    withdrawn_by = _person("撤回人")

    objects: ClassVar[TicketQuerySet] = TicketQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Root.Meta):
        verbose_name = "整改单"
        verbose_name_plural = "整改单"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["subject_code", "-created_at", "-id"], name="ticket_county"),
            models.Index(fields=["subject_prefecture", "-created_at", "-id"], name="ticket_prefecture"),
            models.Index(fields=["subject_province", "-created_at", "-id"], name="ticket_province"),
            models.Index(fields=["subject_org", "-created_at", "-id"], name="ticket_subject"),
            models.Index(
                fields=["owner_code", "due_at", "id"],
                condition=~Q(state__in=["closed", "withdrawn"]),
                name="ticket_office_open",
            ),
            models.Index(
                fields=["subject_prefecture", "due_at", "id"],
                condition=~Q(state__in=["closed", "withdrawn"]),
                name="ticket_prefecture_open",
            ),
            models.Index(
                fields=["subject_province", "due_at", "id"],
                condition=~Q(state__in=["closed", "withdrawn"]),
                name="ticket_province_open",
            ),
            models.Index(fields=["owner_code", "closed_at", "id"], condition=Q(state="closed"), name="ticket_to_file"),
            models.Index(fields=["verifier", "state"], condition=Q(verifier__isnull=False), name="ticket_verifier"),
        ]
        constraints = [
            *Root.Meta.constraints,
            models.UniqueConstraint(fields=["owner_code", "number"], name="ticket_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=STATES_SERVED, served_at__isnull=False, notice__isnull=False)
                | Q(~Q(state__in=STATES_SERVED), served_at__isnull=True),
                name="ticket_served_with_notice",
                violation_error_message="整改通知书送达后，整改单才对责任单位生效。",
            ),
            models.CheckConstraint(
                condition=~Q(state="approval") | Q(notice__isnull=False), name="ticket_approval_has_notice"
            ),
            # A notice handed over or deemed received has a moment and no signer in the system.
            models.CheckConstraint(
                condition=Q(signed_at__isnull=False, state__in=STATES_SIGNED)
                | Q(~Q(state__in=STATES_SIGNED), signed_at__isnull=True, signed_by__isnull=True),
                name="ticket_signed",
            ),
            models.CheckConstraint(
                condition=_pair("answered_at", "answered_by", STATES_REPORTED), name="ticket_answered"
            ),
            models.CheckConstraint(
                condition=_pair("verified_at", "verified_by", STATES_VERIFIED), name="ticket_verified"
            ),
            models.CheckConstraint(condition=_pair("closed_at", "closed_by", ["closed"]), name="ticket_closed"),
            models.CheckConstraint(
                condition=_pair("withdrawn_at", "withdrawn_by", ["withdrawn"]), name="ticket_withdrawn"
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | ~Q(verified_by=models.F("answered_by")),
                name="ticket_verifier_is_another",
                violation_error_message="核查人不能是报送人。",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=models.F("verified_by")),
                name="ticket_closer_is_another",
                violation_error_message="销号人不能是核查人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def severity_label(self) -> str:
        return Severity(self.severity).label


class TicketParty(PartyBase):
    """The competent department that must urge and follow (主管部门), from the day of service on."""

    root = models.ForeignKey(Ticket, models.CASCADE, related_name="parties")

    class Meta(PartyBase.Meta):
        verbose_name = "整改单参与方"
        verbose_name_plural = "整改单参与方"
        constraints = [
            *PartyBase.Meta.constraints,
            models.UniqueConstraint(fields=["owner_code", "root", "organization", "role"], name="ticket_party_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.role}"


class TicketGuestPermission(GuestPermission):
    content_object = models.ForeignKey(Ticket, models.CASCADE)
