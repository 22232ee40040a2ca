"""The public's copy as PDF: set anew from the redacted text, never the paper itself with boxes on it. For workers only."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

from records.rendering.papers import Fonts, clean
from records.rendering.sheets import lay_out_template, style_of

_STYLE: Final = style_of("publication.css")


def render_public(
    title: str,
    blocks: Sequence[dict[str, Any]],
    facts: Sequence[tuple[str, str]],
    foot: str,
    fonts: Fonts | None = None,
) -> bytes:
    """Tagged PDF (PDF/UA-1), the same bytes for the same text. `blocks` as in Document.content["paragraphs"]; `facts`:
    pairs of label and value under the title."""
    fonts = fonts or Fonts()
    values = {
        "xiaobiaosong": fonts.xiaobiaosong, "xiaobiaosong-weight": str(fonts.xiaobiaosong_weight),
        "fangsong": fonts.fangsong, "heiti": fonts.heiti, "songti": fonts.songti,
    }  # fmt: skip
    context = {
        "title": clean(title), "facts": [(clean(label), clean(value)) for label, value in facts], "foot": clean(foot),
        "blocks": [_block(block) for block in blocks],
    }  # fmt: skip
    laid_out = lay_out_template("publication.html", context, _STYLE, values)
    identifier = sha256(repr(context).encode()).digest()[:16]
    return bytes(laid_out.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True, pdf_identifier=identifier))


def _block(block: dict[str, Any]) -> dict[str, Any]:
    if "rows" in block:
        rows = [[clean(str(cell)) for cell in row] for row in block["rows"]]
        return {"header": [clean(str(cell)) for cell in block["header"]], "rows": rows}
    return {"lines": [clean(line) for line in str(block["text"]).splitlines()], "heading": bool(block.get("level"))}
