"""Receipts that come otherwise than by signing in the system: recorded from paper, deemed by rule, voided by another person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog
from django.core.files.base import File
from django.db import transaction

from accounts.actors import Actor, system
from accounts.models import Membership
from accounts.scope import scope
from records import clock
from records.actions.attachments import scan
from records.actions.service import S, received, send_again, tell_root
from records.documents.receipts import Receipt, receipt_refusal
from records.models import Category, Document, Service, ServiceEvidence
from records.notices.notify import notify
from records.outbox import office_actor
from records.permissions import Permission
from records.state import AlreadyDone, Refusal, Refused, lock, log, owning_office
from records.storage import put_file
from records.timing import deadlines
from records.timing.calendars import Amount, Due, Unit, add, lengthen_only
from records.uploads import UploadRefused, inspect

MOST_PROOFS = 10
# A rule's end that is noticed later than this was noticed late: an outage lengthens time, it never shortens it.
NOTICED_IN_TIME = timedelta(days=1)
trail = structlog.get_logger(__name__)


def record_receipt(service: Service, receipt: Receipt, *, by: Actor, proofs: Sequence[File[bytes]] = ()) -> Service:
    """The office records how the paper came to the recipient. Set once; a file that cannot be taken is refused with all."""
    with transaction.atomic():
        document: Document = lock(service.document)
        row = _locked(service)
        refused = record_refusal(document, row, by)
        if refused is not None:
            raise AlreadyDone(refused) if row.received_at else Refused(refused)
        refused = receipt_refusal(receipt, issued_at=document.issued_at, proofs=len(proofs))
        if refused is not None:
            raise Refused(refused)
        _fill(row, receipt, by)
        row.save()
        _keep(row, proofs, by)
        facts = {"kind": receipt.kind, "received_at": receipt.received_at.isoformat(), "proofs": len(proofs)}
        late = receipt.backdated_days
        log(document, by=by, name="record_receipt", label=f"登记{row.get_kind_display()}" + (f"（补登{late}天前）" if late else ""),
            source=document.state, target=document.state, facts=facts | ({"backdated_days": late} if late else {}),
            only_for=row.recipient_id)  # fmt: skip
        received(document, row, by, user_id=None)
    return row


def record_refusal(document: Document, service: Service, by: Actor) -> Refusal | None:
    """Why `by` may not record a receipt for the recipient now."""
    if not by.can(Permission.ISSUE_DOCUMENTS):
        return Refusal(f"您当前的身份（{by.role_label}）无权登记送达。")
    if service.voided_at:
        return Refusal("这条送达已经撤销，请在新的一条上登记。")
    if service.received_at:
        when = clock.local(service.received_at).strftime("%Y年%-m月%-d日 %H:%M")
        return Refusal(
            f"{service.recipient.name}已于{when}收到（{service.get_kind_display()}）；有误的，由其他人员撤销后重新登记。"
        )
    if document.state != S.SERVED:
        return Refusal(f"当前状态为“{document.get_state_display()}”，公文送出后才能登记收件。")
    return owning_office(document, by)


def _fill(row: Service, receipt: Receipt, by: Actor) -> None:
    first, second = receipt.witnesses
    row.kind, row.received_at = receipt.kind, receipt.received_at
    if receipt.received_at < row.sent_at:
        row.sent_at = receipt.received_at  # the paper was there before the system's message
    for name in ("received_by", "received_as", "server", "refusal", "carrier", "tracking", "posted_on", "note"):
        setattr(row, name, getattr(receipt, name))
    row.witness, row.witness_of = first.name, first.organization
    row.second_witness, row.second_witness_of = second.name, second.organization
    row.recorded_at, row.recorded_by_id, row.recorded_as = clock.now(), by.user_id, f"{by.label} {by.display_name}"


def _keep(row: Service, proofs: Sequence[File[bytes]], by: Actor) -> None:
    if len(proofs) > MOST_PROOFS:
        raise Refused(Refusal(f"凭证最多{MOST_PROOFS}个文件。"))
    for file in proofs:
        try:
            found = inspect(file)
            if found.category == "video":
                raise UploadRefused(f"“{found.name}”是视频；送达凭证请上传照片或扫描件。")
            scan(file, found.name)
        except UploadRefused as error:
            raise Refused(Refusal(str(error))) from error
        file.seek(0)
        assert by.user_id is not None
        ServiceEvidence(
            service=row, name=found.name, mime=found.mime, size=found.size, sha256=put_file(file),
            uploaded_at=clock.now(), uploaded_by_id=by.user_id,
        ).save(force_insert=True)  # fmt: skip


def note_posting(service: Service, receipt: Receipt, *, by: Actor) -> Service:
    """Sent by post, not yet delivered: carrier and number are kept, no clock starts."""
    with transaction.atomic():
        document: Document = lock(service.document)
        row = _locked(service)
        refused = record_refusal(document, row, by)
        if refused is None and not (receipt.carrier and receipt.tracking and receipt.posted_on):
            refused = Refusal("请填写承运单位、邮件号和交寄日期。")
        if refused is None and receipt.posted_on and receipt.posted_on > clock.today():
            refused = Refusal("交寄日期不能晚于今天。")
        if refused is not None:
            raise Refused(refused)
        row.kind, row.carrier, row.tracking, row.posted_on = (
            Service.Kind.POST,
            receipt.carrier,
            receipt.tracking,
            receipt.posted_on,
        )
        row.save(update_fields=["kind", "carrier", "tracking", "posted_on"])
        log(document, by=by, name="post", label="交寄", source=document.state, target=document.state,
            reason=f"{row.carrier} {row.tracking}", only_for=row.recipient_id)  # fmt: skip
    return row


def void_receipt(service: Service, *, by: Actor, reason: str) -> Service:
    """A receipt that is wrong: voided with a reason by another person than the one who recorded it. It stays as history;
    the paper is sent to the recipient again and its clock starts anew."""
    with transaction.atomic():
        document: Document = lock(service.document)
        row = _locked(service)
        refused = void_refusal(document, row, by)
        if refused is None and not reason.strip():
            refused = Refusal("撤销送达登记须写明理由。")
        if refused is not None:
            raise Refused(refused)
        row.voided_at, row.voided_by_id, row.void_reason = clock.now(), by.user_id, reason.strip()[:400]
        row.voided_as = f"{by.label} {by.display_name}"
        row.save(update_fields=["voided_at", "voided_by", "voided_as", "void_reason"])
        log(document, by=by, name="void_receipt", label="撤销送达登记", source=document.state, target=document.state,
            reason=reason, only_for=row.recipient_id)  # fmt: skip
        if row.recipient_id == document.subject_org_id:
            tell_root(document, "receipt_voided", by, key=f"{document.pk}:{row.pk}")
        return send_again(document, row, by=by)


def void_refusal(document: Document, service: Service, by: Actor) -> Refusal | None:
    """Why `by` may not void the receipt now."""
    if not by.can(Permission.ISSUE_DOCUMENTS):
        return Refusal(f"您当前的身份（{by.role_label}）无权撤销送达登记。")
    if service.voided_at or service.received_at is None:
        return Refusal("这条送达没有可以撤销的收件登记。")
    if document.state != S.SERVED:
        return Refusal(f"当前状态为“{document.get_state_display()}”，送达登记不能再改。")
    if service.recorded_by_id is not None and service.recorded_by_id == by.user_id:
        return Refusal("登记送达与撤销登记不能是同一人，请由其他人员核实后撤销。")
    return owning_office(document, by)


def _locked(service: Service) -> Service:
    found: Service = Service.objects.select_for_update(of=("self",)).select_related("recipient").get(pk=service.pk)
    return found


# --- deemed by rule ------------------------------------------------------------------------------------------------


def deem_due() -> int:
    """Mark what counts as received by now, in all tenants. May run any number of times, also at once; one that fails
    does not stop the others. Returns how many were marked."""
    with scope(system()):
        found = Service.objects.waiting().filter(deem_at__lte=clock.now(), document__served_at__isnull=False)
        rows = list(found.order_by("deem_at").values_list("pk", "document_id", "document__owner_code"))
    done = 0
    for pk, document_id, owner_code in rows:
        try:
            actor = office_actor(owner_code)
            with scope(actor):
                done += _deem(pk, document_id, actor)
        except Exception as error:
            trail.exception("deem.failed", service=pk, error=repr(error))
    return done


def _deem(pk: int, document_id: int, by: Actor) -> bool:
    document = lock(Document(pk=document_id))
    row = _locked(Service(pk=pk))
    now = clock.now()
    if row.received_at or row.voided_at or row.deem_at is None or row.deem_at > now or document.state != S.SERVED:
        return False
    if not _reachable(row):
        # Nobody could have read it: the days are counted again until there is somebody.
        _postpone(row, _count(row, document, now))
        return False
    recounted = _recounted(row, document)
    if recounted.due_at > now:
        _postpone(row, recounted)
        return False
    late = now - recounted.due_at > NOTICED_IN_TIME
    row.kind, row.received_at = Service.Kind.DEEMED, now if late else recounted.due_at
    row.deem_at, row.deem_provisional = recounted.due_at, recounted.provisional
    row.save(update_fields=["kind", "received_at", "deem_at", "deem_provisional"])
    rule = f"{row.deem_rule['label']}未签收，依据：{row.deem_rule['basis']}"
    log(document, by=by, name="deem", label="视为送达", source=document.state, target=document.state, reason=rule,
        only_for=row.recipient_id)  # fmt: skip
    received(document, row, by, user_id=None)
    notify(document, by=by, key=f"deemed:{row.pk}", category=Category.ESCALATION, title=f"视为送达：{document.title}（{document.number}）"[:200],
           body=f"{rule}。从收到起算的期限已开始计算，请尽快查看。", organizations=[row.recipient_id], urgent=True)  # fmt: skip
    return True


def _reachable(row: Service) -> bool:
    return Membership.objects.filter(organization_id=row.recipient_id).valid_on(clock.today()).exists()


def _count(row: Service, document: Document, start: object) -> Due:
    rule = row.deem_rule
    amount = Amount(rule["amount"], Unit(rule["unit"]))
    calendar = deadlines.working_calendar(document.owner_code)
    return add(start, amount, calendar=calendar, move_last_day=rule["move_last_day"])  # type: ignore[arg-type]


def _recounted(row: Service, document: Document) -> Due:
    """What was provisional is counted again with the days known now: it may become later, never earlier."""
    assert row.deem_at is not None
    stands = Due(row.deem_at, clock.last_day(row.deem_at), row.deem_provisional)
    return lengthen_only(stands, _count(row, document, row.sent_at)) if row.deem_provisional else stands


def _postpone(row: Service, due: Due) -> None:
    row.deem_at, row.deem_provisional = due.due_at, due.provisional
    row.save(update_fields=["deem_at", "deem_provisional"])
