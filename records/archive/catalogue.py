"""The catalogue of a file (卷内目录) in every form but the bound one: page numbers, safe names, CSV, Excel. No database."""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO, StringIO
from pathlib import PurePosixPath
from typing import Any

import xlsxwriter

from records.exports import Pen, defused

HEADS = ("序号", "题名", "责任者", "文号", "日期", "页号", "页数", "文件", "SHA-256", "备注")
WIDTHS = (6, 44, 28, 24, 12, 10, 8, 40, 66, 24)
LONGEST_STEM = 60  # letters: at most 180 bytes of the 255 that file systems take
ORIGINALS = "原件"


@dataclass(frozen=True)
class Line:
    """A line as it is printed and packed. `place`: where its bytes lie in the ZIP."""

    number: int
    title: str
    responsible: str
    document_number: str
    dated: str
    pages: int
    page_range: str
    place: str
    sha256: str
    size: int
    mime: str
    bound_as: str
    remarks: str

    def cells(self) -> tuple[Any, ...]:
        return (self.number, self.title, self.responsible, self.document_number, self.dated, self.page_range, self.pages,
                self.place, self.sha256, self.remarks)  # fmt: skip


def lines_of(items: Iterable[Any]) -> list[Line]:
    """The lines of a closed file's items, in their order; what was left out is not among them."""
    kept = [item for item in items if not item.left_out]
    return [
        Line(
            n, item.title, item.responsible, item.number, f"{item.dated:%Y-%m-%d}" if item.dated else "", item.pages or 0,
            item.page_range, f"{ORIGINALS}/{packed_name(n, item.name or item.title)}", item.sha256, item.size or 0,
            item.mime, item.bound_as, item.remarks,
        )
        for n, item in enumerate(kept, 1)
    ]  # fmt: skip


def number_pages(pages: Sequence[int]) -> list[int]:
    """The first page of each paper, the file's first page being 1."""
    first, found = 1, []
    for count in pages:
        found.append(first)
        first += count
    return found


# --- names ----------------------------------------------------------------------------------------------------------


def safe_name(raw: str) -> str:
    """A file name that every system takes and no path can hide in: no separators, no control or direction characters,
    no leading or trailing dots, not too long; the extension is kept."""
    last = unicodedata.normalize("NFC", raw).replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    name = re.sub(r'[<>:"|?*\x7f]', "_", " ".join(kept.split())).strip(". ")
    suffix = PurePosixPath(name).suffix if 1 < len(PurePosixPath(name).suffix) <= 6 else ""
    stem = name[: len(name) - len(suffix)].strip(". ")[:LONGEST_STEM].strip(". ")
    return f"{stem or '未命名'}{suffix}"


def packed_name(number: int, name: str) -> str:
    """With the line's number in front: two papers of one name do not meet, and the folder sorts like the catalogue."""
    return f"{number:03d} {safe_name(name)}"


# --- tables ---------------------------------------------------------------------------------------------------------


def as_csv(lines: Sequence[Line]) -> bytes:
    """With a byte-order mark, so that Excel reads it as UTF-8; no cell begins like a formula."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADS)
    for line in lines:
        writer.writerow([defused(str(cell)) for cell in line.cells()])
    return ("\ufeff" + out.getvalue()).encode()


def as_excel(lines: Sequence[Line], *, title: str, made_at: datetime) -> bytes:
    """The same lines give the same bytes: the file's date is that of the closing."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "created": made_at.replace(tzinfo=None)})
    page = book.add_worksheet("卷内目录")
    pen = Pen(book, page)
    page.write_string(0, 0, title, pen.title)
    for column, (label, width) in enumerate(zip(HEADS, WIDTHS, strict=True)):
        page.set_column(column, column, width)
        page.write_string(2, column, label, pen.head)
    for row, line in enumerate(lines, 3):
        for column, cell in enumerate(line.cells()):
            pen.put(row, column, cell)
    page.freeze_panes(3, 0)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    book.close()
    return out.getvalue()


def catalogue_digest(lines: Sequence[Line]) -> str:
    """What the closing is remembered by."""
    return hashlib.sha256(as_csv(lines)).hexdigest()
