"""Hostile texts, the file itself, and the words that need no page."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pdfplumber
import pypdfium2
import pytest
from PIL import Image

from records.rendering import sheets
from records.rendering.official import render
from records.rendering.papers import Fonts, Line, OfficialPaper, Paragraph, Table, text_of
from records.rendering.previews import page_count, preview_png
from records.rendering.sheets import ClosedFetcher
from records.rendering.typesetting import set_title, width_of
from tests.records.rendering.ruler import (
    OFFICE,
    SCHOOL,
    TOLERANCE,
    letters,
    lines_of,
    mm,
    pages_of,
    pdf_of,
    rectification_notice,
    text_in,
)

# --- hostile and empty texts


def test_markup_is_text(order: OfficialPaper) -> None:
    hostile = "<b>粗</b><img src=http://169.254.169.254/x onerror=alert(1)>&amp;"
    paper = replace(
        order,
        title=hostile,
        recipient=hostile,
        signature=hostile,
        paragraphs=(Paragraph(hostile), Line(hostile), Table((hostile,), ((hostile,),))),
        attachments=(hostile,),
        copies_to=hostile,
        contact_note=hostile,
        issuer_mark=hostile,
    )
    text = "".join(char["text"] for page in pages_of(paper) for char in page.chars if char["text"].strip())
    assert text.count("onerror=alert(1)>&amp;") >= 8
    assert sum(len(page.images) for page in pages_of(paper)) == 1


def test_control_characters_and_empty_fields_are_harmless() -> None:
    paper = OfficialPaper(
        "五华区教育局文件",
        "",
        "关于\x00整改\u202e的通知",
        "",
        (Paragraph("一\x07二\n\n三\ud800"),),
        "",
        date(2026, 3, 5),
    )
    pages = pages_of(paper)
    text = [text_in(line) for line in lines_of(pages[0])]
    assert text == ["五华区教育局文件", "关于整改的通知", "一二", "三", "2026年3月5日"]
    assert len(pages) == 1
    assert page_count(render(replace(paper, paragraphs=(), title=""))) == 1


def test_long_runs_without_a_break_stay_inside_the_text_block(order: OfficialPaper) -> None:
    run = "https://dudao.example.gov.cn/" + "a" * 300
    blocks = (Paragraph(run), Line(run), Table(("甲", "乙"), ((run, "1" * 200),), (1, 3)))
    paper = replace(order, paragraphs=blocks, recipient=run, attachments=(run,), copies_to=run, title=run[:150])
    for page in pages_of(paper):
        assert max(mm(char["x1"]) for char in page.chars) <= 184.5
        assert min(mm(char["x0"]) for char in page.chars) >= 27.9


def test_a_title_of_200_letters_leaves_room_for_text_on_the_first_page(order: OfficialPaper) -> None:
    title = ("关于进一步做好五华区义务教育学校校园食品安全和控辍保学工作有关问题整改落实情况的" * 5)[:197] + "督办单"
    page = pages_of(replace(order, title=title))[0]
    assert "我办于2026年9月15日" in page.extract_text()
    assert title in "".join(map(text_in, lines_of(page)))


def test_thirty_pages_of_text_lose_no_letter(order: OfficialPaper) -> None:
    body = "督导整改落实情况，" * 1900
    pages = pages_of(replace(order, paragraphs=(Paragraph(body),)))
    assert len(pages) >= 28
    assert body in "".join(text_in(line) for page in pages for line in lines_of(page))


# --- the file


def test_the_same_paper_gives_the_same_bytes_in_another_process(order: OfficialPaper) -> None:
    assert render(order) == pdf_of(order)
    program = (
        "import hashlib;from tests.records.rendering.ruler import render,supervisory_order;"
        "print(hashlib.sha256(render(supervisory_order())).hexdigest())"
    )
    here = "import hashlib,sys;print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())"
    elsewhere = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, timeout=60)
    expected = subprocess.run(
        [sys.executable, "-c", here], input=pdf_of(order), capture_output=True, check=True, timeout=60
    )
    assert elsewhere.stdout == expected.stdout


def test_the_file_names_itself_speaks_chinese_and_is_tagged(order: OfficialPaper) -> None:
    with pdfplumber.open(io.BytesIO(pdf_of(order))) as pdf:
        assert pdf.metadata["Title"] == order.title
        assert pdf.metadata["Author"] == OFFICE
        assert pdf.metadata.keys().isdisjoint({"CreationDate", "ModDate"})
        catalog = pdf.doc.catalog
        assert catalog["Lang"] == b"zh-CN"
        assert "StructTreeRoot" in catalog
    assert not pypdfium2.PdfDocument(pdf_of(order)).get_formtype()


def test_nothing_is_fetched(order: OfficialPaper, caplog: pytest.LogCaptureFixture) -> None:
    for address in (
        "http://127.0.0.1/x.css",
        "https://example.org/x.png",
        "file:///etc/hostname",
        "ftp://x/y",
    ):
        with pytest.raises(ValueError, match="disallowed protocol"):
            ClosedFetcher().fetch(address)
    assert ClosedFetcher().fetch("data:text/plain,ja").read() == b"ja"
    greedy = Fonts(fangsong="serif; background: url(file:///etc/hostname)")
    with caplog.at_level(logging.ERROR, logger="weasyprint"):
        assert page_count(render(order, greedy)) == page_count(pdf_of(order))
    assert "disallowed protocol" in caplog.text


def test_the_template_knows_every_name(order: OfficialPaper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets._ENGINE, "string_if_invalid", "⚠%s")
    full = replace(order, signer="王建国", urgency="特急", paragraphs=rectification_notice().paragraphs)
    text = "".join(page.extract_text() for page in pdfplumber.open(io.BytesIO(render(full))).pages)
    assert "⚠" not in text


def test_fonts_can_be_chosen(order: OfficialPaper) -> None:
    fonts = Fonts(fangsong="'Noto Sans CJK SC'", xiaobiaosong="'Noto Sans CJK SC'", xiaobiaosong_weight=400)
    with pdfplumber.open(io.BytesIO(render(order, fonts))) as pdf:
        chars = [char for page in pdf.pages for char in letters(page) if round(char["size"]) in (16, 22)]
        used = {char["fontname"].split("+")[-1] for char in chars} - {"AR-PL-UKai-CN"}  # 楷体 was not changed
        page = pdf.pages[1]
        assert used == {"Noto-Sans-CJK-SC"}
        assert mm(min(char["top"] for char in letters(page))) == pytest.approx(37, abs=TOLERANCE)


def test_a_paper_can_be_described_where_no_layout_engine_is_loaded() -> None:
    program = "import sys,records.rendering.papers,records.rendering.previews;print('weasyprint' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True, timeout=60)
    assert found.stdout.strip() == "False"


def test_previews_are_pictures_of_one_page(order: OfficialPaper) -> None:
    picture = Image.open(io.BytesIO(preview_png(pdf_of(order), 1, 1.0)))
    assert (picture.format, picture.size) == ("PNG", (596, 842))
    with pytest.raises(IndexError, match="page 9"):
        preview_png(pdf_of(order), 9)
    with pytest.raises(ValueError, match="scale"):
        preview_png(pdf_of(order), 1, 40)


# --- words


def test_plain_text_reads_in_order() -> None:
    text = text_of(rectification_notice())
    wanted = [
        "文件",
        "〔2026〕3号",
        "整改通知书",
        f"{SCHOOL}：",
        "一、主要问题",
        "序号　问题　涉及督导事项",
        "附件：督导问题清单",
    ]
    wanted += [
        OFFICE,
        "2026年9月15日",
        "（联系人：李明，电话：0871-64100000）",
        "抄送：区教育体育局。",
        "2026年9月15日印发",
    ]
    places = [text.rindex(part) if part == "2026年9月15日印发" else text.index(part) for part in wanted]
    order_of_reading = [
        place for part, place in zip(wanted, places, strict=True) if part not in (OFFICE, "2026年9月15日")
    ]
    assert order_of_reading == sorted(order_of_reading)


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("关于开展责任督学挂牌督导工作的通知", 1),
        ("关于限期整改昆明市五华区云岭小学校园食品安全和安全教育问题的督办单", 2),
        ("关于印发《昆明市五华区2026年秋季学期开学工作专项督导实施方案》的通知", 2),
        ("五华区人民政府教育督导委员会办公室关于2026年义务教育优质均衡发展督导评估发现问题整改情况的通报", 3),
    ],
)
def test_titles_break_between_words(title: str, lines: int) -> None:
    broken = set_title(title).lines
    assert len(broken) == lines
    assert "".join(broken) == title
    assert not [line for line in broken if line[0] in "的》，" or line[-1] in "《（"]
    for word in ("2026年", "督导评估", "整改", "督办单", "安全教育", "专项督导", "责任督学"):
        assert (word in title) == any(word in line for line in broken)
    widths = [width_of(line) for line in broken]
    assert max(widths) - min(widths) < 8


def test_impossible_papers_are_refused(order: OfficialPaper) -> None:
    with pytest.raises(ValueError, match="level"):
        Paragraph("五级标题", 5)
    with pytest.raises(ValueError, match="2 cells"):
        Table(("甲", "乙"), (("一",),))
    with pytest.raises(ValueError, match="positive"):
        Table(("甲",), (), (0,))
    with pytest.raises(ValueError, match="column"):
        Table((), ())
    with pytest.raises(ValueError, match="seal"):
        replace(order, sealed=False, seal_png=b"x")
