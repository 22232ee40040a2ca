"""Files through the API: handed in at the root they belong to, each with an address of its own, taken by the same checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.files.base import File
from django.http import HttpRequest, HttpResponseBase

from accounts.actors import Actor
from accounts.api import fields as f
from accounts.api.bodies import plain
from accounts.api.fields import Part, listed, record
from accounts.api.problems import Problem, translates
from accounts.api.resources import Deed, Download, Resource
from records.actions import attachments as evidence
from records.actions.attachments import UploadRefused, attachments_of
from records.models import Attachment
from records.permissions import Permission as P
from records.views.attachments import take


@translates(UploadRefused)
def _refused(error: UploadRefused) -> Problem:
    """What is wrong with the file, and what to do."""
    return Problem(422, str(error), kind="file-refused", errors={"file": [str(error)]})


FILE = record(
    id=f.INTEGER, url=f.STRING, name=f.STRING, mime=f.STRING, size=f.INTEGER, sha256=f.STRING, category=f.STRING,
    part=f.STRING, uploaded_at=f.MOMENT, filed_at=f.MOMENT,
)  # fmt: skip


def file(row: Attachment) -> dict[str, Any]:
    return {
        "id": row.pk, "url": f"{ATTACHMENTS.address}{row.pk}/", "name": row.name, "mime": row.mime, "size": row.size,
        "sha256": row.sha256, "category": row.category, "part": row.part, "uploaded_at": row.uploaded_at,
        "filed_at": row.filed_at,
    }  # fmt: skip


FILES = Part("files", "附件", listed(FILE), lambda root, actor: [file(a) for a in attachments_of(root)], inline=False)
UPLOADED = Part("file", "上传的附件", FILE, lambda row, actor: file(row))


class UploadForm(forms.Form):
    """One file; a call a file, so that each can be sent again by its idempotency key."""

    file = forms.FileField(label="文件", help_text="按内容识别类型并查毒。")
    part = forms.CharField(label="归属", max_length=80, required=False, help_text="属于其中哪一部分；一般不填。")


def upload(part_of: Callable[[Any, str, Actor], str], *, help: str = "") -> Deed:
    """POST …/files/ of a root: a draft of the caller's organization until the step that hands it in. `part_of(root, asked,
    actor)`: which part it belongs to."""

    def act(actor: Actor, root: Any, form: Any) -> Attachment:
        typed: dict[str, Any] = form.cleaned_data
        given: File[bytes] = typed["file"]
        return evidence.store_upload(
            given, root=root, by=actor, part=part_of(root, typed["part"], actor), filed=False
        )  # fmt: skip

    return Deed("add-file", "上传附件", act, (P.ADD_ATTACHMENTS,), plain(UploadForm), path="files", takes_files=True,
                gives=UPLOADED, help=help)  # fmt: skip


def _find(pk: int, actor: Actor) -> Attachment | None:
    found = evidence.readable(pk, actor)
    return found[0] if found is not None else None


def _taken(request: HttpRequest, row: Attachment, actor: Actor) -> HttpResponseBase:
    found = evidence.readable(row.pk, actor)
    assert found is not None  # it has just come through this door
    return take(request, *found)


def _remove(actor: Actor, row: Attachment, form: Any) -> Attachment:
    pk = row.pk
    evidence.remove_draft(row, actor)
    row.pk = pk  # the answer names what is gone
    return row


ATTACHMENTS = Resource(
    name="attachments", title="附件", room="records", words=(P.READ_ATTACHMENTS,), listed=False, find=_find,
    rows=lambda actor: Attachment.objects.handed_in_or_own(actor),
    fields=(
        f.text("name", "文件名"), f.text("mime", "类型"), *f.coded("category", "类别", Attachment.Category.choices),
        f.number("size", "字节数"), f.text("sha256", "SHA-256"), f.text("root_kind", "所属事项类别"), f.number("root_id", "所属事项编号"),
        f.text("part", "归属"), f.moment("taken_at", "拍摄时间"), f.ref("organization", "上传单位"),
        f.moment("uploaded_at", "上传时间"), f.moment("filed_at", "提交时间"),
    ),
    deeds=(Deed("remove", "移除尚未提交的附件", _remove, (P.ADD_ATTACHMENTS,)),),
    downloads=(Download("file", "下载", _taken),),
)  # fmt: skip
