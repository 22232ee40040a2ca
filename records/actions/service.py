"""Service of a document on its recipients (送达): who shall have it, that it was sent, that they signed for it.

What comes on paper and what is deemed: records.actions.receipts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Organization
from records import clock
from records.models import Category, DeadlineRule, Document, DocumentParty, Service
from records.models.service import COPIED, RECIPIENT
from records.notices.notify import notify
from records.outbox import publish
from records.permissions import Permission
from records.state import AlreadyDone, Refusal, Refused, lock, log, owning_office
from records.timing import deadlines
from records.timing.calendars import Amount, Unit
from records.workflow import DOCUMENT

DEEMED_SERVICE = "document.deemed_service"
S = Document.State
ENDED = (S.VOID, "replaced")
MOST_RECIPIENTS = 200


def add_recipients(document: Document, organizations: Iterable[Organization], *, by: Actor) -> int:
    """Further recipients beside the main one; of a paper that is served already it is sent to them at once. Who is a
    recipient stays as he is. Returns how many are new."""
    with transaction.atomic():
        row: Document = lock(document)
        refused = recipients_refusal(row, by)
        if refused is not None:
            raise Refused(refused)
        known = {row.subject_org_id, *row.parties.filter(role=RECIPIENT).values_list("organization_id", flat=True)}
        new = [o for o in {o.pk: o for o in organizations}.values() if o.pk not in known]
        if len(known) + len(new) > MOST_RECIPIENTS:
            raise Refused(Refusal(f"一份公文最多{MOST_RECIPIENTS}个受送达单位；更多单位请用批量公文，一单位一文号。"))
        dates = {"owner_code": row.owner_code, "valid_from": clock.today()}
        for organization in new:
            DocumentParty(root=row, organization=organization, role=RECIPIENT, **dates).save(force_insert=True)
        if new:
            log(row, by=by, name="add_recipients", label="增加受送达单位", source=row.state, target=row.state,
                reason="、".join(organization.name for organization in new), only_for=row.author_org_id)  # fmt: skip
        if row.state == S.SERVED:
            _send_all(row, by, clock.now())
    return len(new)


def recipients_refusal(document: Document, by: Actor) -> Refusal | None:
    """Why `by` may not say now who shall have the document."""
    if not by.can(Permission.ISSUE_DOCUMENTS):
        return Refusal(f"您当前的身份（{by.role_label}）无权确定受送达单位。")
    if document.state in ENDED:
        return Refusal(f"当前状态为“{document.get_state_display()}”，不能再增减受送达单位。")
    return owning_office(document, by)


def drop_recipient(document: Document, organization: Organization, *, by: Actor) -> None:
    """Take back a further recipient to whom nothing was sent yet."""
    with transaction.atomic():
        row: Document = lock(document)
        refused = recipients_refusal(row, by)
        if refused is None and Service.objects.filter(document=row, recipient=organization).exists():
            refused = Refusal("公文已经送给该单位，不能移除。")
        if refused is not None:
            raise Refused(refused)
        if row.parties.filter(role=RECIPIENT, organization=organization).delete()[0]:
            log(row, by=by, name="drop_recipient", label="移除受送达单位", source=row.state, target=row.state,
                reason=organization.name, only_for=row.author_org_id)  # fmt: skip


def serve(document: Document, *, by: Actor) -> Document:
    """Send it to all its recipients in the system: each sees it and must sign. The root's room hears of it by the outbox."""
    now = clock.now()
    with transaction.atomic():
        document = DOCUMENT.move(document, "serve", by=by, served_at=now)
        _send_all(document, by, now)
        tell_root(document, "served", by)
        copied = list(document.parties.filter(role=COPIED).values_list("organization_id", flat=True))
        if copied:
            notify(document, by=by, key="copied", category=Category.NEWS, title=f"抄送：{document.title}（{document.number}）",
                   organizations=copied)  # fmt: skip
    return document


def _send_all(document: Document, by: Actor, at: datetime) -> None:
    """To everybody to whom it was not sent yet, the main recipient first."""
    others = document.parties.filter(role=RECIPIENT, organization__isnull=False).order_by("pk")
    asked = [document.subject_org_id, *others.values_list("organization_id", flat=True)]
    sent = set(Service.objects.in_force().filter(document=document).values_list("recipient_id", flat=True))
    for organization_id in dict.fromkeys(pk for pk in asked if pk is not None and pk not in sent):
        _send(document, organization_id, by, at)


def _send(document: Document, recipient_id: int, by: Actor, at: datetime, *, again: str = "") -> Service:
    """One recipient must sign from now on; the office's rule on deemed service, where it has one, begins to count."""
    service: Service = Service.objects.create(
        document=document, recipient_id=recipient_id, sent_at=at, **_deeming(document, at)
    )
    key = "served" if recipient_id == document.subject_org_id and not again else f"served:{service.pk}"
    notify(document, by=by, key=key, category=Category.TO_SIGN, title=f"请签收：{document.title}（{document.number}）", body=again,
           organizations=[recipient_id], urgent=True)  # fmt: skip
    return service


def send_again(document: Document, void: Service, *, by: Actor) -> Service:
    """A new row in the place of one whose receipt was voided, sent now. Runs inside the caller's transaction."""
    return _send(document, void.recipient_id, by, clock.now(), again="此前登记的送达已撤销，请重新签收。")


def _deeming(document: Document, at: datetime) -> dict[str, Any]:
    try:
        rule = deadlines.rule_for(DEEMED_SERVICE, document.owner_code)
    except deadlines.NoRule:
        return {}
    due = deadlines.due(rule, at, document.owner_code)
    return {"deem_at": due.due_at, "deem_provisional": due.provisional, "deem_rule": rule_as_facts(rule)}


def rule_as_facts(rule: DeadlineRule) -> dict[str, Any]:
    """The rule as it stands today: a later change of it does not touch what was sent under it."""
    return {
        "label": f"自{rule.start_event}起{Amount(rule.amount, Unit(rule.unit)).label}", "amount": rule.amount,
        "unit": rule.unit, "move_last_day": rule.move_last_day, "basis": rule.basis, "basis_kind": rule.basis_kind,
        "start_event": rule.start_event,
    }  # fmt: skip


def sign_for(document: Document, *, by: Actor) -> Service:
    """The recipient signs for it (签收), once. Clocks that run from receipt start at this moment, unless it counted as
    received before: then the signature is kept and moves nothing."""
    with transaction.atomic():
        row = lock(document)
        service = service_of(document, by)
        refused = sign_refusal(row, service, by)
        if refused is not None:
            raise AlreadyDone(refused) if service is not None and service.signed_at else Refused(refused)
        assert service is not None
        first = service.received_at is None
        service.signed_at, service.signed_by_id = clock.now(), by.user_id
        service.signed_as = f"{by.label} {by.display_name}"
        if first:
            service.received_at, service.kind = service.signed_at, Service.Kind.SIGNED_FOR
        service.save(update_fields=["signed_at", "signed_by", "signed_as", "received_at", "kind"])
        log(row, by=by, name="sign_for", label="签收" if first else "补签收", source=row.state, target=row.state,
            only_for=service.recipient_id)  # fmt: skip
        if first:
            received(row, service, by, user_id=by.user_id)
    return service


def service_of(document: Document, by: Actor) -> Service | None:
    """The row of the actor's own organization, locked."""
    rows = Service.objects.select_for_update(of=("self",)).in_force()
    found: Service | None = rows.filter(document=document, recipient_id=by.organization_id).first()
    return found


def sign_refusal(document: Document, service: Service | None, by: Actor) -> Refusal | None:
    """Why `by` may not sign for the document now; `service` is the row of his organization, None when it has none."""
    if service is None or service.recipient_id != by.organization_id:
        return Refusal("该公文不是发给您所在单位的，不能签收。")
    if service.signed_at:
        when = clock.local(service.signed_at).strftime("%Y年%-m月%-d日 %H:%M")
        return Refusal(f"该公文已由{service.signed_as}于{when}签收。")
    if not by.can(Permission.SIGN_FOR_DOCUMENTS):
        return Refusal(f"您当前的身份（{by.role_label}）无权“签收”。")
    if document.state != S.SERVED:
        return Refusal(f"当前状态为“{document.get_state_display()}”，不能“签收”。")
    return None


def received(document: Document, service: Service, by: Actor, *, user_id: int | None) -> None:
    """The main recipient has it, by whatever kind: the root's clock starts at `received_at`. `user_id`: who signed for the
    unit in the system, None where nobody did."""
    assert service.received_at is not None
    if service.recipient_id != document.subject_org_id:
        return
    n = Service.objects.filter(document=document, recipient_id=service.recipient_id, voided_at__isnull=False).count()
    key = f"{document.pk}:{n}" if n else str(document.pk)
    how = service.get_kind_display()
    tell_root(document, "signed", by, at=service.received_at, user_id=user_id, key=key, how=how)


def tell_root(
    document: Document,
    event: str,
    by: Actor,
    *,
    at: datetime | None = None,
    user_id: int | None = None,
    key: str = "",
    how: str = "",
) -> None:
    """The room of the root that the document is about hears by the outbox what became of the paper."""
    if document.about_kind:
        publish(f"document.{event}:{document.about_kind}", key=key or str(document.pk), root=document, by=by,
                payload={"document": document.pk, "about": document.about_id, "kind": document.kind_of,
                         "at": (at or clock.now()).isoformat(), "user": user_id if at else by.user_id, "how": how})  # fmt: skip
