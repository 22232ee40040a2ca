"""Official papers as PDF in the format of GB/T 9704-2012. For workers only: WeasyPrint is slow to load.

The standard asks for what CSS cannot say (the 版记 at the foot of the last page, no signature without text,
lines stretched between Chinese letters). So a paper is laid out twice: once to see where its lines break and
how high its 版记 is, and once with that knowledge.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from weasyprint import Document
from weasyprint.formatting_structure import boxes

from records.rendering.blocks import (
    BodyBlock,
    MeasuredLine,
    TableBlock,
    TextBlock,
    attachment_blocks,
    attendance_blocks,
    body_blocks,
    set_lines,
    split_attachments,
    split_closing,
)
from records.rendering.measures import FontCentres, Shape, measures
from records.rendering.papers import (
    Fonts,
    Layout,
    OfficialPaper,
    chinese_date,
    clean,
    copies_line,
    note_line,
    printing_line,
    recipient_line,
)
from records.rendering.sheets import code_picture, lay_out, lay_out_template, style_of
from records.rendering.typesetting import CHARACTER, set_mark, set_signature, set_title, width_of

INDENTED: Final = ("text", "heading")
POINTS: Final = 0.75
"""WeasyPrint's boxes are in CSS pixels."""

_STYLE: Final = style_of("official.css")
_LETTER_STYLE: Final = style_of("letter.css")


def render(paper: OfficialPaper, fonts: Fonts | None = None) -> bytes:
    """`paper` as tagged PDF (PDF/UA-1). The same paper, fonts and libraries give the same bytes."""
    fonts = fonts or Fonts()
    shape = _shape(paper)
    centres = _font_centres(fonts)
    recipient = TextBlock("recipient", "recipient", recipient_line(paper))
    body, attachments = body_blocks(paper.paragraphs), [*attachment_blocks(paper), *attendance_blocks(paper)]
    context = _fixed_context(paper, shape)

    flowing = {"recipient": recipient.lines, "body": [*body, *attachments], "tail": []}
    first = _layout(context | flowing, measures(shape, fonts, centres))
    lines, shape = _lines_of(first), replace(shape, imprint=_height_of(first, "imprint"))

    body = [_with_lines(block, lines) for block in body]
    in_text, at_end = split_attachments([set_lines(block, lines.get(block.id, [])) for block in attachments])
    rest, closing = ([*body, *in_text], list[BodyBlock]()) if in_text else split_closing(body)
    after_table = bool(rest) and isinstance(rest[-1], TableBlock)
    recipient = set_lines(recipient, lines.get("recipient", []))
    placed = {"recipient": recipient.lines, "body": rest, "tail": closing + at_end, "pulled": after_table}
    second = _layout(context | placed, measures(shape, fonts, centres))
    identifier = sha256(repr(paper).encode()).digest()[:16]
    return bytes(second.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True, pdf_identifier=identifier))


def _shape(paper: OfficialPaper) -> Shape:
    signature = set_signature(clean(paper.signature), sealed=paper.sealed) if clean(paper.signature) else ()
    date_width = width_of(chinese_date(paper.dated))
    count = len(attachment_blocks(paper))
    return Shape(
        mark=set_mark(clean(paper.issuer_mark)),
        title=set_title(clean(paper.title)),
        signature=signature,
        signature_is_longer=max(map(width_of, signature), default=0.0) > date_width,
        attachment_label=3.0 if count < 2 else 4.1 if count < 10 else 4.6,
        imprint=0.0,
        layout=paper.layout,
    )


def _fixed_context(paper: OfficialPaper, shape: Shape) -> dict[str, Any]:
    """What the template shows beside the body: the same in both layouts."""
    copies, (printed_by, printed_on) = copies_line(paper), printing_line(paper)
    return {
        "title": clean(paper.title),
        "author": clean(paper.signature),
        "number": clean(paper.number),
        "watermark": clean(paper.watermark),
        "code": code_picture(paper.verify_url),
        "code_url": clean(paper.verify_url),
        "layout": paper.layout.value,
        "left_of_head": [text for text in (clean(paper.copy_number), clean(paper.urgency)) if text],
        "mark": shape.mark.lines,
        "signer": clean(paper.signer),
        "title_lines": shape.title.lines,
        "signature": shape.signature,
        "sealed": paper.sealed,
        "seal": f"data:image/png;base64,{b64encode(paper.seal_png).decode()}" if paper.seal_png else "",
        "date": chinese_date(paper.dated),
        "note": note_line(paper),
        "copies": copies,
        "printed_by": printed_by,
        "printed_on": printed_on,
        "imprint": bool(copies or printed_by or printed_on),
    }


def _with_lines(block: BodyBlock, lines: Mapping[str, list[MeasuredLine]]) -> BodyBlock:
    if not isinstance(block, TextBlock) or block.kind == "plain":
        return block
    return set_lines(block, lines.get(block.id, []))


def _layout(context: Mapping[str, Any], values: Mapping[str, str]) -> Document:
    style = _STYLE + (_LETTER_STYLE if context["layout"] == Layout.LETTER else "")
    return lay_out_template("official.html", context, style, values)


@lru_cache(maxsize=8)
def _font_centres(fonts: Fonts) -> FontCentres:
    """Lays out one letter of each face at 100 px and looks where its base line came to lie."""
    faces = (fonts.fangsong, fonts.xiaobiaosong, fonts.songti)
    style = "p { font-size: 100px; line-height: 100px; margin: 0 }" + "".join(
        f"#f{index} {{ font-family: {face} }}" for index, face in enumerate(faces)
    )
    style += f"#f1 {{ font-weight: {fonts.xiaobiaosong_weight} }}"
    page = '<html lang="zh-CN">' + "".join(f'<p id="f{index}">国</p>' for index in range(len(faces)))
    lines = [box for box in _boxes(lay_out(page, style)) if isinstance(box, boxes.LineBox)]
    centres = [line.baseline / 100 - 0.5 for line in lines]
    return FontCentres(*centres)


def _boxes(document: Document) -> Iterator[Any]:
    """All boxes of all pages. WeasyPrint has no public door to them; its version is pinned."""
    for page in document.pages:
        yield from (box for box in page._page_box.descendants() if getattr(box, "element", None) is not None)


def _height_of(document: Document, name: str) -> float:
    """Height in points of the block with the id `name`, 0 when the paper has none."""
    blocks = (box for box in _boxes(document) if isinstance(box, boxes.BlockBox))
    return sum(float(box.border_height()) * POINTS for box in blocks if box.element.get("id") == name)


def _lines_of(document: Document) -> dict[str, list[MeasuredLine]]:
    """The lines of every block that has an id, over all its pages."""
    lines: dict[str, list[MeasuredLine]] = {}
    for box in _boxes(document):
        name = str(box.element.get("id") or "") if isinstance(box, boxes.BlockBox) else ""
        for line in box.children if name else ():
            if isinstance(line, boxes.LineBox):
                known = lines.setdefault(name, [])
                indented = not known and box.element.get("class") in INDENTED
                known.append(_measured(line, float(box.width) * POINTS - (2 * CHARACTER if indented else 0.0)))
    return lines


def _measured(line: Any, room: float) -> MeasuredLine:
    texts = list(_texts(line))
    width = sum(float(box.width) for box in texts) * POINTS
    return MeasuredLine("".join(box.text for box in texts), width, room)


def _texts(box: Any) -> Iterator[Any]:
    """The text boxes of a line, without those of the labels, which are blocks inside it."""
    for child in box.children:
        if isinstance(child, boxes.TextBox):
            yield child
        elif isinstance(child, boxes.InlineBox):
            yield from _texts(child)
