"""What stands in an uploaded spreadsheet: its rows under their heads, whoever made it and however it was saved.

Excel (.xlsx, .xls) and CSV in UTF-8, UTF-16 or GBK. What cannot be read says why and what to do about it. No database.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import islice
from typing import Any
from zipfile import BadZipFile

from python_calamine import CalamineError, SheetVisibleEnum, load_workbook

from records.imports.safety import Unsafe, check_package

MOST_ROWS = 50_000
HEAD_WITHIN = 20  # rows in which the heads must stand
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
NOT_A_TABLE = "文件不是可以读取的表格。请另存为 Excel 工作簿（.xlsx）后再上传。"
TEXT_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Unreadable(ValueError):
    """The file cannot be imported as it is; the text says why and what to do."""


@dataclass(frozen=True)
class Row:
    """`n`: its number as the spreadsheet shows it. `cells`: by head as the importer names it, absent where empty."""

    n: int
    cells: dict[str, Any]


@dataclass(frozen=True)
class Table:
    """`rows` is read once. `unknown`: heads of the file that nobody asked for."""

    rows: Iterator[Row]
    total: int
    unknown: tuple[str, ...]
    sheet: str = ""


def plain(text: Any) -> str:
    """A cell as text: full-width letters and digits made narrow, spaces and invisible signs around it taken away."""
    if isinstance(text, float) and text.is_integer():
        text = int(text)
    flat = unicodedata.normalize("NFKC", str(text))
    return "".join(c for c in flat if unicodedata.category(c) not in ("Cf", "Cc") or c in "\n\t").strip()


def head_of(text: Any) -> str:
    """A head as it is compared: without the star of required columns, spaces and line breaks."""
    return "".join(plain(text).split()).strip("*＊").replace("(必填)", "")


def read(content: bytes, heads: Sequence[str], *, needed: Sequence[str]) -> Table:
    """The table with these heads. Unreadable when it is none, lacks a needed head, or is too long."""
    if not content:
        raise Unreadable("文件是空的，请检查后重新选择。")
    if content.startswith((ZIP, OLE)):
        return _of_workbook(content, heads, needed)
    return _of_text(content, heads, needed)


# --- Excel ------------------------------------------------------------------------------------------------------------


def _of_workbook(content: bytes, heads: Sequence[str], needed: Sequence[str]) -> Table:
    if content.startswith(OLE) and "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable("表格设有打开密码，无法读取。请在 Excel 中去掉密码（文件—信息—保护工作簿）后再上传。")
    try:
        if content.startswith(ZIP):
            check_package(content)
    except (Unsafe, BadZipFile) as error:
        raise Unreadable(str(error) if isinstance(error, Unsafe) else NOT_A_TABLE) from error
    try:
        book = load_workbook(BytesIO(content))
        shown = [s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
        sheets = [book.get_sheet_by_name(name) for name in shown]
    except CalamineError as error:
        raise Unreadable(NOT_A_TABLE) from error
    best: Unreadable | None = None
    for sheet in sheets:
        try:
            return _of_sheet(sheet, heads, needed)
        except _NoHeads as error:
            best = best or Unreadable(str(error))
    raise best or Unreadable("工作簿中没有可见的工作表，请取消隐藏后再上传。")


class _NoHeads(Exception):
    """This sheet is not the one."""


def _of_sheet(sheet: Any, heads: Sequence[str], needed: Sequence[str]) -> Table:
    """iter_rows begins with the first row of the sheet, and each row with the first column that is used."""
    rows = enumerate(sheet.iter_rows(), 1)
    at, columns, unknown = _find_heads(rows, heads, needed)
    merged = sorted(r for r in sheet.merged_cell_ranges or () if r[1][0] >= at)
    if merged:
        places = "、".join(_range(*r) for r in merged[:5]) + ("等" if len(merged) > 5 else "")
        raise Unreadable(f"工作表“{sheet.name}”有合并单元格（{places}）。请取消合并，在每一行都填上内容。")
    total = sheet.end[0] + 1 - at
    _refuse_long(total)
    return Table(_rows(rows, columns), total, unknown, sheet.name)


def _range(start: tuple[int, int], end: tuple[int, int]) -> str:
    return f"{_letter(start[1])}{start[0] + 1}:{_letter(end[1])}{end[0] + 1}"


def _letter(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


# --- CSV --------------------------------------------------------------------------------------------------------------


def _of_text(content: bytes, heads: Sequence[str], needed: Sequence[str]) -> Table:
    text = _decoded(content)
    sample = text[:4096]
    try:
        dialect: Any = csv.Sniffer().sniff(sample, delimiters=",;\t，")
    except csv.Error:
        dialect = csv.excel
    lines = list(csv.reader(StringIO(text, newline=""), dialect))
    rows = enumerate(lines, 1)
    try:
        at, columns, unknown = _find_heads(rows, heads, needed)
    except _NoHeads as error:
        raise Unreadable(str(error)) from error
    total = len(lines) - at
    _refuse_long(total)
    return Table(_rows(rows, columns), total, unknown)


def _decoded(content: bytes) -> str:
    encoding = next((name for mark, name in TEXT_MARKS if content.startswith(mark)), "")
    for candidate in [encoding] if encoding else ["utf-8", "gb18030"]:
        try:
            text = content.decode(candidate)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Unreadable(NOT_A_TABLE)


# --- both -------------------------------------------------------------------------------------------------------------


def _find_heads(
    rows: Iterator[tuple[int, Sequence[Any]]], heads: Sequence[str], needed: Sequence[str]
) -> tuple[int, dict[int, str], tuple[str, ...]]:
    """The row's number, what stands in which column, and what nobody asked for. The row that has most of the heads."""
    known = {head_of(h): h for h in heads}
    for n, cells in islice(rows, HEAD_WITHIN):
        found = [head_of(c) for c in cells]
        hits = [h for h in found if h in known]
        if len(set(hits)) * 2 >= len(needed) and hits:
            return n, _columns(found, known, needed), tuple(h for h in found if h and h not in known)
    raise _NoHeads(f"没有找到表头。前{HEAD_WITHIN}行内应有这些列：{'、'.join(needed)}。请使用下载的模板填写。")


def _columns(found: list[str], known: dict[str, str], needed: Sequence[str]) -> dict[int, str]:
    twice = sorted({h for h in found if h in known and found.count(h) > 1})
    if twice:
        raise Unreadable(f"有重复的列：{'、'.join(twice)}。请每列只保留一个。")
    lacking = [h for h in needed if head_of(h) not in found]
    if lacking:
        raise Unreadable(f"缺少列：{'、'.join(lacking)}。请使用下载的模板，不要改动表头。")
    return {i: known[h] for i, h in enumerate(found) if h in known}


def _refuse_long(total: int) -> None:
    if total > MOST_ROWS:
        raise Unreadable(f"表格有{total}行，一次最多导入{MOST_ROWS}行。请分成几个文件，依次导入。")
    if total <= 0:
        raise Unreadable("表头下面没有内容，请填写后再上传。")


def _rows(rows: Iterator[tuple[int, Sequence[Any]]], columns: dict[int, str]) -> Iterator[Row]:
    """Rows with anything in them."""
    for n, cells in rows:
        found = {
            columns[i]: c for i, c in enumerate(cells) if i in columns and not (isinstance(c, str) and not c.strip())
        }
        if found:
            yield Row(n, found)
