from __future__ import annotations

import hashlib
import json
from typing import Any, ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.tenancy import Tenancy
from records.documents.kinds import DocumentKind
from records.querysets import RuleQuerySet

TEXT_FIELDS = ("title", "body", "attachments", "contact_note", "attendance")


@pghistory.track()
class DocumentTemplate(models.Model):
    """A text to begin a document with (公文模板): words and blanks, no layout.

    `division_code` is None for the country's, which come with the program; an office that wants other words has a row
    of its own with the same `kind` and `code`, which then stands in front of the one above. What it stands in front of
    is found when it is asked for (the nearest above), and `inherited_mark` says how that one read when the office last
    looked: another mark means that it has changed since.
    """

    tenancy = Tenancy.binding()

    kind = models.CharField("文种", max_length=32, choices=DocumentKind, editable=False)
    code = models.CharField("代码", max_length=40, editable=False)
    division_code = models.PositiveIntegerField("区划", null=True, blank=True, editable=False)
    name = models.CharField("模板名称", max_length=80)
    note = models.CharField("何时使用", max_length=200, blank=True)
    title = models.CharField("标题", max_length=200)
    body = models.TextField("正文")
    attachments = models.TextField("附件名称", blank=True)
    contact_note = models.CharField("附注", max_length=200, blank=True)
    attendance = models.TextField("出席、请假、列席人员", blank=True)
    inherited_mark = models.CharField(max_length=16, blank=True, editable=False)
    updated_at = models.DateTimeField("修改时间", editable=False)
    # The country's came with the program and were written by nobody.
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects: ClassVar[RuleQuerySet] = RuleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "公文模板"
        verbose_name_plural = "公文模板"
        ordering = ["kind", "code", "division_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["division_code", "kind", "code"],
                name="document_template_once",
                nulls_distinct=False,
                violation_error_message="本单位已有这个模板，请直接修改。",
            ),
            models.CheckConstraint(
                condition=Q(division_code__isnull=True, written_by__isnull=True) | Q(division_code__isnull=False, written_by__isnull=False),
                name="document_template_written_by",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("records:template_detail", args=[self.pk])

    @property
    def texts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in TEXT_FIELDS}

    @property
    def mark(self) -> str:
        """Names the text: another text has another mark."""
        return hashlib.sha256(json.dumps(self.texts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]
