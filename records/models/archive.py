from __future__ import annotations

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import Organization
from accounts.tenancy import Tenancy, setting
from records.models.deadlines import BasisKind
from records.querysets import ArchiveQuerySet, OfficeQuerySet, RelatedQuerySet, RuleQuerySet

OWN_OFFICE = f"coalesce(owner_code = {setting('me')}, false)"
PERMANENT = "永久"


@pghistory.track()
class RetentionRule(models.Model):
    """保管期限: how long a kind of file is kept. Data with its basis; a division's row goes before the one above it."""

    tenancy = Tenancy.binding()

    division_code = models.PositiveIntegerField("适用区划", null=True, blank=True, editable=False)
    kind = models.CharField("案卷类别", max_length=60)
    years = models.PositiveSmallIntegerField("保管年数", null=True, blank=True, help_text="留空为永久。")
    basis = models.CharField("依据", max_length=200)
    basis_kind = models.CharField("依据类别", max_length=16, choices=BasisKind, default=BasisKind.LOCAL_PRACTICE)

    objects: ClassVar[RuleQuerySet] = RuleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "保管期限"
        verbose_name_plural = "保管期限"
        ordering = ["kind", "division_code"]
        constraints = [
            models.UniqueConstraint(fields=["division_code", "kind"], name="retention_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(years__isnull=True) | Q(years__gt=0), name="retention_positive"),
        ]

    def __str__(self) -> str:
        return period_label(self.years)


def period_label(years: int | None) -> str:
    return f"{years}年" if years else PERMANENT


class ArchiveTransfer(models.Model):
    """移交: files given to an archive on a day, with the receipt it signed. Entered once it has happened."""

    tenancy = Tenancy.custom(using=OWN_OFFICE)

    class Receiver(models.TextChoices):
        ROOM = "room", "本单位档案室"
        ARCHIVES = "archives", "国家综合档案馆"
        OTHER = "other", "其他保管单位"

    owner_code = models.PositiveIntegerField(editable=False)
    receiver_kind = models.CharField("接收单位类别", max_length=10, choices=Receiver)
    receiver = models.CharField("接收单位", max_length=200)
    received_by = models.CharField("接收人", max_length=60)
    handed_on = models.DateField("移交日期")
    note = models.CharField("备注", max_length=300, blank=True)
    receipt_name = models.CharField("签收的移交清册", max_length=200)
    receipt_sha256 = models.CharField(max_length=64)
    receipt_mime = models.CharField(max_length=100)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")

    objects: ClassVar[OfficeQuerySet] = OfficeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "档案移交"
        verbose_name_plural = "档案移交"
        ordering = ["-handed_on", "-id"]
        indexes = [models.Index(fields=["owner_code", "-handed_on", "-id"], name="transfer_of_office")]

    def __str__(self) -> str:
        return f"{self.handed_on} 移交{self.receiver}"

    def get_absolute_url(self) -> str:
        return reverse("records:transfer", args=[self.pk])


@pghistory.track()
class ArchiveFile(models.Model):
    """案卷: the papers of one finished matter, with a catalogue that is frozen when the file is closed.

    The office's own and nobody else's: not even the offices above see it. `number` (档号) is given when it is first
    closed and kept ever after; `edition` counts the closings.
    """

    tenancy = Tenancy.custom(using=OWN_OFFICE)
    keeps_trail: ClassVar[bool] = True

    class State(models.TextChoices):
        OPEN = "open", "整理中"
        CLOSED = "closed", "已归档"
        HANDED_OVER = "handed_over", "已移交"

    owner_code = models.PositiveIntegerField(editable=False)
    office = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="立卷单位")
    root_kind = models.CharField("类别", max_length=60)
    root_id = models.BigIntegerField()
    title = models.CharField("案卷题名", max_length=200)
    subject_name = models.CharField("对象单位", max_length=200, blank=True)
    year = models.PositiveSmallIntegerField("归档年度")
    retention_years = models.PositiveSmallIntegerField("保管年数", null=True, blank=True)
    retention_basis = models.CharField("保管期限依据", max_length=200)
    state = models.CharField("状态", max_length=12, choices=State, default=State.OPEN, editable=False)
    sequence = models.PositiveIntegerField(null=True, blank=True, editable=False)
    number = models.CharField("档号", max_length=60, blank=True, editable=False)
    edition = models.PositiveSmallIntegerField("归档次数", default=0, editable=False)
    catalogue_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    expires_on = models.DateField("保管期满日期", null=True, blank=True, editable=False)
    # Why the worker could not make the sheets of the catalogue.
    prepare_error = models.TextField(blank=True, editable=False)
    opened_at = models.DateTimeField("立卷时间", editable=False)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="立卷人")
    opened_as = models.CharField("立卷人身份", max_length=260, editable=False)
    closed_at = models.DateTimeField("归档时间", null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="检查人"
    )
    closed_as = models.CharField("检查人身份", max_length=260, blank=True, editable=False)
    transfer = models.ForeignKey(
        ArchiveTransfer, models.PROTECT, null=True, blank=True, related_name="files", verbose_name="移交"
    )

    objects: ClassVar[ArchiveQuerySet] = ArchiveQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "案卷"
        verbose_name_plural = "案卷"
        ordering = ["-opened_at", "-id"]
        indexes = [
            models.Index(fields=["owner_code", "-opened_at", "-id"], name="archive_of_office"),
            models.Index(fields=["owner_code", "expires_on"], name="archive_expiry"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["owner_code", "root_kind", "root_id"], name="archive_once"),
            models.UniqueConstraint(
                fields=["owner_code", "number"], condition=~Q(number=""), name="archive_number_once"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True, closed_by__isnull=True)
                | Q(~Q(state="open") & ~Q(number=""), closed_at__isnull=False, closed_by__isnull=False),
                name="archive_closed_by_when",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=F("opened_by")),
                name="archive_closer_is_another",
                violation_error_message="立卷人和检查人不能是同一人。",
            ),
            models.CheckConstraint(
                condition=Q(state="handed_over", transfer__isnull=False)
                | Q(~Q(state="handed_over"), transfer__isnull=True),
                name="archive_handed_over_with_list",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()

    def get_absolute_url(self) -> str:
        return reverse("records:archive_file", args=[self.pk])

    @property
    def kind(self) -> str:
        """As the trail stores it."""
        return self._meta.label_lower

    @property
    def retention(self) -> str:
        return period_label(self.retention_years)

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN


# What was closed is not changed: to change it the file is opened again, by another person and with a reason.
FROZEN = """
    IF EXISTS (SELECT 1 FROM records_archivefile f WHERE f.state <> 'open' AND f.id IN
               (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.file_id END,
                CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.file_id END)) THEN
        RAISE EXCEPTION 'the catalogue of a closed file is frozen' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


@pghistory.track(exclude=["sheet"])
class ArchiveItem(models.Model):
    """A line of the catalogue (卷内目录): one paper, by its bytes. `key` names where it came from, once in a file.

    `sheet`: what has no bytes of its own (a measure, the history) as the form from which the worker sets a page.
    """

    tenancy = Tenancy.child("file")
    root_path: ClassVar[str] = "file"

    class BoundAs(models.TextChoices):
        PAGES = "pages", "原件页面"
        PICTURE = "picture", "图片页"
        SLIP = "slip", "另附电子文件"

    file = models.ForeignKey(ArchiveFile, models.CASCADE, related_name="items")
    key = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField("序号")
    title = models.CharField("题名", max_length=200)
    responsible = models.CharField("责任者", max_length=200, blank=True)
    number = models.CharField("文号", max_length=60, blank=True)
    dated = models.DateField("日期", null=True, blank=True)
    remarks = models.CharField("备注", max_length=200, blank=True)
    is_scan = models.BooleanField("补充扫描件", default=False)
    sheet = models.JSONField(null=True, blank=True)
    name = models.CharField("文件名", max_length=200, blank=True)
    mime = models.CharField(max_length=100, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField("字节数", null=True, blank=True)
    bound_as = models.CharField("合订方式", max_length=8, choices=BoundAs, blank=True)
    pages = models.PositiveSmallIntegerField("页数", null=True, blank=True)
    first_page = models.PositiveIntegerField("起页", null=True, blank=True)
    left_out = models.BooleanField("不归档", default=False)
    left_out_reason = models.CharField("不归档的理由", max_length=300, blank=True)

    objects: ClassVar[RelatedQuerySet] = RelatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "卷内文件"
        verbose_name_plural = "卷内文件"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["file", "key"], name="archive_item_once"),
            models.CheckConstraint(
                condition=Q(sha256="") | Q(sha256__regex=r"^[0-9a-f]{64}$"), name="archive_item_sha256"
            ),
            models.CheckConstraint(
                condition=Q(Q(left_out=True) & ~Q(left_out_reason="")) | Q(left_out=False, left_out_reason=""),
                name="archive_left_out_with_reason",
                violation_error_message="不归档须写明理由。",
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Trigger(
                name="frozen", when=pgtrigger.Before, func=FROZEN,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def page_range(self) -> str:
        """第几页至第几页 of the bound file; empty while it is open or left out."""
        if self.first_page is None or not self.pages:
            return ""
        last = self.first_page + self.pages - 1
        return str(self.first_page) if last == self.first_page else f"{self.first_page}-{last}"

    @property
    def is_ready(self) -> bool:
        return bool(self.sha256 and self.pages)
