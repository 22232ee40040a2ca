"""A draft out to Word and back: what differs is shown before anything is taken over."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import actor_of, requires
from records.actions import documents as acts
from records.documents.comparing import compare, differs
from records.documents.draft_forms import DraftTextForm
from records.documents.papers import compose
from records.documents.word import WordText, read_word
from records.documents.word_parts import parts_of
from records.documents.word_safety import LARGEST, WordRefused
from records.models import Document
from records.permissions import Permission
from records.printing import export_word
from records.state import Refused
from records.virus import ScanFailed, find_virus


def _draft(request: HttpRequest, pk: int) -> Document:
    found: Document = get_object_or_404(Document.objects.visible_to(actor_of(request)), pk=pk)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DRAFT_DOCUMENTS, writes=True)
def document_word(request: HttpRequest, pk: int) -> HttpResponse:
    """Export, and upload of what was edited. An upload changes nothing: it answers with the comparison."""
    document = _draft(request, pk)
    refused = acts.revise_refusal(document, actor_of(request))
    if refused is not None:
        messages.error(request, str(refused))
        return redirect(document)
    if request.method != "POST":
        return render(request, "records/document_word.html", {"document": document})
    try:
        text = _read(request.FILES.get("file"))
        if text.document != document.pk:
            raise WordRefused("这个Word文件是另一份文稿导出的，没有导入。请打开那份文稿再传，或从本页重新导出。")
    except WordRefused as error:
        return render(request, "records/document_word.html", {"document": document, "fault": str(error)}, status=422)
    return render(request, "records/document_word_compared.html", _compared(document, text))


@require_POST
@requires(Permission.DRAFT_DOCUMENTS, writes=True)
def document_word_export(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue the export; its page hands the file out."""
    document = _draft(request, pk)
    try:
        return redirect(export_word(document, by=actor_of(request)))
    except Refused as error:
        messages.error(request, str(error.refusal))
        return redirect(document)


def _read(file: UploadedFile | None) -> WordText:
    if file is None or isinstance(file, list):
        raise WordRefused("没有选择文件，请选择修改后的Word文件再导入。")
    if (file.size or 0) > LARGEST:
        raise WordRefused(f"文件超过{LARGEST // 1024 // 1024} MB的上限。文稿只有文字，请去掉图片后再传。")
    content = file.read()
    if settings.CLAMD_URL:
        try:
            virus = find_virus(settings.CLAMD_URL, [content])
        except ScanFailed as error:
            raise WordRefused("病毒检查暂时不可用，没有导入，请稍后再试。") from error
        if virus:
            raise WordRefused(f"文件中发现病毒（{virus[:60]}），没有导入。")
    return read_word(content, str(file.name))


def _compared(document: Document, text: WordText) -> dict[str, Any]:
    """The words in force beside those of the file, and the form that takes them over as an edit."""
    before = [line for _, line in parts_of(document.title, document.content, compose(document))]
    now = acts.version_of(document)
    title = text.title or document.title
    merged = document.content | _content(document, text)
    after_document = Document(kind_of=document.kind_of, title=title, content=merged, token="compared")
    after = [line for _, line in parts_of(title, merged, compose(after_document))]
    rows = compare(before, after)
    form = DraftTextForm(document, initial=DraftTextForm.begin(after_document) | {
        "publicity": document.publicity, "seen": now, "title": title,
    })  # fmt: skip
    return {"document": document, "rows": rows, "same": not differs(rows), "form": form, "notices": text.notices,
            "stale": text.version != now}  # fmt: skip


def _content(document: Document, text: WordText) -> dict[str, Any]:
    """What of the content the file speaks about; what it leaves out altogether it takes away, but not the recipient."""
    body = [{"text": line, "level": 0} for line in text.body]
    found: dict[str, Any] = {"paragraphs": body, "attachments": text.attachments, "contact_note": text.note}
    if text.recipient:
        found["recipient"] = text.recipient
    if document.content.get("attendance") or text.attendance:
        lists = [line.replace(":", "：", 1).partition("：") for line in text.attendance]
        found["attendance"] = [[label, names] for label, _, names in lists]
    return found
