"""The seal (用印): by signature in the worker, or print–stamp–scan. What is sealed is what goes out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.core.files.base import File
from django.db import transaction

from accounts.actors import Actor
from records import clock
from records.actions.attachments import UploadRefused, store_upload
from records.actions.documents import SEAL, issue
from records.actions.service import serve
from records.jobs import start
from records.models import Document, Job, OfficePaper
from records.outbox import publish, retry
from records.permissions import Permission
from records.sealing.certificates import path_for
from records.state import Refusal, Refused, lock, owning_office, word_refusal
from records.workflow import DOCUMENT

S = Document.State
SealWay = OfficePaper.SealWay
SEAL_SCAN = "documents.seal_scan"
SCAN_PART = "seal"
SCAN_TYPES = {"application/pdf", "image/jpeg", "image/png"}
MOST_FILES = 60


def way_for(owner_code: int) -> str:
    """How the office seals: as it has set, else by signature where it has a certificate. Asked on a worker, where the
    certificates are."""
    found: OfficePaper | None = OfficePaper.objects.filter(owner_code=owner_code).first()
    if found is not None and found.seal_way:
        return found.seal_way
    return SealWay.SIGNATURE if path_for(owner_code) else SealWay.SCAN


def pass_unsealed(document: Document, *, by: Actor) -> Document:
    """A kind that carries no seal (纪要不加盖印章): the file as it was set is the paper, in either way of sealing."""
    return seal(
        document, by=by, sha256=document.file, size=document.file_size or 0, way="", sealed_as="按规定不加盖印章"
    )


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


def hand_in_scan(document: Document, *, by: Actor, files: Sequence[File[bytes]]) -> Job:
    """Take the scan of the stamped paper; a worker reads the code on it and compares. UploadRefused, Refused say why not."""
    with transaction.atomic():
        row: Document = lock(document)
        refused = scan_seal_refusal(row, by)
        if refused is None and len(files) > MOST_FILES:
            refused = Refusal(f"一次最多上传{MOST_FILES}个文件，请把扫描件合并成一个 PDF。")
        if refused is not None:
            raise Refused(refused)
        kept = [store_upload(file, root=row, by=by, part=SCAN_PART, filed=False) for file in files]
        if any(attachment.mime not in SCAN_TYPES for attachment in kept):
            raise UploadRefused("用印扫描件只收 PDF 和图片（JPG、PNG）。")
        return start(SEAL_SCAN, by=by, title=f"核对用印扫描件：{row.number}",
                     params={"document": row.pk, "files": [attachment.pk for attachment in kept]})  # fmt: skip


def scan_seal_refusal(document: Document, by: Actor) -> Refusal | None:
    """Why no scan of the stamped paper is taken now."""
    refused = DOCUMENT.refusal(document, "seal", by)
    if refused is None and document.seal_way == SealWay.SIGNATURE:
        return Refusal("这份公文使用电子签章，不需要上传扫描件。签章没有完成的，可以改为打印盖章。")
    return refused


def scan_refusal(document: Document, *, tokens: frozenset[str], pages: int, pdf: bytes, by: Actor) -> Refusal | None:
    """Why what was scanned is not the stamped paper of this document: by its code, its pages and its bytes."""
    if hashlib.sha256(pdf).hexdigest() == document.file:
        return Refusal("上传的是系统生成的文件本身，没有印章。请打印、盖章、扫描后再上传。")
    strange = sorted(tokens - {document.token})
    if strange:
        other = Document.objects.visible_to(by).filter(token__in=strange).exclude(number="").first()
        what = f"是另一份公文（{other.number}）" if other else "不是这份公文"
        return Refusal(f"扫描件上的二维码{what}，没有用印。请核对纸面文号是否为{document.number}。")
    if document.token not in tokens:
        return Refusal(
            "扫描件上读不出二维码，没有用印。请把首页平放、压实，不要遮住二维码，用200dpi以上的灰度或彩色重新扫描全文。"
        )
    if pages != document.pages:
        return Refusal(f"扫描件有{pages}页，公文是{document.pages}页，没有用印。请按顺序扫描每一页，空白背面不扫。")
    return None


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
