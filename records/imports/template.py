"""The workbook to fill in: heads, an example, lists to choose from, and a sheet that explains each column."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import xlsxwriter

from records.imports.importers import Importer
from records.imports.reading import MOST_ROWS

LONGEST_LIST = 250  # letters that a spreadsheet takes for a list to choose from


def template(importer: Importer) -> bytes:
    """An .xlsx whose first sheet is filled in and comes back; text columns are kept as text, so that codes stay whole."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page, guide = book.add_worksheet(importer.title[:31]), book.add_worksheet("填写说明")
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True})
    text = book.add_format({"num_format": "@"})
    for n, column in enumerate(importer.columns):
        page.write_string(0, n, column.head + ("*" if column.required else ""), bold)
        page.set_column(n, n, column.width, text)
        if column.choices and len(",".join(column.choices)) <= LONGEST_LIST:
            page.data_validation(1, n, MOST_ROWS, n, _list(column.choices))
    page.freeze_panes(1, 0)
    _explain(guide, importer, bold)
    book.close()
    return out.getvalue()


def _list(choices: tuple[str, ...]) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": list(choices),
        "error_title": "请从列表中选择",
        "error_message": "请从列表中选择。",
    }


def _explain(guide: Any, importer: Importer, bold: Any) -> None:
    lines = [
        importer.about,
        "带 * 的列必填；其余列留空时，已有内容不变。不要改动表头，不要合并单元格。",
        "日期写成 2026-09-01；代码列保持文本格式，以免丢失开头的0。",
    ]
    for n, line in enumerate(line for line in lines if line):
        guide.write_string(n, 0, line)
    top = len(lines) + 1
    guide.write_row(top, 0, ["列", "必填", "怎样填写", "示例"], bold)
    for n, column in enumerate(importer.columns, top + 1):
        how = column.help or ("、".join(column.choices) if column.choices else "")
        guide.write_row(n, 0, [column.head, "是" if column.required else "", how, column.example])
    guide.set_column(0, 0, 20)
    guide.set_column(2, 2, 60)
    guide.set_column(3, 3, 24)
