"""One cell made into a value, or into what is wrong with it and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from records.imports.reading import plain

EXCEL_BEGINS = date(1899, 12, 30)
SERIALS = range(10_000, 80_000)  # 1927 to 2119 as Excel counts days
MOST_DIGITS = 15  # a spreadsheet keeps no more of a number
A_DAY = re.compile(r"(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?(?:\s+0{1,2}:00(?::00)?)?")
PACKED_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
Parse = Callable[[Any], Any]


class BadCell(ValueError):
    """The cell cannot be taken; the text says what to do."""


@dataclass(frozen=True)
class Column:
    """`parse` gets a cell that is not empty; BadCell says what to do. `choices` are offered in the template."""

    name: str
    head: str
    parse: Parse
    required: bool = False
    help: str = ""
    example: str = ""
    choices: tuple[str, ...] = ()
    width: int = 16


def text(most: int) -> Parse:
    def parse(raw: Any) -> str:
        found = " ".join(plain(raw).split())
        if len(found) > most:
            raise BadCell(f"最多{most}个字，现有{len(found)}个字，请缩短。")
        return found

    return parse


def code(most: int) -> Parse:
    """A number that is a name: what a spreadsheet may have done to it is said."""

    def parse(raw: Any) -> str:
        found = plain(raw).replace(" ", "")
        if SCIENTIFIC.fullmatch(found):
            raise BadCell("变成了科学计数法，后几位可能已经丢失。请把该列设为文本格式后重新填写。")
        if isinstance(raw, (int, float)) and len(found) > MOST_DIGITS:
            raise BadCell("数字超过15位，表格软件已经改变了后几位。请把该列设为文本格式后重新填写。")
        if len(found) > most:
            raise BadCell(f"最多{most}位，请核对。")
        return found

    return parse


def day(raw: Any) -> date:
    """A date as a date, as text in the usual ways, or as the number that Excel keeps."""
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    found = plain(raw)
    if isinstance(raw, (int, float)) and raw in SERIALS:
        return EXCEL_BEGINS + timedelta(days=int(raw))
    match = A_DAY.fullmatch(found) or PACKED_DAY.fullmatch(found)
    try:
        return date(*map(int, match.groups())) if match else _no_day()
    except ValueError as error:
        raise BadCell("不是有效的日期，请写成 2026-09-01。") from error


def _no_day() -> date:
    raise ValueError


def whole(most: int) -> Parse:
    def parse(raw: Any) -> int:
        found = plain(raw).replace(",", "").removesuffix("人").removesuffix("个")
        if not (found.isascii() and found.isdecimal()):
            raise BadCell("请填写0或以上的整数。")
        if int(found) > most:
            raise BadCell(f"不能超过{most}，请核对。")
        return int(found)

    return parse


def decimal(places: int) -> Parse:
    def parse(raw: Any) -> Decimal:
        try:
            found = Decimal(plain(raw))
            return round(found, places) if found.is_finite() else _no_number()
        except InvalidOperation as error:
            raise BadCell("请填写数字。") from error

    return parse


def _no_number() -> Decimal:
    raise InvalidOperation


def choice(labels: Mapping[str, Any], *, also: Sequence[tuple[str, Any]] = ()) -> Parse:
    """The value of a label; `also`: other ways to write one."""
    known = {plain(k): v for k, v in [*labels.items(), *also]}

    def parse(raw: Any) -> Any:
        found = plain(raw)
        if found not in known:
            raise BadCell(f"请填写以下之一：{'、'.join(labels)}。")
        return known[found]

    return parse
