from __future__ import annotations

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.tenancy import Tenancy
from records.models.attachments import Attachment
from records.models.documents import Document
from records.models.roots import Root
from records.querysets import RelatedQuerySet

PEOPLE = settings.AUTH_USER_MODEL

# What was withdrawn leaves the public's table in the same transaction, whoever withdrew it and by what way.
TAKE_DOWN = """
UPDATE records_publishedcopy SET title = '', blocks = '[]', words = '', photos = '[]', file = '', number = '',
       withdrawn_at = NEW.withdrawn_at, withdrawn_reason = NEW.withdrawn_reason
 WHERE publication_id = NEW.id;
RETURN NULL;
"""
# The last lock behind the guards: what a person has not confirmed cannot be approved or go out.
NOTHING_UNCONFIRMED = """
IF EXISTS (SELECT 1 FROM records_redactionflag f WHERE f.publication_id = NEW.id AND f.decision = '') THEN
  RAISE EXCEPTION 'publication % has unconfirmed flags', NEW.id;
END IF;
RETURN NEW;
"""
# What was approved stays as it was approved.
FROZEN = """
IF EXISTS (SELECT 1 FROM records_publication p WHERE p.id = COALESCE(NEW.publication_id, OLD.publication_id)
           AND p.state NOT IN ('proposed', 'dropped')) THEN
  RAISE EXCEPTION 'the redaction of publication % is finished', COALESCE(NEW.publication_id, OLD.publication_id);
END IF;
RETURN COALESCE(NEW, OLD);
"""


@pghistory.track(exclude=["subject_prefecture", "subject_province", "blocks"])
class Publication(Root):
    """What an office makes public (公开): the full text here, its redaction beside it in flags, the copy that the public
    reads in PublishedCopy. From–to are days; that a notice has expired is computed.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "脱敏中"
        REDACTED = "redacted", "待批准"
        APPROVED = "approved", "已批准"
        PUBLISHED = "published", "已公开"
        WITHDRAWN = "withdrawn", "已撤下"
        DROPPED = "dropped", "不公开"

    class Kind(models.TextChoices):
        NOTICE = "notice", "公示"
        REPORT = "report", "报告"
        RESULT = "result", "结果"
        STATISTICS = "statistics", "统计"

    url_name = "records:publication_detail"

    kind_of = models.CharField("类别", max_length=12, choices=Kind)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="publications", verbose_name="来源公文"
    )
    title = models.CharField("标题", max_length=200)
    # As Document.content["paragraphs"]: {"text", "level"} or {"header", "rows"}.
    blocks = models.JSONField("正文", default=list)
    # An on-request paper is made public for a reason that is written down.
    publicity_reason = models.CharField("主动公开的理由", max_length=300, blank=True)
    shows_from = models.DateField("公开起始日")
    shows_until = models.DateField("公开截止日", null=True, blank=True, help_text="当日仍公开；不填则长期公开")
    state = models.CharField("状态", max_length=12, choices=State, default=State.PROPOSED, editable=False)
    proposed_by = models.ForeignKey(PEOPLE, models.PROTECT, related_name="+", verbose_name="提出人")
    redacted_at = models.DateTimeField("脱敏完成时间", null=True, blank=True)
    redacted_by = models.ForeignKey(PEOPLE, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    approved_by = models.ForeignKey(PEOPLE, models.PROTECT, null=True, blank=True, related_name="+")
    approved_as = models.CharField("批准人", max_length=260, blank=True)
    # Of text and decisions as they were approved: the job publishes this and nothing that came later.
    fingerprint = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField("公开时间", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤下时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(PEOPLE, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_reason = models.CharField("撤下理由", max_length=300, blank=True)
    problem = models.CharField("未能公开的原因", max_length=300, blank=True)

    class Meta(Root.Meta):
        verbose_name = "信息公开"
        verbose_name_plural = "信息公开"
        indexes = [
            models.Index(fields=["subject_code", "-created_at", "-id"], name="publication_county"),
            models.Index(fields=["subject_prefecture", "-created_at", "-id"], name="publication_prefecture"),
            models.Index(fields=["subject_province", "-created_at", "-id"], name="publication_province"),
            models.Index(fields=["owner_code", "state"], name="publication_office"),
        ]
        constraints = [
            *Root.Meta.constraints,
            models.UniqueConstraint(
                fields=["owner_code", "document"],
                condition=Q(document__isnull=False) & ~Q(state__in=["withdrawn", "dropped"]),
                name="one_publication_per_document",
                violation_error_message="这份公文已经提出公开。",
            ),
            models.CheckConstraint(
                condition=Q(shows_until__isnull=True) | Q(shows_until__gte=F("shows_from")),
                name="publication_days_in_order",
                violation_error_message="公开截止日不能早于起始日。",
            ),
            models.CheckConstraint(
                condition=~Q(kind_of="notice") | Q(shows_until__isnull=False),
                name="publication_notice_ends",
                violation_error_message="公示必须有截止日。",
            ),
            models.CheckConstraint(
                condition=Q(redacted_at__isnull=True, redacted_by__isnull=True)
                | Q(redacted_at__isnull=False, redacted_by__isnull=False),
                name="publication_redacted_paired",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "published", "withdrawn"])
                | Q(
                    Q(approved_at__isnull=False, approved_by__isnull=False, redacted_at__isnull=False)
                    & ~Q(fingerprint="")
                    & ~Q(approved_by=F("proposed_by"))
                    & ~Q(approved_by=F("redacted_by"))
                ),
                name="publication_approved_by_another",
                violation_error_message="批准人不能是提出人或脱敏人。",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False), name="publication_published_with_date"
            ),
            models.CheckConstraint(
                condition=Q(Q(state="withdrawn", withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_reason=""))
                | Q(~Q(state="withdrawn"), withdrawn_at__isnull=True, withdrawn_by__isnull=True),
                name="publication_withdrawn_with_reason",
            ),
        ]  # fmt: skip
        triggers = [
            *Root.Meta.triggers,
            pgtrigger.Trigger(
                name="confirmed",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.state IN ('redacted', 'approved', 'published')"),
                func=NOTHING_UNCONFIRMED,
            ),
            pgtrigger.Trigger(
                name="take_down",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.state = 'withdrawn'"),
                func=TAKE_DOWN,
            ),
        ]

    def __str__(self) -> str:
        return self.title


@pghistory.track(exclude=["text"])
class RedactionFlag(models.Model):
    """A passage (or a photo) that may expose somebody, and what a person decided: mask it, keep it, leave the photo out.

    `place`: where in the text, see records.publication.redaction.passages; a photo's is "photo". Undecided, nothing goes out.
    """

    tenancy = Tenancy.child("publication")
    root_path = "publication"

    class Kind(models.TextChoices):
        NAME = "name", "姓名"
        IDENTITY = "identity", "身份证号"
        PHONE = "phone", "电话号码"
        CARD = "card", "银行卡号"
        NUMBER = "number", "长数字"
        CONTACT = "contact", "邮箱或账号"
        ADDRESS = "address", "住址"
        MINOR = "minor", "未成年人"
        PHOTO = "photo", "照片"
        BY_HAND = "by_hand", "人工标注"

    class Decision(models.TextChoices):
        OPEN = "", "待确认"
        MASK = "mask", "遮盖"
        KEEP = "keep", "保留"
        OMIT = "omit", "不公开这张照片"

    publication = models.ForeignKey(Publication, models.CASCADE, related_name="flags")
    kind = models.CharField("类别", max_length=10, choices=Kind)
    place = models.CharField(max_length=20)
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    text = models.CharField("原文", max_length=200, blank=True)
    attachment = models.ForeignKey(Attachment, models.PROTECT, null=True, blank=True, related_name="+")
    decision = models.CharField("处理", max_length=4, choices=Decision, blank=True, default=Decision.OPEN)
    mask = models.CharField("替换为", max_length=200, blank=True)
    # Of a photo: rectangles [left, top, width, height] in thousandths of its size.
    boxes = models.JSONField(default=list)
    blurred = models.BooleanField("模糊（不选则涂黑）", default=False)
    caption = models.CharField("图片说明", max_length=100, blank=True)
    reason = models.CharField("保留的理由", max_length=300, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(PEOPLE, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar[RelatedQuerySet] = RelatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "脱敏标记"
        verbose_name_plural = "脱敏标记"
        ordering = ["publication", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "place", "start", "end"],
                condition=Q(attachment__isnull=True),
                name="redaction_flag_once",
            ),
            models.UniqueConstraint(
                fields=["publication", "attachment"],
                condition=Q(attachment__isnull=False),
                name="redaction_photo_once",
            ),
            models.CheckConstraint(
                condition=Q(decision="", confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(~Q(decision=""), confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="redaction_confirmed_by_person",
            ),
            models.CheckConstraint(
                condition=~Q(decision="keep") | ~Q(reason=""),
                name="redaction_kept_with_reason",
                violation_error_message="保留原文须写明理由。",
            ),
            models.CheckConstraint(
                condition=~Q(decision="mask")
                | Q(Q(attachment__isnull=True) & ~Q(mask=""))
                | Q(Q(attachment__isnull=False) & ~Q(boxes=[])),
                name="redaction_masked_with_something",
                violation_error_message="请写明替换成什么，或标出照片上要遮盖的地方。",
            ),
            models.CheckConstraint(
                condition=Q(kind="photo", attachment__isnull=False)
                | Q(~Q(kind="photo"), attachment__isnull=True, end__gt=F("start")),
                name="redaction_photo_or_passage",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=FROZEN,
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.text}"
