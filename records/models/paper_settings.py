from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models

from accounts.tenancy import Tenancy
from records.documents.kinds import DocumentKind
from records.models.documents import OWN_OFFICE, SEAL_WAYS
from records.querysets import OfficeQuerySet


@pghistory.track()
class PaperSteps(models.Model):
    """Which steps a kind of document takes in an office before it is approved. No row: none, as a small office works."""

    tenancy = Tenancy.custom(using=OWN_OFFICE)

    owner_code = models.PositiveIntegerField(editable=False)
    kind = models.CharField("文种", max_length=32, choices=DocumentKind)
    check_required = models.BooleanField("须核稿", default=False)
    # Nobody named: anybody of the office who checks and did not draft.
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核稿人"
    )
    countersign_required = models.BooleanField("须会签", default=False)

    objects: ClassVar[OfficeQuerySet] = OfficeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "公文办理步骤"
        verbose_name_plural = "公文办理步骤"
        constraints = [models.UniqueConstraint(fields=["owner_code", "kind"], name="one_steps_per_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.summary}"

    @property
    def summary(self) -> str:
        """The chain in words, e.g. 拟稿 → 核稿 → 签发."""
        check, countersign = ["核稿"] * self.check_required, ["会签"] * self.countersign_required
        return " → ".join(["拟稿", *check, *countersign, "签发"])


@pghistory.track()
class OfficePaper(models.Model):
    """How an office seals its papers (用印). Empty: by signature where it has a certificate, else on paper."""

    tenancy = Tenancy.custom(using=OWN_OFFICE)

    class SealWay(models.TextChoices):
        SIGNATURE = SEAL_WAYS[0]
        SCAN = SEAL_WAYS[1]

    owner_code = models.PositiveIntegerField(unique=True, editable=False)
    seal_way = models.CharField("用印方式", max_length=12, choices=SealWay, blank=True)

    objects: ClassVar[OfficeQuerySet] = OfficeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "用印设置"
        verbose_name_plural = "用印设置"

    def __str__(self) -> str:
        return self.get_seal_way_display() or "自动"
