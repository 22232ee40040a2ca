"""What an office printed, stamped and scanned: made one PDF, and the codes on its pages read. Workers only.

A scan may lie on its side or upside down, be grey and coarse: each page is looked at twice, finer the second time.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

import pypdfium2
import zxingcpp
from PIL import Image, ImageOps
from pypdf import PdfWriter

from records.sealing import SealFailed

TOKEN = re.compile(r"/verify/([A-Za-z0-9_-]{16,64})/?$")
MOST_PAGES = 300
LONGEST_SIDE = 4000  # pixels
DOTS = (150, 300)
QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
A4_WIDTH = 210 / 25.4  # inches


@dataclass(frozen=True)
class Scan:
    """The scan as one PDF, its pages, and the tokens of our own codes found on them."""

    pdf: bytes
    pages: int
    tokens: frozenset[str]


def read(parts: Iterable[tuple[str, bytes]]) -> Scan:
    """`parts`: (mime, bytes) in the order of the pages. SealFailed where a file cannot be opened."""
    pdf = as_pdf(list(parts))
    document = _opened(pdf)
    try:
        pages = len(document)
        if pages > MOST_PAGES:
            raise SealFailed(f"扫描件有{pages}页，超过{MOST_PAGES}页，请核对是否选错了文件。")
        tokens = frozenset(token for n in range(pages) for token in _tokens_on(document[n]))
    finally:
        document.close()
    return Scan(pdf, pages, tokens)


def as_pdf(parts: list[tuple[str, bytes]]) -> bytes:
    """One PDF stays as the scanner wrote it; several files, or pictures, become one."""
    if len(parts) == 1 and parts[0][0] == "application/pdf":
        return parts[0][1]
    out = PdfWriter()
    for mime, content in parts:
        page = content if mime == "application/pdf" else _page_of(content)
        _opened(page).close()  # a broken one is told in our own words
        out.append(io.BytesIO(page))
    whole = io.BytesIO()
    out.write(whole)
    return whole.getvalue()


def _page_of(picture: bytes) -> bytes:
    """A picture as a page of its own, as wide as A4 (or as high, when it lies on its side)."""
    try:
        with Image.open(io.BytesIO(picture)) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise SealFailed("有图片打不开，请重新扫描后上传。") from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    page = io.BytesIO()
    upright.save(page, "PDF", resolution=min(upright.size) / A4_WIDTH, quality=85)
    return page.getvalue()


def _opened(pdf: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        raise SealFailed("扫描件打不开：文件损坏或设有密码。请重新扫描，保存为不加密的 PDF 后上传。") from error


def _tokens_on(page: pypdfium2.PdfPage) -> set[str]:
    longest = max(page.get_size()) or 1
    for dots in DOTS:
        scale = min(dots / 72, LONGEST_SIDE / longest)
        picture = page.render(scale=scale, grayscale=True).to_pil()
        found = {code.text for code in zxingcpp.read_barcodes(picture, formats=QR)}
        tokens = {match[1] for text in found if (match := TOKEN.search(text))}
        if tokens:
            return tokens
    return set()
