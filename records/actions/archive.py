"""Archiving: open a file of a finished matter, arrange its catalogue, close it by another person, open it again with a
reason, hand files over. Nothing is ever deleted by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction

from accounts.actors import Actor
from records import clock
from records.actions.attachments import accept_file
from records.archive.catalogue import catalogue_digest, lines_of, number_pages
from records.archive.registry import ArchiveKind, Content, archive_kind
from records.archive.retention import expiry, retention_for
from records.archive.workflow import ARCHIVE
from records.models import ArchiveFile, ArchiveItem, ArchiveTransfer, NumberCounter
from records.models.archive import period_label
from records.outbox import publish
from records.permissions import Permission
from records.state import Refusal, Refused, lock, log, owning_office

PREPARE = "records.archive_prepare"
MOST_TRANSFERRED = 500


def open_file(root: Any, *, by: Actor) -> ArchiveFile:
    """Open the file of a finished root (立卷) and draft its catalogue. A second call finds the first one's file."""
    kind = _kind_of(root, by)
    assert by.user_id is not None  # a person keeps the archive, never the scheduler
    there: ArchiveFile | None = ArchiveFile.objects.filter(root_kind=root.kind, root_id=root.pk).first()
    if there is not None:
        return there
    retention, year = retention_for(root.kind, root.owner_code), clock.local(kind.ended(root)).year
    file = ArchiveFile(
        owner_code=root.owner_code, office_id=by.organization_id, root_kind=root.kind, root_id=root.pk,
        title=kind.title(root)[:200], subject_name=str(root.subject_org or "")[:200], year=year,
        retention_years=retention.years, retention_basis=retention.basis, opened_at=clock.now(),
        opened_by_id=by.user_id, opened_as=by.label,
    )  # fmt: skip
    try:
        with transaction.atomic():
            file.save(force_insert=True)
            log(file, by=by, name="open", label="立卷", source="", target=file.state)
            _draw(file, kind.contents(root), by)
    except IntegrityError:
        found: ArchiveFile | None = ArchiveFile.objects.filter(root_kind=root.kind, root_id=root.pk).first()
        if found is None:
            raise
        return found
    return file


def _kind_of(root: Any, by: Actor) -> ArchiveKind:
    kind = archive_kind(root.kind)
    if kind is None:
        raise Refused(Refusal("这类事项不立卷归档。"))
    refused = owning_office(root, by) or kind.closed(root)
    if not by.can(Permission.KEEP_ARCHIVE):
        refused = Refusal(f"您当前的身份（{by.role_label}）无权“立卷”。")
    if refused is not None:
        raise Refused(refused)
    return kind


def refresh(file: ArchiveFile, root: Any, *, by: Actor) -> int:
    """Read the root again while the file is open: what came since is added at the end, what changed is set anew, what
    a person arranged stays. Returns how many lines are new."""
    kind = _kind_of(root, by)
    with transaction.atomic():
        row = _open_row(file, by)
        new = _draw(row, kind.contents(root), by)
        log(row, by=by, name="refresh", label="重新读取材料", source=row.state, target=row.state,
            reason=f"新增{new}件" if new else "没有新增")  # fmt: skip
    return new


def _draw(file: ArchiveFile, contents: Sequence[Content], by: Actor) -> int:
    """Lines for the contents that have none yet; the worker then sets the sheets and counts the pages."""
    there = {item.key: item for item in file.items.all()}
    last = max((item.position for item in there.values()), default=0)
    new = [c for c in contents if c.key not in there]
    ArchiveItem.objects.bulk_create(
        ArchiveItem(file=file, position=last + n, **_columns(content)) for n, content in enumerate(new, 1)
    )
    for content in contents:
        item = there.get(content.key)
        if item is not None and (item.sheet != content.sheet or (content.sha256 and item.sha256 != content.sha256)):
            for name, value in (_columns(content) | {"pages": None, "bound_as": ""}).items():
                setattr(item, name, value)
            item.save()
    ArchiveFile.objects.filter(pk=file.pk).update(prepare_error="")
    publish(PREPARE, key=f"{file.pk}:{clock.now().timestamp()}", root=file, by=by)
    return len(new)


def _columns(content: Content) -> dict[str, Any]:
    return {
        "key": content.key, "title": content.title[:200], "responsible": content.responsible[:200],
        "number": content.number[:60], "dated": content.dated, "remarks": content.remarks[:200], "sheet": content.sheet,
        "name": content.name[:200], "mime": content.mime, "sha256": content.sha256, "size": content.size or None,
    }  # fmt: skip


def _open_row(file: ArchiveFile, by: Actor) -> ArchiveFile:
    """The locked row, where `by` may arrange it now."""
    row: ArchiveFile = lock(file)
    refused = owning_office(row, by)
    if not by.can(Permission.KEEP_ARCHIVE):
        refused = Refusal(f"您当前的身份（{by.role_label}）无权整理案卷。")
    if refused is None and not row.is_open:
        refused = Refusal(
            f"案卷{row.get_state_display()}，目录已经固定。确需修改的，由归档以外的人员说明理由后重新整理。"
        )
    if refused is not None:
        raise Refused(refused)
    return row


# --- arranging --------------------------------------------------------------------------------------------------------


def arrange(file: ArchiveFile, *, by: Actor, order: Mapping[int, int], remarks: Mapping[int, str]) -> None:
    """Put the lines in the order of the given numbers (equal ones keep their order) and write the remarks."""
    with transaction.atomic():
        row = _open_row(file, by)
        items = list(row.items.all())
        items.sort(key=lambda item: (order.get(item.pk, item.position), item.position, item.pk))
        for position, item in enumerate(items, 1):
            words = remarks.get(item.pk, item.remarks).strip()[:200]
            if (item.position, item.remarks) != (position, words):
                item.position, item.remarks = position, words
                item.save(update_fields=["position", "remarks"])


def leave_out(file: ArchiveFile, item: ArchiveItem, *, by: Actor, reason: str) -> None:
    """Not to be archived, with the reason; an empty reason takes it in again."""
    words = reason.strip()[:300]
    with transaction.atomic():
        row = _open_row(file, by)
        row.items.filter(pk=item.pk).update(left_out=bool(words), left_out_reason=words)
        label = "不归档" if words else "恢复归档"
        log(row, by=by, name="leave_out" if words else "take_in", label=label, source=row.state, target=row.state,
            reason=f"“{item.title}”{'：' if words else ''}{words}", facts={"item": item.pk})  # fmt: skip


def add_scan(
    file: ArchiveFile, upload: File[bytes], *, by: Actor, title: str, responsible: str, number: str, dated: date | None
) -> ArchiveItem:
    """A paper that only exists on paper, as it was scanned. UploadRefused says why a file cannot be taken."""
    found, sha256 = accept_file(upload)
    with transaction.atomic():
        row = _open_row(file, by)
        if row.items.filter(key=f"scan:{sha256}").exists():
            raise Refused(Refusal("这份扫描件已经在目录中。"))
        last = row.items.order_by("-position").values_list("position", flat=True).first() or 0
        item = ArchiveItem(
            file=row, key=f"scan:{sha256}", position=last + 1, title=title[:200], responsible=responsible[:200],
            number=number[:60], dated=dated, is_scan=True, name=found.name, mime=found.mime, sha256=sha256, size=found.size,
        )  # fmt: skip
        item.save(force_insert=True)
        log(row, by=by, name="add_scan", label="补充扫描件", source=row.state, target=row.state, reason=item.title,
            facts={"sha256": sha256})  # fmt: skip
        publish(PREPARE, key=f"{row.pk}:{clock.now().timestamp()}", root=row, by=by)
    return item


# --- closing ----------------------------------------------------------------------------------------------------------


def close_file(file: ArchiveFile, *, by: Actor) -> ArchiveFile:
    """Freeze the catalogue (归档): pages are numbered, the file gets its number, the day when keeping ends is set."""
    with transaction.atomic():
        row: ArchiveFile = lock(file)
        facts: dict[str, Any] = {}
        # Where it is refused nothing is numbered: the move below says why, in its own words.
        if ARCHIVE.refusal(row, "close", by) is None:
            facts = {**_numbered(row), "catalogue_sha256": _frozen(row), "edition": row.edition + 1}
        return ARCHIVE.move(  # type: ignore[no-any-return]
            file, "close", by=by, closed_at=clock.now(), closed_by_id=by.user_id, closed_as=by.label,
            expires_on=expiry(row.year, row.retention_years), facts={"catalogue": facts.get("catalogue_sha256", "")},
            **facts,
        )  # fmt: skip


def _frozen(row: ArchiveFile) -> str:
    kept = list(row.items.filter(left_out=False))
    for item, first in zip(kept, number_pages([item.pages or 0 for item in kept]), strict=True):
        item.first_page = first
        item.save(update_fields=["first_page"])
    row.items.filter(left_out=True).update(first_page=None)
    return catalogue_digest(lines_of(kept))


def _numbered(row: ArchiveFile) -> dict[str, Any]:
    """档号: year, retention, number in the year. Given once, without a gap: the counter is locked until the commit."""
    if row.number:
        return {}
    label = period_label(row.retention_years)
    key = {"owner_code": row.owner_code, "series": f"归档·{label}", "year": row.year}
    NumberCounter.objects.bulk_create([NumberCounter(**key)], ignore_conflicts=True)
    counter = NumberCounter.objects.select_for_update().get(**key)
    counter.last += 1
    counter.save(update_fields=["last"])
    return {"sequence": counter.last, "number": f"{row.year}-{label}-{counter.last:04d}"}


def reopen_file(file: ArchiveFile, *, by: Actor, reason: str) -> ArchiveFile:
    """Arrange it again: by another person than who closed it, with a reason; number and history stay."""
    facts = {"catalogue": file.catalogue_sha256}
    return ARCHIVE.move(  # type: ignore[no-any-return]
        file, "reopen", by=by, reason=reason, facts=facts, closed_at=None, closed_by=None, closed_as="", expires_on=None
    )


# --- handing over -----------------------------------------------------------------------------------------------------


def hand_over(
    files: Iterable[ArchiveFile], *, by: Actor, values: Mapping[str, Any], receipt: File[bytes]
) -> ArchiveTransfer:
    """Enter that the files went to an archive, with the signed list as scanned. All of them or none."""
    rows = list(files)
    if not by.can(Permission.CLOSE_ARCHIVE):
        raise Refused(Refusal(f"您当前的身份（{by.role_label}）无权移交档案。"))
    if not rows:
        raise Refused(Refusal("请至少选定一卷已归档的案卷。"))
    if len(rows) > MOST_TRANSFERRED:
        raise Refused(Refusal(f"一次最多移交{MOST_TRANSFERRED}卷，请分批办理。"))
    assert by.user_id is not None
    found, sha256 = accept_file(receipt)
    with transaction.atomic():
        transfer = ArchiveTransfer.objects.create(
            owner_code=by.division_code, receipt_name=found.name, receipt_sha256=sha256, receipt_mime=found.mime,
            recorded_at=clock.now(), recorded_by_id=by.user_id, **values,
        )  # fmt: skip
        for row in rows:
            ARCHIVE.move(row, "hand_over", by=by, transfer=transfer, facts={"transfer": transfer.pk})
    return transfer
