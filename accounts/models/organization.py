from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q

from accounts.actors import OrganizationKind
from accounts.models.division import Division
from accounts.querysets import OrganizationQuerySet
from accounts.tenancy import Tenancy, setting


@pghistory.track(exclude=["sort_key"])
class Organization(models.Model):
    """A body that acts or is supervised: committee office, member unit, government, department, school, agency.

    `division` is the division that *manages* it; where a school stands is its profile's business.
    """

    # The offices whose range it lies in; every office, government and department is known in its division and below;
    # oneself; what one's department supervises; a security administrator's range, to name people's units; and whom
    # an outsider's roots are about.
    tenancy = Tenancy.directory(
        code="division_id",
        chain="kind IN ('office', 'member_unit', 'government', 'department')",
        also=f"""id = {setting("org")} OR competent_department_id = {setting("org")}
            OR ((SELECT scope_text('app.role')) = 'security_admin'
                AND division_id BETWEEN {setting("alo")} AND {setting("ahi")})
            OR ((SELECT scope_text('app.role')) = 'outsider' AND guest_sees(id))""",
    )
    Kind = OrganizationKind

    division = models.ForeignKey(Division, models.PROTECT, related_name="organizations", verbose_name="管理区划")
    kind = models.CharField("类别", max_length=16, choices=OrganizationKind)
    name = models.CharField("全称", max_length=200)
    short_name = models.CharField("简称", max_length=60, blank=True)
    code = models.CharField("代码", max_length=20, blank=True, help_text="学校（机构）标识码，或成员单位代码")
    competent_department = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="supervises", verbose_name="主管部门"
    )
    opened_on = models.DateField("设立日期", null=True, blank=True)
    closed_on = models.DateField("撤销日期", null=True, blank=True)
    sort_key = models.CharField(max_length=120, blank=True, editable=False)

    objects: ClassVar[OrganizationQuerySet] = OrganizationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "单位"
        verbose_name_plural = "单位"
        ordering = ["division", "kind", "id"]
        indexes = [models.Index(fields=["division", "kind", "id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["division"],
                condition=Q(kind="office", closed_on__isnull=True),
                name="one_open_office_per_division",
                violation_error_message="该区划已有教育督导委员会办公室。",
            ),
            # A school's identification code is for life and never given again; neutral wording: the row that has
            # it may lie in another tenant.
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(kind="school") & ~Q(code=""),
                name="school_code_unique",
                violation_error_message="该标识码不能使用，请核对。",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(opened_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="organization_closed_after_opened",
                violation_error_message="撤销日期不能早于设立日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return self.short_name or self.name
