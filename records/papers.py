"""From a Document row to the paper that the renderer sets (records.rendering.papers)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from records import clock
from records.models import Document
from records.rendering.papers import OfficialPaper, Paragraph, Table

# What `Document.content` may hold:
#   {"issuer_mark", "recipient", "paragraphs": [{"text", "level"} | {"header": […], "rows": [[…]]}], "attachments": […],
#    "signature", "contact_note", "copies_to", "printed_by", "urgency"}


def blocks(content: dict[str, Any]) -> tuple[Paragraph | Table, ...]:
    return tuple(
        Table(header=tuple(block["header"]), rows=tuple(tuple(row) for row in block["rows"]))
        if "rows" in block
        else Paragraph(block["text"], block.get("level", 0))
        for block in content["paragraphs"]
    )


def compose(document: Document, *, watermark: str = "") -> OfficialPaper:
    """The paper of a document as it stands: its date is that of approval (成文日期), or today's for a preview."""
    content = document.content
    dated = clock.local(document.approved_at).date() if document.approved_at else clock.today()
    verify = reverse("records:verify", args=[document.token])
    return OfficialPaper(
        issuer_mark=content["issuer_mark"],
        number=document.number or "（签发后编号）",
        title=document.title,
        recipient=content["recipient"],
        paragraphs=blocks(content),
        attachments=tuple(content.get("attachments", ())),
        signature=content["signature"],
        dated=dated,
        contact_note=content.get("contact_note", ""),
        copies_to=content.get("copies_to", ""),
        printed_by=content.get("printed_by", ""),
        printed_on=dated,
        urgency=content.get("urgency", ""),
        sealed=True,
        verify_url=f"{settings.SITE_URL}{verify}",
        watermark=watermark,
    )
