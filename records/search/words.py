"""What somebody typed, in the same shape as what is stored: `norm` here and `search_norm` in the database agree on every
character (tests/records/search/test_words.py walks them all).

Text becomes its letters, digits and Chinese characters in one line: widths folded, capitals lowered, every bracket and
blank dropped, but between two digits kept as "-". So 〔2026〕5号, [2026]5号, (2026)5号 and "2026 5号" are one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

LONGEST = 100  # characters looked at; what is longer is no search
MOST_WORDS = 6
# Digits, Latin letters, 〇, and the Chinese ideographs of every plane.
KEPT = "0-9a-z\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
BETWEEN = "\x01"
_between_digits = re.compile(f"(?<=[0-9])[^{KEPT}]+(?=[0-9])")
_dropped = re.compile(f"[^{KEPT}{BETWEEN}]+")
_unit = re.compile("[0-9a-z]+|[^0-9a-z-]")
_lower = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def norm(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text.replace(BETWEEN, "")).translate(_lower)
    return _dropped.sub("", _between_digits.sub(BETWEEN, folded)).replace(BETWEEN, "-")


@lru_cache(maxsize=8192)
def norm_each(character: str) -> tuple[str, ...]:
    """One written character as those that `norm` keeps of it; "" for each that it drops."""
    folded = unicodedata.normalize("NFKC", character).translate(_lower)
    return tuple("" if _dropped.match(one) or one == BETWEEN else one for one in folded)


def units(word: str) -> list[str]:
    """A Chinese character, or a run of letters and digits, each."""
    return _unit.findall(word)


def grams(word: str) -> list[str]:
    """What must stand in the index for the word to be there. Empty: too short to ask for."""
    parts = units(word)
    pairs = [f"{a}|{b}" for a, b in pairwise(parts)]
    last = parts[-1] if parts else ""
    if is_run(last) and len(last) >= 4 and pairs:
        pairs.pop()  # it may be typed only so far
    if is_run(last) and len(last) >= 2:
        pairs.append(f">{last[: len(last) // 2 * 2]}")
    if parts and is_run(parts[0]) and len(parts) > 1 and len(parts[0]) >= 2:
        pairs.append(f">{parts[0][: len(parts[0]) // 2 * 2]}")
    return pairs


def is_run(unit: str) -> bool:
    return bool(unit) and unit[0].isascii()


@dataclass(frozen=True)
class Asked:
    """`words`: normalised, each must be found. `whole`: all of it as one name, code or number. `letters`: typed letters
    that may be initials."""

    typed: str
    words: tuple[str, ...]
    whole: str
    letters: str

    @property
    def is_empty(self) -> bool:
        return not self.whole

    @property
    def is_short(self) -> bool:
        """One character or one letter or digit: only how names begin, and whole codes."""
        return not self.is_empty and not any(grams(word) for word in self.words)

    def as_json(self) -> dict[str, Any]:
        """What `search_find` takes."""
        return {
            "whole": self.whole, "words": list(self.words), "patterns": [f"%{word}%" for word in self.words],
            "grams": [gram for word in self.words for gram in grams(word)], "begins": begins(self.words[0]) if self.words else "",
            "letters": self.letters, "letter_grams": letter_grams(self.letters),
            "gaps": gaps(self.words[0]) if len(self.words) == 1 and not self.letters else [],
            "letter_gaps": letter_gaps(self.letters),
        }  # fmt: skip


def ask(typed: str) -> Asked:
    """Read what was typed. A number in parts ("2026 5号") stays one word: between digits a blank joins."""
    typed = typed.replace("\x00", "")[:LONGEST].strip()
    words = dict.fromkeys(filter(None, map(norm, _parts(typed))))
    whole = norm(typed)
    letters = whole if whole.isascii() and whole.isalpha() and len(whole) >= 2 else ""
    return Asked(typed, tuple(words)[:MOST_WORDS], whole, letters)


def _parts(typed: str) -> list[str]:
    """At blanks, unless digits stand on both sides."""
    return re.split(r"(?<![0-9])\s+|\s+(?![0-9])", unicodedata.normalize("NFKC", typed))


def begins(word: str) -> str:
    parts = units(word)
    return "^" + "|".join(parts[:2])


def letter_grams(letters: str) -> list[str]:
    return [f"~{letters[i : i + 2]}" for i in range(len(letters) - 1)]


def gaps(word: str) -> list[dict[str, Any]]:
    """The word in two pieces with something left out between: 昆明市明德 for 昆明市西山区明德小学."""
    parts = units(word)
    if len(parts) < 4:
        return []
    cuts = range(2, len(parts) - 1)
    pieces = [("".join(parts[:i]), "".join(parts[i:])) for i in cuts][:8]
    return [{"grams": [*grams(a), *grams(b)], "pattern": f"%{a}%{b}%"} for a, b in pieces]


def letter_gaps(letters: str) -> list[dict[str, Any]]:
    if len(letters) < 4:
        return []
    cuts = list(range(2, len(letters) - 1))[:8]
    return [
        {"grams": [*letter_grams(letters[:i]), *letter_grams(letters[i:])], "pattern": f"%{letters[:i]}%{letters[i:]}%"}
        for i in cuts
    ]
