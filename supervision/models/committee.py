from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Division, Organization
from accounts.tenancy import Tenancy
from supervision.querysets import CommitteeQuerySet


@pghistory.track()
class Committee(models.Model):
    """政府教育督导委员会 of a division (云南《实施意见》第（一）条); its office is the tenant."""

    tenancy = Tenancy.directory()

    division = models.OneToOneField(Division, models.PROTECT, related_name="committee", verbose_name="区划")
    division_code = models.PositiveIntegerField(editable=False)
    name = models.CharField("名称", max_length=120)
    office = models.OneToOneField(Organization, models.PROTECT, related_name="committee", verbose_name="办公室")
    established_on = models.DateField("成立日期", null=True, blank=True)

    objects: ClassVar[CommitteeQuerySet] = CommitteeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "教育督导委员会"
        verbose_name_plural = "教育督导委员会"
        ordering = ["division_code"]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class CommitteeMember(models.Model):
    """A seat over time: chair, deputy, chief inspector. Who held it on a given day can be asked."""

    tenancy = Tenancy.directory()

    class Position(models.TextChoices):
        CHAIR = "chair", "主任"
        DEPUTY = "deputy", "副主任"
        CHIEF_INSPECTOR = "chief_inspector", "总督学"

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="members")
    division_code = models.PositiveIntegerField(editable=False)
    position = models.CharField("职务", max_length=16, choices=Position)
    person_name = models.CharField("姓名", max_length=60)
    post = models.CharField("行政职务", max_length=120)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    valid_from = models.DateField("任职日期")
    valid_until = models.DateField("免职日期", null=True, blank=True)

    objects: ClassVar[CommitteeQuerySet] = CommitteeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "委员会组成人员"
        verbose_name_plural = "委员会组成人员"
        ordering = ["committee", "position", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="committee_member_dates_in_order",
                violation_error_message="免职日期不能早于任职日期。",
            ),
            models.UniqueConstraint(
                fields=["division_code", "committee", "position"],
                condition=Q(valid_until__isnull=True, position__in=["chair", "chief_inspector"]),
                name="one_chair_and_chief_inspector",
                violation_error_message="该职务已有在任人员，请先填写其免职日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_position_display()} {self.person_name}"


@pghistory.track(exclude=["liaison_phone"])
class MemberUnit(models.Model):
    """成员单位 of a committee with the person who answers for supervision there (联络员)."""

    tenancy = Tenancy.directory()

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="member_units")
    division_code = models.PositiveIntegerField(editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="单位")
    order = models.PositiveSmallIntegerField("顺序", default=0)
    liaison_name = models.CharField("联络员", max_length=60, blank=True)
    liaison_post = models.CharField("联络员职务", max_length=60, blank=True)
    liaison_phone = models.CharField("联络电话", max_length=30, blank=True)
    valid_from = models.DateField("加入日期")
    valid_until = models.DateField("退出日期", null=True, blank=True)

    objects: ClassVar[CommitteeQuerySet] = CommitteeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "成员单位"
        verbose_name_plural = "成员单位"
        ordering = ["committee", "order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["division_code", "committee", "organization"],
                condition=Q(valid_until__isnull=True),
                name="one_open_member_unit",
                violation_error_message="该单位已是成员单位。",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="member_unit_dates_in_order",
                violation_error_message="退出日期不能早于加入日期。",
            ),
        ]

    def __str__(self) -> str:
        return str(self.organization)
