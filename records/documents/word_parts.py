"""What a draft is made of when it travels as a Word file: the parts, the styles that name them, and back."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, Final

from records.documents.papers import as_text, level_of
from records.rendering.papers import OfficialPaper, attachment_lines, attendance_lines, note_line, recipient_line

PROPERTY: Final = "DudaoDocument"
FALLBACK: Final = "Times New Roman"
HINT: Final = "督导平台文稿：只修改文字，版式由平台排定；请勿使用表格、图片和自动编号。"


class Part(StrEnum):
    TITLE = "title"
    RECIPIENT = "recipient"
    TEXT = "text"
    HEADING_1 = "heading_1"
    HEADING_2 = "heading_2"
    HEADING_3 = "heading_3"
    HEADING_4 = "heading_4"
    ATTACHMENT = "attachment"
    ATTENDANCE = "attendance"
    NOTE = "note"


STYLES: Final[dict[Part, str]] = {
    Part.TITLE: "督导标题",
    Part.RECIPIENT: "督导主送",
    Part.TEXT: "督导正文",
    Part.HEADING_1: "督导一级标题",
    Part.HEADING_2: "督导二级标题",
    Part.HEADING_3: "督导三级标题",
    Part.HEADING_4: "督导四级标题",
    Part.ATTACHMENT: "督导附件",
    Part.ATTENDANCE: "督导参会",
    Part.NOTE: "督导附注",
}
PARTS: Final[dict[str, Part]] = {name: part for part, name in STYLES.items()}
HEADINGS: Final = (Part.TEXT, Part.HEADING_1, Part.HEADING_2, Part.HEADING_3, Part.HEADING_4)
_ATTACHMENT_LABEL = re.compile(r"(附件[:：]\s*)?(\d{1,2}[.．、]\s*)?")


def parts_of(title: str, content: dict[str, Any], paper: OfficialPaper) -> list[tuple[Part, str]]:
    """The paragraphs of a draft in reading order. A table's rows stand between bars, a line each."""
    levels = {
        block["text"].strip(): block.get("level", 0) for block in content.get("paragraphs", ()) if "rows" not in block
    }
    body = [line.strip() for line in as_text(content.get("paragraphs", ())).splitlines() if line.strip()]
    recipient, note = recipient_line(paper), note_line(paper)
    return [
        (Part.TITLE, title),
        *([(Part.RECIPIENT, recipient)] if recipient else []),
        *((HEADINGS[levels.get(line, level_of(line))], line) for line in body),
        *((Part.ATTACHMENT, f"{label}{name}") for label, name in attachment_lines(paper)),
        *((Part.ATTENDANCE, f"{label}{names}") for label, names in attendance_lines(paper)),
        *([(Part.NOTE, note)] if note else []),
    ]


def without_label(line: str) -> str:
    """The name of an attachment without 「附件：」 and its number."""
    return line[_ATTACHMENT_LABEL.match(line).end() :].strip()  # type: ignore[union-attr]
