"""What the workers do for a paper on its way, beside rendering: sign it, and hand it on when somebody has countersigned."""

from __future__ import annotations

from accounts.actors import Actor
from records.actions.attachments import attachments_of
from records.actions.checking import go_on_countersigning
from records.actions.countersigning import COUNTERSIGNED
from records.actions.documents import SEAL
from records.actions.seals import SCAN_PART, SEAL_SCAN, scan_refusal, seal
from records.jobs import JobFailed, Running, runs
from records.models import Document, OfficePaper, Outbox
from records.outbox import handles
from records.sealing import SealFailed
from records.state import Refused
from records.storage import opened, put

SealWay = OfficePaper.SealWay


def keep_seal_error(row: Outbox, actor: Actor, sentence: str) -> None:
    """As with rendering: the office sees on the document what is wrong with its certificate."""
    Document.objects.filter(pk=int(row.root_id or 0), sealed_file="").update(seal_error=sentence)


@handles(SEAL, slow=True, failed=keep_seal_error)
def seal_by_signature(row: Outbox, actor: Actor) -> None:
    """Sign the stored file, then hash: the signed bytes are the paper. Signed once: a second run finds the seal."""
    from records.sealing.signature import SignatureSeal  # pyHanko loads in workers only

    document = Document.objects.filter(pk=int(row.root_id or 0)).select_related("author_org").first()
    if document is None or document.state != Document.State.APPROVED or document.seal_way != SealWay.SIGNATURE:
        return
    stamp = SignatureSeal(document.owner_code, document.author_org.name)
    with opened(document.file) as file:
        content = stamp.put_on(file.read())
    seal(document, by=actor, sha256=put(content), size=len(content), way=SealWay.SIGNATURE,
         sealed_as=f"电子签章：{stamp.name()}")  # fmt: skip


@handles(COUNTERSIGNED)
def go_on_after_countersigning(row: Outbox, actor: Actor) -> None:
    """Somebody has answered: the next is asked, or the paper goes to the approver."""
    document = Document.objects.filter(pk=int(row.root_id or 0)).first()
    if document is not None:
        go_on_countersigning(document, by=actor)


@runs(SEAL_SCAN, label="核对用印扫描件")
def seal_by_scan(job: Running) -> None:
    """The stamped paper as it was scanned: it must be this document, whole, by the code on it."""
    from records.sealing import scans  # zxing and pdfium load in workers only

    document = Document.objects.visible_to(job.actor).filter(pk=job.params["document"]).first()
    if document is None:
        raise JobFailed("这份公文已经看不到了，没有用印。")
    job.leads_to(document.get_absolute_url())
    job.came_from(document.get_absolute_url())
    files = {row.pk: row for row in attachments_of(document, SCAN_PART).filter(pk__in=job.params["files"])}
    job.expect(2)
    try:
        scan = scans.read([(files[pk].mime, _content(files[pk].sha256)) for pk in job.params["files"]])
    except SealFailed as error:
        raise JobFailed(str(error)) from error
    job.step()
    refused = scan_refusal(document, tokens=scan.tokens, pages=scan.pages, pdf=scan.pdf, by=job.actor)
    if refused is not None:
        raise Refused(refused)
    seal(document, by=job.actor, sha256=put(scan.pdf), size=len(scan.pdf), way=SealWay.SCAN)
    job.step()


def _content(sha256: str) -> bytes:
    with opened(sha256) as file:
        return file.read()
