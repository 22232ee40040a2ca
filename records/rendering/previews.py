"""Pages of a stored paper as pictures. Needs no WeasyPrint, so a page view may call it for one page."""

from io import BytesIO
from typing import Final

import pypdfium2

LARGEST_SCALE: Final = 4.0


def preview_png(pdf: bytes, page: int, scale: float = 1.5) -> bytes:
    """Page `page` (from 1) of `pdf` as PNG; `scale` 1 is 72 dots an inch, at most 4.

    IndexError when there is no such page, ValueError when the scale is out of range.
    """
    if not 0 < scale <= LARGEST_SCALE:
        raise ValueError(f"scale must be above 0 and at most {LARGEST_SCALE}")
    document = pypdfium2.PdfDocument(pdf)
    try:
        if not 1 <= page <= len(document):
            raise IndexError(f"page {page} of {len(document)}")
        picture = document[page - 1].render(scale=scale).to_pil()
    finally:
        document.close()
    out = BytesIO()
    picture.save(out, format="PNG", optimize=True)
    return out.getvalue()


def page_count(pdf: bytes) -> int:
    """How many pages `pdf` has."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()
