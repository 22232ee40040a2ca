"""With which letter each character is read (拼音首字母): pypinyin's usual reading, and a second one for characters that
names of places and people read otherwise. Both are kept, so 重庆 is found by cq and by zq."""

from __future__ import annotations

from functools import cache

# Character: the letter of its reading in names of places and people that pypinyin does not give first.
OTHER = {
    "重": "c", "长": "c", "厦": "x", "行": "h", "乐": "y", "朝": "z", "曾": "z", "单": "s", "解": "x", "查": "z", "仇": "q",
    "蔚": "y", "尉": "y", "沈": "c", "石": "d", "调": "t", "会": "k", "校": "j", "藏": "z", "参": "s", "传": "z", "车": "j",
    "铅": "y", "宿": "x", "强": "j", "降": "x", "覃": "q", "翟": "z", "种": "c", "区": "o", "折": "s", "系": "j", "澄": "d",
    "匙": "c", "畜": "x", "提": "d", "洞": "t", "阿": "e", "番": "p", "繁": "p", "泊": "b", "屏": "b", "堡": "p", "秘": "b",
    "泌": "b", "陂": "p", "埔": "b", "莘": "x", "歙": "x", "盛": "c", "巷": "h", "见": "x", "卡": "q", "祭": "z", "贾": "g",
    "夹": "g", "合": "g", "茄": "q", "栖": "x", "奇": "j", "圩": "x", "尾": "y", "筠": "j", "浚": "x", "拓": "z", "佛": "b",
    "弹": "t", "适": "k", "俞": "s", "於": "w", "乜": "n", "召": "s", "谷": "y", "红": "g", "溪": "q", "汤": "s", "万": "m", "省": "x", "便": "p",
    "广": "a", "吓": "h",
}  # fmt: skip


@cache
def usual() -> dict[str, str]:
    """Character → letter, those in everyday use first: the database's translate() looks from the front."""
    from pypinyin import Style, lazy_pinyin  # heavy

    common = [row.decode("gb2312") for row in _gb2312()]
    rare = [chr(code) for code in range(0x4E00, 0xA000)]
    found: dict[str, str] = {}
    for character in dict.fromkeys([*common, *rare]):
        letter = lazy_pinyin(character, style=Style.FIRST_LETTER)[0][:1]
        if letter.isascii() and letter.isalpha():
            found[character] = letter.lower()
    return found


def _gb2312() -> list[bytes]:
    """The code table's two levels of ideographs, the everyday ones first."""
    cells = [bytes([row, cell]) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)]
    return [cell for cell in cells if cell not in {bytes([0xD7, last]) for last in range(0xFA, 0xFF)}]


def other() -> dict[str, str]:
    return {character: letter for character, letter in OTHER.items() if usual().get(character) != letter}
