from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.tenancy import Tenancy
from records import clock
from records.models.jobs import Job
from records.querysets import PersonalQuerySet


class Import(models.Model):
    """A spreadsheet that somebody brought, what checking it came to, and when it was written.

    The file is kept by its SHA-256: what is written is what was checked. Checking and writing are jobs.
    """

    tenancy = Tenancy.personal()

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="上传人")
    membership_id = models.BigIntegerField(editable=False)
    owner_code = models.PositiveIntegerField(editable=False)
    kind = models.CharField("内容", max_length=40)
    name = models.CharField("文件", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    uploaded_at = models.DateTimeField("上传时间", default=clock.now)
    check_job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField("检查时间", null=True, blank=True)
    # By records.imports.importers.Outcome: how many rows are new, changed, the same, wrong.
    counts = models.JSONField(default=dict)
    fault_count = models.PositiveIntegerField("问题数", default=0)
    unknown = models.JSONField("未导入的列", default=list)
    write_job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField("导入时间", null=True, blank=True)

    objects: ClassVar[PersonalQuerySet] = PersonalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "表格导入"
        verbose_name_plural = "表格导入"
        ordering = ["-uploaded_at", "-id"]
        indexes = [models.Index(fields=["user", "-uploaded_at", "-id"], name="import_of_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(written_at__isnull=True)
                | Q(checked_at__isnull=False, fault_count=0, write_job__isnull=False),
                name="import_written_only_when_faultless",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("records:import_detail", args=[self.pk])

    @property
    def may_be_written(self) -> bool:
        """Checked, faultless, something to write, and nobody has begun or the last try was cut off."""
        tried = self.write_job is not None and self.write_job.state != Job.State.FAILED
        return bool(self.checked_at) and not self.fault_count and self.to_write > 0 and not tried

    @property
    def to_write(self) -> int:
        counts: dict[str, Any] = self.counts
        return int(counts.get("new", 0)) + int(counts.get("changed", 0))
