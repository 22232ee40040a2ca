"""Whether an uploaded workbook may be opened at all, seen before the reader gets it.

The reader makes one block of memory of a sheet: a cell in the last corner of an otherwise empty sheet (a file of 6 KB)
aborts the whole process, and a packed sheet swells to gigabytes. It also reads a formula's error as an empty cell, which
would silently mean "leave as it is". So the parts are gone through here first, as a stream, in flat memory.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO

LARGEST_UNPACKED = 200 * 1024 * 1024
MOST_PARTS = 1000
LOWEST_ROW = 200_000  # of what is filled in; what is too long to import is said by the reading itself
MOST_ERRORS = 5  # told by their places
PIECE = 1024 * 1024
OVERLAP = 256  # longer than the beginning of a cell's tag
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
# What the reader would take as well and nothing here looks into: OpenDocument and Excel's binary sheets.
OTHERWISE = re.compile(r"content\.xml|xl/workbook\.bin", re.IGNORECASE)
CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"([^>]*)>')
ERROR = re.compile(rb'\bt="e"')
PASSWORD = "表格设有打开密码，无法读取。请在表格软件中去掉密码（文件—信息—保护工作簿）后再上传。"
SWOLLEN = "表格解开后过大，没有打开。请只保留要导入的工作表和内容，另存为新的 Excel 工作簿（.xlsx）后再上传。"
NOT_XLSX = "文件不是 Excel 工作簿（.xlsx）。请用表格软件打开，另存为 Excel 工作簿（.xlsx）后再上传。"
BROKEN = "文件不完整或已损坏。请用表格软件打开并另存为 Excel 工作簿（.xlsx）后再上传。"


class Unsafe(ValueError):
    """The workbook is not opened; the text says why and what to do."""


def check_package(content: bytes) -> None:
    """Go through a zipped workbook (.xlsx, .xlsm). Unsafe when it must not be opened, or has formulas in error."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            parts = package.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise Unsafe(SWOLLEN)
            if any(part.flag_bits & 1 for part in parts):
                raise Unsafe(PASSWORD)
            names = [part.filename for part in parts]
            if not any(map(SHEET.fullmatch, names)) or any(map(OTHERWISE.fullmatch, names)):
                raise Unsafe(NOT_XLSX)
            _check_parts(package, parts)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise error if isinstance(error, Unsafe) else Unsafe(BROKEN) from error


def _check_parts(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    unpacked = 0
    for part in parts:
        wrong: list[str] = []
        for piece, size in _pieces(package, part):
            unpacked += size  # as it really is, whatever its header says
            if unpacked > LARGEST_UNPACKED:
                raise Unsafe(SWOLLEN)
            # In every part: what is a sheet is said by a table inside, not by its name.
            wrong += [place for place in _errors(piece) if place not in wrong]
        if wrong:
            more = "等" if len(wrong) > MOST_ERRORS else ""
            places = "、".join(wrong[:MOST_ERRORS]) + more
            raise Unsafe(f"公式出错的单元格：{places}（如 #REF!、#N/A）。请改正公式，或改为直接填写内容后再上传。")


def _pieces(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    """The part bit by bit, each with the end of the one before, so that no tag is cut; and how long the bit is."""
    tail = b""
    with package.open(part) as stream:
        while bit := stream.read(PIECE):
            yield tail + bit, len(bit)
            tail = bit[-OVERLAP:]


def _errors(piece: bytes) -> list[str]:
    """Where formulas are in error. Unsafe when something stands so far out that reading would fill the memory."""
    found = []
    for letters, digits, more in CELL.findall(piece):
        if int(digits) > LOWEST_ROW or len(letters) > 2:
            place = f"{letters.decode()}{digits.decode()}"
            raise Unsafe(f"单元格{place}离表格太远。请删除该行、该列（选中后右键删除，不只是清空）后再上传。")
        if ERROR.search(more):
            found.append(f"{letters.decode()}{digits.decode()}")
    return found
