from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from accounts.models import Organization
from accounts.tenancy import Tenancy, setting
from supervision.querysets import SchoolQuerySet, UnitContactQuerySet

OWN_OR_SUPERVISED = f"""organization_id = {setting("org")} OR EXISTS (SELECT 1 FROM accounts_organization o
    WHERE o.id = organization_id AND o.competent_department_id = {setting("org")})"""


class Stage(models.TextChoices):
    KINDERGARTEN = "kindergarten", "幼儿园"
    PRIMARY = "primary", "小学"
    JUNIOR = "junior", "初级中学"
    NINE_YEAR = "nine_year", "九年一贯制学校"
    SENIOR = "senior", "高级中学"
    COMPLETE = "complete", "完全中学"
    TWELVE_YEAR = "twelve_year", "十二年一贯制学校"
    VOCATIONAL = "vocational", "中等职业学校"
    SPECIAL = "special", "特殊教育学校"
    HIGHER = "higher", "高等学校"


@pghistory.track()
class School(models.Model):
    """A supervised school. Its name, code, department, opening and closing are its Organization's.

    `division_code` is the division that manages it (copied from the organization: row security must not join);
    `township` is where it stands.
    """

    tenancy = Tenancy.directory(chain="false", also=OWN_OR_SUPERVISED)
    Stage = Stage

    class Ownership(models.TextChoices):
        PUBLIC = "public", "公办"
        PRIVATE = "private", "民办"

    organization = models.OneToOneField(Organization, models.PROTECT, primary_key=True, related_name="school")
    division_code = models.PositiveIntegerField(editable=False)
    stage = models.CharField("学段类别", max_length=16, choices=Stage)
    ownership = models.CharField("举办性质", max_length=8, choices=Ownership)
    approving_authority = models.CharField("审批机关", max_length=120, blank=True)
    township_code = models.PositiveIntegerField("乡镇（街道）代码", null=True, blank=True)
    township = models.CharField("乡镇（街道）", max_length=60, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    head_name = models.CharField("校（园）长", max_length=60, blank=True)
    pupils = models.PositiveIntegerField("在校（园）学生数", default=0)
    classes = models.PositiveIntegerField("班级数", default=0)
    teachers = models.PositiveIntegerField("专任教师数", default=0)

    objects: ClassVar[SchoolQuerySet] = SchoolQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "学校"
        verbose_name_plural = "学校"
        ordering = ["division_code", "organization_id"]
        indexes = [models.Index(fields=["division_code", "stage", "organization"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ownership="public") | ~Q(approving_authority=""),
                name="private_school_has_authority",
                violation_error_message="民办学校须填写审批机关。",
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__gte=73, longitude__lte=136, latitude__gte=3, latitude__lte=54),
                name="school_position_in_china",
                violation_error_message="经纬度须成对填写，且在中国境内。",
            ),
        ]

    def __str__(self) -> str:
        return str(self.organization)


@pghistory.track(exclude=["phone"])
class UnitContact(models.Model):
    """Whom to ring up at a supervised unit. The number stays out of the change log."""

    tenancy = Tenancy.directory(chain="false", also=OWN_OR_SUPERVISED)

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="contacts")
    division_code = models.PositiveIntegerField(editable=False)
    name = models.CharField("姓名", max_length=60)
    post = models.CharField("职务", max_length=60, blank=True)
    phone = models.CharField("电话", max_length=30, blank=True)
    is_primary = models.BooleanField("主要联系人", default=False)

    objects: ClassVar[UnitContactQuerySet] = UnitContactQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "单位联系人"
        verbose_name_plural = "单位联系人"
        ordering = ["organization", "-is_primary", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["division_code", "organization"], condition=Q(is_primary=True), name="one_primary_contact"
            )
        ]

    def __str__(self) -> str:
        return self.name
