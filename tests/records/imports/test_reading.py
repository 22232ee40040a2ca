"""What people upload: read where it can be, and told what to do where it cannot."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
import xlwt

from records.imports.reading import MOST_ROWS, Row, Table, Unreadable, plain, read
from tests.records.imports.books import with_password, workbook

HEADS, NEEDED = ("学校名称", "标识码", "设立日期", "在校生数"), ("学校名称", "标识码")
ROWS: list[list[Any]] = [["明德小学", "2153000001", date(2001, 9, 1), 820], ["育才小学", "2153000002"]]


def found(content: bytes) -> list[Row]:
    return list(table(content).rows)


def table(content: bytes) -> Table:
    return read(content, HEADS, needed=NEEDED)


def why(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        list(table(content).rows)
    return str(refused.value)


def test_rows_come_under_their_heads_with_the_numbers_that_the_sheet_shows() -> None:
    rows = found(workbook([HEADS, *ROWS]))
    assert [r.n for r in rows] == [2, 3]
    assert rows[0].cells == {
        "学校名称": "明德小学",
        "标识码": "2153000001",
        "设立日期": date(2001, 9, 1),
        "在校生数": 820,
    }
    assert rows[1].cells == {"学校名称": "育才小学", "标识码": "2153000002"}


def test_heads_may_stand_lower_further_right_in_another_order_and_with_stars() -> None:
    moved = [["标识码（必填）", "学校名称 *", "备注"], ["2153000001", "明德小学", "新"]]
    got = table(workbook([["全县学校名册"], [], *moved], at=3, column=2))
    rows = list(got.rows)
    assert got.unknown == ("备注",) and [r.n for r in rows] == [7]
    assert rows[0].cells == {"标识码": "2153000001", "学校名称": "明德小学"}


def test_the_sheet_with_the_heads_is_taken_and_empty_rows_are_passed() -> None:
    got = table(workbook([HEADS, *ROWS, [], ["实验小学", "2153000003"]], before=[["填表说明"], ["不要改表头"]]))
    assert got.sheet == "数据" and [r.n for r in got.rows] == [2, 3, 5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_csv_in_the_encodings_that_offices_have(encoding: str, sign: str) -> None:
    text = "\r\n".join(sign.join(map(str, row)) for row in [HEADS, ["明德小学", "0153000001", "2001-9-1", "820"]])
    assert found(text.encode(encoding))[0].cells["标识码"] == "0153000001"


def test_quoted_cells_of_a_csv_keep_their_commas_and_breaks() -> None:
    assert found('学校名称,标识码\n"明德,\n小学",1\n'.encode())[0].cells["学校名称"] == "明德,\n小学"


def with_formula(value: object) -> bytes:
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet()
    page.write_row(0, 0, HEADS)
    page.write_row(1, 0, ["明德小学", "2153000001"])
    page.write_formula(1, 3, "=1+1", None, value)
    book.close()
    return out.getvalue()


def test_formulas_give_their_value_and_a_broken_one_is_named() -> None:
    assert found(with_formula(2))[0].cells == {"学校名称": "明德小学", "标识码": "2153000001", "在校生数": 2}
    assert "公式出错的单元格：D2" in why(with_formula("#REF!"))


def test_an_old_workbook_is_read_as_well() -> None:
    book, out = xlwt.Workbook(), BytesIO()
    page = book.add_sheet("数据")
    for r, row in enumerate([HEADS, ["明德小学", "2153000001"]]):
        for c, value in enumerate(row):
            page.write(r, c, value)
    book.save(out)
    assert found(out.getvalue())[0].cells["标识码"] == "2153000001"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的"),
        (b"PK\x03\x04" + b"0" * 500, "另存为"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "另存为"),
        (bytes(range(256)) * 4, "另存为"),
        (with_password(workbook([HEADS, *ROWS])), "去掉密码"),
        (workbook([["姓名", "年龄"], ["张", 3]]), "没有找到表头"),
        (workbook([["学校名称", "在校生数"], ["明德小学", 3]]), "缺少列：标识码"),
        (workbook([[*HEADS, "标识码"], *ROWS]), "重复的列：标识码"),
        (workbook([HEADS]), "没有内容"),
        (workbook([HEADS, *ROWS], merged="A4:A6"), "合并单元格（A4:A6）"),
        (workbook([HEADS, *ROWS], hidden=True), "没有找到表头"),
        ("\n".join(["学校名称,标识码", *["明,1"] * (MOST_ROWS + 1)]).encode(), f"最多导入{MOST_ROWS}行"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_what_to_do(content: bytes, words: str) -> None:
    assert words in why(content)


def test_100_000_rows_are_refused_before_they_are_read() -> None:
    assert "分成几个文件" in why(workbook([HEADS, *[["明德小学", "1"]] * 100_000]))


def test_a_merged_title_above_the_heads_does_no_harm() -> None:
    assert len(found(workbook([HEADS, *ROWS], at=2, merged="A1:D1"))) == 2


@pytest.mark.parametrize(
    ("raw", "text"),
    [("　明德小学 ", "明德小学"), ("２１５３", "2153"), (2153000001.0, "2153000001"), (820, "820"), ("\u200b明\ufeff德", "明德"), (1.5, "1.5")],
)  # fmt: skip
def test_cells_as_text(raw: Any, text: str) -> None:
    assert plain(raw) == text
