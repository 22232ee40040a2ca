"""Page, text block and head of GB/T 9704-2012, measured in the finished PDF."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise

import pytest
from PIL import Image

from records.rendering.papers import OfficialPaper, Paragraph
from records.rendering.previews import preview_png
from records.rendering.typesetting import CHARACTER, PITCH, set_mark
from tests.records.rendering.ruler import (
    OFFICE,
    SCHOOL,
    TOLERANCE,
    centre,
    is_red,
    letters,
    line_with,
    lines_of,
    mm,
    of_lines,
    pages_of,
    pdf_of,
    text_in,
)

# --- the page


def test_a_full_page_has_22_lines_of_28_letters_and_the_margins_of_the_standard() -> None:
    page = pages_of(of_lines(70))[1]
    lines = lines_of(page)
    assert [len(line) for line in lines] == [28] * 22
    assert (mm(page.width), mm(page.height)) == pytest.approx((210, 297), abs=0.1)
    every = letters(page)
    assert mm(min(char["top"] for char in every)) == pytest.approx(37, abs=TOLERANCE)
    assert 297 - mm(max(char["bottom"] for char in every)) == pytest.approx(35, abs=TOLERANCE)
    assert mm(min(char["x0"] for char in every)) == pytest.approx(28, abs=0.2)
    assert 210 - mm(max(char["x1"] for char in every)) == pytest.approx(26, abs=0.2)
    assert {round(char["size"], 1) for char in every} == {16.0}


def test_the_ink_itself_keeps_the_margins() -> None:
    picture = Image.open(io.BytesIO(preview_png(pdf_of(of_lines(70)), 2, 4))).convert("L")
    dots = picture.height / 297
    ink = picture.crop((0, 0, picture.width, int(266 * dots))).point(lambda value: 255 if value < 128 else 0)
    left, top, right, bottom = (value / dots for value in ink.getbbox() or (0, 0, 0, 0))
    assert (left, top, 210 - right, 297 - bottom) == pytest.approx((28, 37, 26, 35), abs=TOLERANCE)


def test_all_lines_of_a_mixed_page_stand_on_the_same_grid(order: OfficialPaper) -> None:
    paper = replace(order, paragraphs=order.paragraphs * 4)
    baselines = [
        max(char["bottom"] for char in line if char["size"] > 15.9 and "宋" not in char["fontname"])
        for line in lines_of(pages_of(paper)[1])
    ]
    steps = [after - before for before, after in pairwise(baselines)]
    assert len(steps) > 15
    for step in steps:
        assert step / PITCH == pytest.approx(round(step / PITCH), abs=0.12)


def test_lines_are_stretched_to_the_right_edge_and_obey_the_rules_of_punctuation(
    order: OfficialPaper,
) -> None:
    body = "查阅食堂留样记录、安全教育教案，听课2节；与教师座谈（1次），未发现其他问题。" * 12
    page = pages_of(replace(order, paragraphs=(Paragraph(body),)))[1]
    lines = [text_in(line) for line in lines_of(page)][:12]
    assert not [line for line in lines if line[0] in "，。、；）" or line[-1] in "（"]
    full = lines_of(page)[:10]
    assert all(mm(line[-1]["x1"]) == pytest.approx(184, abs=0.5) for line in full)
    assert len({len(line) for line in full}) > 1, "the text needs lines of different lengths, or nothing was stretched"


# --- the head


def test_the_mark_is_red_on_one_line_35_mm_below_the_text_block(order: OfficialPaper) -> None:
    page = pages_of(order)[0]
    mark = [char for char in page.chars if is_red(char["non_stroking_color"])]
    assert text_in(mark) == f"{OFFICE}文件"
    assert len({round(char["top"]) for char in mark}) == 1
    assert mm(mark[0]["x0"]) >= 28
    assert mm(mark[-1]["x1"]) <= 184
    assert centre(mark) == pytest.approx(106, abs=0.5)
    picture = Image.open(io.BytesIO(preview_png(pdf_of(order), 1, 4))).convert("RGB")
    dots = picture.height / 297
    ink = picture.getchannel("G").crop((0, 0, picture.width, int(90 * dots))).point(lambda v: 255 * (v < 128))
    box = ink.getbbox()
    assert box is not None
    assert box[1] / dots == pytest.approx(37 + 35, abs=0.4)


def test_number_rule_and_title_keep_their_distances(order: OfficialPaper) -> None:
    page = pages_of(order)[0]
    rules = [rect for rect in page.rects if is_red(rect["non_stroking_color"])]
    assert len(rules) == 1
    rule = rules[0]
    assert mm(rule["width"]) == pytest.approx(156, abs=0.1)
    assert mm(rule["x0"]) == pytest.approx(28, abs=0.1)
    number = line_with(page, order.number)
    assert centre(number) == pytest.approx(106, abs=0.5)
    assert mm(rule["top"] - number[0]["bottom"]) == pytest.approx(4, abs=TOLERANCE)
    mark = [char for char in page.chars if is_red(char["non_stroking_color"])]
    assert (number[0]["top"] - mark[0]["bottom"]) / PITCH == pytest.approx(2, abs=0.4)
    title = [line for line in lines_of(page) if round(line[0]["size"]) == 22]
    assert "".join(map(text_in, title)) == order.title
    assert len(title) == 2
    assert all(centre(line) == pytest.approx(106, abs=0.5) for line in title)
    assert (title[0][0]["top"] - rule["bottom"]) / PITCH == pytest.approx(2.4, abs=0.4)


def test_recipient_stands_flush_left_and_paragraphs_are_indented_by_two_letters(order: OfficialPaper) -> None:
    page = pages_of(order)[0]
    recipient = line_with(page, f"{SCHOOL}：")
    assert mm(recipient[0]["x0"]) == pytest.approx(28, abs=0.2)
    first = line_with(page, "我办于2026年")
    assert first[0]["x0"] - recipient[0]["x0"] == pytest.approx(2 * CHARACTER, abs=0.2)
    assert first[0]["top"] - recipient[0]["top"] == pytest.approx(PITCH, abs=0.1)


@pytest.mark.parametrize(
    ("issuer", "lines"),
    [
        ("五华区教育局文件", 1),
        (f"{OFFICE}文件", 1),
        ("红河哈尼族彝族自治州金平苗族瑶族傣族自治县人民政府教育督导委员会办公室文件", 2),
    ],
)
def test_long_marks_fit_and_stay_larger_than_the_title(issuer: str, lines: int) -> None:
    page = pages_of(replace(of_lines(3), issuer_mark=issuer))[0]
    mark = [char for char in page.chars if is_red(char["non_stroking_color"])]
    assert text_in(mark) == issuer
    assert len({round(char["top"]) for char in mark}) == lines
    assert min(mm(char["x0"]) for char in mark) >= 28
    assert max(mm(char["x1"]) for char in mark) <= 184
    assert set_mark(issuer).size > 22


def test_a_paper_to_a_superior_names_who_signed_it(order: OfficialPaper) -> None:
    page = pages_of(replace(order, signer="王建国", urgency="特急"))[0]
    line = line_with(page, order.number)
    assert text_in(line).startswith(order.number)
    assert mm(line[0]["x0"]) == pytest.approx(28 + mm(CHARACTER), abs=0.5)
    signer = [char for char in letters(page) if abs(char["top"] - line[0]["top"]) < 4 and char["x0"] > 300]
    assert text_in(signer) == "签发人：王建国"
    assert mm(signer[-1]["x1"]) == pytest.approx(184 - mm(CHARACTER), abs=0.5)
    urgency = line_with(page, "特急")
    assert mm(urgency[0]["x0"]) == pytest.approx(28, abs=0.2)
    assert mm(urgency[0]["top"]) == pytest.approx(37, abs=TOLERANCE)
