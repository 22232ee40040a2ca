from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from accounts.tenancy import Tenancy, setting
from records import clock
from records.models.publications import Publication
from records.querysets import OfficeQuerySet


class PublishedQuerySet(models.QuerySet["PublishedCopy"]):
    """Open to everybody: it holds nothing but what everybody may read."""

    def on_show(self, day: date | None = None) -> Self:
        """What may be read on the day (today): begun, not ended, not withdrawn."""
        on = day or clock.today()
        ended = Q(shows_until__isnull=False, shows_until__lt=on)
        return self.filter(withdrawn_at__isnull=True, shows_from__lte=on).exclude(ended).defer("words")

    def known(self, day: date | None = None) -> Self:
        """What the public may know of: on show, ended or withdrawn; not what begins later."""
        return self.filter(shows_from__lte=day or clock.today()).defer("words")

    def containing(self, words: str) -> Self:
        """Every word of the search, wherever it stands; two characters are a word."""
        found = self
        for word in words.split()[:5]:
            found = found.filter(words__contains=word)
        return found


class PublishedCopy(models.Model):
    """What the public reads: the redacted text and pictures, made anew from the decisions, and nothing else.

    Written by the system when an approved publication goes out; emptied by the database when it is withdrawn.
    """

    tenancy = Tenancy.open("read by everybody without a scope; holds redacted copies only", system_writes=True)

    Kind = Publication.Kind

    publication_id = models.BigIntegerField(unique=True)
    owner_code = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    title = models.CharField(max_length=200, blank=True)
    blocks = models.JSONField(default=list)
    # Title and text in one piece, for the search.
    words = models.TextField(blank=True)
    issuer = models.CharField(max_length=200)
    number = models.CharField(max_length=60, blank=True)
    dated = models.DateField()
    division_name = models.CharField(max_length=60)
    prefecture_code = models.PositiveIntegerField(null=True)
    prefecture_name = models.CharField(max_length=60, blank=True)
    province_code = models.PositiveIntegerField()
    province_name = models.CharField(max_length=60)
    shows_from = models.DateField()
    shows_until = models.DateField(null=True)
    # [{"sha256", "caption", "width", "height"}] of redacted copies.
    photos = models.JSONField(default=list)
    # The SHA-256 of the PDF that was set from the redacted text.
    file = models.CharField(max_length=64, blank=True)
    # Of the paper it comes from, for the page that says whether a paper is genuine.
    verify_token = models.CharField(max_length=32, blank=True)
    published_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    objects: ClassVar[PublishedQuerySet] = PublishedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "公开副本"
        verbose_name_plural = "公开副本"
        ordering = ["-shows_from", "-id"]
        indexes = [
            models.Index(fields=["kind", "-shows_from", "-id"], name="published_kind"),
            models.Index(fields=["owner_code", "-shows_from", "-id"], name="published_office"),
            models.Index(fields=["-shows_from", "-id"], name="published_newest"),
            GinIndex(fields=["words"], opclasses=["gin_trgm_ops"], name="published_words"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(title="", words="", file="", number=""),
                name="published_withdrawn_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(shows_until__isnull=True) | Q(shows_until__gte=F("shows_from")),
                name="published_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.get_kind_display()}（已撤下）"

    def ended_on(self, day: date) -> bool:
        return self.shows_until is not None and self.shows_until < day

    @property
    def takes_objections(self) -> bool:
        """Whether the public may object to it today."""
        on = clock.today()
        begun = self.shows_from <= on and self.withdrawn_at is None
        return self.kind == self.Kind.NOTICE and begun and not self.ended_on(on)


class PublicObjection(models.Model):
    """An objection to a notice (公示异议), as somebody sent it: written by a function of the database, because the sender
    has no scope; read and answered by the office that published.
    """

    tenancy = Tenancy.custom(
        using=f"""CASE WHEN owner_code = {setting("me")} THEN true
            ELSE coalesce({setting("me")} IS NULL AND owner_code BETWEEN {setting("lo")} AND {setting("hi")}, false) END"""
    )

    owner_code = models.PositiveIntegerField(editable=False)
    publication = models.ForeignKey(Publication, models.PROTECT, related_name="objections")
    receipt = models.CharField("回执编号", max_length=20)
    name = models.CharField("姓名或单位", max_length=60, blank=True)
    contact = models.CharField("联系方式", max_length=100, blank=True)
    text = models.TextField("异议内容", max_length=2000)
    received_at = models.DateTimeField("收到时间")
    # When the office's people were told: the system's doing.
    announced_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField("处理结果", max_length=2000, blank=True)
    answered_at = models.DateTimeField("处理时间", null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_as = models.CharField("处理人", max_length=260, blank=True)

    objects: ClassVar[OfficeQuerySet] = OfficeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "公示异议"
        verbose_name_plural = "公示异议"
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(fields=["owner_code", "-received_at"], name="objection_office"),
            models.Index(fields=["receipt"], name="objection_receipt"),
            models.Index(fields=["received_at"], condition=Q(announced_at__isnull=True), name="objection_to_announce"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["owner_code", "receipt"], name="objection_receipt_once"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | Q(Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="objection_answered_whole",
            ),
        ]
        triggers = [
            # What the public wrote stays as it was written.
            pgtrigger.ReadOnly(name="as_sent", fields=["owner_code", "publication", "receipt", "name", "contact", "text",
                                                       "received_at"]),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.receipt}"
