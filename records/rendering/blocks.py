"""The body of a paper as the template takes it: blocks of lines, first flowing, then set line by line."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from records.rendering.papers import (
    Block,
    Line,
    OfficialPaper,
    Paragraph,
    Table,
    attachment_lines,
    attendance_lines,
    clean,
    paragraphs_of,
)
from records.rendering.typesetting import LETTER_SPACING, width_of

FACES: Final = {1: "hei", 2: "kai"}
SENTENCE_ENDS: Final = frozenset("。！？；")
CLOSING_LINES: Final = 2
ATTACHMENTS_KEPT_TOGETHER: Final = 6
MOST_STRETCH: Final = 2.0
"""Points a letter: three letters short of a full line. What a web address leaves or fills stays ragged."""


@dataclass(frozen=True, slots=True)
class MeasuredLine:
    """A line as the layout broke it: its text, its width and the width that it might fill, in points."""

    text: str
    width: float
    room: float


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line for the template: `lead` is the part in `face`, `state` is "flow" or, once broken, "set"."""

    lead: str
    face: str
    rest: str
    state: str = "flow"
    spacing: str = ""


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph, heading, plain line or 附件 line. The first `lead` letters of `text` are set in `face`."""

    id: str
    kind: str
    text: str
    lead: int = 0
    face: str = ""
    label: str = ""
    broken: tuple[SetLine, ...] = ()

    @property
    def lines(self) -> tuple[SetLine, ...]:
        return self.broken or (SetLine(self.text[: self.lead], self.face, self.text[self.lead :]),)

    @property
    def is_heading(self) -> bool:
        return self.kind == "heading"


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table whose column widths are percentages."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[str, ...]
    kind: str = "table"


BodyBlock = TextBlock | TableBlock


def body_blocks(blocks: Iterable[Block]) -> list[BodyBlock]:
    """The paper's own paragraphs as blocks; empty ones disappear."""
    found: list[BodyBlock] = []
    for block in blocks:
        if isinstance(block, Table):
            found.append(_table(block))
        elif isinstance(block, Line):
            found.append(TextBlock(f"b{len(found)}", "plain", clean(block.text)))
        else:
            for paragraph in paragraphs_of(block):
                found.append(_paragraph(paragraph, f"b{len(found)}"))
    return found


def attachment_blocks(paper: OfficialPaper) -> list[TextBlock]:
    """The lines of the 附件说明."""
    return [
        TextBlock(f"a{index}", f"attachment{'' if index else ' first-attachment'}", name, label=label)
        for index, (label, name) in enumerate(attachment_lines(paper))
    ]


def attendance_blocks(paper: OfficialPaper) -> list[TextBlock]:
    """The lists of who attended, of a meeting's minutes."""
    return [
        TextBlock(f"m{index}", f"attendance{'' if index else ' first-attendance'}", names, label=label)
        for index, (label, names) in enumerate(attendance_lines(paper))
    ]


def _table(table: Table) -> TableBlock:
    shares = table.widths or (1.0,) * len(table.header)
    widths = tuple(f"{100 * share / sum(shares):.3f}%" for share in shares)
    rows = tuple(tuple(map(clean, row)) for row in table.rows)
    return TableBlock(tuple(map(clean, table.header)), rows, widths)


def _paragraph(paragraph: Paragraph, name: str) -> TextBlock:
    text, face = paragraph.text, FACES.get(paragraph.level, "")
    end = next((place + 1 for place, letter in enumerate(text) if letter in SENTENCE_ENDS), len(text))
    heading = paragraph.level > 0 and end == len(text) and (bool(face) or text[-1] not in SENTENCE_ENDS)
    # The full stop stays in the text's own face: 楷体 fonts put it elsewhere in its square.
    lead = end - (text[end - 1] in SENTENCE_ENDS) if face else 0
    return TextBlock(name, "heading" if heading else "text", text, lead, face)


def set_lines(block: TextBlock, measured: list[MeasuredLine]) -> TextBlock:
    """`block` with the layout's line breaks made fixed, every line but the last stretched to the full width.

    WeasyPrint justifies at spaces only, and Chinese has none. A block whose lines are not found in its text
    stays as it is.
    """
    lines: list[SetLine] = []
    place = 0
    for index, line in enumerate(measured):
        while not line.text.startswith(" ") and block.text[place : place + 1] == " ":
            place += 1
        end = place + len(line.text)
        if block.text[place:end] != line.text:
            return block
        lead = max(0, min(block.lead, end) - place)
        spacing = "" if index == len(measured) - 1 else _spacing(line)
        lines.append(SetLine(line.text[:lead], block.face, line.text[lead:], "set", spacing))
        place = end
    return replace(block, broken=tuple(lines)) if lines and not block.text[place:].strip() else block


def _spacing(line: MeasuredLine) -> str:
    stretch = (line.room - line.width) / max(1, len(line.text) - 1)
    if not 0.003 < stretch < MOST_STRETCH or width_of(line.text) < 0.75 * len(line.text):
        return ""
    return f"{LETTER_SPACING + stretch:.4f}pt"


def split_closing(body: list[BodyBlock]) -> tuple[list[BodyBlock], list[BodyBlock]]:
    """(what may be anywhere, the last lines that stay with the signature).

    No page has a signature without text, nor the first a title without: a short body leaves a line behind.
    """
    rest, closing, lines = list(body), list[BodyBlock](), 0
    while rest and lines < CLOSING_LINES:
        last = rest[-1]
        if isinstance(last, TableBlock):
            return rest, closing
        if closing and _is_only_line(rest):
            break
        rest.pop()
        needed = CLOSING_LINES - lines
        if len(last.lines) > 1 and not any(block.kind != "heading" for block in rest):
            needed = min(needed, len(last.lines) - 1)
            rest.append(replace(last, broken=last.lines[:-needed]))
            return rest, [_end_of(last, needed), *closing]
        if len(last.lines) > needed + 1:
            rest.append(replace(last, broken=last.lines[:-needed]))
            closing.insert(0, _end_of(last, needed))
        else:
            closing.insert(0, last)
        lines += len(last.lines)
    while rest and isinstance(rest[-1], TextBlock) and rest[-1].is_heading:
        closing.insert(0, rest.pop())
    return rest, closing


def _is_only_line(rest: list[BodyBlock]) -> bool:
    """One line of text is all that is left, with at most headings above it: it stays under the title."""
    *above, last = rest
    short = isinstance(last, TextBlock) and not last.is_heading and len(last.lines) <= 1
    return short and all(block.kind == "heading" for block in above)


def _end_of(block: TextBlock, lines: int) -> TextBlock:
    return replace(block, id=f"{block.id}-end", kind="continued", broken=block.lines[-lines:])


def split_attachments(attachments: list[TextBlock]) -> tuple[list[TextBlock], list[TextBlock]]:
    """(those that flow with the text, those that stay with the signature): of a long list only the end."""
    if len(attachments) <= ATTACHMENTS_KEPT_TOGETHER:
        return [], attachments
    return attachments[:-CLOSING_LINES], attachments[-CLOSING_LINES:]
