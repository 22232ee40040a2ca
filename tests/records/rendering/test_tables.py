"""Internal forms: a table on A4 that flows over pages."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pdfplumber
import pytest

from records.rendering.tables import Cell, Form, Signature, render_form
from tests.records.rendering.ruler import is_red, mm

RECEIPT = Form(
    title="送达回证",
    subtitle="昆明市五华区人民政府教育督导委员会办公室",
    rows=(
        (Cell("送达文书", "督办单"),),
        (Cell("文号", "五政教督办〔2026〕5号", 2), Cell("页数", "2")),
        (Cell("见证", is_heading=True),),
        (Cell("拒收事由", "", lines=4),),
        (Cell("", "没有标签的格子"),),
    ),
    signatures=(Signature("受送达人签名："), Signature("送达人：", "李明", "2026年11月24日")),
    foot="受送达人拒绝签收的，由见证人签名。",
)


def pages(form: Form) -> list[Any]:
    return list(pdfplumber.open(io.BytesIO(render_form(form))).pages)


def test_a_form_is_a_table_on_a4_without_red_head_and_with_room_to_write() -> None:
    (page,) = pages(RECEIPT)
    assert (mm(page.width), mm(page.height)) == pytest.approx((210, 297), abs=0.1)
    text = page.extract_text()
    for word in ("送达回证", "五政教督办〔2026〕5号", "拒收事由", "没有标签的格子", "送达人：李明", "第 1 页"):
        assert word in text
    assert not [char for char in page.chars if is_red(char["non_stroking_color"])]
    table = page.find_tables()[0]
    assert mm(table.bbox[0]) == pytest.approx(28, abs=1)
    assert mm(table.bbox[2]) == pytest.approx(188, abs=1)
    heights = [row.bbox[3] - row.bbox[1] for row in table.rows]
    assert heights[3] >= 4 * 21


def test_long_text_flows_over_pages_with_the_title_on_each_and_nothing_lost() -> None:
    words = "".join(f"第{n}件事已经核实。" for n in range(600))
    found = pages(replace(RECEIPT, rows=((Cell("情况", f"{words}\n另起一段。"),), *RECEIPT.rows)))
    assert len(found) > 3
    assert all("送达回证" in page.extract_text() for page in found)
    text = "".join(char["text"] for page in found for char in page.chars)
    assert all(f"第{n}件事" in text for n in (0, 299, 599))
    assert "另起一段" in text
    assert f"共 {len(found)} 页" in found[0].extract_text()
    bottoms = [char["bottom"] for page in found for char in page.chars]
    assert max(map(mm, bottoms)) < 297 - 8


def test_hostile_text_is_text_and_the_code_is_a_picture() -> None:
    form = Form(
        "<b>表</b>",
        ((Cell("<i>", "<img src=http://127.0.0.1/x>\u202e\x00{{ 7 * 7 }}"),),),
        verify_url="https://dudao.example.gov.cn/v/abc",
    )
    (page,) = pages(form)
    assert "<img src=http://127.0.0.1/x>{{ 7 * 7 }}" in page.extract_text().replace("\n", "")
    assert len(page.images) == 1


def test_the_same_form_gives_the_same_bytes_and_impossible_rows_are_refused() -> None:
    assert render_form(RECEIPT) == render_form(RECEIPT)
    with pytest.raises(ValueError, match="one to 4"):
        Form("表", ((Cell("甲"),) * 5,))
    with pytest.raises(ValueError, match="at least 1"):
        Form("表", ((Cell("甲", span=0),),))
