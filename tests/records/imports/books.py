"""Spreadsheets as people make them."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile


def workbook(rows: Sequence[Sequence[Any]], *, at: int = 0, column: int = 0, merged: str = "", hidden: bool = False,
             before: Sequence[Sequence[Any]] = ()) -> bytes:  # fmt: skip
    """An .xlsx with these rows, beginning at row `at`; `before`: rows of a sheet that stands before it."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"})
    if before:
        other = book.add_worksheet("说明")
        for r, row in enumerate(before):
            other.write_row(r, 0, row)
    page = book.add_worksheet("数据")
    for r, row in enumerate(rows, at):
        page.write_row(r, column, row)
    if merged:
        page.merge_range(merged, "合并")
    if hidden:
        book.add_worksheet("空").activate()
        page.hide()
    book.close()
    return out.getvalue()


def with_password(content: bytes) -> bytes:
    out = BytesIO()
    OOXMLFile(BytesIO(content)).encrypt("secret", out)
    return out.getvalue()
