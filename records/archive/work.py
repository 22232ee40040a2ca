"""What the worker does for the archive: sets the sheets of a catalogue, binds the PDF, packs the ZIP. May run twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.files.base import File
from django.db.models import Q

from accounts.actors import Actor
from records import clock, jobs
from records.actions.archive import PREPARE
from records.archive.catalogue import Line, as_csv, as_excel, lines_of, safe_name
from records.archive.package import BOUND, CSV, EXCEL, Damaged, Entry, pack
from records.archive.registry import PDF, day_words, kind_label
from records.models import ArchiveFile, ArchiveItem, Outbox
from records.outbox import handles
from records.storage import opened, put, put_file

EXPORT = "records.archive_export"
ZIP = "application/zip"


def keep_error(row: Outbox, actor: Actor, sentence: str) -> None:
    ArchiveFile.objects.filter(pk=int(row.root_id or 0), state=ArchiveFile.State.OPEN).update(prepare_error=sentence)


@handles(PREPARE, slow=True, failed=keep_error)
def prepare(row: Outbox, actor: Actor) -> None:
    """Set what has no bytes of its own as pages, and count the pages of everything. What is done stays."""
    file = ArchiveFile.objects.filter(pk=int(row.root_id or 0), state=ArchiveFile.State.OPEN).first()
    if file is not None:
        prepare_items(file)


def prepare_items(file: ArchiveFile) -> None:
    for item in file.items.filter(Q(sha256="") | Q(pages__isnull=True)):
        _prepare_item(item)
    ArchiveFile.objects.filter(pk=file.pk).update(prepare_error="")


def _prepare_item(item: ArchiveItem) -> None:
    from records.rendering import binder  # WeasyPrint loads in workers only

    if item.sheet and not item.sha256:
        content = binder.set_sheet(item.sheet)
        item.sha256, item.size, item.mime = put(content), len(content), PDF
    item.bound_as, item.pages = binder.how_bound(item.mime, item.sha256)
    item.save(update_fields=["sha256", "size", "mime", "bound_as", "pages"])


@jobs.runs(EXPORT, label="导出案卷")
def export(job: jobs.Running) -> None:
    """A closed file as one PDF, or as the ZIP with everything in it."""
    found = ArchiveFile.objects.visible_to(job.actor).filter(pk=job.params["file"])
    file = found.select_related("office", "opened_by", "closed_by").first()
    if file is None or file.is_open:
        raise jobs.JobFailed("只有已归档的案卷可以导出。")
    lines = lines_of(file.items.all())
    as_zip = job.params["what"] == "zip"
    job.expect(len(lines) * 2 if as_zip else len(lines))
    try:
        with (zipped if as_zip else bound)(file, lines, job.step) as out:
            _keep(job, out, f"{package_name(file)}{'.zip' if as_zip else '.pdf'}", ZIP if as_zip else PDF)
    except Damaged as error:
        raise jobs.JobFailed(
            f"“{error}”的内容与目录记载的SHA-256不一致，案卷没有导出。请立即报告系统管理员。"
        ) from error
    except FileNotFoundError as error:
        raise jobs.JobFailed("有卷内文件在存储中找不到，案卷没有导出。请立即报告系统管理员。") from error


def _keep(job: jobs.Running, out: IO[bytes], name: str, mime: str) -> None:
    size = out.seek(0, 2)
    out.seek(0)
    content = File(out)
    content.size = size  # an unnamed file has no path to ask the size of
    job.result(name=name, sha256=put_file(content), size=size, mime=mime)


def package_name(file: ArchiveFile) -> str:
    return safe_name(f"{file.number} {file.title}")


def bound(file: ArchiveFile, lines: Sequence[Line], step: Callable[[], None] = lambda: None) -> IO[bytes]:
    """The bound PDF, open at its beginning."""
    from records.rendering import binder  # WeasyPrint loads in workers only

    front = binder.Front(title=file.title, office=str(file.office), number=file.number, facts=cover_facts(file, lines))
    return binder.bind(front, lines, step=step)


def cover_facts(file: ArchiveFile, lines: Sequence[Line]) -> tuple[tuple[str, str], ...]:
    days = sorted(line.dated for line in lines if line.dated)
    return (
        ("档号", file.number),
        ("类别", kind_label(file.root_kind)),
        ("对象单位", file.subject_name),
        ("归档年度", f"{file.year}年"),
        ("保管期限", f"{file.retention}（{file.retention_basis}）"),
        ("起止日期", f"{days[0]} 至 {days[-1]}" if days else ""),
        ("件数、页数", f"{len(lines)}件，{sum(line.pages for line in lines)}页"),
        ("立卷人", f"{file.opened_by}　{day_words(file.opened_at)}"),
        ("检查人", f"{file.closed_by}　{day_words(file.closed_at)}"),
    )


def zipped(file: ArchiveFile, lines: Sequence[Line], step: Callable[[], None] = lambda: None) -> IO[bytes]:
    """The ZIP, open at its beginning."""
    assert file.closed_at is not None
    at = clock.local(file.closed_at)
    with bound(file, lines, step) as pdf:
        content = pdf.read()
    title = f"{file.number} {file.title}"
    made = [(BOUND, content), (EXCEL, as_excel(lines, title=title, made_at=at)), (CSV, as_csv(lines))]
    out = TemporaryFile()  # noqa: SIM115  handed on open
    try:
        pack(out, package_name(file), [*_made(made), *_originals(lines)], at=at, step=step)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    return out


def _made(files: Sequence[tuple[str, bytes]]) -> Iterator[Entry]:
    for name, content in files:
        yield Entry(name, lambda content=content: BytesIO(content))  # type: ignore[misc]


def _originals(lines: Sequence[Line]) -> Iterator[Entry]:
    for line in lines:
        yield Entry(line.place, lambda sha=line.sha256: _opened(sha), line.sha256)  # type: ignore[misc]


def _opened(sha256: str) -> Any:
    return opened(sha256)
