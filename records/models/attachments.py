from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Organization
from accounts.tenancy import Tenancy, setting
from records import clock
from records.filetypes import LABELS
from records.querysets import AttachmentQuerySet


@pghistory.track(exclude=["longitude", "latitude"])
class Attachment(models.Model):
    """Evidence: bytes named by their SHA-256, typed by content, replaced by a revision and never overwritten.

    Until `filed_at` only the organization that uploaded it sees it: a report's pictures before the report is sent.
    """

    tenancy = Tenancy.custom(
        using=f"""CASE WHEN organization_id = {setting("org")} THEN true
            WHEN filed_at IS NULL THEN false ELSE root_visible(root_kind, root_id) END""",
        check=f"organization_id = {setting('org')} AND root_visible(root_kind, root_id)"
        f" OR {setting('lo')} IS NOT NULL AND root_visible(root_kind, root_id)",
    )

    class Category(models.TextChoices):
        PHOTO = "photo", "照片"
        VIDEO = "video", "视频"
        FILE = "file", "文件"

    root_kind = models.CharField(max_length=60)
    root_id = models.BigIntegerField()
    # What it belongs to within the root: a finding, a report, an answer.
    part = models.CharField(max_length=80, blank=True)
    category = models.CharField("类别", max_length=8, choices=Category)
    name = models.CharField("文件名", max_length=200)
    mime = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField("字节数")
    sha256 = models.CharField(max_length=64)
    taken_at = models.DateTimeField("拍摄时间", null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="上传单位")
    uploaded_at = models.DateTimeField("上传时间")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    filed_at = models.DateTimeField("提交时间", null=True, blank=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")

    objects: ClassVar[AttachmentQuerySet] = AttachmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "附件"
        verbose_name_plural = "附件"
        ordering = ["uploaded_at", "id"]
        indexes = [models.Index(fields=["root_kind", "root_id", "part"])]
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="attachment_not_empty"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="attachment_sha256"),
        ]

    def __str__(self) -> str:
        return self.name

    # What components/attachment_grid.html shows.

    @property
    def is_image(self) -> bool:
        return self.category == self.Category.PHOTO

    @property
    def url(self) -> str:
        return reverse("records:attachment", args=[self.pk])

    @property
    def preview_url(self) -> str:
        return f"{self.url}?size=thumb"

    @property
    def kind_label(self) -> str:
        return LABELS.get(self.mime, "文件")

    @property
    def caption(self) -> str:
        """When a picture was taken; where the camera kept silent, its name."""
        if self.taken_at is None:
            return self.name
        return f"{clock.local(self.taken_at):%-m月%-d日 %H:%M} 拍摄"

    @property
    def alt(self) -> str:
        return f"{self.get_category_display()}：{self.name}"
