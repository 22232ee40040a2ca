"""What inspectors wrote: answers to the instrument's questions, and the small things that were settled on the spot."""

from __future__ import annotations

from random import Random
from typing import Any

from inspections.models import AnswerKind, InstrumentItem

GOOD_PRACTICE = (
    "课间活动分年级错时安排，操场、走廊均有教师值守，秩序好。",
    "学生自主管理的图书角每班一处，借阅登记完整。",
    "家长开放日每月一次，意见当场答复并公示。",
    "作业由年级组统筹，每周公示总量，学生反映负担适中。",
    "食堂“明厨亮灶”画面接入校门大屏，家长可随时查看。",
    "心理健康教师固定值班，转介和回访记录完整。",
)
OVERALL = (
    "管理有序，各项制度执行较好，请保持。",
    "总体规范，个别台账填写不够及时，已提醒。",
    "课堂教学秩序良好，体育课时落实到位。",
    "安全管理责任到人，值班记录完整。",
    "教研活动正常开展，青年教师听课记录较完整。",
)
# Group of the instrument, what was seen, how it was settled at once.
ON_SPOT = (
    ("6", "教学楼东侧疏散通道堆放三张旧课桌。", "学校当场清理，总务主任承诺每日巡查。"),
    ("6", "一楼一具灭火器压力不足。", "当场更换，并对全部器材复查登记。"),
    ("7", "留样柜一份早餐留样未标时间。", "当场补标，食堂负责人重新培训操作人员。"),
    ("7", "饮水机水质检测公示过期。", "当场更换为本学期检测报告。"),
    ("1", "收费公示栏一项内容被海报遮挡。", "当场移除海报。"),
    ("3", "三年级一周课表未按实际授课更新。", "教务处当天更正并上墙。"),
)
NOTED = (
    ("4", "两个班级课后作业布置集中在同一天，建议年级统筹。",),
    ("5", "校本教研记录个别缺主题，建议规范。",),
    ("8", "楼道文化布置陈旧，建议结合学期主题更新。",),
)  # fmt: skip


def answer(item: InstrumentItem, random: Random) -> Any:
    """A plausible, mostly good answer of the item's kind; None for what is often left out."""
    if item.kind == AnswerKind.CHOICE:
        return str(item.choices[0 if random.random() < 0.82 else min(1, len(item.choices) - 1)]["value"])
    if item.kind == AnswerKind.MULTI:
        return sorted(str(c["value"]) for c in random.sample(item.choices, min(2, len(item.choices))))
    if item.kind == AnswerKind.SCALE:
        return random.choice((3, 4, 4, 4, 5))
    if item.kind == AnswerKind.YES_NO:
        # 有无教师违规有偿补课的反映: the only question to which yes is bad.
        return random.random() < 0.03 if item.group_code == "5" else random.random() < 0.94
    if item.kind == AnswerKind.NUMBER:
        return random.randint(3, 5) if "节" in item.unit else random.choice((20, 30, 30, 40, 60))
    return None
