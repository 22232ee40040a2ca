from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q

from accounts.tenancy import Tenancy
from records.models.deadlines import BasisKind
from rectification.models.tickets import Severity
from rectification.querysets import CategoryQuerySet


@pghistory.track()
class ProblemCategory(models.Model):
    """A kind of problem in the ledger's tree, with the text it stands on. The country's rows bind everybody; an office
    adds its own under them, so that what it counts can be added up above it.

    `item_code`: the item of the routine visit (1–8) whose findings fall here by themselves.
    """

    tenancy = Tenancy.binding()

    division_code = models.PositiveIntegerField("适用区划", null=True, blank=True, editable=False)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级分类"
    )
    code = models.CharField("代码", max_length=40)
    label = models.CharField("名称", max_length=120)
    basis = models.CharField("依据", max_length=200)
    basis_kind = models.CharField("依据类别", max_length=16, choices=BasisKind, default=BasisKind.LOCAL_PRACTICE)
    severity = models.CharField("默认程度", max_length=8, choices=Severity, blank=True)
    item_code = models.CharField("对应督导事项", max_length=16, blank=True, editable=False)
    order = models.PositiveSmallIntegerField("顺序", default=0)
    # Not offered any more; what was entered under it stays.
    retired_on = models.DateField("停用日期", null=True, blank=True, editable=False)

    objects: ClassVar[CategoryQuerySet] = CategoryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "问题分类"
        verbose_name_plural = "问题分类"
        ordering = ["order", "code", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["division_code", "code"], name="problem_category_once", nulls_distinct=False,
                violation_error_message="本区划已有这个代码。",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="problem_category_not_its_own_parent"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.label
