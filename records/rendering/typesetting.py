"""Measures of GB/T 9704-2012, and the line breaks that a compositor chooses by eye. Lengths are in points."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

MM: Final = 72 / 25.4

# 5.2: A4, 天头 37 mm, 订口 28 mm, 版心 156 mm × 225 mm.
PAGE_HEIGHT: Final = 297 * MM
TEXT_TOP: Final = 37 * MM
TEXT_LEFT: Final = 28 * MM
TEXT_RIGHT: Final = 26 * MM
TEXT_WIDTH: Final = 156 * MM
TEXT_HEIGHT: Final = 225 * MM
TEXT_BOTTOM: Final = TEXT_TOP + TEXT_HEIGHT

# 5.2.3: 22 lines of 28 characters of 三号 that fill the text block ("撑满版心"): the first line touches its
# top and the last its bottom, so there are 21 gaps between 22 lines; 28 letters of 16 pt are 2 mm too wide
# unless they stand a little closer.
LINES: Final = 22
CHARACTERS: Final = 28
BODY_SIZE: Final = 16.0
PITCH: Final = (TEXT_HEIGHT - BODY_SIZE) / (LINES - 1)
LETTER_SPACING: Final = -0.21
CHARACTER: Final = BODY_SIZE + LETTER_SPACING

# The square of a Han letter reaches from 0.12 below the base line to 0.88 above it.
HAN_TOP: Final = 0.88
HAN_BOTTOM: Final = -0.12

MARK_WIDTH: Final = 152 * MM
MARK_LARGEST: Final = 50.0
MARK_SMALLEST_ON_ONE_LINE: Final = 28.0
MARK_NARROWEST: Final = 0.66

TITLE_SIZES: Final = ((22.0, 36.0, 5), (18.0, 30.0, 7), (16.0, 26.0, 10_000))
"""Size, distance of lines, and how many lines it may have at that size."""
SIGNATURE_LONGEST: Final = 14.0

_WIDE = re.compile(
    r"[\u1100-\u115f\u2014\u2018-\u201d\u2026\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f"
    r"\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003ffff]"
)
_UNBROKEN = re.compile(r"[0-9A-Za-z.,/:_%-]+[年月日号届期个]?|〔[^〕]*〕[^号]*号?|《[^》]{1,16}》")
_NEVER_FIRST: Final = frozenset("，。、；：？！）》〉」』】〕”’…—·的了等%％℃.,;:?!)]}")
_NEVER_LAST: Final = frozenset("（《〈「『【〔“‘([{第—·")
# Words that a title is not broken inside; a word that is missing here costs beauty only.
_WORDS: Final = tuple((Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split())


@dataclass(frozen=True, slots=True)
class Mark:
    """The red mark: its lines, the size of its letters, and how far they are narrowed (1 = not at all)."""

    lines: tuple[str, ...]
    size: float
    narrowing: float


@dataclass(frozen=True, slots=True)
class Title:
    """The broken title, its letter size and the distance of its lines."""

    lines: tuple[str, ...]
    size: float
    pitch: float


def width_of(text: str) -> float:
    """How wide `text` is in ems, near enough to choose line breaks: Han letters count 1, all others 0.56."""
    return sum(1.0 if _WIDE.match(letter) else 0.56 for letter in text)


def set_mark(text: str) -> Mark:
    """One line, narrowed for long names while it stays the largest writing on the page; else two."""
    for count in (1, 2, 3):
        lines = balanced(text, count) if count > 1 else (text,)
        widest = max(width_of(line) for line in lines) or 1.0
        size = min(MARK_LARGEST, MARK_WIDTH / widest / MARK_NARROWEST)
        if size >= MARK_SMALLEST_ON_ONE_LINE or count == 3:
            break
    return Mark(lines, round(size, 2), round(min(1.0, MARK_WIDTH / widest / size), 4))


def set_title(text: str) -> Title:
    """二号, smaller only for a title so long that it would push the body off the first page (7.2.2)."""
    titles = (Title(_title_lines(text, size), size, pitch) for size, pitch, _most in TITLE_SIZES)
    most = {size: most for size, _pitch, most in TITLE_SIZES}
    return next(title for title in titles if len(title.lines) <= most[title.size])


def _title_lines(text: str, size: float) -> tuple[str, ...]:
    longest = TEXT_WIDTH / size - 1
    return balanced(text, max(1, -int(-width_of(text) // longest)), longest)


def set_signature(text: str, *, sealed: bool) -> tuple[str, ...]:
    """The signature's lines: centred over the date it has less room than at the right edge."""
    longest = SIGNATURE_LONGEST if sealed else 24.0
    count = max(1, -int(-width_of(text) // longest))
    return balanced(text, count, longest)


def balanced(text: str, count: int, longest: float = 1000.0) -> tuple[str, ...]:
    """`text` on `count` lines, or more to keep to `longest` ems: words whole, three lines a diamond."""
    if count <= 1 and width_of(text) <= longest:
        return (text,)
    costs = _break_costs(text)
    for lines in range(max(count, 2), max(count, 2) + 3):
        found = _best_breaks(text, lines, longest, costs)
        if found:
            return found
    return _chopped(text, longest)


def _best_breaks(text: str, count: int, longest: float, costs: dict[int, float]) -> tuple[str, ...]:
    total = width_of(text)
    wanted = [total / count * share for share in _shape(count)]
    widths = [0.0]
    for letter in text:
        widths.append(widths[-1] + width_of(letter))

    @cache
    def best(start: int, line: int) -> tuple[float, tuple[int, ...]]:
        if line == count - 1:
            rest = total - widths[start]
            return (float("inf"), ()) if rest > longest or rest <= 0 else ((rest - wanted[line]) ** 2, ())
        options: list[tuple[float, tuple[int, ...]]] = [(float("inf"), ())]
        for end, cost in costs.items():
            width = widths[end] - widths[start]
            if end > start and width <= longest and abs(width - wanted[line]) < total / count:
                after, ends = best(end, line + 1)
                options.append((cost + (width - wanted[line]) ** 2 + after, (end, *ends)))
        return min(options)

    cost, ends = best(0, 0)
    if cost == float("inf"):
        return ()
    places = [0, *ends, len(text)]
    return tuple(text[a:b].strip() for a, b in pairwise(places))


def _shape(count: int) -> list[float]:
    """Shares of the lines: a trapezium for two, a diamond for three, a block for more (7.3.1)."""
    if count == 2:
        return [1.06, 0.94]
    if count == 3:
        return [0.95, 1.1, 0.95]
    return [1.0] * count


def _break_costs(text: str) -> dict[int, float]:
    """Every place where a line may end, with what it costs to end it there; a place inside a word is dear."""
    inside: set[int] = set()
    for word in _WORDS:
        for found in re.finditer(word, text):
            inside.update(range(found.start() + 1, found.end()))
    for found in _UNBROKEN.finditer(text):
        inside.update(range(found.start() + 1, found.end()))
    costs: dict[int, float] = {}
    for place in range(1, len(text)):
        before, after = text[place - 1], text[place]
        if after in _NEVER_FIRST or before in _NEVER_LAST:
            continue
        costs[place] = (60.0 if place in inside else 8.0) if before not in "的和及、，》” 对在将" else 0.0
        if place not in inside and _starts_or_ends_word(text, place):
            costs[place] = min(costs[place], 2.0)
    return costs


def _starts_or_ends_word(text: str, place: int) -> bool:
    return text.startswith(_WORDS, place) or text[:place].endswith(_WORDS)


def _chopped(text: str, longest: float) -> tuple[str, ...]:
    """What is left for a run that offers no break: cut where the line is full."""
    lines = [""]
    for letter in text:
        if lines[-1] and width_of(lines[-1] + letter) > longest:
            lines.append("")
        lines[-1] += letter
    return tuple(lines)
