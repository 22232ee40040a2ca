"""Approval that a leader gave on paper, entered with its scan: the number is taken by the system all the same."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.core.files.base import File
from django.db import transaction

from accounts.actors import Actor
from accounts.models import Membership
from accounts.permissions import words_of
from records import clock
from records.actions.attachments import store_upload
from records.actions.documents import RENDER, next_number
from records.models import Category, Document
from records.notices.notify import notify
from records.outbox import publish
from records.permissions import Permission
from records.state import AlreadyDone, Refusal, Refused, lock
from records.workflow import DOCUMENT

PART = "approval"
NOON = time(12, 0)


def approvers(document: Document, by: Actor) -> list[Membership]:
    """Whose signature on paper counts: the office's people whose role approves."""
    rows = Membership.objects.visible_to(by).filter(organization_id=document.author_org_id).select_related("user")
    return [m for m in rows.order_by("role", "pk") if Permission.APPROVE_DOCUMENTS in words_of(m.role)]


def record_approval(
    document: Document, *, by: Actor, approver: Membership, on: date, scan: File[bytes], serve_when_ready: bool
) -> Document:
    """Enter who approved on paper and when, with the scan of the signed sheet. Whoever drafted neither approves nor
    enters it; the approver is told that it was entered."""
    with transaction.atomic():
        row: Document = lock(document)
        if row.state != document.state:
            raise AlreadyDone(
                Refusal(f"该公文刚刚已被他人办理，当前状态为“{row.get_state_display()}”，本次登记没有保存。")
            )
        refused = DOCUMENT.refusal(row, "record_approval", by) or _wrong(row, approver, on)
        if refused is not None:
            raise Refused(refused)
        kept = store_upload(scan, root=row, by=by, part=PART, filed=False)
        at = clock.now() if on == clock.today() else datetime.combine(on, NOON, clock.TZ)
        number = next_number(row, at)
        approved: dict[str, Any] = {
            "approved_at": at, "approved_by_id": approver.user_id, "recorded_by_id": by.user_id, "approval_scan": kept,
            "approved_as": f"{approver.organization.name} {approver.get_role_display()} {approver.user.full_name}（纸质签发）",
            "recorded_as": f"{by.label} {by.display_name}", "serve_when_ready": serve_when_ready,
        }  # fmt: skip
        row = DOCUMENT.move(
            row, "record_approval", by=by, reason=f"{approver.user.full_name}于{on:%Y年%-m月%-d日}在纸质签发单上签发",
            facts={**number, "approver": approver.user_id, "on": on.isoformat(), "scan": kept.sha256}, **approved, **number,
        )  # fmt: skip
        publish(RENDER, key=str(row.pk), root=row, by=by)
        notify(row, by=by, key="recorded", category=Category.NEWS, title=f"已登记您的纸质签发：{row.title}（{row.number}）",
               body=f"登记人：{by.display_name}。如与事实不符，请立即告知本单位负责人作废。", users=[approver.user_id])  # fmt: skip
    return row


def _wrong(document: Document, approver: Membership, on: date) -> Refusal | None:
    if approver.organization_id != document.author_org_id or Permission.APPROVE_DOCUMENTS not in words_of(
        approver.role
    ):
        return Refusal("签发人须是本单位有权签发公文的负责人。")
    if approver.user_id == document.drafted_by_id:
        return Refusal("拟稿与“签发”不能是同一人，请由其他负责人签发。")
    if on > clock.today():
        return Refusal("签发日期不能晚于今天。")
    if on < clock.local(document.created_at).date():
        return Refusal("签发日期不能早于拟稿日期。")
    if on < approver.valid_from or (approver.valid_until is not None and on > approver.valid_until):
        return Refusal(f"{approver.user.full_name}在{on:%Y年%-m月%-d日}没有签发的身份。")
    return None
