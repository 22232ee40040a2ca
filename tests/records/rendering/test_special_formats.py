"""信函格式 and 纪要格式 (GB/T 9704-2012, 10), measured in the finished PDF: an office's local practice, never the default."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from records.documents.kinds import KINDS, DocumentKind
from records.rendering.papers import Layout, OfficialPaper, text_of
from records.rendering.typesetting import CHARACTER
from tests.records.rendering.ruler import (
    OFFICE,
    TOLERANCE,
    centre,
    is_red,
    letters,
    line_with,
    lines_of,
    mm,
    of_lines,
    pages_of,
    text_in,
)


@pytest.fixture
def letter(order: OfficialPaper) -> OfficialPaper:
    return replace(order, layout=Layout.LETTER, issuer_mark=OFFICE)


@pytest.fixture
def minutes(order: OfficialPaper) -> OfficialPaper:
    return replace(
        order, layout=Layout.MINUTES, issuer_mark="五华区政府教育督导委员会会议纪要", recipient="", signature="",
        sealed=False, attendance=(("出席", "王建国、李明、张华" * 6), ("请假", ""), ("列席", "赵晓")), attachments=(),
    )  # fmt: skip


def red_bars(page: Any) -> list[dict[str, Any]]:
    """The double rules of a page, each once, from the top: a box with its two borders, and what lies between them."""
    found = {(round(r["top"]), round(r["height"], 1)): r for r in page.rects if is_red(r["non_stroking_color"])}
    return sorted((r for r in found.values() if mm(r["height"]) > 1), key=lambda r: float(r["top"]))


def gap_in(page: Any, bar: dict[str, Any]) -> dict[str, Any]:
    """The white line inside a double rule."""
    found = [r for r in page.rects if mm(r["height"]) < 1 and bar["top"] < r["top"] < bar["bottom"]]
    assert found
    return dict(found[0])


def test_no_kind_uses_a_special_format_unless_its_office_says_so() -> None:
    assert {KINDS[kind].layout for kind in DocumentKind.values} == {Layout.OFFICIAL}
    assert Layout.LETTER in KINDS["supervisory_order"].layouts
    assert Layout.MINUTES in KINDS["minutes"].layouts


def test_a_letter_has_its_mark_30_mm_below_the_edge_and_double_rules_of_170_mm(letter: OfficialPaper) -> None:
    page = pages_of(letter)[0]
    mark = [char for char in page.chars if is_red(char["non_stroking_color"])]
    assert text_in(mark) == OFFICE
    assert centre(mark) == pytest.approx(106, abs=0.5)
    upper, lower = red_bars(page)
    for bar in (upper, lower):
        assert mm(bar["width"]) == pytest.approx(170, abs=0.2)
        assert mm(bar["x0"]) == pytest.approx(20, abs=0.2)
    above, below = gap_in(page, upper), gap_in(page, lower)
    assert above["top"] - upper["top"] > upper["bottom"] - above["bottom"], "thick above, thin below"
    assert below["top"] - lower["top"] < lower["bottom"] - below["bottom"], "thin above, thick below"
    # The square of the letters: 30 mm from the edge above, 4 mm to the rule below.
    assert mm(upper["top"]) - 30 - mm(mark[0]["size"]) == pytest.approx(4, abs=TOLERANCE)
    assert 297 - mm(lower["bottom"]) == pytest.approx(20, abs=0.3)


def test_a_letter_has_its_number_right_under_the_rule_and_urgency_left(letter: OfficialPaper) -> None:
    page = pages_of(replace(letter, urgency="特急", copy_number="000012"))[0]
    line = line_with(page, letter.number)
    assert text_in(line).startswith("000012")
    assert mm(line[0]["x0"]) == pytest.approx(28, abs=0.3)
    assert mm(line[-1]["x1"]) == pytest.approx(184, abs=0.5)
    rule = red_bars(page)[0]
    assert mm(line[-1]["top"] - rule["bottom"]) == pytest.approx(4.94, abs=TOLERANCE)
    urgency = line_with(page, "特急")
    assert urgency[0]["top"] > line[0]["top"]
    assert mm(urgency[0]["x0"]) == pytest.approx(28, abs=0.3)


def test_a_letter_has_no_page_number_on_its_first_page_and_no_imprint_but_copies(letter: OfficialPaper) -> None:
    long = replace(letter, paragraphs=of_lines(60).paragraphs)
    first, second = pages_of(long)[:2]
    assert "— 1 —" not in first.extract_text()
    assert "— 2 —" in second.extract_text()
    last = pages_of(long)[-1].extract_text()
    assert "抄送：" in last
    assert "印发" not in last
    assert not red_bars(second)
    assert mm(min(char["top"] for char in letters(second))) == pytest.approx(37, abs=TOLERANCE)


def test_the_code_of_a_letter_stands_above_the_lower_rule(letter: OfficialPaper) -> None:
    pages = pages_of(letter)
    (picture,) = pages[0].images
    assert mm(picture["bottom"]) < mm(red_bars(pages[0])[1]["top"])
    assert mm(picture["top"]) > 262
    assert "扫码验真" in "".join(char["text"] for char in pages[0].chars)
    assert not pages[1].images


def test_minutes_have_their_mark_35_mm_below_the_text_block_and_no_recipient_seal_or_signature(
    minutes: OfficialPaper,
) -> None:
    page = pages_of(minutes)[0]
    mark = [char for char in page.chars if is_red(char["non_stroking_color"])]
    assert text_in(mark) == "五华区政府教育督导委员会会议纪要"
    # pdfplumber measures by the font's ascent: the letters themselves begin 35 mm below the text block (test_head.py).
    assert mm(min(char["top"] for char in mark)) == pytest.approx(37 + 35, abs=2.5)
    title_end = next(n for n, line in enumerate(lines_of(page)) if text_in(line).endswith("督办单"))
    assert text_in(lines_of(page)[title_end + 1]).startswith("我办于"), "no recipient"
    assert "印章" not in pages_of(minutes)[-1].extract_text()


def test_attendance_hangs_under_its_first_name_and_an_empty_list_disappears(minutes: OfficialPaper) -> None:
    page = pages_of(minutes)[-1]
    lines = lines_of(page)
    at = next(n for n, line in enumerate(lines) if text_in(line).startswith("出席："))
    label, names, following = lines[at][:3], lines[at][3:], lines[at + 1]
    assert mm(label[0]["x0"]) == pytest.approx(28 + 2 * mm(CHARACTER), abs=0.5)
    assert label[0]["fontname"] != names[0]["fontname"]
    assert following[0]["x0"] == pytest.approx(names[0]["x0"], abs=1)
    assert mm(names[-1]["x1"]) == pytest.approx(184, abs=1)
    assert "请假" not in page.extract_text()
    assert "列席：赵晓" in text_of(minutes)


def test_a_copy_number_stands_on_the_first_line_and_the_urgency_below(order: OfficialPaper) -> None:
    page = pages_of(replace(order, urgency="加急", copy_number="000001"))[0]
    number, urgency = line_with(page, "000001"), line_with(page, "加急")
    assert mm(number[0]["top"]) == pytest.approx(37, abs=TOLERANCE)
    assert mm(urgency[0]["top"] - number[0]["top"]) == pytest.approx(10, abs=TOLERANCE)
    assert mm(urgency[0]["x0"]) == pytest.approx(28, abs=0.3)


def test_a_form_is_no_official_paper(order: OfficialPaper) -> None:
    with pytest.raises(ValueError, match="tables"):
        replace(order, layout=Layout.FORM)


def test_a_long_name_of_an_attachment_begins_beside_its_label(order: OfficialPaper) -> None:
    paper = replace(order, attachments=("云岭小学食堂食品留样和安全教育课程安排情况核查表" * 2,))
    line = line_with(pages_of(paper)[-1], "附件：云岭小学")
    assert mm(line[-1]["x1"]) == pytest.approx(184, abs=1)
