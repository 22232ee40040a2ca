"""The system's side of publication: the copy that the public reads, the twenty working days, objections that came in."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.actors import Actor, Role, division_chain, system
from accounts.models import Division, Organization
from accounts.scope import scope
from records import clock
from records.models import Category, Document, Publication, PublicObjection, PublishedCopy, RedactionFlag
from records.notices.notify import notify
from records.permissions import Permission
from records.pictures import redacted_copy
from records.publication.public_cache import changed
from records.publication.redacted import Redacted, fingerprint, photos_to_show, redacted
from records.publication.workflow import PUBLICATION
from records.state import AlreadyDone, Refusal, Refused, lock, log, owning_office
from records.storage import put
from records.timing import deadlines
from records.timing.rules import PUBLISH as DUTY


def publish_copy(publication: Publication, *, by: Actor, wanted: str, file: str) -> Publication | None:
    """Put the approved version out. None when it is no longer approved, or not this version: then nothing goes out.

    Runs as the system in the office's scope; the flags are counted and the text compared once more under the lock.
    `file`: the SHA-256 of the PDF that was set from this version.
    """
    with transaction.atomic():
        row: Publication = lock(publication)
        flags = list(RedactionFlag.objects.filter(publication=row).select_related("attachment").order_by("pk"))
        if row.state != Publication.State.APPROVED or not row.fingerprint or row.fingerprint != wanted:
            return None
        if fingerprint(row, flags) != row.fingerprint:
            raise Refused(Refusal("批准之后内容有改动，没有公开。"))
        now = clock.now()
        version = redacted(row, flags)
        row = PUBLICATION.move(row, "publish", by=by, published_at=now)
        columns = _columns(row, version, flags, file) | {"published_at": now}
        PublishedCopy.objects.update_or_create(publication_id=row.pk, defaults=columns)
        if row.document is not None:
            deadlines.meet(row.document, DUTY, by=by, at=now)
        changed()
        notify(row, by=by, key=f"published:{now:%s}", category=Category.NEWS, title=f"已公开：{row.title}", organizations=[row.author_org_id],
               roles=[Role.OFFICE_STAFF, Role.OFFICE_HEAD])  # fmt: skip
    return row


def _columns(row: Publication, version: Redacted, flags: list[RedactionFlag], file: str) -> dict[str, Any]:
    document = row.document
    office = Organization.objects.get(pk=row.author_org_id)
    dated = document.approved_at if document is not None and document.approved_at else row.approved_at
    assert dated is not None
    return {
        "owner_code": row.owner_code, "kind": row.kind_of, "title": version.title, "blocks": version.blocks,
        "words": version.words, "issuer": office.name, "number": document.number if document is not None else "",
        "dated": clock.local(dated).date(), "shows_from": row.shows_from, "shows_until": row.shows_until, "file": file,
        "verify_token": document.token if document is not None else "", "photos": [_photo(f) for f in photos_to_show(flags)],
        "withdrawn_at": None, "withdrawn_reason": "", **_places(row.owner_code),
    }  # fmt: skip


def _photo(flag: RedactionFlag) -> dict[str, Any]:
    """A new picture without what the camera wrote, with the boxes covered in its very pixels."""
    assert flag.attachment is not None
    picture = redacted_copy(flag.attachment.sha256, flag.boxes, blurred=flag.blurred)
    size = {"width": picture.width, "height": picture.height}
    return {"sha256": put(picture.content), "caption": flag.caption or "照片", **size}


def _places(code: int) -> dict[str, Any]:
    own, prefecture, province = division_chain(code)
    names = dict(Division.objects.filter(code__in={own, prefecture, province}).values_list("code", "name"))
    has_prefecture = prefecture in names and prefecture != province
    return {
        "division_name": names[own], "province_code": province, "province_name": names.get(province, ""),
        "prefecture_code": prefecture if has_prefecture else None,
        "prefecture_name": names[prefecture] if has_prefecture else "",
    }  # fmt: skip


# --- the twenty working days -----------------------------------------------------------------------------------------


def owe_publication(document: Document) -> None:
    """An issued paper that is to be public opens the office's clock (政府信息公开条例第二十六条)."""
    if document.publicity != Document.Publicity.ACTIVE or document.issued_at is None:
        return
    office = Organization.objects.get(pk=document.author_org_id)
    deadlines.open_deadline(
        document, rule_code=DUTY, party_org=office, title=f"主动公开：{document.title}", start=document.issued_at,
        since="公文印发",
    )  # fmt: skip


def owe_nothing(document: Document) -> None:
    """A paper that is no longer in force need not be made public."""
    deadlines.cancel(document, DUTY)


# --- objections ------------------------------------------------------------------------------------------------------


def announce_objections() -> int:
    """Tell the offices what came in. Runs as the system over all tenants; may run twice. Returns how many."""
    with scope(system()):
        waiting = list(
            PublicObjection.objects.filter(announced_at__isnull=True)
            .order_by("received_at")
            .values_list("pk", "owner_code")[:500]
        )
    return sum(_announce(pk, owner_code) for pk, owner_code in waiting)


def _announce(pk: int, owner_code: int) -> int:
    with scope(system(owner_code)):
        row = (
            PublicObjection.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=pk, announced_at__isnull=True)
            .select_related("publication")
            .first()
        )
        if row is None:
            return 0
        row.announced_at = clock.now()
        row.save(update_fields=["announced_at"])
        publication = row.publication
        notify(publication, by=system(owner_code), key=f"objection:{row.pk}", category=Category.TO_SIGN, title=f"收到公示异议：{publication.title}",
               body=f"回执编号{row.receipt}，请及时核实处理。", organizations=[publication.author_org_id],
               roles=[Role.OFFICE_STAFF, Role.OFFICE_HEAD], urgent=True)  # fmt: skip
        return 1


def answer_objection(objection: PublicObjection, *, by: Actor, answer: str) -> PublicObjection:
    """What came of it, once. The sender reads it with his receipt, and is told by the way he named."""
    with transaction.atomic():
        row: PublicObjection = lock(objection)
        refused = owning_office(row, by)
        if refused is None and not by.can(Permission.ANSWER_OBJECTIONS):
            refused = Refusal(f"您当前的身份（{by.role_label}）无权处理公示异议。")
        if refused is None and not answer.strip():
            refused = Refusal("请写明核实和处理的结果。")
        if refused is not None:
            raise Refused(refused)
        if row.answered_at is not None:
            raise AlreadyDone(Refusal(f"这条异议已由{row.answered_as}处理，本次没有保存。"))
        row.answer, row.answered_at, row.answered_by_id = answer.strip()[:2000], clock.now(), by.user_id
        row.answered_as = f"{by.label} {by.display_name}"[:260]
        row.save(update_fields=["answer", "answered_at", "answered_by", "answered_as"])
        publication = row.publication
        log(publication, by=by, name="answer_objection", label="处理公示异议", source=publication.state,
            target=publication.state, reason=f"回执编号{row.receipt}")  # fmt: skip
    return row
