"""From a Document row to the paper that the renderer sets (records.rendering.papers)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from records import clock
from records.documents.kinds import DocumentKind, KindOfPaper, kind_of
from records.models import Document
from records.rendering.papers import Layout, OfficialPaper, Paragraph, Table

# What `Document.content` may hold:
#   {"issuer_mark", "recipient", "paragraphs": [{"text", "level"} | {"header": […], "rows": [[…]]}], "attachments": […],
#    "signature", "contact_note", "copies_to", "printed_by", "urgency", "copy_number", "layout", "attendance": [[label, names]]}


def blocks(content: dict[str, Any]) -> tuple[Paragraph | Table, ...]:
    return tuple(
        Table(header=tuple(block["header"]), rows=tuple(tuple(row) for row in block["rows"]))
        if "rows" in block
        else Paragraph(block["text"], block.get("level", 0))
        for block in content.get("paragraphs", ())
    )


# How official papers number their headings (GB/T 9704-2012, 7.3.3), level by level.
HEADINGS = (
    (1, re.compile(r"[一二三四五六七八九十百]+、")),
    (2, re.compile(r"（[一二三四五六七八九十百]+）")),
    (3, re.compile(r"\d{1,2}[.．](?!\d)")),
    (4, re.compile(r"（\d{1,2}）")),
)


def as_text(paragraphs: Sequence[dict[str, Any]]) -> str:
    """The blocks of `content["paragraphs"]` as one writes them: a line each, table rows between bars."""
    lines: list[str] = []
    for block in paragraphs:
        if "rows" in block:
            lines += [f"| {' | '.join(map(str, row))} |" for row in (block["header"], *block["rows"])]
        else:
            lines += block["text"].splitlines() or [""]
    return "\n".join(lines)


def from_text(text: str, before: Sequence[dict[str, Any]] = ()) -> list[dict[str, Any]]:
    """The inverse of `as_text`. A heading's level is read from its numeral; a line that was there `before` keeps its own.

    ValueError with a Chinese sentence where the rows of a table differ in length.
    """
    levels = {block["text"].strip(): block.get("level", 0) for block in before if "rows" not in block}
    blocks: list[dict[str, Any]] = []
    for line in filter(None, (raw.strip() for raw in text.splitlines())):
        if not (line.startswith("|") and line.endswith("|") and len(line) > 1):
            blocks.append({"text": line, "level": levels.get(line, level_of(line))})
            continue
        cells = [cell.strip() for cell in line[1:-1].split("|")]
        if blocks and "rows" in blocks[-1]:
            _add_row(blocks[-1], cells)
        else:
            blocks.append({"header": cells, "rows": []})
    return blocks


def _add_row(table: dict[str, Any], cells: list[str]) -> None:
    if len(cells) != len(table["header"]):
        raise ValueError(f"表格每行应有{len(table['header'])}格，这一行有{len(cells)}格：{' | '.join(cells)[:40]}")
    table["rows"].append(cells)


def level_of(line: str) -> int:
    """The level of a heading by its numeral (一、（一）1.（1）), 0 for body text."""
    return next((level for level, numeral in HEADINGS if numeral.match(line)), 0)


def layout_of(content: dict[str, Any]) -> Layout:
    """How the paper is arranged; what is not known here is the ordinary format."""
    layout = content.get("layout", "")
    return Layout(layout) if layout in (Layout.LETTER, Layout.MINUTES) else Layout.OFFICIAL


def mark_of(content: dict[str, Any], kind: KindOfPaper, layout: Layout) -> str:
    """The red mark: a letter's is the office's name alone, that of minutes ends in 纪要 (GB/T 9704-2012, 10)."""
    mark = str(content.get("issuer_mark", ""))
    if layout is Layout.LETTER:
        return mark.removesuffix("文件")
    if layout is Layout.MINUTES or kind.code == DocumentKind.MINUTES:
        return mark if mark.endswith("纪要") else f"{mark.removesuffix('文件')}会议纪要"
    return mark


def compose(document: Document, *, watermark: str = "") -> OfficialPaper:
    """The paper of a document as it stands: its date is that of approval (成文日期), or today's for a preview."""
    content = document.content
    dated = clock.local(document.approved_at).date() if document.approved_at else clock.today()
    verify = reverse("records:verify", args=[document.token])
    layout, kind = layout_of(content), kind_of(document.kind_of)
    return OfficialPaper(
        issuer_mark=mark_of(content, kind, layout),
        number=document.number or "（签发后编号）",
        title=document.title,
        recipient=content.get("recipient", ""),
        paragraphs=blocks(content),
        attachments=tuple(content.get("attachments", ())),
        signature=content.get("signature", ""),
        dated=dated,
        contact_note=content.get("contact_note", ""),
        copies_to=content.get("copies_to", ""),
        printed_by=content.get("printed_by", ""),
        printed_on=dated,
        urgency=content.get("urgency", ""),
        copy_number=content.get("copy_number", ""),
        layout=layout,
        attendance=tuple((label, names) for label, names in content.get("attendance", ())),
        sealed=kind.is_sealed,
        # A draft proves nothing: it carries no code.
        verify_url="" if watermark else f"{settings.SITE_URL}{verify}",
        watermark=watermark,
    )
