"""With which letter each character is read (拼音首字母): pypinyin's usual reading, and a second one for characters that
names of places and people read otherwise. Both are kept, so 重庆 is found by cq and by zq."""

from __future__ import annotations

from functools import cache

# character: the letter of its other reading in names
OTHER = {
    "重": "c", "长": "c", "厦": "s", "行": "x", "乐": "y", "朝": "c", "曾": "c", "单": "s", "解": "x", "查": "z", "仇": "q",
    "蔚": "y", "尉": "y", "沈": "c", "石": "d", "调": "d", "会": "k", "校": "j", "藏": "z", "参": "s", "传": "z", "车": "j",
    "铅": "y", "宿": "x", "强": "j", "降": "x", "覃": "t", "翟": "d", "种": "c", "区": "o", "折": "s", "系": "j", "澄": "d",
    "匙": "s", "畜": "x", "提": "d", "洞": "t", "阿": "e", "番": "p", "繁": "p", "泊": "p", "屏": "b", "堡": "p", "秘": "b",
    "泌": "b", "陂": "p", "埔": "b", "莘": "s", "歙": "s", "盛": "c", "巷": "h", "见": "x", "卡": "q", "祭": "z", "贾": "g",
    "夹": "g", "合": "g", "茄": "j", "栖": "x", "奇": "j", "圩": "x", "尾": "y", "筠": "j", "浚": "x", "拓": "t", "佛": "b",
    "丽": "l", "六": "l", "大": "d", "都": "d", "弹": "t", "什": "s", "适": "k", "仆": "p", "柏": "b", "勒": "l", "洗": "x",
    "冼": "x", "尹": "y", "郇": "h", "隗": "k", "员": "y", "俞": "s", "於": "w", "乜": "n", "召": "s", "谷": "y", "红": "g",
    "溪": "q", "峪": "y", "汤": "s", "缪": "m", "万": "m", "任": "r", "臧": "z", "省": "x", "盖": "g", "便": "p", "曲": "q",
    "角": "j", "钻": "z", "那": "n", "宁": "n", "燕": "y", "广": "a", "仔": "z", "坊": "f", "吓": "h", "嵊": "s", "侯": "h",
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
