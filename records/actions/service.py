"""Service of a document on its recipients (送达): what is sent, how it was received, and from when clocks run."""

from __future__ import annotations

from django.db import transaction

from accounts.actors import Actor
from records import clock
from records.models import Document, Service
from records.notify import notify
from records.outbox import publish
from records.permissions import Permission
from records.state import AlreadyDone, Refusal, Refused, lock, log
from records.workflow import DOCUMENT


def serve(document: Document, *, by: Actor) -> Document:
    """Serve in the system: the recipient sees it and must sign. The root's room hears of it by the outbox."""
    now = clock.now()
    with transaction.atomic():
        document = DOCUMENT.move(document, "serve", by=by, served_at=now)
        assert document.subject_org_id is not None
        Service.objects.create(document=document, recipient_id=document.subject_org_id, sent_at=now)
        tell_root(document, "served", by)
        notify(document, by=by, key="served", title=f"请签收：{document.title}（{document.number}）",
               organizations=[document.subject_org_id], urgent=True)  # fmt: skip
        copied = list(document.parties.values_list("organization_id", flat=True))
        if copied:
            notify(
                document,
                by=by,
                key="copied",
                title=f"抄送：{document.title}（{document.number}）",
                organizations=copied,
            )
    return document


def sign_for(document: Document, *, by: Actor) -> Service:
    """The recipient signs for it (签收); clocks that run from receipt start at this moment. Once only."""
    with transaction.atomic():
        row = lock(document)
        service: Service | None = (
            Service.objects.select_for_update(of=("self",))
            .filter(document=document, recipient_id=by.organization_id)
            .first()
        )
        refused = sign_refusal(row, service, by)
        if refused is not None:
            raise AlreadyDone(refused) if service is not None and service.signed_at else Refused(refused)
        assert service is not None
        service.signed_at, service.signed_by_id = clock.now(), by.user_id
        service.signed_as = f"{by.label} {by.display_name}"
        service.save(update_fields=["signed_at", "signed_by", "signed_as"])
        log(row, by=by, name="sign_for", label="签收", source=row.state, target=row.state)
        tell_root(row, "signed", by)
    return service


def sign_refusal(document: Document, service: Service | None, by: Actor) -> Refusal | None:
    """Why `by` may not sign for the document now; `service` is the row of his organization, None when it has none."""
    if service is None or service.recipient_id != by.organization_id:
        return Refusal("该公文不是发给您所在单位的，不能签收。")
    if service.signed_at:
        when = clock.local(service.signed_at).strftime("%Y年%-m月%-d日 %H:%M")
        return Refusal(f"该公文已由{service.signed_as}于{when}签收。")
    if not by.can(Permission.SIGN_FOR_DOCUMENTS):
        return Refusal(f"您当前的身份（{by.role_label}）无权“签收”。")
    if document.state != Document.State.SERVED:
        return Refusal(f"当前状态为“{document.get_state_display()}”，不能“签收”。")
    return None


def tell_root(document: Document, event: str, by: Actor) -> None:
    """The room of the root that the document is about hears by the outbox what became of the paper."""
    if document.about_kind:
        publish(f"document.{event}:{document.about_kind}", key=str(document.pk), root=document, by=by,
                payload={"document": document.pk, "about": document.about_id, "kind": document.kind_of,
                         "at": clock.now().isoformat(), "user": by.user_id})  # fmt: skip
