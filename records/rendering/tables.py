"""Internal forms in table layout (督导记录, 约谈记录, 送达回证) as PDF. For workers only: WeasyPrint is slow to load.

No official document: no red head, no number. A form that nobody has filled in is the same table with room to write.
"""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from records.rendering.papers import Fonts, clean
from records.rendering.sheets import code_picture, lay_out_template, style_of

COLUMNS: Final = 24
LABEL: Final = 4
"""Of the 24 columns of the table, those that a label takes."""
MOST_PAIRS: Final = 4
BLANK_DATE: Final = "　　　　年　　月　　日"
_STYLE: Final = style_of("table.css")


@dataclass(frozen=True, slots=True)
class Cell:
    """A label and what is written beside it; without a label the value fills the cell, without a value it is a heading.

    `span`: its share of the row beside other cells. `lines`: the room it keeps at least, in lines to write on.
    `is_heading`: the label stands alone over the whole width, as the name of the rows below.
    """

    label: str
    value: str = ""
    span: int = 1
    lines: int = 1
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """Where somebody signs under the table: empty `name` and `dated` leave room to write."""

    label: str
    name: str = ""
    dated: str = ""


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A form on A4. `rows` hold one to four cells each; a value's line breaks are kept. Long text flows over pages, with
    the title repeated. `foot` is small print below; `verify_url` becomes a QR code beside it."""

    title: str
    rows: tuple[Row, ...]
    subtitle: str = ""
    number: str = ""
    signatures: tuple[Signature, ...] = ()
    foot: str = ""
    verify_url: str = ""
    watermark: str = ""

    def __post_init__(self) -> None:
        if any(not 1 <= len(row) <= MOST_PAIRS for row in self.rows):
            raise ValueError(f"a row has one to {MOST_PAIRS} cells")
        if any(cell.span < 1 or cell.lines < 1 for row in self.rows for cell in row):
            raise ValueError("span and lines are at least 1")


def form_of(sheet: dict[str, Any], **more: Any) -> Form:
    """The form that a room wrote as JSON (records.archive.registry.sheet); `more`: what else Form takes."""
    rows = tuple(tuple(Cell(**cell) for cell in row) for row in sheet["rows"])
    given: dict[str, Any] = {"subtitle": sheet.get("subtitle", ""), "foot": sheet.get("foot", "")}
    return Form(title=sheet["title"], rows=rows, **(given | more))


def render_form(form: Form, fonts: Fonts | None = None) -> bytes:
    """`form` as tagged PDF (PDF/UA-1). The same form, fonts and libraries give the same bytes."""
    fonts = fonts or Fonts()
    values = {
        "xiaobiaosong": fonts.xiaobiaosong, "xiaobiaosong-weight": str(fonts.xiaobiaosong_weight),
        "fangsong": fonts.fangsong, "heiti": fonts.heiti, "songti": fonts.songti,
    }  # fmt: skip
    laid_out = lay_out_template("table.html", _context(form), _STYLE, values)
    identifier = sha256(repr(form).encode()).digest()[:16]
    return bytes(laid_out.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True, pdf_identifier=identifier))


def _context(form: Form) -> dict[str, Any]:
    return {
        "title": clean(form.title), "subtitle": clean(form.subtitle), "number": clean(form.number),
        "columns": range(COLUMNS), "rows": [_row(row) for row in form.rows], "foot": clean(form.foot),
        "signatures": [
            replace(s, label=clean(s.label), name=clean(s.name), dated=clean(s.dated) or BLANK_DATE)
            for s in form.signatures
        ],
        "code": code_picture(form.verify_url), "code_url": clean(form.verify_url), "watermark": clean(form.watermark),
    }  # fmt: skip


def _row(row: Row) -> list[dict[str, Any]]:
    """The cells of a row with the columns that label and value take, 24 together."""
    labels = [COLUMNS if cell.is_heading else LABEL if clean(cell.label) else 0 for cell in row]
    room = COLUMNS - sum(labels)
    shares = _shares([0 if cell.is_heading else cell.span for cell in row], room)
    return [
        {
            # Text, not numbers: a template engine without settings cannot localize them.
            "label": clean(cell.label), "label_columns": str(label or ""), "value_columns": str(share), "is_heading": cell.is_heading,
            "lines": [clean(line) for line in cell.value.splitlines()], "height": f"{cell.lines * 21}pt",
        }
        for cell, label, share in zip(row, labels, shares, strict=True)
    ]  # fmt: skip


def _shares(spans: list[int], room: int) -> list[int]:
    """`room` columns shared out by `spans`, the last taking what rounding leaves."""
    total = sum(spans) or 1
    shares = [max(1, room * span // total) if span else 0 for span in spans]
    if any(spans):
        shares[-1] += room - sum(shares)
    return shares
