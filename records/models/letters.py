from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Organization
from accounts.tenancy import Tenancy
from records.documents.kinds import DocumentKind
from records.models.documents import Document
from records.models.roots import Root
from records.querysets import RelatedQuerySet

PEOPLE = settings.AUTH_USER_MODEL


@pghistory.track(exclude=["subject_prefecture", "subject_province"])
class LetterBatch(Root):
    """One text to many recipients (批量公文), each with a paper and a number of its own; approved in one act.

    `title` and `content` hold blanks, {{ 名称 }}, that each letter fills in with its row. What came of it is one file to
    print (`merged`) and one to hand on (`archive`, with the SHA-256 of each paper).
    """

    class State(models.TextChoices):
        DRAFTED = "drafted", "拟稿"
        SUBMITTED = "submitted", "待签发"
        APPROVED = "approved", "生成中"
        DONE = "done", "已完成"
        WITHDRAWN = "withdrawn", "已撤回"

    url_name = "records:letterbatch_detail"

    kind_of = models.CharField("文种", max_length=32, choices=DocumentKind, default=DocumentKind.LETTER)
    title = models.CharField("标题", max_length=200)
    content = models.JSONField("正文", default=dict)
    publicity = models.CharField("公开属性", max_length=12, choices=Document.Publicity)
    columns = models.JSONField("各单位填写项", default=list)
    state = models.CharField("状态", max_length=12, choices=State, default=State.DRAFTED, editable=False)
    drafted_by = models.ForeignKey(PEOPLE, models.PROTECT, null=True, related_name="+", verbose_name="拟稿人")
    approved_at = models.DateTimeField("签发时间", null=True, blank=True)
    approved_by = models.ForeignKey(PEOPLE, models.PROTECT, null=True, blank=True, related_name="+")
    merged = models.CharField("合并文件", max_length=64, blank=True, help_text="SHA-256")
    merged_size = models.PositiveBigIntegerField(null=True, blank=True)
    archive = models.CharField("压缩包", max_length=64, blank=True, help_text="SHA-256")
    archive_size = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta(Root.Meta):
        verbose_name = "批量公文"
        verbose_name_plural = "批量公文"
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["owner_code", "-created_at", "-id"], name="letterbatch_office")]
        constraints = [
            *Root.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state__in=["approved", "done"], approved_at__isnull=False, approved_by__isnull=False)
                | Q(~Q(state__in=["approved", "done"]), approved_at__isnull=True, approved_by__isnull=True),
                name="letterbatch_approved_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("drafted_by")),
                name="letterbatch_four_eyes",
                violation_error_message="拟稿人不能签发。",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Letter(models.Model):
    """One recipient of a batch: his blanks, his paper once it is drafted, and what went wrong with it."""

    tenancy = Tenancy.child("batch")
    root_path = "batch"

    batch = models.ForeignKey(LetterBatch, models.CASCADE, related_name="letters")
    n = models.PositiveIntegerField("序号")
    recipient = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="主送单位")
    values = models.JSONField("填写项", default=dict)
    document = models.OneToOneField(Document, models.PROTECT, null=True, blank=True, related_name="letter")
    fault = models.CharField("未完成的原因", max_length=300, blank=True)

    objects: ClassVar[RelatedQuerySet] = RelatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "批量公文的一件"
        verbose_name_plural = "批量公文的各件"
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "n"], name="letter_in_order"),
            models.UniqueConstraint(fields=["batch", "recipient"], name="letter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.n}. {self.recipient}"
