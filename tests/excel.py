"""Reads what xlsxwriter wrote, as a spreadsheet program would: texts, numbers, and dates by their number format."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  a cell knows no zone


def read(content: bytes) -> list[list[Any]]:
    """The rows of the first sheet, from the first row on, empty cells as ""."""
    with ZipFile(BytesIO(content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        styles = ElementTree.fromstring(book.read("xl/styles.xml"))
        shared = _shared(book)
    formats = {f.get("numFmtId"): f.get("formatCode", "") for f in styles.iterfind(".//m:numFmt", NS)}
    looks = [formats.get(x.get("numFmtId"), "") for x in styles.iterfind("m:cellXfs/m:xf", NS)]
    found: list[list[Any]] = []
    for row in sheet.iterfind(".//m:row", NS):
        while len(found) < int(row.get("r", "1")):
            found.append([])
        for cell in row.iterfind("m:c", NS):
            column = _column(cell.get("r", "A1"))
            found[-1] += [""] * (column + 1 - len(found[-1]))
            found[-1][column] = _value(cell, looks, shared)
    width = max((len(row) for row in found), default=0)
    return [row + [""] * (width - len(row)) for row in found]


def _shared(book: ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    tree = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
    return ["".join(t.text or "" for t in item.iterfind(".//m:t", NS)) for item in tree.iterfind("m:si", NS)]


def _column(place: str) -> int:
    letters = re.sub(r"\d", "", place)
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _value(cell: Any, looks: list[str], shared: list[str]) -> Any:
    kind, value = cell.get("t"), cell.find("m:v", NS)
    if kind == "inlineStr":
        return "".join(t.text or "" for t in cell.iterfind(".//m:t", NS))
    if value is None:
        return ""
    if kind == "s":
        return shared[int(value.text)]
    look = looks[int(cell.get("s", "0"))]
    if "yyyy" not in look:
        return float(value.text)
    moment = EPOCH + timedelta(seconds=round(float(value.text) * 86_400))
    return moment if "hh" in look else date(moment.year, moment.month, moment.day)
