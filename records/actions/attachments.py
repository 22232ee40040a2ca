"""Evidence: take a file, hand it in, take a draft back; and who may read which copy of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from celery import current_app
from django.apps import apps
from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from accounts.actors import Actor
from records import clock
from records.models import Attachment, Root
from records.storage import put_file
from records.uploads import Inspected, UploadRefused, inspect
from records.virus import ScanFailed, find_virus

__all__ = [
    "UploadRefused",
    "accept_file",
    "attachments_of",
    "file_attachments",
    "readable",
    "remove_draft",
    "scan",
    "store_upload",
    "visible_root",
]


def store_upload(
    upload: File[bytes], *, root: Any, by: Actor, part: str = "", filed: bool, replaces: Attachment | None = None
) -> Attachment:
    """Take one file for a root that `by` sees. `filed=False`: only the uploader's organization sees it until
    `file_attachments`. `replaces`: the revision that this one takes the place of. UploadRefused says why not.
    """
    _check_revision(replaces, root, by)
    found = inspect(upload)
    scan(upload, found.name)
    now = clock.now()
    upload.seek(0)
    attachment = Attachment(
        root_kind=root.kind, root_id=root.pk, part=part[:80], category=found.category, name=found.name, mime=found.mime,
        size=found.size, sha256=put_file(upload), taken_at=found.taken_at, longitude=found.longitude,
        latitude=found.latitude, organization_id=by.organization_id, uploaded_at=now, uploaded_by_id=by.user_id,
        filed_at=now if filed else None, replaces=replaces,
    )  # fmt: skip
    attachment.save(force_insert=True)
    if attachment.is_image:
        sha256 = attachment.sha256
        transaction.on_commit(lambda: current_app.tasks["records.tasks.prepare_previews"].delay(sha256))
    return attachment


def accept_file(upload: File[bytes]) -> tuple[Inspected, str]:
    """Check and store a file that is no evidence of a root: a scanned receipt. Returns what it is, and its SHA-256."""
    found = inspect(upload)
    scan(upload, found.name)
    upload.seek(0)
    return found, put_file(upload)


def _check_revision(replaces: Attachment | None, root: Any, by: Actor) -> None:
    if replaces is None:
        return
    if (replaces.root_kind, replaces.root_id) != (root.kind, root.pk) or replaces.organization_id != by.organization_id:
        raise UploadRefused("只能更换本单位为同一事项上传的附件。")
    if Attachment.objects.of(root).filter(replaces=replaces).exists():
        raise UploadRefused(f"“{replaces.name}”已经更换过，请刷新页面查看新的附件。")


def scan(upload: File[bytes], name: str) -> None:
    """Look for viruses where a scanner is configured; UploadRefused when there is one, or no answer."""
    if not settings.CLAMD_URL:
        return
    upload.seek(0)
    try:
        virus = find_virus(settings.CLAMD_URL, upload.chunks())
    except ScanFailed as error:
        raise UploadRefused("病毒扫描暂时不可用，文件没有上传，请稍后再试。") from error
    if virus:
        raise UploadRefused(f"“{name}”含有病毒（{virus[:60]}），没有上传。请先查杀。")


def file_attachments(root: Any, part: str, by: Actor) -> int:
    """Hand in the drafts that the actor's organization uploaded for the part ("" for all parts). Returns how many."""
    drafts = attachments_of(root, part).filter(organization_id=by.organization_id, filed_at__isnull=True)
    return int(drafts.update(filed_at=clock.now()))


def attachments_of(root: Any, part: str = "") -> QuerySet[Attachment]:
    """The files of a root fetched by its own door, in the revision in force; `part` narrows, "" is the whole root.

    Drafts of other organizations are not among them: row security hides them.
    """
    rows = Attachment.objects.of(root).filter(replaced_by__isnull=True)
    return rows.filter(part=part) if part else rows


def remove_draft(attachment: Attachment, by: Actor) -> None:
    """Take back what was not handed in yet. The bytes stay: another row may name them."""
    if attachment.organization_id != by.organization_id:
        raise UploadRefused("只能移除本单位上传的附件。")
    if attachment.filed_at is not None:
        raise UploadRefused(f"“{attachment.name}”已经提交，不能移除。可以上传新的附件替换。")
    attachment.delete()


# --- doors -----------------------------------------------------------------------------------------------------------


def visible_root(kind: str, pk: int, actor: Actor | None) -> Any | None:
    """The business root named by (kind, pk), through its own `visible_to`; None when there is none to be seen."""
    try:
        model = apps.get_model(kind)
    except (LookupError, ValueError):
        return None
    if not issubclass(model, Root):
        return None
    return model.objects.visible_to(actor).filter(pk=pk).first()


def readable(pk: int, actor: Actor) -> tuple[Attachment, Any] | None:
    """An attachment with its root, where the actor sees the root, and the file is handed in or his organization's."""
    attachment = Attachment.objects.handed_in_or_own(actor).filter(pk=pk).first()
    root = visible_root(attachment.root_kind, attachment.root_id, actor) if attachment else None
    return (attachment, root) if attachment and root is not None else None


def may_see_position(attachment: Attachment, root: Any, actor: Actor) -> bool:
    """Time and position in the picture itself stay with its uploader and the owning office; other copies lose them."""
    in_office = actor.is_office and root.owner_code == actor.division_code
    return in_office or attachment.organization_id == actor.organization_id


def upload_url(root: Any, part: str = "") -> str:
    """Where upload.js sends single files (data-upload-url): each is stored as a draft of the actor's organization."""
    return f"{reverse('records:attachment_upload')}?{urlencode({'root_kind': root.kind, 'root_id': root.pk, 'part': part})}"
