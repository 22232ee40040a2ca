"""Papers as offices write them, and the ruler that measures their PDF in millimetres."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pdfplumber

from records.rendering.official import render
from records.rendering.papers import OfficialPaper, Paragraph, Table
from records.rendering.typesetting import MM

OFFICE = "昆明市五华区人民政府教育督导委员会办公室"
SCHOOL = "昆明市五华区云岭小学"
TOLERANCE = 1.0


def rectification_notice() -> OfficialPaper:
    """A 整改通知书 as an office sends it to a school after a visit."""
    return OfficialPaper(
        issuer_mark=f"{OFFICE}文件",
        number="五政教督办〔2026〕3号",
        title=f"关于{SCHOOL}校园食品安全和安全教育问题的整改通知书",
        recipient=SCHOOL,
        paragraphs=(
            Paragraph(
                "2026年9月10日，责任督学对你校开展经常性督导，查阅了食堂留样记录、安全教育教案和学籍台账，"
                "听课2节，与教师座谈1次。根据《教育督导条例》和《云南省教育督导规定》，现将督导发现的问题及整改要求"
                "通知如下。"
            ),
            Paragraph("一、主要问题", 1),
            Table(
                ("序号", "问题", "涉及督导事项"),
                (
                    ("1", "9月1日至9日的食堂留样记录缺4天晚餐，留样量低于125克", "校园及周边安全情况"),
                    ("2", "四年级、五年级课表未安排安全教育课", "课程开设和课堂教学情况"),
                    ("3", "学籍系统比学校台账多5人，去向未核实", "学生学习、体育锻炼和课业负担情况"),
                ),
                (1, 6, 4),
            ),
            Paragraph("二、整改要求", 1),
            Paragraph("（一）制定整改措施。逐项明确责任人、完成时限和佐证材料。", 2),
            Paragraph("（二）按期报送整改报告。自收到本通知书之日起20日内，向我办报送整改报告及佐证材料。", 2),
            Paragraph("逾期未报送或者整改不到位的，我办将予以督办。"),
        ),
        attachments=("督导问题清单",),
        signature=OFFICE,
        dated=date(2026, 9, 15),
        contact_note="联系人：李明，电话：0871-64100000",
        copies_to="区教育体育局",
        printed_by=OFFICE,
        printed_on=date(2026, 9, 15),
        verify_url="https://dudao.example.gov.cn/v/9f3kQ7xZb2LmT0aWcY5p",
    )


def supervisory_order() -> OfficialPaper:
    """A 督办单 after nobody answered the notice."""
    return replace(
        rectification_notice(),
        number="五政教督办〔2026〕5号",
        title=f"关于限期整改{SCHOOL}校园食品安全和安全教育问题的督办单",
        paragraphs=(
            Paragraph(
                "我办于2026年9月15日向你校送达《整改通知书》（五政教督办〔2026〕3号），要求自收到之日起20日内报送"
                "整改报告。经2次催报，截至本督办单签发之日，你校仍未报送，也未说明理由。现予督办。"
            ),
            Paragraph("一、督办事项", 1),
            Paragraph("（一）食堂食品留样记录不全。9月1日至9日有4天缺少晚餐留样，留样量低于125克。", 2),
            Paragraph("（二）安全教育课时不足。四年级、五年级本学期课表未安排安全教育课。", 2),
            Paragraph("二、办理要求", 1),
            Paragraph("1.于2026年12月4日前完成整改，并向我办报送整改报告和佐证材料。", 3),
            Paragraph("2.确有困难不能按期完成的，应当在期限届满前书面申请延期并说明理由。", 3),
            Paragraph("逾期仍未办理的，我办将依照《教育督导问责办法》提请对学校负责人进行约谈，并通报主管部门。"),
        ),
        attachments=("督导问题清单", "整改报告格式文本。"),
        dated=date(2026, 11, 24),
        copies_to="区教育体育局，区市场监督管理局，昆明市人民政府教育督导委员会办公室",
        printed_on=date(2026, 11, 24),
    )


def of_lines(lines: int, **changes: Any) -> OfficialPaper:
    """An order whose body is one paragraph of `lines` full lines of Han letters."""
    return replace(supervisory_order(), paragraphs=(Paragraph("督" * (28 * lines - 2)),), **changes)


@cache
def pdf_of(paper: OfficialPaper) -> bytes:
    return render(paper)


@cache
def pages_of(paper: OfficialPaper) -> list[Any]:
    return list(pdfplumber.open(io.BytesIO(pdf_of(paper))).pages)


def mm(points: float) -> float:
    return points / MM


def letters(page: Any) -> list[dict[str, Any]]:
    """The letters of the text block, without page number and code."""
    return [char for char in page.chars if char["text"].strip() and mm(char["bottom"]) < 266]


def lines_of(page: Any) -> list[list[dict[str, Any]]]:
    lines: dict[int, list[dict[str, Any]]] = {}
    for char in letters(page):
        lines.setdefault(round(char["top"]), []).append(char)
    return [lines[top] for top in sorted(lines)]


def text_in(line: list[dict[str, Any]]) -> str:
    return "".join(char["text"] for char in line)


def line_with(page: Any, text: str) -> list[dict[str, Any]]:
    found = [line for line in lines_of(page) if text in text_in(line)]
    assert found, f"{text} is not on the page: {page.extract_text()}"
    return found[0]


def is_red(color: Any) -> bool:
    return len(color or ()) == 3 and color[0] > 0.8 and max(color[1:]) < 0.2


def centre(line: list[dict[str, Any]]) -> float:
    return mm((line[0]["x0"] + line[-1]["x1"]) / 2)
