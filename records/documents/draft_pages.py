"""Pages of a document as pictures: of the stored file, or of a draft with a watermark, set by a worker and kept briefly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from celery import current_app
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import Organization
from records.actions.drafting import content_of
from records.documents.papers import compose
from records.models import Document, DocumentTemplate
from records.rendering.papers import OfficialPaper
from records.storage import opened

WATERMARK = "草稿"
TEMPLATE = "模板"
SCALE = 1.6
KEPT = 2 * 3600
# A worker that died is asked again after this many seconds.
ASKED = 60
MOST_PAGES = 40
PREFIX = "draft-pages:"
MARK = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class Pages:
    """What can be shown now: `count` pages, or none yet (`waiting`), or none because of `error`.

    `mark` names a draft's pages: whoever has them before him gets all of them, whatever becomes of the draft meanwhile.
    """

    count: int = 0
    error: str = ""
    is_draft: bool = False
    mark: str = ""

    @property
    def waiting(self) -> bool:
        return not self.count and not self.error

    @property
    def numbers(self) -> range:
        return range(1, self.count + 1)


def pages_of(document: Document) -> Pages:
    """The pages that are there; for a draft the worker is asked for them (after the commit) when they are not."""
    if document.file:
        return Pages(min(document.pages or 0, MOST_PAGES))
    if document.approved_at:
        return Pages(error=document.render_error)
    return _kept(_key(document), "records.tasks.prepare_draft_pages", document.pk, document.owner_code)


def template_pages_of(template: DocumentTemplate, office: Organization) -> Pages:
    """A template as the office's paper would look, its blanks open."""
    key = _key_of(template_paper(template, office))
    return _kept(key, "records.tasks.prepare_template_pages", template.pk, office.division_id)


def template_paper(template: DocumentTemplate, office: Organization) -> OfficialPaper:
    content = content_of(template, office, (), ()) | {"recipient": "{{ 主送单位 }}"}
    title = template.title
    return compose(Document(kind_of=template.kind, title=title, content=content, token="template"), watermark=TEMPLATE)


def template_page_of(template: DocumentTemplate, office: Organization, number: int) -> bytes | None:
    kept: bytes | None = cache.get(f"{_key_of(template_paper(template, office))}:{number}")
    return kept


def _kept(key: str, task: str, *args: int) -> Pages:
    """What the cache holds under `key`; the worker is asked once, after the commit, where it holds nothing."""
    kept: tuple[int, str] | None = cache.get(key)
    if kept is None and cache.add(f"{key}:asked", 1, ASKED):
        transaction.on_commit(lambda: current_app.tasks[task].delay(*args), robust=True)
    count, error = kept or (0, "")
    return Pages(count, error, is_draft=True, mark=key.removeprefix(PREFIX).partition(":")[0])


def page_of(document: Document, number: int, mark: str = "") -> bytes | None:
    """One page as PNG; None when there is no such page, or the draft's are not ready.

    A browser fetches the lower pages late: the draft may have become a paper since, or the day another. By the `mark` of
    `Pages` it still gets the page that belongs to those above it.
    """
    if MARK.fullmatch(mark) and (marked := cache.get(f"{PREFIX}{mark}:{document.pk}:{number}")) is not None:
        return bytes(marked)
    if not document.file:
        kept: bytes | None = cache.get(f"{_key(document)}:{number}")
        return kept
    if not 1 <= number <= min(document.pages or 0, MOST_PAGES):
        return None
    path = f"copies/{document.paper[:2]}/{document.paper}-page-{number}.png"
    if not default_storage.exists(path):
        from records.rendering.previews import preview_png

        with opened(document.paper) as file:
            default_storage.save(path, ContentFile(preview_png(file.read(), number, SCALE)))
    with default_storage.open(path, "rb") as picture:
        return bytes(picture.read())


def prepare(document: Document) -> None:
    """Set the draft and keep its pages. Runs in a worker; a text that cannot be set is kept as an error."""
    _set(_key(document), compose(document, watermark=WATERMARK))


def prepare_template(template: DocumentTemplate, office: Organization) -> None:
    paper = template_paper(template, office)
    _set(_key_of(paper), paper)


def _set(key: str, paper: OfficialPaper) -> None:
    from records.rendering import official
    from records.rendering.previews import page_count, preview_png

    if cache.get(key) is not None:
        return
    try:
        pdf = official.render(paper)
    except Exception as error:  # whatever the text does to the renderer, the person must hear of it
        cache.set(key, (0, f"版面生成失败：{str(error)[:200] or type(error).__name__}"), ASKED)
        return
    count = min(page_count(pdf), MOST_PAGES)
    for number in range(1, count + 1):
        cache.set(f"{key}:{number}", preview_png(pdf, number, SCALE), KEPT + ASKED)
    cache.set(key, (count, ""), KEPT)


def _key(document: Document) -> str:
    """Names the text and its date: another text, or another day, is another page."""
    return f"{_key_of(compose(document, watermark=WATERMARK))}:{document.pk}"


def _key_of(paper: OfficialPaper) -> str:
    return f"{PREFIX}{sha256(repr(paper).encode()).hexdigest()[:32]}"
