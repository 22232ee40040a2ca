from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Organization
from accounts.tenancy import Tenancy, setting
from inspectors.querysets import DatedCorpsQuerySet


@pghistory.track()
class Inspector(models.Model):
    """督学: a person appointed or engaged by one office, with a certificate that he shows at the school gate."""

    # A unit sees the inspectors of its own responsibility district.
    tenancy = Tenancy.directory(
        chain="false",
        also=f"""id = ANY (ARRAY(SELECT di.inspector_id FROM inspectors_districtinspector di
            JOIN inspectors_districtschool ds ON ds.district_id = di.district_id
            WHERE ds.organization_id = {setting("org")}))""",
    )
    unit_path: ClassVar[str | None] = "districts__district__schools__organization"

    class Kind(models.TextChoices):
        FULL_TIME = "full_time", "专职督学"
        PART_TIME = "part_time", "兼职督学"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="inspector_records", verbose_name="人员"
    )
    office = models.ForeignKey(Organization, models.PROTECT, related_name="inspectors", verbose_name="聘任机构")
    division_code = models.PositiveIntegerField(editable=False)
    kind = models.CharField("类别", max_length=12, choices=Kind)
    certificate_number = models.CharField("督学证号", max_length=40)
    phone = models.CharField("公示电话", max_length=30, blank=True)
    valid_from = models.DateField("聘任日期")
    valid_until = models.DateField("聘期届满", null=True, blank=True)

    objects: ClassVar[DatedCorpsQuerySet] = DatedCorpsQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "督学"
        verbose_name_plural = "督学"
        ordering = ["division_code", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["division_code", "certificate_number"],
                name="certificate_number_once",
                violation_error_message="该督学证号已登记。",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="inspector_dates_in_order",
                violation_error_message="届满日期不能早于聘任日期。",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)
