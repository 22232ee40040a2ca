"""The seal (用印): by signature in the worker, or print–stamp–scan. What is sealed is what goes out."""

from __future__ import annotations

from django.db import transaction

from accounts.actors import Actor
from records import clock
from records.actions.documents import SEAL, issue
from records.actions.service import serve
from records.models import Document, OfficePaper
from records.outbox import publish, retry
from records.permissions import Permission
from records.sealing.certificates import path_for
from records.state import Refusal, Refused, lock, owning_office, word_refusal
from records.workflow import DOCUMENT

S = Document.State
SealWay = OfficePaper.SealWay


def way_for(owner_code: int) -> str:
    """How the office seals: as it has set, else by signature where it has a certificate. Asked on a worker, where the
    certificates are."""
    found: OfficePaper | None = OfficePaper.objects.filter(owner_code=owner_code).first()
    if found is not None and found.seal_way:
        return found.seal_way
    return SealWay.SIGNATURE if path_for(owner_code) else SealWay.SCAN


def seal(document: Document, *, by: Actor, sha256: str, size: int, way: str, sealed_as: str = "") -> Document:
    """The sealed bytes are stored: from now on they are the paper. Issued and served at once where that was chosen at
    approval. A second run of the worker changes nothing."""
    with transaction.atomic():
        row: Document = lock(document)
        if by.user_id is None and row.state != S.APPROVED:
            return row
        row = DOCUMENT.move(
            row, "seal", by=by, sealed_file=sha256, sealed_size=size, sealed_at=clock.now(), sealed_by_id=by.user_id,
            sealed_as=sealed_as or f"{by.label} {by.display_name}", seal_way=way, seal_error="",
        )  # fmt: skip
        if row.serve_when_ready:
            row = serve(issue(row, by=by), by=by)
    return row


def seal_again(document: Document, *, by: Actor, way: str = "") -> Document:
    """Ask the worker once more for a signature that failed, or turn to the other way of sealing."""
    with transaction.atomic():
        row: Document = lock(document)
        refused = word_refusal(by, Permission.SEAL_DOCUMENTS, "用印") or owning_office(row, by)
        if refused is None and (row.state != S.APPROVED or not row.rendered_at):
            refused = Refusal("只有已签发、已生成文件而没有用印的公文可以这样办理。")
        if refused is not None:
            raise Refused(refused)
        row.seal_way, row.seal_error = way or row.seal_way or SealWay.SIGNATURE, ""
        row.save(update_fields=["seal_way", "seal_error"])
        if row.seal_way == SealWay.SIGNATURE:
            publish(SEAL, key=str(row.pk), root=row, by=by)
            retry(SEAL, key=str(row.pk), owner_code=row.owner_code)
    return row
