"""Signature, date, seal, 版记, page numbers and code, measured in the finished PDF."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from records.rendering.papers import OfficialPaper, Paragraph, Table
from records.rendering.previews import preview_png
from records.rendering.typesetting import CHARACTER, MM, set_signature
from tests.records.rendering.ruler import (
    OFFICE,
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

# --- the closing


def test_sealed_papers_have_the_date_four_letters_from_the_edge_and_the_office_above_it(
    order: OfficialPaper,
) -> None:
    page = pages_of(order)[-1]
    dated = next(line for line in lines_of(page) if text_in(line) == "2026年11月24日")
    assert (184 - mm(dated[-1]["x1"])) / mm(CHARACTER) == pytest.approx(4, abs=0.1)
    for part in set_signature(OFFICE, sealed=True):
        line = line_with(page, part)
        assert line[0]["top"] < dated[0]["top"]
        assert centre(line) == pytest.approx(centre(dated), abs=0.5)
        assert mm(line[-1]["x1"]) <= 184


@pytest.mark.parametrize("signature", ["五华区教育督导委员会办公室", "五华区人民政府教育督导委员会办公室"])
@pytest.mark.parametrize("items", range(5))
@pytest.mark.parametrize("sealed", [True, False])
def test_wherever_the_page_ends_the_date_stands_once(signature: str, items: int, sealed: bool) -> None:
    """A closing that just misses the first page goes to the next whole: nothing of it is left where it was tried first."""
    said = [Paragraph(f"第{n}项内容。") for n in range(items)]
    paper = of_lines(
        1, signature=signature, printed_by=signature, copies_to="", contact_note="", attachments=(), sealed=sealed
    )
    last = (Paragraph("二、报送时间", 1), Paragraph("请于收到本函之日起十日内报送。"))
    paper = replace(paper, title="关于报送食堂检查情况的函", paragraphs=(Paragraph("一、报送内容", 1), *said, *last))
    dates = [text_in(line) for page in pages_of(paper) for line in lines_of(page) if "2026年11月24日" in text_in(line)]
    assert [date.endswith("印发") for date in dates] == [False, True], dates
    assert dates[0] == "2026年11月24日", "on a line of its own"


def test_the_first_page_is_not_left_with_the_recipient_alone() -> None:
    """Two paragraphs of a line each, and a closing that does not fit: the first stays under the title."""
    said = (Paragraph("为做好教育督导工作，现商请提供场地情况。"), Paragraph("请予支持，并函复。"))
    paper = replace(of_lines(1, title="关于商请提供场地情况的函", attachments=()), paragraphs=said)
    first, second = pages_of(paper)
    assert any("现商请提供场地情况" in text_in(line) for line in lines_of(first))
    assert any("请予支持" in text_in(line) for line in lines_of(second))


@pytest.mark.parametrize("signature", ["五华区教育局", OFFICE])
def test_papers_without_a_seal_have_the_date_two_letters_from_the_edge(signature: str) -> None:
    page = pages_of(of_lines(3, sealed=False, signature=signature))[-1]
    dated = next(line for line in lines_of(page) if text_in(line) == "2026年11月24日")
    assert (184 - mm(dated[-1]["x1"])) / mm(CHARACTER) == pytest.approx(2, abs=0.1)
    assert line_with(page, signature)[0]["x0"] <= dated[0]["x0"] - 2 * CHARACTER + 0.5


def test_the_seal_lies_over_signature_and_date(order: OfficialPaper) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (40, 40), (220, 0, 20, 200)).save(out, format="PNG")
    page = pages_of(replace(order, seal_png=out.getvalue(), verify_url=""))[-1]
    seal = page.images[0]
    assert mm(seal["width"]) == pytest.approx(42, abs=0.2)
    dated = next(line for line in lines_of(page) if text_in(line) == "2026年11月24日")
    assert mm((seal["x0"] + seal["x1"]) / 2) == pytest.approx(centre(dated), abs=0.5)
    assert seal["top"] < line_with(page, "教育督导委员会办公室")[0]["top"]
    assert seal["bottom"] > dated[0]["bottom"]


def test_attachments_are_numbered_under_each_other_without_a_closing_mark(order: OfficialPaper) -> None:
    page = pages_of(order)[-1]
    first, second = line_with(page, "附件：1."), line_with(page, "2.整改报告格式文本")
    assert text_in(second).endswith("文本")
    assert first[3]["x0"] == pytest.approx(second[0]["x0"], abs=0.1)
    assert first[5]["x0"] == pytest.approx(second[2]["x0"], abs=0.1)
    assert first[0]["x0"] == pytest.approx(28 * MM + 2 * CHARACTER, abs=0.2)


def test_a_long_name_in_the_imprint_leaves_the_date_whole(order: OfficialPaper) -> None:
    name = "红河哈尼族彝族自治州金平苗族瑶族傣族自治县人民政府教育督导委员会办公室"
    page = pages_of(replace(order, printed_by=name))[-1]
    assert mm(line_with(page, "11月24日印发")[-1]["x1"]) == pytest.approx(184 - 14 / MM, abs=0.5)
    assert max(mm(char["x1"]) for char in letters(page) if round(char["size"]) == 14) <= 184


def test_a_single_attachment_has_no_number_and_stands_on_one_line(order: OfficialPaper) -> None:
    line = line_with(pages_of(replace(order, attachments=("督导问题清单",)))[-1], "附件")
    assert text_in(line) == "附件：督导问题清单"
    assert line[3]["x0"] - line[0]["x0"] == pytest.approx(3 * CHARACTER, abs=0.5)


@pytest.mark.parametrize("lines", [1, 2, 3, 4, 8, 12, 15, 16, 17, 30, 31])
def test_the_imprint_ends_the_last_page_and_no_signature_stands_without_text(lines: int) -> None:
    pages = pages_of(of_lines(lines))
    last = pages[-1]
    rules = sorted(
        rect["bottom"] for rect in last.rects if mm(rect["width"]) > 150 and not is_red(rect["non_stroking_color"])
    )
    assert mm(rules[-1]) == pytest.approx(262, abs=0.2)
    assert text_in(lines_of(last)[-1]) == f"{OFFICE}2026年11月24日印发"
    assert "2026年11月24日" in [text_in(line) for line in lines_of(last)]
    body = [sum(set(text_in(line)) == {"督"} for line in lines_of(page)) for page in pages]
    assert sum(body) == lines
    assert body[-1] >= min(2, max(1, lines - 1))
    assert body[0] >= 1 or lines == 1
    assert all(mm(char["bottom"]) < 263.1 for page in pages for char in letters(page))


def test_the_signature_stays_with_a_table_that_ends_the_paper(order: OfficialPaper) -> None:
    rows = tuple((str(number), "食堂食品留样记录不全，有4天缺少晚餐留样" * 2) for number in range(1, 60))
    paper = replace(order, paragraphs=(Paragraph("问题如下。"), Table(("序号", "问题"), rows, (1, 9))), attachments=())
    pages = pages_of(paper)
    assert len(pages) > 3
    for page in pages:
        assert "序号问题" in [text_in(line) for line in lines_of(page)], "the header is repeated on every page"
    assert all(mm(char["bottom"]) < 263 for page in pages for char in letters(page))
    assert [row for row in rows if any(text_in(line).startswith(row[0]) for line in lines_of(pages[-1]))]
    assert "2026年11月24日" in [text_in(line) for line in lines_of(pages[-1])]


def test_a_very_long_list_of_copies_or_attachments_loses_nothing(order: OfficialPaper) -> None:
    schools = [f"云南省昆明市第{number}中学" for number in range(1, 121)]
    text = "".join(
        text_in(line) for page in pages_of(replace(order, copies_to="，".join(schools))) for line in lines_of(page)
    )
    assert all(school in text for school in schools)
    pages = pages_of(replace(order, attachments=tuple(schools[:40])))
    text = "".join(text_in(line) for page in pages for line in lines_of(page))
    assert all(school in text for school in schools[:40])
    assert "40." in text_in(line_with(pages[-1], schools[39]))


# --- outside the text block


def test_page_numbers_alternate_7_mm_below_the_text_block(order: OfficialPaper) -> None:
    for page in pages_of(order):
        number = [char for char in page.chars if mm(char["top"]) > 262.5 and round(char["size"]) == 14]
        assert "".join(char["text"] for char in number).strip() == f"— {page.page_number} —"
        indent = 14 / MM
        if page.page_number % 2:
            assert mm(number[-1]["x1"]) == pytest.approx(184 - indent, abs=0.5)
        else:
            assert mm(number[0]["x0"]) == pytest.approx(28 + indent, abs=0.5)
        picture = Image.open(io.BytesIO(preview_png(pdf_of(order), page.page_number, 4))).convert("L")
        dash = [round(edge / page.width * picture.width) for edge in (number[0]["x0"], number[0]["x1"] - 1)]
        dots = picture.height / 297
        strip = picture.crop((dash[0], int(263 * dots), dash[1], int(275 * dots))).point(lambda v: 255 * (v < 128))
        box = strip.getbbox()
        assert box is not None
        assert 263 + box[1] / dots == pytest.approx(262 + 7, abs=0.4)


def test_the_code_stands_outside_the_text_block_and_says_what_it_is_for(order: OfficialPaper) -> None:
    page = pages_of(order)[0]
    assert len(page.images) == 1
    assert mm(page.images[0]["width"]) == pytest.approx(15, abs=0.1)
    assert mm(page.images[0]["top"]) > 262
    assert "扫码验真" in page.extract_text()
    assert not pages_of(order)[-1].images
    assert not pages_of(replace(order, verify_url=""))[0].images


def test_a_draft_says_so_on_every_page(order: OfficialPaper) -> None:
    pages = pages_of(replace(order, watermark="草稿"))
    for page in pages:
        assert {char["text"] for char in page.chars if char["size"] > 100} == {"草", "稿"}
    assert len(pages) == len(pages_of(order))
