"""What in a text may expose somebody: found by rules, decided by a person (records.models.RedactionFlag).

The finder is a help that errs towards asking: it marks every mention of a minor, every number that could be somebody's,
and whatever looks like a name. No database, so that it can be measured (tests/records/test_redaction.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

import rjieba

from accounts.actors import Actor
from records.publication.surnames import AFTER, BEFORE, DOUBLE, MINORS, SINGLE, TITLES, WORDS

TITLE = "title"
# Where two findings overlap the first of these keeps the passage; a number is never cut by a name.
ORDER = ("identity", "card", "phone", "contact", "number", "address", "name", "minor")


@dataclass(frozen=True, order=True)
class Hit:
    """A passage of one text: characters start to end, what kind it is and what could stand there instead."""

    start: int
    end: int
    kind: str
    text: str
    mask: str


# --- numbers -----------------------------------------------------------------------------------------------------------

WIDE = {ord("０") + n: str(n) for n in range(10)} | {
    ord(c): n for c, n in zip("〇零一二三四五六七八九", "00123456789", strict=True)
}
WIDE |= {ord("Ｘ"): "X", ord("ｘ"): "X", ord("x"): "X", ord("＠"): "@", ord("．"): ".", ord("＋"): "+"}
SEPARATORS = " \u3000\u00a0\t-‐‑–—－·.．・/()（）"
GAP = f"[{re.escape(SEPARATORS)}]{{0,2}}"
RUN = re.compile(rf"(?<![\dA-Za-z])\d(?:{GAP}[\dX]){{6,24}}(?![\dA-Za-z])")
PIECES = re.compile(r"\d+X?")
MOBILE = re.compile(r"(?:0?0?86)?1[3-9]\d{9}")
LANDLINE = re.compile(r"(?:0?0?86)?0(?:10|2\d|[3-9]\d{2})\d{7,8}|(?:0?0?86)(?:10|2\d|[3-9]\d{2})\d{7,8}")
SERVICE = re.compile(r"[48]00\d{7}")
BARE_PHONE = re.compile(r"[2-9]\d{6,7}")
CALLED = re.compile(r"(?:电话|手机|传真|热线|拨打|致电|号码|微信|联系方式)[是为:：（(\s]{0,3}$")
DAY = re.compile(r"(?:19|20)\d{2}[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:QQ|qq|微信|微信号|企鹅号)(?:号码?|群)?[:：为是\s]{0,2}[A-Za-z0-9][\w-]{4,19}"
)


def plain(text: str) -> str:
    """The text with digits of every width and Chinese numerals as ASCII, character by character: places stay."""
    return text.translate(WIDE)


def numbers(text: str) -> Iterator[Hit]:
    """Identity, phone, card and other long numbers, however they are written and broken up."""
    flat = plain(text)
    for run in RUN.finditer(flat):
        yield from _of_run(text, flat, run.start(), run.end())


def _of_run(text: str, flat: str, start: int, end: int) -> Iterator[Hit]:
    """One run may hold several numbers side by side; each is taken as long as it makes sense."""
    kind = kind_of("".join(PIECES.findall(flat[start:end])), before=flat[:start])
    if kind:
        yield _hit(text, _opened(flat, start), end, kind)
        return
    for piece in _pieces(flat, start, end):
        kind = kind_of("".join(PIECES.findall(flat[piece[0] : piece[1]])), before=flat[: piece[0]])
        if kind:
            yield _hit(text, _opened(flat, piece[0]), piece[1], kind)


def _opened(flat: str, start: int) -> int:
    """With the plus or the bracket that a number begins with: +86 …, （0871）…"""
    return start - 1 if start and flat[start - 1] in "+(（" else start


def _pieces(flat: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a run between its separators, joined where only together they are a number that we know."""
    parts = [(m.start(), m.end()) for m in re.compile(r"\d+X?").finditer(flat, start, end)]
    at = 0
    while at < len(parts):
        for last in range(len(parts), at, -1):
            joined = "".join(flat[a:b] for a, b in parts[at:last])
            if last - at <= 5 and kind_of(joined, before=flat[: parts[at][0]]) in ("identity", "phone", "card"):
                yield parts[at][0], parts[last - 1][1]
                at = last
                break
        else:
            yield parts[at]
            at += 1


def kind_of(digits: str, *, before: str = "") -> str:
    """What a number of these digits is, "" for nothing that is anybody's."""
    if re.fullmatch(r"\d{17}[\dX]", digits) and (identity_is_valid(digits) or _is_day(digits[6:14])):
        return "identity"
    if re.fullmatch(r"\d{15}", digits) and _is_day("19" + digits[6:12]):
        return "identity"
    if MOBILE.fullmatch(digits) or LANDLINE.fullmatch(digits) or SERVICE.fullmatch(digits):
        return "phone"
    if re.fullmatch(r"\d{16,19}", digits):
        return "card" if passes_luhn(digits) else "number"
    if BARE_PHONE.fullmatch(digits) and CALLED.search(before):
        return "phone"
    # Too long for an amount or a date: an account, a school roll number, an identity number with a slip of the pen.
    return "number" if len(digits) >= 11 else ""


def identity_is_valid(digits: str) -> bool:
    """The check digit of an 18-digit identity number (GB 11643-1999)."""
    total = sum(int(d) * w for d, w in zip(digits[:17], WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == digits[17]


def passes_luhn(digits: str) -> bool:
    total = 0
    for n, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if n % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_day(digits: str) -> bool:
    try:
        return 1900 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).year <= 2100
    except ValueError:
        return False


# --- names -------------------------------------------------------------------------------------------------------------

HAN = "[\u4e00-\u9fff]"
_SURNAME = f"(?:{'|'.join(sorted(DOUBLE))}|[{''.join(sorted(SINGLE))}])"
_NAME = rf"(?P<name>{_SURNAME}(?:[·•]?{HAN}){{1,2}}?)"
_TITLE = "|".join(sorted(TITLES, key=len, reverse=True))
_AFTER = "|".join(sorted(AFTER, key=len, reverse=True))
_BEFORE = "|".join(sorted(BEFORE, key=len, reverse=True))
EDGE = r"[\s，。、；：:;,.!?！？“”\"'‘’（）()《》〈〉【】\[\]|/—-]"
AROUND = (
    # 王明校长, 校长王明, 姓名：王明
    re.compile(rf"{_NAME}(?={_TITLE})"),
    re.compile(rf"(?:{_TITLE}|姓名|名单)[:：为是\s]{{0,2}}{_NAME}(?=$|{EDGE}|{_AFTER}|{_TITLE})"),
    # Between edges, or an edge and a word that goes with people.
    re.compile(rf"(?:^|(?<={EDGE})){_NAME}(?=$|{EDGE}|{_AFTER})"),
    re.compile(rf"(?:{_BEFORE}){_NAME}(?=$|{EDGE}|{_AFTER})"),
    # 由张三丰负责: three characters with a double check on what follows.
    re.compile(rf"(?P<name>{_SURNAME}{HAN}{{2}})(?={_TITLE}|反映|表示|称|说|签收|签字|出生|身份证|电话|手机)"),
)  # fmt: skip
# Endings that no given name has: the "name" is the beginning of a phrase.
NO_ENDING = frozenset(
    "的了着过等和与及在是为对把被将由从到于因这那其此该各每某本校区县市省镇乡村局厅部委办处科室组班级年月日时分元个名人次项条款章节"
)
NO_NAME_WITHIN = re.compile(r"某|[^\u4e00-\u9fff·•]")
EMPTY_NAMES: frozenset[str] = frozenset()


def names(text: str, known: Iterable[str] = EMPTY_NAMES) -> Iterator[Hit]:
    """Names that the platform knows, what looks like a name where names stand, and whom the word model takes for a person
    wherever he stands; each at every place in the text."""
    found = {name for name in known if 2 <= len(name) <= 12 and name in text}
    for pattern in AROUND:
        for match in pattern.finditer(text):
            found |= {name for name in (match["name"],) if looks_like_a_name(name)}
    found |= {word for word, tag in rjieba.tag(text) if tag == "nr" and looks_like_a_name(word)}
    for name in found | set(_neighbours(text, found)):
        for match in re.finditer(re.escape(name), text):
            yield Hit(match.start(), match.end(), "name", name, masked_name(name))


def _neighbours(text: str, found: set[str]) -> Iterator[str]:
    """Who stands in a row with a name that was found: 王明、李强、张丽."""
    for name in found:
        for row in re.finditer(
            rf"(?:{HAN}{{2,4}}[、，,和及与\s])*{re.escape(name)}(?:[、，,和及与\s]{HAN}{{2,4}})*", text
        ):
            for word in re.split(r"[、，,和及与\s]", row[0]):
                if looks_like_a_name(word) and word != name:
                    yield word


def looks_like_a_name(word: str) -> bool:
    """A surname and one or two characters that are no word of office papers."""
    if NO_NAME_WITHIN.search(word) or len(word) < 2 or word[-1] in NO_ENDING:
        return False
    if word[:2] in DOUBLE:
        return 3 <= len(word) <= 4
    if word[0] not in SINGLE or len(word) > 3 or any(word.startswith(w) for w in (word[:2], word[:3]) if w in WORDS):
        return False
    return not any(word.endswith(title) and len(title) >= 2 for title in TITLES)


def masked_name(name: str) -> str:
    """王某, 王某某, 欧阳某."""
    surname = name[:2] if name[:2] in DOUBLE else name[:1]
    return surname + "某" * max(1, min(2, len(name) - len(surname)))


# --- minors, addresses -------------------------------------------------------------------------------------------------

_NUMERAL = r"[一二三四五六七八九十\d]"
MINOR = re.compile(
    rf"{_NUMERAL}{{1,2}}年级[（(]?{_NUMERAL}{{1,2}}[）)]?班|(?:初|高)[一二三][（(]?{_NUMERAL}{{1,2}}[）)]?班"
    rf"|[（(]{_NUMERAL}{{1,2}}[）)]班|(?:大|中|小|托){_NUMERAL}班|{_NUMERAL}{{1,2}}年级{HAN}班"
    rf"|(?<!\d)(?:\d|1[0-7])周?岁|[一二三四五六七八九]周?岁|十[一二三四五六七]?周?岁|(?<!\d)201\d年\d{{1,2}}月(?:\d{{1,2}}日)?(?:出?生)"
    rf"|{'|'.join(sorted(MINORS, key=len, reverse=True))}"
)  # fmt: skip
ADDRESS = re.compile(
    rf"{HAN}{{2,12}}(?:路|街|巷|大道|小区|花园|家园|苑|村|组|社区|弄|胡同)[\d一二三四五六七八九十零号附甲乙-]{{0,6}}"
    rf"(?:\d+|{_NUMERAL}+)(?:号|栋|幢|座|单元|室|组)(?:\d+(?:号|栋|幢|座|单元|室|楼))*(?:\d{{2,4}})?"
)


def minors(text: str) -> Iterator[Hit]:
    """Every mention of a minor, class or childish age: always asked about (未成年人保护法)."""
    for match in MINOR.finditer(plain_digits(text)):
        passage = text[match.start() : match.end()]
        yield Hit(match.start(), match.end(), "minor", passage, _masked_minor(passage))


def _masked_minor(passage: str) -> str:
    """Never with the passage itself in it: that would be no mask."""
    if passage.endswith("班"):
        return "某班"
    return "某岁" if passage.endswith("岁") else "某年" if passage.endswith("生") and "年" in passage else "有关人员"


def plain_digits(text: str) -> str:
    """Digits of every width as ASCII; Chinese numerals stay, because they are words here."""
    return text.translate({key: value for key, value in WIDE.items() if chr(key) in "０１２３４５６７８９"})


def addresses(text: str) -> Iterator[Hit]:
    for match in ADDRESS.finditer(plain_digits(text)):
        yield _hit(text, match.start(), match.end(), "address")


def contacts(text: str) -> Iterator[Hit]:
    for match in CONTACT.finditer(text.translate({ord("＠"): "@", ord("．"): "."})):
        yield _hit(text, match.start(), match.end(), "contact")


MASKS = {"identity": "（身份证号略）", "phone": "（电话略）", "card": "（卡号略）", "number": "（号码略）", "contact": "（联系方式略）",
         "address": "（地址略）"}  # fmt: skip


def _hit(text: str, start: int, end: int, kind: str) -> Hit:
    return Hit(start, end, kind, text[start:end], MASKS[kind])


# --- a whole text ------------------------------------------------------------------------------------------------------


def find(text: str, known: Iterable[str] = EMPTY_NAMES) -> list[Hit]:
    """Everything to be asked about in one text, in order, without overlaps."""
    every = [*numbers(text), *contacts(text), *addresses(text), *names(text, known), *minors(text)]
    taken: list[Hit] = []
    for hit in sorted(set(every), key=lambda h: (ORDER.index(h.kind), h.start - h.end, h.start)):
        if all(hit.end <= other.start or hit.start >= other.end for other in taken):
            taken.append(hit)
    return sorted(taken)


def apply(text: str, masks: Iterable[tuple[int, int, str]]) -> str:
    """The text with each passage start–end replaced; passages do not overlap."""
    for start, end, mask in sorted(masks, reverse=True):
        text = text[:start] + mask + text[end:]
    return text


Blocks = Sequence[dict[str, Any]]


def passages(title: str, blocks: Blocks) -> dict[str, str]:
    """Every piece of text of a publication by its place: "title", "3", and for a cell "3.0.2" (block, row, column; -1 is
    the head)."""
    found = {TITLE: title}
    for n, block in enumerate(blocks):
        if "rows" not in block:
            found[str(n)] = str(block["text"])
            continue
        for r, row in enumerate([block["header"], *block["rows"]], -1):
            found |= {f"{n}.{r}.{c}": str(cell) for c, cell in enumerate(row)}
    return found


def rebuilt(blocks: Blocks, texts: dict[str, str]) -> list[dict[str, Any]]:
    """The blocks with their pieces replaced by `texts`, the inverse of `passages`."""
    made = deepcopy(list(blocks))
    for place, text in texts.items():
        if place == TITLE:
            continue
        n, *cell = (int(part) for part in place.split("."))
        if not cell:
            made[n]["text"] = text
        else:
            row = made[n]["header"] if cell[0] < 0 else made[n]["rows"][cell[0]]
            row[cell[1]] = text
    return made


# --- whom the platform knows -------------------------------------------------------------------------------------------

NameProvider = Callable[[Actor], Iterable[str]]
_providers: list[NameProvider] = []


def register_names(provider: NameProvider) -> NameProvider:
    """A room says whom it knows by name in an actor's scope: heads, contacts, inspectors."""
    _providers.append(provider)
    return provider


def known_names(actor: Actor) -> frozenset[str]:
    """Everybody in the actor's scope; two letters at least, so that no single character is taken for a person."""
    return frozenset(
        name.strip() for provider in _providers for name in provider(actor) if len((name or "").strip()) >= 2
    )
