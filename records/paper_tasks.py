"""What the workers do for a paper on its way, beside rendering: sign it, and hand it on when somebody has countersigned."""

from __future__ import annotations

from accounts.actors import Actor
from records.actions.checking import go_on_countersigning
from records.actions.countersigning import COUNTERSIGNED
from records.actions.documents import SEAL
from records.actions.seals import seal
from records.models import Document, OfficePaper, Outbox
from records.outbox import handles
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
