from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.actors import division_range
from accounts.tenancy import Tenancy


class Division(models.Model):
    """行政区划: GB/T 2260 code, or a functional zone that an office added (development zones run schools)."""

    tenancy = Tenancy.open("names and codes of administrative divisions are public; sign-in needs them before a scope")

    class Level(models.TextChoices):
        PROVINCE = "province", "省级"
        PREFECTURE = "prefecture", "州（市）级"
        COUNTY = "county", "县（市、区）级"

    class Kind(models.TextChoices):
        ADMINISTRATIVE = "administrative", "行政区划"
        ZONE = "zone", "功能区"

    code = models.PositiveIntegerField("代码", primary_key=True)
    name = models.CharField("名称", max_length=60)
    level = models.CharField("层级", max_length=12, choices=Level)
    kind = models.CharField("类别", max_length=16, choices=Kind, default=Kind.ADMINISTRATIVE)
    # A county directly under a province has the province as parent: nothing may assume a prefecture between.
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        verbose_name = "行政区划"
        verbose_name_plural = "行政区划"
        ordering = ["code"]
        indexes = [models.Index(fields=["parent", "code"])]
        constraints = [
            models.CheckConstraint(condition=Q(code__gte=110_000, code__lte=659_999), name="division_code_range"),
            models.CheckConstraint(
                condition=Q(level="province", parent__isnull=True) | (~Q(level="province") & Q(parent__isnull=False)),
                name="division_parent_matches_level",
                violation_error_message="省级区划没有上级，其他区划必须有上级。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def range(self) -> tuple[int, int]:
        """Codes of the division and all under it, both ends included."""
        return division_range(self.code)

    @classmethod
    def within(cls, code: int) -> models.QuerySet[Division]:
        """The division of the code and everything under it, in the order of the codes."""
        lo, hi = division_range(code)
        return cls.objects.filter(code__gte=lo, code__lte=hi).order_by("code")
