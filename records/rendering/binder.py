"""A file bound as one PDF: cover, catalogue, every paper in its order, a bookmark for each line. For workers only.

Stored pages go in as they are; pictures become a page; what is neither gets a slip that says where it lies. The same
file gives the same bytes.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from django.core.files.storage import default_storage
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from records.pictures import copy_of
from records.rendering.papers import Fonts, clean
from records.rendering.sheets import lay_out_template, style_of
from records.rendering.tables import Cell, Form, form_of, render_form
from records.storage import opened

COVER, CATALOGUE = "封面", "卷内目录"
IN_MEMORY: Final = 16 * 1024 * 1024
_STYLE: Final = style_of("archive.css")
# What a reader of a broken file may raise besides the library's own.
BROKEN: Final = (PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, OSError)


@dataclass(frozen=True, slots=True)
class Front:
    """What stands on the cover: facts as label and value, in their order."""

    title: str
    office: str
    number: str
    facts: tuple[tuple[str, str], ...]


def how_bound(mime: str, sha: str) -> tuple[str, int]:
    """("pages" | "picture" | "slip", pages) of stored bytes. A PDF that cannot be read, or is locked, gets a slip."""
    if mime.startswith("image/"):
        return "picture", 1
    if mime == "application/pdf":
        try:
            with opened(sha) as file:
                pages = len(_reader(file).pages)
            return ("pages", pages) if pages else ("slip", 1)
        except BROKEN:
            return "slip", 1
    return "slip", 1


def _reader(file: IO[bytes]) -> PdfReader:
    reader = PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValueError("locked")
    return reader


def set_sheet(sheet: dict[str, Any]) -> bytes:
    """The form that a room wrote as JSON, as PDF."""
    return render_form(form_of(sheet))


def bind(front: Front, lines: Sequence[Any], *, step: Callable[[], None] = lambda: None) -> IO[bytes]:
    """The bound file, open at its beginning. `lines`: records.archive.catalogue.Line."""
    writer = PdfWriter()
    cover, catalogue = _front_pages(front, lines)
    _append(writer, BytesIO(cover), COVER)
    _append(writer, BytesIO(catalogue), CATALOGUE)
    for line in lines:
        _append(writer, _pages_of(line), f"{line.number} {line.title}")
        step()
    writer.metadata = {"/Title": f"{front.number} {front.title}", "/Author": front.office, "/Producer": "督导平台"}
    out: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  handed on open
    writer.write(out)
    writer.close()
    out.seek(0)
    return out


def _append(writer: PdfWriter, source: IO[bytes], bookmark: str) -> None:
    first = len(writer.pages)
    with source:
        # Its own bookmarks would stand between ours.
        writer.append(_reader(source), import_outline=False)
        writer.add_outline_item(title=bookmark, page_number=first)


def _pages_of(line: Any) -> IO[bytes]:
    if line.bound_as == "pages":
        return opened(line.sha256)
    if line.bound_as == "picture":
        return BytesIO(_picture_page(line))
    return BytesIO(_slip(line))


def _slip(line: Any) -> bytes:
    rows = (
        (Cell("题名", line.title),), (Cell("文件", line.place),), (Cell("SHA-256", line.sha256),),
        (Cell("说明", "本件不能并入合订本，原件另附于压缩包内，以原件为准。"),),
    )  # fmt: skip
    return render_form(Form(title="另附电子文件", rows=rows))


def _picture_page(line: Any) -> bytes:
    with default_storage.open(copy_of(line.sha256, "view"), "rb") as file:
        picture = file.read()
    context = {"title": clean(line.title), "dated": line.dated, "place": clean(line.place), "sha256": line.sha256}
    return _pdf("archive_picture.html", context, picture=picture)


def _front_pages(front: Front, lines: Sequence[Any]) -> tuple[bytes, bytes]:
    context = {
        "title": clean(front.title), "office": clean(front.office), "number": clean(front.number),
        "facts": [(clean(label), clean(value)) for label, value in front.facts],
        "lines": [
            {"number": str(x.number), "title": clean(x.title), "responsible": clean(x.responsible),
             "document_number": clean(x.document_number), "dated": x.dated, "page_range": x.page_range,
             "sha256": x.sha256, "remarks": clean(x.remarks)}
            for x in lines
        ],
    }  # fmt: skip
    return _pdf("archive_cover.html", context), _pdf("archive_catalogue.html", context)


def _pdf(template: str, context: dict[str, Any], *, picture: bytes = b"") -> bytes:
    fonts = Fonts()
    values = {
        "xiaobiaosong": fonts.xiaobiaosong, "xiaobiaosong-weight": str(fonts.xiaobiaosong_weight),
        "fangsong": fonts.fangsong, "heiti": fonts.heiti, "songti": fonts.songti,
    }  # fmt: skip
    identifier = sha256(f"{template}{context!r}".encode() + sha256(picture).digest()).digest()[:16]
    if picture:
        context = context | {"picture": f"data:image/jpeg;base64,{b64encode(picture).decode()}"}
    laid_out = lay_out_template(template, context, _STYLE, values)
    return bytes(laid_out.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True, pdf_identifier=identifier))
