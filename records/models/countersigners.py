from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Organization
from accounts.tenancy import Tenancy
from records.models.documents import Document
from records.querysets import RelatedQuerySet


@pghistory.track()
class Countersigner(models.Model):
    """Who is asked to countersign a draft (会签), and what he said. A row is never taken away once it was answered: when
    the text changes afterwards it is void (`voided_at`) and a new one stands in its place.
    """

    tenancy = Tenancy.child("document")
    root_path = "document"

    class Opinion(models.TextChoices):
        AGREED = "agreed", "同意"
        OBJECTED = "objected", "有不同意见"

    document = models.ForeignKey(Document, models.PROTECT, related_name="countersigners")
    position = models.PositiveSmallIntegerField("次序")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="会签单位")
    # Nobody named: anybody of the organization who carries the word. In the own office a person is always named.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="会签人"
    )
    person_name = models.CharField(max_length=150, blank=True)
    opinion = models.CharField("会签意见", max_length=8, choices=Opinion, blank=True)
    remarks = models.TextField("意见内容", blank=True)
    signed_at = models.DateTimeField("会签时间", null=True, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    signed_as = models.CharField(max_length=260, blank=True)
    # The text that was signed: records.actions.countersigning.version_of.
    version = models.CharField(max_length=16, blank=True)
    # What the office did with an objection: taken up, or why not.
    answer = models.TextField("答复", blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_as = models.CharField(max_length=260, blank=True)
    voided_at = models.DateTimeField("失效时间", null=True, blank=True)

    objects: ClassVar[RelatedQuerySet] = RelatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "会签"
        verbose_name_plural = "会签"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "organization", "person"],
                condition=Q(voided_at__isnull=True),
                nulls_distinct=False,
                name="one_countersigner_in_force",
                violation_error_message="该单位或人员已在会签名单中。",
            ),
            models.CheckConstraint(
                condition=Q(opinion="", signed_at__isnull=True, signed_by__isnull=True)
                | Q(~Q(opinion=""), signed_at__isnull=False, signed_by__isnull=False),
                name="countersigner_signed_paired",
            ),
            models.CheckConstraint(
                condition=Q(opinion="objected") & ~Q(remarks="") | ~Q(opinion="objected"),
                name="countersigner_objection_says_why",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | Q(~Q(answer=""), answered_at__isnull=False, answered_by__isnull=False, opinion="objected"),
                name="countersigner_answer_paired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization.label} {self.person_name}".strip()

    @property
    def label(self) -> str:
        return str(self)

    @property
    def is_open(self) -> bool:
        """Still asked and not yet answered."""
        return self.voided_at is None and not self.opinion

    @property
    def is_settled(self) -> bool:
        """In force and nothing to be done about it: agreed, or objected and answered by the office."""
        return self.voided_at is None and (self.opinion == "agreed" or bool(self.answer))
