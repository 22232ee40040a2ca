from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.actors import Actor, ActorKind
from accounts.models import Organization
from accounts.tenancy import Tenancy, setting
from records import clock
from records.models.documents import Document, DocumentParty
from records.querysets import RelatedQuerySet

COPIED = "copied"
RECIPIENT = "recipient"

# The offices that see the document, and who is copied to it (a department must urge); of the recipients each his own:
# what became of the other copies is not his business.
SEE_SERVICE = f"""CASE WHEN {setting("lo")} IS NULL AND recipient_id = {setting("org")} THEN true
      WHEN {setting("lo")} IS NOT NULL THEN coalesce((SELECT true FROM records_document d WHERE d.id = document_id), false)
      ELSE EXISTS (SELECT 1 FROM records_documentparty p WHERE p.root_id = document_id AND p.role = '{COPIED}'
                     AND p.organization_id = {setting("org")} AND p.valid_from <= local_today()
                     AND (p.valid_until IS NULL OR p.valid_until >= local_today())) END"""


class ServiceQuerySet(RelatedQuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """The receipts of the documents that the actor sees; a recipient's own only."""
        return super().visible_to(actor).of_seen(actor)

    def of_seen(self, actor: Actor | None) -> Self:
        """The same of documents that have come through their own door already (a list's fifty): it is not asked again."""
        seen = self
        if actor is None or actor.is_office or actor.kind is ActorKind.SYSTEM:
            return seen
        copied = DocumentParty.objects.current(actor).filter(role=COPIED).values("root_id")
        mine = Q(recipient_id=actor.organization_id)
        return seen.filter(mine | Q(document__in=copied))

    def in_force(self) -> Self:
        """Without those whose receipt was voided: they are history."""
        return self.filter(voided_at__isnull=True)

    def waiting(self) -> Self:
        """Sent and not received, of documents in force."""
        return self.in_force().filter(received_at__isnull=True, document__state__in=["issued", "served"])


@pghistory.track()
class Service(models.Model):
    """Service of a document on one recipient (送达) with its receipt (送达回证).

    `received_at` is the moment from which clocks run, whatever the kind. It is set once; a wrong one is voided by another
    person with a reason, and a new row takes its place. `deem_at`: when it counts as received without a receipt, by the
    office's own rule, kept in `deem_rule` as it stood when the paper was sent.
    """

    tenancy = Tenancy.custom(
        using=SEE_SERVICE,
        check=f"coalesce({setting('lo')} IS NOT NULL AND root_visible('records.document', document_id), false)",
    )
    root_path = "document"

    class Kind(models.TextChoices):
        SIGNED_FOR = "signed_for", "系统签收"
        DEEMED = "deemed", "视为送达"
        HANDED_OVER = "handed_over", "直接送达"
        LEFT = "left", "留置送达"
        POST = "post", "邮寄送达"
        SCAN = "scan", "扫描回执"

    document = models.ForeignKey(Document, models.PROTECT, related_name="services")
    # The document's, which never changes: an office finds what it waits for without reading all its documents.
    owner_code = models.PositiveIntegerField(editable=False)
    recipient = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="受送达单位")
    kind = models.CharField("送达方式", max_length=12, choices=Kind, default=Kind.SIGNED_FOR)
    sent_at = models.DateTimeField("发出时间")
    received_at = models.DateTimeField("收到时间", null=True, blank=True)
    # Who took it, as the paper receipt says; of one left behind, who refused.
    received_by = models.CharField("收件人", max_length=60, blank=True)
    received_as = models.CharField("收件人职务", max_length=60, blank=True)
    server = models.CharField("送达人", max_length=60, blank=True)
    refusal = models.CharField("拒收理由", max_length=400, blank=True)
    witness = models.CharField("见证人", max_length=60, blank=True)
    witness_of = models.CharField("见证人单位", max_length=120, blank=True)
    second_witness = models.CharField("第二见证人", max_length=60, blank=True)
    second_witness_of = models.CharField("第二见证人单位", max_length=120, blank=True)
    carrier = models.CharField("承运单位", max_length=60, blank=True)
    tracking = models.CharField("邮件号", max_length=40, blank=True)
    posted_on = models.DateField("交寄日期", null=True, blank=True)
    note = models.CharField("备注", max_length=400, blank=True)
    recorded_at = models.DateTimeField("登记时间", null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_as = models.CharField("登记人", max_length=260, blank=True)
    # Signed in the system. After it was deemed received a signature is kept too, and moves no clock.
    signed_at = models.DateTimeField("签收时间", null=True, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    signed_as = models.CharField("签收人", max_length=260, blank=True)
    deem_at = models.DateTimeField("视为送达时间", null=True, blank=True)
    # {"label", "amount", "unit", "move_last_day", "basis", "basis_kind", "start_event"}
    deem_rule = models.JSONField(default=dict, blank=True)
    deem_provisional = models.BooleanField("节假日安排未公布，暂定", default=False)
    voided_at = models.DateTimeField("撤销时间", null=True, blank=True)
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    voided_as = models.CharField("撤销人", max_length=260, blank=True)
    void_reason = models.CharField("撤销理由", max_length=400, blank=True)

    objects: ClassVar[ServiceQuerySet] = ServiceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "送达回证"
        verbose_name_plural = "送达回证"
        indexes = [
            models.Index(
                fields=["deem_at"],
                condition=Q(received_at__isnull=True, voided_at__isnull=True, deem_at__isnull=False),
                name="service_to_deem",
            ),
            models.Index(
                fields=["recipient", "sent_at"],
                condition=Q(received_at__isnull=True, voided_at__isnull=True),
                name="service_waiting",
            ),
            models.Index(
                fields=["owner_code", "sent_at"],
                condition=Q(received_at__isnull=True, voided_at__isnull=True),
                name="service_not_received",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "recipient"], condition=Q(voided_at__isnull=True), name="one_service_per_recipient"
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False),
                name="service_signed_paired",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | Q(received_at__gte=F("sent_at")),
                name="service_received_was_sent",
            ),
            models.CheckConstraint(
                condition=Q(recorded_at__isnull=True, recorded_by__isnull=True)
                | Q(recorded_at__isnull=False, recorded_by__isnull=False),
                name="service_recorded_paired",
            ),
            # Each kind of receipt with the facts that make it one.
            models.CheckConstraint(
                condition=Q(received_at__isnull=True)
                | Q(kind="signed_for", signed_at__isnull=False, signed_at=F("received_at"))
                | Q(kind="deemed", deem_at__isnull=False)
                | Q(Q(kind__in=["handed_over", "scan"], recorded_at__isnull=False) & ~Q(received_by=""))
                | Q(Q(kind="left", recorded_at__isnull=False) & ~Q(refusal="") & ~Q(witness="") & ~Q(second_witness=""))
                | Q(
                    Q(kind="post", recorded_at__isnull=False, posted_on__isnull=False)
                    & ~Q(carrier="")
                    & ~Q(tracking="")
                ),
                name="service_receipt_has_its_facts",
                violation_error_message="送达回证要素不全。",
            ),
            models.CheckConstraint(
                condition=Q(witness="") | ~Q(witness=F("second_witness")), name="service_two_witnesses"
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | Q(Q(voided_by__isnull=False) & ~Q(void_reason="")),
                name="service_voided_with_reason",
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            # Whoever has the database's ear may not move a clock that has begun to run either.
            pgtrigger.Protect(
                name="receipt_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__received_at__isnull=False)
                & (
                    pgtrigger.Q(old__received_at__df=pgtrigger.F("new__received_at"))
                    | pgtrigger.Q(old__kind__df=pgtrigger.F("new__kind"))
                    | pgtrigger.Q(old__document__df=pgtrigger.F("new__document"))
                    | pgtrigger.Q(old__recipient__df=pgtrigger.F("new__recipient"))
                ),
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.owner_code = self.document.owner_code
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return f"{self.document} → {self.recipient}"

    @property
    def state(self) -> str:
        """waiting, received, deemed or void: what a page shows of one recipient."""
        if self.voided_at:
            return "void"
        if self.received_at:
            return "deemed" if self.kind == self.Kind.DEEMED else "received"
        return "waiting"

    @property
    def state_label(self) -> str:
        """For the badge. What was deemed received is never called signed, also where a signature came later."""
        if self.voided_at:
            return "已撤销"
        if self.received_at is None:
            return "待签收" if self.document.state in ("issued", "served") else "未签收"
        return {self.Kind.SIGNED_FOR: "已签收", self.Kind.DEEMED: "视为送达"}.get(self.Kind(self.kind), "已收到")

    @property
    def state_tone(self) -> str:
        if self.received_at and not self.voided_at:
            return "purple" if self.kind == self.Kind.DEEMED else "green"
        return "amber" if self.state_label == "待签收" else "grey"

    @property
    def deem_last_day(self) -> date | None:
        return clock.last_day(self.deem_at) if self.deem_at else None

    @property
    def days_waiting(self) -> int:
        """Whole days since it was sent."""
        return (clock.today() - clock.local(self.sent_at).date()).days


class ServiceEvidence(models.Model):
    """A scan or photo that proves a receipt. As visible as the receipt: not an attachment of the document, which every
    recipient may read."""

    tenancy = Tenancy.custom(
        using="EXISTS (SELECT 1 FROM records_service s WHERE s.id = service_id)",
        check=f"{setting('lo')} IS NOT NULL AND EXISTS (SELECT 1 FROM records_service s WHERE s.id = service_id)",
        append_only=True,
    )
    root_path = "service"

    service = models.ForeignKey(Service, models.PROTECT, related_name="evidence")
    name = models.CharField("文件名", max_length=200)
    mime = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField("字节数")
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField("上传时间")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects: ClassVar[RelatedQuerySet] = RelatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "送达凭证"
        verbose_name_plural = "送达凭证"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="service_evidence_not_empty"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="service_evidence_sha256"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        return reverse("records:service_evidence", args=[self.service_id, self.pk])
