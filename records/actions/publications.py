"""Making public: proposed from an issued paper or as free text, redacted flag by flag, approved by another, withdrawn."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.files.base import File
from django.db import transaction

from accounts.actors import Actor, Role
from records import clock
from records.actions.attachments import store_upload
from records.models import Category, Document, Publication, RedactionFlag
from records.notices.notify import notify
from records.outbox import publish as tell
from records.permissions import Permission
from records.publication.public_cache import changed
from records.publication.redacted import fingerprint
from records.publication.redaction import find, known_names, passages
from records.publication.workflow import PUBLICATION
from records.state import AlreadyDone, Refusal, Refused, lock, log, owning_office
from records.uploads import UploadRefused

PUBLISH = "records.publish_copy"
PUBLICITY = Document.Publicity
PHOTO = "photo"
MOST_PHOTOS = 20
S = Publication.State


def propose_refusal(document: Document | None, by: Actor, *, reason: str | None = None) -> Refusal | None:
    """Why `by` may not propose the paper (or free text: None) for publication. `reason`: None while only asking."""
    if not by.can(Permission.PROPOSE_PUBLICATIONS):
        return Refusal(f"您当前的身份（{by.role_label}）无权提出公开。")
    if document is None:
        return None
    if document.owner_code != by.division_code:
        return Refusal("只能公开本单位印发的公文。")
    if not document.issued_at or document.voided_at:
        return Refusal("只有已印发且有效的公文可以公开。")
    if document.publicity == PUBLICITY.CLOSED:
        return Refusal("这份公文的公开属性为“不予公开”，不能提出公开。", "《政府信息公开条例》第十四条至第十六条")
    if document.publicity == PUBLICITY.ON_REQUEST and reason is not None and not reason.strip():
        return Refusal("这份公文的公开属性为“依申请公开”，主动公开须写明理由。")
    return None


def propose(
    *,
    by: Actor,
    kind: str,
    title: str,
    blocks: Sequence[dict[str, Any]],
    shows_from: date,
    shows_until: date | None = None,
    document: Document | None = None,
    reason: str = "",
) -> Publication:
    """Propose it for publication and look for what must be confirmed. The text is a copy: the paper stays as it is."""
    refused = propose_refusal(document, by, reason=reason)
    if refused is None and document is not None and _running(document):
        refused = Refusal("这份公文已经提出公开，请在“信息公开”中办理。")
    if refused is not None:
        raise Refused(refused)
    now = clock.now()
    publication = Publication(
        owner_code=by.division_code, author_org_id=by.organization_id, subject_code=by.division_code, filed_at=now,
        created_at=now, created_by_id=by.user_id, kind_of=kind, document=document, title=title[:200], blocks=list(blocks),
        publicity_reason=reason.strip()[:300], shows_from=shows_from, shows_until=shows_until, proposed_by_id=by.user_id,  # type: ignore[misc]
    )  # fmt: skip
    with transaction.atomic():
        publication.save(force_insert=True)
        log(publication, by=by, name="propose", label="提出公开", source="", target=publication.state)
        look_again(publication, by=by)
    return publication


def _running(document: Document) -> bool:
    return document.publications.exclude(state__in=[S.WITHDRAWN, S.DROPPED]).exists()


def version_of(publication: Publication) -> str:
    """A mark of the text in force, for whoever edits it."""
    whole = [publication.title, publication.blocks, str(publication.shows_from), str(publication.shows_until)]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False).encode()).hexdigest()[:16]


def revise(
    publication: Publication, *, by: Actor, title: str, blocks: Sequence[dict[str, Any]], shows_from: date,
    shows_until: date | None, seen: str,
) -> Publication:  # fmt: skip
    """Change the text or the days. What changed is looked through again: a decision stays only with its own words."""
    with transaction.atomic():
        row = _open_row(publication, by)
        if version_of(row) != seen:
            raise AlreadyDone(Refusal("这条信息刚刚被他人修改过，本次修改没有保存。请重新打开核对后再改。"))
        row.title, row.blocks, row.shows_from, row.shows_until = title[:200], list(blocks), shows_from, shows_until
        row.save(update_fields=["title", "blocks", "shows_from", "shows_until"])
        log(row, by=by, name="revise", label="修改公开文本", source=row.state, target=row.state)
        look_again(row, by=by)
    return row


def _open_row(publication: Publication, by: Actor) -> Publication:
    """The row, locked, where `by` may work on its redaction."""
    row: Publication = lock(publication)
    refused = owning_office(row, by)
    if refused is None and not by.can(Permission.PROPOSE_PUBLICATIONS):
        refused = Refusal(f"您当前的身份（{by.role_label}）无权脱敏。")
    if refused is None and row.state != S.PROPOSED:
        refused = Refusal(f"当前状态为“{PUBLICATION.label(row).label}”，不能再改；需要改动的，先退回重新脱敏。")
    if refused is not None:
        raise Refused(refused)
    return row


def look_again(publication: Publication, *, by: Actor) -> int:
    """Look through the text as it stands. Flags whose words still stand where they stood keep their decision, the
    others go; what is found and not flagged becomes a flag without a decision. Returns how many are new.
    """
    texts = passages(publication.title, publication.blocks)
    spans: dict[str, list[tuple[int, int]]] = {}
    for flag in RedactionFlag.objects.filter(publication=publication, attachment__isnull=True):
        if texts.get(flag.place, "")[flag.start : flag.end][:200] != flag.text:
            flag.delete()
        else:
            spans.setdefault(flag.place, []).append((flag.start, flag.end))
    known = known_names(by)
    new = [
        RedactionFlag(publication=publication, kind=hit.kind, place=place, start=hit.start, end=hit.end,
                      text=hit.text[:200], mask=hit.mask[:200])
        for place, text in texts.items()
        for hit in find(text, known)
        if all(hit.end <= start or hit.start >= end for start, end in spans.get(place, ()))
    ]  # fmt: skip
    RedactionFlag.objects.bulk_create(new)
    return len(new)


# --- deciding --------------------------------------------------------------------------------------------------------


def decide(
    flag: RedactionFlag, *, by: Actor, decision: str, mask: str = "", reason: str = "", alike: bool = False
) -> int:
    """A person's word on a passage: masked by `mask`, or kept with a reason. `alike`: also wherever the same words were
    flagged for the same cause. Returns how many were decided.
    """
    with transaction.atomic():
        publication = _open_row(flag.publication, by)
        row = RedactionFlag.objects.select_for_update(of=("self",)).get(pk=flag.pk)
        mask, reason = (mask.strip() or row.mask)[:200], reason.strip()[:300]
        refused = _decision_refusal(row, decision, mask, reason)
        if refused is not None:
            raise Refused(refused)
        same = RedactionFlag.objects.filter(publication=publication, attachment__isnull=True)
        same = same.filter(kind=row.kind, text=row.text) if alike else same.filter(pk=row.pk)
        masked = decision == RedactionFlag.Decision.MASK
        values = {"mask": mask if masked else row.mask, "reason": "" if masked else reason}
        return int(same.update(decision=decision, confirmed_at=clock.now(), confirmed_by_id=by.user_id, **values))


def _decision_refusal(row: RedactionFlag, decision: str, mask: str, reason: str) -> Refusal | None:
    if row.attachment_id is not None or decision not in (RedactionFlag.Decision.MASK, RedactionFlag.Decision.KEEP):
        return Refusal("请选择遮盖或保留。")
    if decision == RedactionFlag.Decision.MASK and row.text and row.text in mask:
        return Refusal("替换的文字里还有原文，请改写后再确认。")
    if decision == RedactionFlag.Decision.KEEP and not reason:
        return Refusal("保留原文须写明理由，如：本人是公众人物、已征得监护人书面同意。")
    return None


def mask_passage(publication: Publication, *, by: Actor, text: str, mask: str) -> int:
    """Mask words that the rules did not find, wherever they stand. Returns in how many places."""
    text, mask = text.strip(), mask.strip()[:200]
    if not 1 <= len(text) <= 200 or not mask or text in mask:
        raise Refused(Refusal("请填写要遮盖的原文（200字以内）和替换的文字，替换的文字里不能再有原文。"))
    with transaction.atomic():
        row = _open_row(publication, by)
        made = 0
        for place, passage in passages(row.title, row.blocks).items():
            start = passage.find(text)
            while start >= 0:
                made += _flag_by_hand(row, by, place, (start, start + len(text)), text, mask)
                start = passage.find(text, start + len(text))
        if not made:
            raise Refused(Refusal("正文里没有找到这段文字，请从正文复制后再试。"))
        log(row, by=by, name="mask", label=f"人工标注遮盖{made}处", source=row.state, target=row.state)
    return made


def _flag_by_hand(row: Publication, by: Actor, place: str, span: tuple[int, int], text: str, mask: str) -> int:
    """One mask by hand; flags that it covers go, one that it cuts through is refused."""
    start, end = span
    for other in RedactionFlag.objects.filter(publication=row, place=place, start__lt=end, end__gt=start):
        if other.start < start or other.end > end:
            raise Refused(Refusal(f"这段文字与标记“{other.text}”交叉，请把整个标记包括在内。"))
        other.delete()
    RedactionFlag.objects.create(
        publication=row, kind=RedactionFlag.Kind.BY_HAND, place=place, start=start, end=end, text=text, mask=mask,
        decision=RedactionFlag.Decision.MASK, confirmed_at=clock.now(), confirmed_by_id=by.user_id,
    )  # fmt: skip
    return 1


# --- photos ----------------------------------------------------------------------------------------------------------


def add_photo(publication: Publication, upload: File[bytes], *, by: Actor) -> RedactionFlag:
    """A photo to go with the text; it is flagged whatever it shows. UploadRefused says why not."""
    with transaction.atomic():
        row = _open_row(publication, by)
        if row.flags.filter(attachment__isnull=False).count() >= MOST_PHOTOS:
            raise UploadRefused(f"一条信息最多{MOST_PHOTOS}张照片。")
        attachment = store_upload(upload, root=row, by=by, part=PHOTO, filed=True)
        if not attachment.is_image:
            raise UploadRefused(f"“{attachment.name}”不是照片。其他附件的内容请写进正文，脱敏后随正文公开。")
        return RedactionFlag.objects.create(
            publication=row, kind=RedactionFlag.Kind.PHOTO, place=PHOTO, attachment=attachment, text=attachment.name
        )


def decide_photo(
    flag: RedactionFlag, *, by: Actor, decision: str, boxes: Sequence[Sequence[int]] = (), blurred: bool = False,
    caption: str = "", reason: str = "",
) -> RedactionFlag:  # fmt: skip
    """A person's word on a photo: something covered, kept as it is with a reason, or left out."""
    with transaction.atomic():
        _open_row(flag.publication, by)
        row: RedactionFlag = RedactionFlag.objects.select_for_update(of=("self",)).get(pk=flag.pk)
        choices = (RedactionFlag.Decision.MASK, RedactionFlag.Decision.KEEP, RedactionFlag.Decision.OMIT)
        if row.attachment_id is None or decision not in choices:
            raise Refused(Refusal("请选择遮盖、保留或不公开。"))
        if decision == RedactionFlag.Decision.MASK and not boxes:
            raise Refused(Refusal("请标出照片上要遮盖的地方；无须遮盖的，选保留并写明理由。"))
        if decision == RedactionFlag.Decision.KEEP and not reason.strip():
            raise Refused(Refusal("照片原样公开须写明理由，如：画面中没有人物，也没有文字和号码。"))
        row.decision, row.boxes, row.blurred = decision, [list(box) for box in boxes], blurred
        row.caption, row.reason = caption.strip()[:100], reason.strip()[:300]
        row.confirmed_at, row.confirmed_by_id = clock.now(), by.user_id
        row.save()
    return row


# --- moves -----------------------------------------------------------------------------------------------------------


def finish_redaction(publication: Publication, *, by: Actor) -> Publication:
    """Every flag is decided: hand it to another person for approval."""
    with transaction.atomic():
        row: Publication = PUBLICATION.move(
            publication, "redact", by=by, redacted_at=clock.now(), redacted_by_id=by.user_id
        )
        notify(row, by=by, key=f"redacted:{clock.now():%s}", category=Category.TO_SIGN, title=f"待批准公开：{row.title}",
               organizations=[row.author_org_id], roles=[Role.OFFICE_HEAD, Role.LEADER])  # fmt: skip
    return row


REDO: dict[str, Any] = {"redacted_at": None, "redacted_by_id": None, "approved_at": None, "approved_by_id": None,
                        "approved_as": "", "fingerprint": "", "problem": ""}  # fmt: skip


def reopen(publication: Publication, *, by: Actor) -> Publication:
    row: Publication = PUBLICATION.move(publication, "reopen", by=by, **REDO)
    return row


def return_(publication: Publication, *, by: Actor, reason: str) -> Publication:
    """Back to redaction, with the reason."""
    with transaction.atomic():
        row: Publication = PUBLICATION.move(publication, "return", by=by, reason=reason, **REDO)
        notify(row, by=by, key=f"returned:{clock.now():%s}", category=Category.RETURNED, title=f"信息公开退回：{row.title}", body=reason,
               organizations=[row.author_org_id], roles=[Role.OFFICE_STAFF, Role.OFFICE_HEAD])  # fmt: skip
    return row


def approve(publication: Publication, *, by: Actor) -> Publication:
    """Approve what the preview showed; the system then makes the copy that the public reads."""
    with transaction.atomic():
        row = lock(publication)
        mark = fingerprint(row, list(RedactionFlag.objects.filter(publication=row)))
        row = PUBLICATION.move(
            publication, "approve", by=by, approved_at=clock.now(), approved_by_id=by.user_id,
            approved_as=f"{by.label} {by.display_name}"[:260], fingerprint=mark, problem="",
        )  # fmt: skip
        tell(PUBLISH, key=f"{row.pk}:{row.approved_at.timestamp()}", root=row, by=by, payload={"fingerprint": mark})
    return row  # type: ignore[no-any-return]


def withdraw(publication: Publication, *, by: Actor, reason: str) -> Publication:
    """Take it down: the database empties the public's copy in this very transaction. Date and reason stay to be read."""
    with transaction.atomic():
        row: Publication = PUBLICATION.move(
            publication, "withdraw", by=by, reason=reason, withdrawn_at=clock.now(), withdrawn_by_id=by.user_id,
            withdrawn_reason=reason.strip()[:300] or "-",
        )  # fmt: skip
        changed()
        notify(row, by=by, key="withdrawn", category=Category.NEWS, title=f"已从公众网站撤下：{row.title}", body=f"理由：{reason}",
               organizations=[row.author_org_id], roles=[Role.OFFICE_STAFF, Role.OFFICE_HEAD, Role.LEADER])  # fmt: skip
    return row


def drop(publication: Publication, *, by: Actor, reason: str) -> Publication:
    """It is not made public after all."""
    row: Publication = PUBLICATION.move(publication, "drop", by=by, reason=reason, **REDO)
    return row
