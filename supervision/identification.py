"""The ten-digit national identification code of a school (学校（机构）标识码).

2 digits category + 2 digits province + 6 digits serial; of a higher-education institution the serial is 0 and its old
five-digit code. It is for life and never given again.
"""

from __future__ import annotations

from accounts.actors import PROVINCE_SPAN
from supervision.models import School

LENGTH = 10
CATEGORIES = {
    "11": "幼儿园", "21": "小学", "22": "成人小学", "31": "初级中学", "32": "职业初中", "33": "成人初中",
    "34": "高级中学（含完全中学）", "35": "成人高中", "36": "中等职业学校", "37": "专门学校", "41": "高等学校",
    "42": "成人高等学校", "51": "特殊教育学校",
}  # fmt: skip
# Nine-year schools are counted with junior schools, twelve-year schools with senior schools: by their highest stage.
OF_STAGE: dict[str, tuple[str, ...]] = {
    School.Stage.KINDERGARTEN: ("11",),
    School.Stage.PRIMARY: ("21", "22"),
    School.Stage.JUNIOR: ("31", "32", "33", "37"),
    School.Stage.NINE_YEAR: ("31",),
    School.Stage.SENIOR: ("34", "35"),
    School.Stage.COMPLETE: ("34",),
    School.Stage.TWELVE_YEAR: ("34",),
    School.Stage.VOCATIONAL: ("36",),
    School.Stage.SPECIAL: ("51",),
    School.Stage.HIGHER: ("41", "42"),
}


def faults(code: str, *, stage: str = "", division_code: int | None = None) -> list[str]:
    """Sentences for what is wrong with a code of a school of this stage in this division; empty when nothing is.
    Stage and division that are not known yet are not judged.
    """
    if len(code) != LENGTH or not (code.isascii() and code.isdecimal()):
        return ["标识码为10位数字：2位类别、2位省份、6位顺序号。"]
    found = []
    if stage and code[:2] not in OF_STAGE[stage]:
        found.append(_wrong_category(code[:2], stage))
    if division_code is not None and int(code[2:4]) != division_code // PROVINCE_SPAN:
        found.append(f"标识码第3、4位应为所在省份代码{division_code // PROVINCE_SPAN}，现为{code[2:4]}。")
    is_higher = stage == School.Stage.HIGHER if stage else code[:2] in OF_STAGE[School.Stage.HIGHER]
    if is_higher and code[4] != "0":
        found.append("高等学校标识码的后6位为0加原5位学校代码。")
    if int(code[4:]) == 0:
        found.append("标识码的顺序号不能全为0。")
    return found


def _wrong_category(category: str, stage: str) -> str:
    expected = "、".join(f"{c}（{CATEGORIES[c]}）" for c in OF_STAGE[stage])
    is_now = f"{category}（{CATEGORIES[category]}）" if category in CATEGORIES else category
    return f"“{School.Stage(stage).label}”标识码的前2位应为{expected}，现为{is_now}。"
