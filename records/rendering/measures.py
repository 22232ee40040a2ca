"""Where everything goes on the page: the values that official.css leaves open."""

from dataclasses import dataclass
from typing import Final

from records.rendering.papers import Fonts, Layout
from records.rendering.typesetting import (
    BODY_SIZE,
    CHARACTER,
    HAN_BOTTOM,
    HAN_TOP,
    LETTER_SPACING,
    LINES,
    MARK_WIDTH,
    MM,
    PAGE_HEIGHT,
    PITCH,
    TEXT_BOTTOM,
    TEXT_LEFT,
    TEXT_TOP,
    TEXT_WIDTH,
    Mark,
    Title,
)

TOP_ALLOWANCE: Final = -0.3 * MM
"""The text block sits 0.3 mm high (the standard allows 1 mm), for programs that measure letters by the fonts'
own ascent and descent: those of the Noto faces lie 0.9 mm lower than their letters."""
ROUNDING: Final = 0.2
FOLIO_SIZE: Final = 14.0
DASH_TOP: Final = 0.3
SEAL_SIZE: Final = 42 * MM
IMPRINT_LARGEST: Final = 0.5
MARK_ROOM: Final = 20 * MM

# 10.1 信函格式: the mark 30 mm below the edge, under it and 20 mm above the lower edge a red double rule of 170 mm.
LETTER_MARK_TOP: Final = 30 * MM
LETTER_RULE_WIDTH: Final = 170 * MM
LETTER_RULE_BOTTOM: Final = PAGE_HEIGHT - 20 * MM
LETTER_RULE_HEIGHT: Final = 1.85 * MM
LETTER_GAP: Final = BODY_SIZE * 7 / 8
PAGE_WIDTH: Final = 210 * MM


@dataclass(frozen=True, slots=True)
class FontCentres:
    """How far above the base line each face's line box has its middle, in ems. Only a layout can tell."""

    fangsong: float
    xiaobiaosong: float
    songti: float


@dataclass(frozen=True, slots=True)
class Shape:
    """What the values depend on. `imprint` is the height of the 版记, unknown (0) before the first layout."""

    mark: Mark
    title: Title
    signature: tuple[str, ...]
    signature_is_longer: bool
    attachment_label: float
    imprint: float
    layout: Layout = Layout.OFFICIAL

    @property
    def is_letter(self) -> bool:
        return self.layout is Layout.LETTER


def measures(shape: Shape, fonts: Fonts, centres: FontCentres) -> dict[str, str]:
    """Every `var(--name)` of official.css with its value."""
    top = TEXT_TOP + TOP_ALLOWANCE - _above_letters(PITCH, BODY_SIZE, centres.fangsong)
    bottom_edge = top + LINES * PITCH + ROUNDING
    lengths = {
        "page-top": top,
        "page-bottom": PAGE_HEIGHT - bottom_edge,
        "pitch": PITCH,
        "letter-spacing": LETTER_SPACING,
        "character": CHARACTER,
        "indent": 2 * CHARACTER,
        "sealed-gap": 2 * PITCH,
        "sealed-indent": 4 * CHARACTER,
        "unsealed-shift": 0.0 if shape.signature_is_longer else -2 * CHARACTER,
        "seal-top": (len(shape.signature) + 1) * PITCH / 2 - SEAL_SIZE / 2 - 4 * MM,
        "attachment-indent": (2 + shape.attachment_label) * CHARACTER,
        "label-room": shape.attachment_label * CHARACTER,
        "label-text": 3 * CHARACTER,
        "attendance-indent": 5 * CHARACTER,
        "attendance-shift": -3 * CHARACTER,
        "label-shift": -shape.attachment_label * CHARACTER,
        "code-top": TEXT_BOTTOM + 5 * MM - top,
        "folio-drop": TEXT_BOTTOM + 7 * MM - bottom_edge - FOLIO_SIZE * (0.5 + centres.songti - DASH_TOP),
        "first-top": top,
        **_heading_lengths(shape, centres, top),
        **(_letter_lengths(shape, centres) if shape.is_letter else {}),
        **_imprint_lengths(shape, bottom_edge),
    }
    words = {
        "mark-narrowing": f"{shape.mark.narrowing}",
        "imprint-position": "absolute" if _fits(shape.imprint) else "static",
        "unsealed-align": "right" if shape.signature_is_longer else "left",
        "xiaobiaosong": fonts.xiaobiaosong,
        "fangsong": fonts.fangsong,
        "heiti": fonts.heiti,
        "kaiti": fonts.kaiti,
        "songti": fonts.songti,
        "xiaobiaosong-weight": str(fonts.xiaobiaosong_weight),
    }
    return words | {name: f"{length:.4f}pt" for name, length in lengths.items()}


def _heading_lengths(shape: Shape, centres: FontCentres, top: float) -> dict[str, float]:
    """The 版头: mark 35 mm below the text block's top, number two lines below, rule 4 mm, title two lines."""
    size, pitch = shape.mark.size, 1.2 * shape.mark.size
    mark_top = TEXT_TOP + TOP_ALLOWANCE + 35 * MM
    room = MARK_WIDTH / shape.mark.narrowing + MARK_ROOM
    return {
        "mark-size": size,
        "mark-pitch": pitch,
        "mark-drop": mark_top - top - _above_letters(pitch, size, centres.xiaobiaosong),
        "mark-room": room,
        "mark-shift": (TEXT_WIDTH - room) / 2,
        "number-drop": 2 * PITCH - _below_letters(pitch, size, centres.xiaobiaosong),
        "rule-drop": 4 * MM - _below_letters(PITCH, BODY_SIZE, centres.fangsong),
        "title-drop": 2 * PITCH,
        "title-size": shape.title.size,
        "title-pitch": shape.title.pitch,
    }


def _letter_lengths(shape: Shape, centres: FontCentres) -> dict[str, float]:
    """What stands elsewhere on the first page of a letter; the text block of the later pages stays where it is."""
    size, pitch = shape.mark.size, 1.2 * shape.mark.size
    first_top = LETTER_MARK_TOP + TOP_ALLOWANCE - _above_letters(pitch, size, centres.xiaobiaosong)
    return {
        "first-top": first_top,
        "mark-drop": 0.0,
        "rule-drop": 4 * MM - _below_letters(pitch, size, centres.xiaobiaosong),
        "number-drop": LETTER_GAP - _above_letters(PITCH, BODY_SIZE, centres.fangsong),
        "letter-left": (PAGE_WIDTH - LETTER_RULE_WIDTH) / 2 - TEXT_LEFT,
        "letter-foot": LETTER_RULE_BOTTOM - LETTER_RULE_HEIGHT - first_top,
        "code-top": TEXT_BOTTOM + 1 * MM - first_top,
    }


def _imprint_lengths(shape: Shape, bottom_edge: float) -> dict[str, float]:
    """The 版记 at the foot of the last page, and the room that the text must leave for it."""
    over = bottom_edge - TEXT_BOTTOM
    reserved = shape.imprint + over if _fits(shape.imprint) else 0.0
    return {"imprint-bottom": over, "imprint-height": reserved + PITCH / 2}


def _fits(imprint: float) -> bool:
    """A list of recipients longer than half a page is set after the text like text."""
    return 0 < imprint < IMPRINT_LARGEST * LINES * PITCH


def _above_letters(pitch: float, size: float, centre: float) -> float:
    """From the top of a line of `pitch` to the top of its Han letters."""
    return pitch / 2 + (centre - HAN_TOP) * size


def _below_letters(pitch: float, size: float, centre: float) -> float:
    """From the bottom of the Han letters of a line of `pitch` to the line's bottom."""
    return pitch / 2 - (centre - HAN_BOTTOM) * size
