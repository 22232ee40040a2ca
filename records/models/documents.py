from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar, Self

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.actors import Actor
from accounts.models import Delegation
from accounts.tenancy import Tenancy, setting
from records.documents.kinds import DocumentKind
from records.models.attachments import Attachment
from records.models.roots import GuestPermission, PartyBase, Root
from records.querysets import OfficeQuerySet, RootQuerySet
from records.rendering.papers import Layout

SEAL_WAYS = [("signature", "电子签章"), ("scan", "打印盖章后扫描")]
# States in which a paper has no number yet.
BEFORE_APPROVAL = ["drafted", "checking", "countersigning", "submitted"]
OWN_OFFICE = f"coalesce(owner_code = {setting('me')}, false)"


class DocumentQuerySet(RootQuerySet):
    def of_inspector(self, actor: object) -> DocumentQuerySet:
        """An inspector reads the office's papers once they are issued, and those he drafted."""
        return self.filter(Q(created_by_id=getattr(actor, "user_id", None)) | Q(issued_at__isnull=False))

    def to_sign(self, actor: Actor) -> Self:
        """Served on the actor's organization, which has not signed and has it in no other way."""
        return self.filter(
            state="served", services__recipient_id=actor.organization_id, services__received_at__isnull=True,
            services__voided_at__isnull=True,
        )  # fmt: skip


class DocumentSeries(models.Model):
    """The code in front of a number (机关代字), e.g. 五政教督办, of one office for one kind of document."""

    tenancy = Tenancy.custom(using=OWN_OFFICE)

    owner_code = models.PositiveIntegerField()
    kind = models.CharField("文种", max_length=32, choices=DocumentKind)
    code = models.CharField("机关代字", max_length=20)
    # The standard's special formats are an office's local practice: what it has chosen for this kind.
    layout = models.CharField("版式", max_length=8, choices=[(one.value, one.label) for one in Layout if one is not Layout.FORM],
                              default=Layout.OFFICIAL.value)  # fmt: skip

    objects: ClassVar[OfficeQuerySet] = OfficeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "机关代字"
        verbose_name_plural = "机关代字"
        constraints = [models.UniqueConstraint(fields=["owner_code", "kind"], name="one_series_per_kind")]

    def __str__(self) -> str:
        return self.code


class NumberCounter(models.Model):
    """The last number given in a series and year. Its row is locked only while a number is taken."""

    tenancy = Tenancy.custom(using=OWN_OFFICE)

    owner_code = models.PositiveIntegerField()
    series = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    objects: ClassVar[OfficeQuerySet] = OfficeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner_code", "series", "year"], name="one_counter")]

    def __str__(self) -> str:
        return f"{self.series}〔{self.year}〕{self.last}"


@pghistory.track(exclude=["subject_prefecture", "subject_province"])
class Document(Root):
    """An official document (公文): drafted → checked → countersigned → approved (number) → rendered → sealed → issued →
    served. Void keeps its number; replaced names its successor.

    `content` is what the renderer composes (records.rendering.papers). `file` is what was rendered, once; `sealed_file`
    is what is issued, served and verified. `about_kind`/`about_id` name the business root it serves, which lives in a
    higher room.
    """

    class State(models.TextChoices):
        DRAFTED = "drafted", "拟稿"
        CHECKING = "checking", "待核稿"
        COUNTERSIGNING = "countersigning", "会签中"
        SUBMITTED = "submitted", "待签发"
        APPROVED = "approved", "已签发"
        SEALED = "sealed", "已用印"
        ISSUED = "issued", "已印发"
        SERVED = "served", "已送达"
        REPLACED = "replaced", "已被替代"
        VOID = "void", "已作废"

    class Publicity(models.TextChoices):
        ACTIVE = "active", "主动公开"
        ON_REQUEST = "on_request", "依申请公开"
        CLOSED = "closed", "不予公开"

    url_name = "records:document_detail"
    early_roles = ("countersign",)
    circulates = True  # a circular (通报) goes to the offices below

    kind_of = models.CharField("文种", max_length=32, choices=DocumentKind)
    title = models.CharField("标题", max_length=200)
    content = models.JSONField("正文", default=dict)
    publicity = models.CharField("公开属性", max_length=12, choices=Publicity, default=Publicity.ON_REQUEST)
    about_kind = models.CharField(max_length=60, blank=True)
    about_id = models.BigIntegerField(null=True, blank=True)
    state = models.CharField("状态", max_length=16, choices=State, default=State.DRAFTED, editable=False)
    # The drafter of the text in force: who approves must be another person. The system drafts as nobody.
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField("核稿时间", null=True, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    checked_as = models.CharField("核稿人", max_length=260, blank=True)
    countersign_in_order = models.BooleanField("依次会签", default=False)
    # Other organizations see the draft until the end of this day.
    countersign_until = models.DateField("会签期限", null=True, blank=True)
    series = models.CharField("机关代字", max_length=20, blank=True)
    year = models.PositiveSmallIntegerField("年份", null=True, blank=True)
    sequence = models.PositiveIntegerField("序号", null=True, blank=True)
    number = models.CharField("文号", max_length=60, blank=True)
    approved_at = models.DateTimeField("签发时间", null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    approved_as = models.CharField("签发人", max_length=400, blank=True)
    # The leader in whose stead a delegate approved (授权代签), and the delegation by its number.
    approved_for = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    delegation = models.ForeignKey(Delegation, models.PROTECT, null=True, blank=True, related_name="+")
    # Approved on paper: who entered it, and the scan of the sheet that was signed.
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_as = models.CharField("登记人", max_length=260, blank=True)
    approval_scan = models.ForeignKey(Attachment, models.PROTECT, null=True, blank=True, related_name="+")
    file = models.CharField("存档文件", max_length=64, blank=True, help_text="SHA-256")
    file_size = models.PositiveBigIntegerField(null=True, blank=True)
    pages = models.PositiveSmallIntegerField("页数", null=True, blank=True)
    rendered_at = models.DateTimeField("成文时间", null=True, blank=True)
    render_error = models.TextField(blank=True)
    # The values of OfficePaper.SealWay, by their names.
    seal_way = models.CharField("用印方式", max_length=12, blank=True, choices=SEAL_WAYS)
    sealed_file = models.CharField("用印文件", max_length=64, blank=True, help_text="SHA-256")
    sealed_size = models.PositiveBigIntegerField(null=True, blank=True)
    sealed_at = models.DateTimeField("用印时间", null=True, blank=True)
    # Nobody where the worker signed by itself after approval.
    sealed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    sealed_as = models.CharField("用印", max_length=260, blank=True)
    seal_error = models.TextField(blank=True)
    issued_at = models.DateTimeField("印发时间", null=True, blank=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    # Issue and serve by itself when the sealed file is there.
    serve_when_ready = models.BooleanField("用印后即印发送达", default=True)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="successors", verbose_name="替代"
    )
    replaced_at = models.DateTimeField("被替代时间", null=True, blank=True)
    token = models.CharField("验真码", max_length=32, unique=True, editable=False)

    objects: ClassVar[DocumentQuerySet] = DocumentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Root.Meta):
        verbose_name = "公文"
        verbose_name_plural = "公文"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["subject_code", "-created_at", "-id"], name="document_county"),
            models.Index(fields=["subject_prefecture", "-created_at", "-id"], name="document_prefecture"),
            models.Index(fields=["subject_province", "-created_at", "-id"], name="document_province"),
            models.Index(fields=["subject_org", "-created_at", "-id"], name="document_subject"),
            models.Index(fields=["about_kind", "about_id"], name="document_about"),
            models.Index(
                fields=["owner_code", "-created_at", "-id"],
                condition=Q(circulated_at__isnull=False),
                name="document_circulated",
            ),
            models.Index(
                fields=["owner_code", "state"],
                condition=Q(state__in=[*BEFORE_APPROVAL, "approved", "sealed", "issued"]),
                name="document_unfinished",
            ),
            models.Index(
                fields=["approved_at"],
                condition=Q(rendered_at__isnull=True, state="approved"),
                name="document_to_render",
            ),
        ]
        constraints = [
            *Root.Meta.constraints,
            models.UniqueConstraint(
                fields=["owner_code", "series", "year", "sequence"],
                condition=Q(sequence__isnull=False),
                name="document_number_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*BEFORE_APPROVAL, "void"], sequence__isnull=True, number="")
                | Q(
                    Q(approved_at__isnull=False, approved_by__isnull=False, sequence__isnull=False, year__isnull=False)
                    & ~Q(number="")
                    & ~Q(state__in=BEFORE_APPROVAL)
                ),
                name="document_number_with_approval",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["issued", "served", "replaced"])
                | Q(Q(issued_at__isnull=False, rendered_at__isnull=False) & ~Q(file="")),
                name="document_issued_with_file",
            ),
            # Nothing goes out that was not sealed.
            models.CheckConstraint(
                condition=~Q(state__in=["sealed", "issued", "served", "replaced"])
                | Q(Q(sealed_at__isnull=False, sealed_size__isnull=False) & ~Q(sealed_file="")),
                name="document_issued_sealed",
            ),
            models.CheckConstraint(
                condition=Q(sealed_file="", sealed_at__isnull=True, sealed_size__isnull=True)
                | Q(~Q(sealed_file=""), sealed_at__isnull=False, sealed_size__isnull=False),
                name="document_seal_complete",
            ),
            models.CheckConstraint(
                condition=Q(checked_at__isnull=True, checked_by__isnull=True)
                | Q(checked_at__isnull=False, checked_by__isnull=False),
                name="document_checked_paired",
            ),
            models.CheckConstraint(
                condition=Q(recorded_by__isnull=True, approval_scan__isnull=True)
                | Q(recorded_by__isnull=False, approval_scan__isnull=False),
                name="document_paper_approval_paired",
            ),
            models.CheckConstraint(
                condition=Q(approved_for__isnull=True, delegation__isnull=True)
                | Q(approved_for__isnull=False, delegation__isnull=False),
                name="document_delegation_paired",
            ),
            models.CheckConstraint(
                condition=Q(state="replaced", replaced_at__isnull=False)
                | Q(~Q(state="replaced"), replaced_at__isnull=True),
                name="document_replaced_with_date",
            ),
            models.UniqueConstraint(
                fields=["owner_code", "replaces"],
                condition=Q(replaces__isnull=False) & ~Q(state="void"),
                name="one_successor",
                violation_error_message="这份公文已经有替代它的新文稿。",
            ),
            models.CheckConstraint(
                condition=~Q(state="served") | Q(served_at__isnull=False), name="document_served_with_date"
            ),
            models.CheckConstraint(
                condition=Q(state="void", voided_at__isnull=False) | Q(~Q(state="void"), voided_at__isnull=True),
                name="document_void_with_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.number}）" if self.number else self.title

    @property
    def paper(self) -> str:
        """The bytes that are the paper now, by their SHA-256: the sealed ones, before that the rendered ones."""
        return self.sealed_file or self.file

    @property
    def paper_size(self) -> int | None:
        return self.sealed_size if self.sealed_file else self.file_size

    def told_since(self, actor: Actor) -> datetime | None:
        """A draft sent back and why stays with the office that wrote it; the rest begins with the approval."""
        if actor.organization_id == self.author_org_id:
            return None
        return self.approved_at or datetime.max.replace(tzinfo=UTC)


class DocumentParty(PartyBase):
    """Copied to (抄送): a competent department that must urge, a member unit."""

    root = models.ForeignKey(Document, models.CASCADE, related_name="parties")

    class Meta(PartyBase.Meta):
        verbose_name = "公文参与方"
        verbose_name_plural = "公文参与方"


class DocumentGuestPermission(GuestPermission):
    content_object = models.ForeignKey(Document, models.CASCADE)
