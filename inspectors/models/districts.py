from __future__ import annotations

from datetime import date
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q

from accounts.models import Organization
from accounts.tenancy import Tenancy, setting
from inspectors.models.corps import Inspector
from inspectors.querysets import CorpsQuerySet, DatedCorpsQuerySet


@pghistory.track()
class ResponsibilityDistrict(models.Model):
    """督学责任区: schools of a county and the inspectors responsible for them (教育督导条例第十五条)."""

    tenancy = Tenancy.directory(
        chain="false",
        also=f"""id = ANY (ARRAY(SELECT ds.district_id FROM inspectors_districtschool ds
            WHERE ds.organization_id = {setting("org")}))""",
    )
    unit_path: ClassVar[str | None] = "schools__organization"

    division_code = models.PositiveIntegerField(editable=False)
    name = models.CharField("名称", max_length=60)

    objects: ClassVar[CorpsQuerySet] = CorpsQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "督学责任区"
        verbose_name_plural = "督学责任区"
        ordering = ["division_code", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["division_code", "name"],
                name="district_name_once",
                violation_error_message="已有同名责任区。",
            )
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class DistrictSchool(models.Model):
    """A school lies in one district at a time."""

    tenancy = Tenancy.directory(chain="false", also=f"organization_id = {setting('org')}")
    unit_path: ClassVar[str | None] = "organization"

    district = models.ForeignKey(ResponsibilityDistrict, models.CASCADE, related_name="schools")
    division_code = models.PositiveIntegerField(editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="district_places", verbose_name="学校")

    objects: ClassVar[CorpsQuerySet] = CorpsQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "责任区学校"
        verbose_name_plural = "责任区学校"
        ordering = ["district", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["division_code", "organization"],
                name="school_in_one_district",
                violation_error_message="该学校已在其他责任区。",
            )
        ]

    def __str__(self) -> str:
        return str(self.organization)


@pghistory.track()
class DistrictInspector(models.Model):
    """Which inspector answers for a district, within dates: rotation (定期交流) leaves a history."""

    tenancy = Tenancy.directory(
        chain="false",
        also=f"""district_id = ANY (ARRAY(SELECT ds.district_id FROM inspectors_districtschool ds
            WHERE ds.organization_id = {setting("org")}))""",
    )
    unit_path: ClassVar[str | None] = "district__schools__organization"

    district = models.ForeignKey(ResponsibilityDistrict, models.CASCADE, related_name="inspectors")
    division_code = models.PositiveIntegerField(editable=False)
    inspector = models.ForeignKey(Inspector, models.PROTECT, related_name="districts")
    valid_from = models.DateField("起")
    valid_until = models.DateField("止", null=True, blank=True)

    objects: ClassVar[DatedCorpsQuerySet] = DatedCorpsQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "责任督学"
        verbose_name_plural = "责任督学"
        ordering = ["district", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["division_code", "district", "inspector"],
                condition=Q(valid_until__isnull=True),
                name="inspector_once_in_district",
                violation_error_message="该督学已在此责任区。",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="district_inspector_dates_in_order",
                violation_error_message="结束日期不能早于开始日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspector}（{self.district}）"

    def is_open_on(self, day: date) -> bool:
        """Whether it has not ended before the day; it may begin later."""
        return self.valid_until is None or self.valid_until >= day
