"""The long work of a batch: drafting every paper, numbering, rendering and sealing them, one file to print and one to keep.

Each chunk is a transaction of its own, and what is done is looked at before it is done: a run that broke off is taken up
by the next. A helper on another worker renders beside the job; a row that one of them holds the other passes over.
"""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO, Any

import pypdfium2 as pdfium
import structlog
from celery import current_app, shared_task
from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet

from accounts.scope import scope, system_role
from records import clock
from records.actions import letters as acts
from records.actions.documents import store_file
from records.actions.seals import SealWay, seal, way_for
from records.documents.papers import compose
from records.jobs import JobFailed, Running, runs
from records.models import Document, Letter, LetterBatch
from records.outbox import office_actor
from records.state import Refused
from records.storage import opened, put, put_file

DRAFT, MAKE = "letters.draft", "letters.make"
CHUNK = 25
# Rendered between two looks at what the other worker has left.
RENDERED_AT_ONCE = 10
HELPERS = 1
# A helper that says nothing for so long is waited for no longer.
PATIENCE = 300.0
log = structlog.get_logger(__name__)


def _batch(job: Running) -> LetterBatch:
    with job.scope():
        found: LetterBatch | None = LetterBatch.objects.visible_to(job.actor).filter(pk=job.params["batch"]).first()
    if found is None:
        raise JobFailed("没有这批公文。")
    job.leads_to(found.get_absolute_url())
    return found


@runs(DRAFT, label="批量拟稿", scoped=False)
def draft(job: Running) -> None:
    batch = _batch(job)
    with job.scope():
        total = batch.letters.count()
        job.expect(total)
        job.step(batch.letters.filter(document__isnull=False).count())
    while True:
        with job.scope():
            done = acts.draft_some(batch, by=job.actor, most=CHUNK)
        if not done:
            break
        job.step(len(done))
    with job.scope():
        fresh = LetterBatch.objects.visible_to(job.actor).get(pk=batch.pk)
        if fresh.state == LetterBatch.State.DRAFTED:
            acts.submit_batch(fresh, by=job.actor)


@runs(MAKE, label="批量生成公文", scoped=False)
def make(job: Running) -> None:
    batch = _batch(job)
    with job.scope():
        total = batch.letters.count()
    job.expect(2 * total)
    _number(job, batch)
    task = current_app.tasks["records.letters.jobs.help_letters"]
    for _ in range(HELPERS):
        task.delay(batch.pk, batch.owner_code)
    _render_all(job, batch, total)
    _gather(job, batch)


def _number(job: Running, batch: LetterBatch) -> None:
    with job.scope():
        job.step(batch.letters.exclude(document__sequence__isnull=True).count())
    while True:
        with job.scope():
            n = acts.number_some(batch, by=job.actor, most=CHUNK)
        if not n:
            return
        job.step(n)


def _render_all(job: Running, batch: LetterBatch, total: int) -> None:
    """Until nothing is left: what the helper holds is waited for, and taken over should it go under."""
    failed: set[int] = set()
    waited = time.monotonic()
    while True:
        done, broken = render_some(batch.pk, batch.owner_code, skip=failed)
        failed |= broken
        with scope(office_actor(batch.owner_code)):
            left = to_render(batch.pk).exclude(pk__in=failed).count()
        job.step(max(0, total + total - left - len(failed) - job.done))
        if not left:
            return
        if done or broken:
            waited = time.monotonic()
        elif time.monotonic() - waited > PATIENCE:
            return
        else:
            time.sleep(0.2)


def to_render(batch_id: int) -> QuerySet[Letter]:
    rows: QuerySet[Letter] = Letter.objects.filter(
        batch_id=batch_id, document__state=Document.State.APPROVED, document__rendered_at__isnull=True
    )
    return rows


def render_some(batch_id: int, owner_code: int, *, skip: set[int]) -> tuple[set[int], set[int]]:
    """Claim a few numbered letters that nobody holds, render and seal them. Returns (done, failed); a failing one keeps
    its fault and stops no other."""
    actor, done, failed = office_actor(owner_code), set[int](), set[int]()
    with scope(actor):
        rows = to_render(batch_id).exclude(pk__in=skip).select_related("document__author_org", "document__subject_org")
        for letter in rows.select_for_update(skip_locked=True, of=("self",)).order_by("n")[:RENDERED_AT_ONCE]:
            try:
                with transaction.atomic():
                    _render_one(letter, actor)
                    letter.fault = ""
                done.add(letter.pk)
            except Exception as error:
                log.exception("letters.render", letter=letter.pk, error=repr(error))
                letter.fault = (str(error) or type(error).__name__)[:300]
                failed.add(letter.pk)
            letter.save(update_fields=["fault"])
    return done, failed


def _render_one(letter: Letter, actor: Any) -> None:
    from records.rendering import official, previews  # WeasyPrint and pyHanko load in workers only
    from records.sealing.signature import SignatureSeal

    document = letter.document
    assert document is not None
    content = official.render(compose(document))
    pages = previews.page_count(content)
    way = way_for(document.owner_code)
    row = store_file(document, sha256=put(content), size=len(content), pages=pages, by=actor)
    if way == SealWay.SIGNATURE:
        stamp = SignatureSeal(document.owner_code, document.author_org.name)
        content = stamp.put_on(content)
        seal(row, by=actor, sha256=put(content), size=len(content), way=way, sealed_as=f"电子签章：{stamp.name()}")
    else:
        Document.objects.filter(pk=row.pk).update(seal_way=way)


@shared_task
def help_letters(batch_id: int, owner_code: int) -> int:
    """Render beside the job, on another worker. May run twice, and at once: a row is one worker's at a time."""
    made, failed = 0, set[int]()
    with system_role():
        while True:
            done, broken = render_some(batch_id, owner_code, skip=failed)
            made, failed = made + len(done), failed | broken
            if not done and not broken:
                return made


# --- what came of it -----------------------------------------------------------------------------------------------


def _gather(job: Running, batch: LetterBatch) -> None:
    """The faults by name, or the two files of a batch that is whole."""
    with scope(office_actor(batch.owner_code)):
        letters = list(batch.letters.select_related("document", "recipient").order_by("n"))
    for letter in letters:
        if letter.document is None or not letter.document.number:
            job.fault(place=letter.recipient.name, cure="还没有取得文号，请由签发人点“继续生成”。")
        elif not letter.document.file:
            job.fault(
                place=letter.recipient.name, value=letter.fault, cure="修正后点“继续生成”；仍失败的请联系管理员。"
            )
    if job.fault_count:
        return
    fresh = finish_whole(batch, letters)
    job.result(
        name=f"{batch.title}（合并打印）.pdf", sha256=fresh.merged, size=fresh.merged_size or 0, mime="application/pdf"
    )


def finish_whole(batch: LetterBatch, letters: list[Letter]) -> LetterBatch:
    """Both files of a batch whose every paper is there. The other of two runs at once finds it done."""
    merged, archive = _merged(letters), _archive(letters)
    actor = office_actor(batch.owner_code)
    with scope(actor):
        fresh: LetterBatch = LetterBatch.objects.get(pk=batch.pk)
        try:
            return acts.finish_batch(fresh, by=actor, merged=merged, archive=archive)
        except Refused:
            fresh.refresh_from_db()
    return fresh


def _bytes(letters: list[Letter]) -> Iterator[tuple[Letter, bytes]]:
    for letter in letters:
        assert letter.document is not None
        with opened(letter.document.sealed_file or letter.document.file) as file:
            yield letter, file.read()


def _merged(letters: list[Letter]) -> tuple[str, int]:
    """All papers one after another, in the order of the rows, to be printed in one go."""
    whole = pdfium.PdfDocument.new()
    for _, content in _bytes(letters):
        paper = pdfium.PdfDocument(content)
        whole.import_pages(paper)
        paper.close()
    with TemporaryFile() as out:
        whole.save(out)
        whole.close()
        return _kept(out)


def _archive(letters: list[Letter]) -> tuple[str, int]:
    """Each paper as a file of its own, and the list of their SHA-256. The same papers give the same bytes."""
    listed: list[str] = []
    with TemporaryFile() as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for letter, content in _bytes(letters):
                document = letter.document
                assert document is not None and document.approved_at is not None
                name = f"{letter.n:04d} {letter.recipient.name}（{document.number}）.pdf"
                at = clock.local(document.approved_at)
                archive.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), content)
                listed.append(f"{document.sealed_file or document.file}  {name}")
            first = clock.local(letters[0].document.approved_at)  # type: ignore[union-attr, arg-type]
            archive.writestr(zipfile.ZipInfo("sha256.txt", first.timetuple()[:6]), "\n".join(listed) + "\n")
        return _kept(out)


def _kept(out: IO[bytes]) -> tuple[str, int]:
    size = out.seek(0, 2)
    out.seek(0)
    file = File(out)
    file.size = size  # a spooled file has no name to ask the size of
    return put_file(file), size
