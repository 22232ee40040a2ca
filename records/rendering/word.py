"""A draft as a Word file to edit in, by docxtpl in a sandbox. For workers only: it is slow to load.

Only words travel: the layout stays ours. Each paragraph carries a style by which records.documents.word knows, when the file comes
back, whether it is the title, text, an attachment's name. The file names its document and version in a custom property.
"""

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final
from xml.sax.saxutils import escape

from docx import Document as NewFile
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docxtpl import DocxTemplate  # type: ignore[import-untyped]
from jinja2.sandbox import SandboxedEnvironment

from records.documents.word_parts import FALLBACK, HINT, PROPERTY, STYLES, Part

FONT: Final = "仿宋"
HEADING_FONTS: Final = {Part.TITLE: "宋体", Part.HEADING_1: "黑体", Part.HEADING_2: "楷体"}
CONTENT_TYPES: Final = "[Content_Types].xml"
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_CUSTOM_TYPE: Final = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_REL: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_CUSTOM: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
    'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
    '<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="{name}">'
    "<vt:lpwstr>{value}</vt:lpwstr></property></Properties>"
)


@dataclass(frozen=True, slots=True)
class WordParagraph:
    part: str
    text: str


def write_word(paragraphs: Iterable[tuple[Part, str]], *, mark: str, title: str) -> bytes:
    """The paragraphs as .docx; `mark` names document and version. Whatever the text holds is text, never run."""
    file = DocxTemplate(io.BytesIO(_skeleton()))
    lines = [WordParagraph(part.value, _UNPRINTABLE.sub("", text)) for part, text in paragraphs]
    # Only attributes of plain strings are reached, and the sandbox lets nothing else be reached either.
    file.render(
        {"lines": [{"part": one.part, "text": one.text} for one in lines]}, SandboxedEnvironment(autoescape=True)
    )
    file.docx.core_properties.title = title[:200]
    out = io.BytesIO()
    file.save(out)
    return _with_property(out.getvalue(), mark)


@cache
def _skeleton() -> bytes:
    """The template: one paragraph for each style, chosen line by line."""
    file = NewFile()
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header.paragraphs[0].text = HINT
    _add_styles(file)
    file.add_paragraph("{%p for line in lines %}")
    for index, part in enumerate(Part):
        file.add_paragraph(f"{{%p {'elif' if index else 'if'} line.part == '{part.value}' %}}")
        file.add_paragraph("{{ line.text }}", style=STYLES[part])
    file.add_paragraph("{%p endif %}")
    file.add_paragraph("{%p endfor %}")
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _add_styles(file: object) -> None:
    styles = file.styles  # type: ignore[attr-defined]
    for part in Part:
        style = styles.add_style(STYLES[part], WD_STYLE_TYPE.PARAGRAPH)
        font = HEADING_FONTS.get(part, FONT)
        style.font.name, style.font.size = font, Pt(22 if part is Part.TITLE else 16)
        style.element.rPr.rFonts.set(qn("w:eastAsia"), font)
        shape = style.paragraph_format
        shape.line_spacing, shape.space_after = Pt(29), Pt(0)
        if part is Part.TITLE:
            shape.alignment = WD_ALIGN_PARAGRAPH.CENTER
            shape.space_after = Pt(29)
        elif part is not Part.RECIPIENT:
            shape.first_line_indent = Pt(32)
    styles["Normal"].font.name = FALLBACK
    styles["Normal"].element.rPr.rFonts.set(qn("w:eastAsia"), FONT)


def _with_property(content: bytes, mark: str) -> bytes:
    """The same file with the custom property that names its document."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            part = old.read(entry.filename)
            if entry.filename == CONTENT_TYPES:
                override = f'<Override PartName="/docProps/custom.xml" ContentType="{_CUSTOM_TYPE}"/></Types>'
                part = part.replace(b"</Types>", override.encode())
            elif entry.filename == "_rels/.rels":
                relation = (
                    f'<Relationship Id="rIdDudao" Type="{_CUSTOM_REL}" Target="docProps/custom.xml"/></Relationships>'
                )
                part = part.replace(b"</Relationships>", relation.encode())
            new.writestr(entry.filename, part)
        new.writestr("docProps/custom.xml", _CUSTOM.format(name=PROPERTY, value=escape(mark)))
    return out.getvalue()
