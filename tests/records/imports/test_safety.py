"""What a workbook may do to its reader, stopped before it is opened."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter

from records.imports import safety
from records.imports.safety import PASSWORD, SWOLLEN, Unsafe, check_package


def book(fill: Callable[[Any], None]) -> bytes:
    out = BytesIO()
    made = xlsxwriter.Workbook(out)
    fill(made.add_worksheet())
    made.close()
    return out.getvalue()


def grown(content: bytes, extra: bytes) -> bytes:
    """The same workbook with something more before the end of its sheet."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part.replace(b"</sheetData>", extra + b"</sheetData>") if "sheet1" in name else part)
    return out.getvalue()


def plain_book() -> bytes:
    return book(lambda page: page.write_row(0, 0, ["标识码", "全称"]))


def test_an_ordinary_workbook_passes() -> None:
    check_package(plain_book())


def test_what_excel_keeps_of_a_printer_does_not_matter() -> None:
    out = BytesIO(plain_book())
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("xl/printerSettings/printerSettings1.bin", b"\x00" * 100)
    check_package(out.getvalue())


def test_a_cell_in_the_last_corner_is_told_and_not_read() -> None:
    """Six kilobytes that would abort the worker."""
    with pytest.raises(Unsafe, match="XFD1048576"):
        check_package(book(lambda page: page.write(1_048_575, 16_383, "x")))


def test_a_far_column_alone_is_told() -> None:
    with pytest.raises(Unsafe, match="XFD1"):
        check_package(book(lambda page: page.write(0, 16_383, "x")))


def test_a_far_cell_in_a_sheet_of_another_name_is_told_too() -> None:
    """A package says in a table which part is a sheet: its name proves nothing."""
    out, far = BytesIO(), book(lambda page: page.write(1_048_575, 16_383, "x"))
    with zipfile.ZipFile(BytesIO(far)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name).replace(b"worksheets/sheet1.xml", b"worksheets/hidden.dat")
            new.writestr(name.replace("worksheets/sheet1.xml", "worksheets/hidden.dat"), part)
        new.writestr("xl/worksheets/sheet9.xml", b"<worksheet/>")
    with pytest.raises(Unsafe, match="XFD1048576"):
        check_package(out.getvalue())


@pytest.mark.parametrize("name", ["content.xml", "xl/workbook.bin"])
def test_formats_that_nothing_looks_into_are_refused(name: str) -> None:
    """OpenDocument and binary workbooks, and a package that is both."""
    for more in ({}, {"xl/worksheets/sheet1.xml": b"<worksheet/>"}):
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as package:
            for part, content in {name: b"<x/>", **more}.items():
                package.writestr(part, content)
        with pytest.raises(Unsafe, match="另存为 Excel 工作簿"):
            check_package(out.getvalue())


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(Unsafe) as refused:
        check_package(grown(plain_book(), b" " * (safety.LARGEST_UNPACKED + 1)))
    assert str(refused.value) == SWOLLEN


def test_a_header_that_lies_about_its_size_does_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "LARGEST_UNPACKED", 5_000_000)
    content = bytearray(grown(plain_book(), b" " * 6_000_000))
    for at in _headers(bytes(content)):
        content[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(Unsafe):
        check_package(bytes(content))


def _headers(content: bytes) -> list[int]:
    """Where the directory says how large each part is unpacked."""
    found, at = [], content.find(b"PK\x01\x02")
    while at >= 0:
        found.append(at + 24)
        at = content.find(b"PK\x01\x02", at + 4)
    return found


def test_formulas_in_error_are_named_by_their_places() -> None:
    def fill(page: Any) -> None:
        page.write_formula(3, 1, "=A1/0", None, "#DIV/0!")
        page.write_formula(4, 27, "=Z1", None, "#REF!")

    with pytest.raises(Unsafe, match="B4、AB5"):
        check_package(book(fill))


def test_an_error_on_the_seam_of_two_bits_is_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    content = book(lambda page: page.write_formula(3, 1, "=A1/0", None, "#N/A"))
    monkeypatch.setattr(safety, "OVERLAP", 100)
    for piece in range(101, 160):
        monkeypatch.setattr(safety, "PIECE", piece)
        with pytest.raises(Unsafe, match="单元格：B4（"):
            check_package(content)


def test_a_text_that_looks_like_an_error_is_a_text() -> None:
    check_package(book(lambda page: page.write_string(0, 0, "#REF!")))


def test_what_is_cut_off_or_no_package_says_so() -> None:
    for content in (plain_book()[:900], b"PK\x03\x04" + b"x" * 500):
        with pytest.raises(Unsafe, match="损坏"):
            check_package(content)


def test_a_protected_package_asks_to_take_the_password_away() -> None:
    content = bytearray(plain_book())
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    with pytest.raises(Unsafe) as refused:
        check_package(bytes(content))
    assert str(refused.value) == PASSWORD
