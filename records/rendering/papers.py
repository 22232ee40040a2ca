"""What an official paper says, before anybody has laid it out. Imports neither WeasyPrint nor the ORM."""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

BODY: Final = 0
LEVEL_NUMERALS: Final = ("", "一、", "（一）", "1.", "（1）")


class Layout(StrEnum):
    """How the page is arranged. Letter and minutes are the standard's special formats (GB/T 9704-2012, 10)."""

    OFFICIAL = "official"
    LETTER = "letter"
    MINUTES = "minutes"
    FORM = "form"

    @property
    def label(self) -> str:
        return {"official": "公文格式", "letter": "信函格式", "minutes": "纪要格式", "form": "表格"}[self.value]


_FORBIDDEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. `level` 0 is body text; 1 to 4 are headings, whose numeral stands in `text`.

    A heading may run on into its paragraph: 「（一）台账不实。部分学校……」. Then only its first sentence is
    set as a heading. A line break in `text` begins a new paragraph.
    """

    text: str
    level: int = BODY

    def __post_init__(self) -> None:
        if not 0 <= self.level < len(LEVEL_NUMERALS):
            raise ValueError(f"level must be 0 to {len(LEVEL_NUMERALS) - 1}, not {self.level}")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that stands flush left and is not stretched: an address, an item of a form."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header that is repeated on every page. `widths` are shares of the text width."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        columns = len(self.header)
        if not columns:
            raise ValueError("a table needs at least one column")
        if any(len(row) != columns for row in self.rows):
            raise ValueError(f"every row of the table must have {columns} cells")
        if self.widths and (len(self.widths) != columns or min(self.widths) <= 0):
            raise ValueError(f"widths must be {columns} positive numbers")


Block = Paragraph | Line | Table


@dataclass(frozen=True, slots=True)
class OfficialPaper:
    """One document in the format of GB/T 9704-2012. Empty text means: the paper does not have that element.

    `issuer_mark` is the red 发文机关标志, `number` the 发文字号 with its 六角括号, `dated` the 成文日期 (the
    day of approval). `signer` (签发人) belongs only on papers to a superior. `seal_png` is the picture of a
    seal that was really used; a paper that is `sealed` without a picture keeps the place for it free (7.3.5).
    `attendance` are the lists of a meeting's minutes, (出席, 请假, 列席) each with its names; `copy_number` is the 份号.
    There is no secrecy grade: state secrets do not belong here.
    """

    issuer_mark: str
    number: str
    title: str
    recipient: str
    paragraphs: tuple[Block, ...]
    signature: str
    dated: date
    attachments: tuple[str, ...] = ()
    contact_note: str = ""
    copies_to: str = ""
    printed_by: str = ""
    printed_on: date | None = None
    urgency: str = ""
    signer: str = ""
    sealed: bool = True
    seal_png: bytes | None = field(default=None, repr=False)
    verify_url: str = ""
    watermark: str = ""
    layout: Layout = Layout.OFFICIAL
    attendance: tuple[tuple[str, str], ...] = ()
    copy_number: str = ""

    def __post_init__(self) -> None:
        if self.layout is Layout.FORM:
            raise ValueError("a form is no official paper: records.rendering.tables")
        if self.seal_png is not None and not self.sealed:
            raise ValueError("a paper with the picture of a seal is a sealed paper")


@dataclass(frozen=True, slots=True)
class Fonts:
    """CSS family lists, best first. The statutory faces are not free: an office installs its own.

    `xiaobiaosong_weight` is 700 because the stand-in needs its bold cut; with the real 小标宋 set it to 400,
    or its letters are thickened.
    """

    xiaobiaosong: str = "'方正小标宋简体', 'FZXiaoBiaoSong-B05S', 'Noto Serif CJK SC', serif"
    fangsong: str = "'仿宋_GB2312', 'FangSong_GB2312', 'FangSong', '仿宋', 'Noto Serif CJK SC', serif"
    heiti: str = "'黑体', 'SimHei', 'Noto Sans CJK SC', sans-serif"
    kaiti: str = "'楷体_GB2312', 'KaiTi_GB2312', 'KaiTi', '楷体', 'AR PL UKai CN', serif"
    songti: str = "'宋体', 'SimSun', 'Noto Serif CJK SC', serif"
    xiaobiaosong_weight: int = 700


def clean(text: str) -> str:
    """`text` on one line: without control and direction characters, with runs of white space as one space."""
    return " ".join(_SURROGATES.sub("", _FORBIDDEN.sub("", text)).split())


def chinese_date(day: date) -> str:
    """2026年3月5日: Arabic numerals, no leading zeros (GB/T 9704-2012, 7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def paragraphs_of(block: Paragraph) -> list[Paragraph]:
    """`block` as one paragraph for each non-empty line of its text; only the first keeps its level."""
    texts = [text for text in map(clean, block.text.splitlines()) if text]
    return [Paragraph(text, block.level if index == 0 else BODY) for index, text in enumerate(texts)]


def recipient_line(paper: OfficialPaper) -> str:
    """主送机关 with the full-width colon that ends it, or an empty text."""
    name = clean(paper.recipient).rstrip(":：")
    return f"{name}：" if name else ""


def attachment_lines(paper: OfficialPaper) -> list[tuple[str, str]]:
    """(label, name) of each line of the 附件说明: numbered when there are several, without a closing mark."""
    names = [name.rstrip("。；;，,") for name in map(clean, paper.attachments) if name]
    if len(names) == 1:
        return [("附件：", names[0])]
    return [(f"{'附件：' if index == 1 else ''}{index}.", name) for index, name in enumerate(names, start=1)]


def attendance_lines(paper: OfficialPaper) -> list[tuple[str, str]]:
    """(label, names) of the lists of a meeting's minutes; an empty list disappears."""
    found = [(clean(label).rstrip(":："), clean(names)) for label, names in paper.attendance]
    return [(f"{label}：", names) for label, names in found if label and names]


def note_line(paper: OfficialPaper) -> str:
    """附注 in its round brackets, or an empty text."""
    note = clean(paper.contact_note)
    return f"（{note.removeprefix('（').removesuffix('）')}）" if note else ""


def copies_line(paper: OfficialPaper) -> str:
    """What follows 「抄送：」, ending in a full stop, or an empty text."""
    names = clean(paper.copies_to).removeprefix("抄送：").rstrip("。")
    return f"{names}。" if names else ""


def printing_line(paper: OfficialPaper) -> tuple[str, str]:
    """印发机关 and 印发日期 (「2026年11月24日印发」); either may be empty, and a letter has neither (10.1)."""
    if paper.layout is Layout.LETTER:
        return "", ""
    return clean(paper.printed_by), f"{chinese_date(paper.printed_on)}印发" if paper.printed_on else ""


def text_of(paper: OfficialPaper) -> str:
    """The paper as plain text in reading order, for search and for those who listen instead of looking."""
    signer = f"签发人：{clean(paper.signer)}" if paper.signer else ""
    parts = [clean(paper.copy_number), clean(paper.urgency), clean(paper.issuer_mark), clean(paper.number), signer]
    parts += [clean(paper.title), recipient_line(paper)]
    for block in paper.paragraphs:
        parts += _block_text(block)
    parts += [f"{label}{name}" for label, name in (*attachment_lines(paper), *attendance_lines(paper))]
    parts += [clean(paper.signature), chinese_date(paper.dated), note_line(paper)]
    copies = copies_line(paper)
    parts += [f"抄送：{copies}" if copies else "", "　".join(filter(None, printing_line(paper)))]
    return "\n".join(filter(None, parts)) + "\n"


def _block_text(block: Block) -> list[str]:
    if isinstance(block, Table):
        return ["　".join(map(clean, row)) for row in (block.header, *block.rows)]
    if isinstance(block, Line):
        return [clean(block.text)]
    return [paragraph.text for paragraph in paragraphs_of(block)]
