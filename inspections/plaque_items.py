"""The eight items of 《中小学校责任督学挂牌督导办法》 and the questions asked under them, as shipped.

The items are the regulation's; the questions are ours, short enough to be answered standing in a corridor. An office
that asks otherwise publishes a version of its own.
"""

from __future__ import annotations

from typing import Any

CODE = "plaque"
TITLE = "中小学校责任督学挂牌督导记录表"
BASIS = "《中小学校责任督学挂牌督导办法》（国教督办，2013年9月）"

GOOD = ["规范", "基本规范", "不规范"]
STEPS = ["很差", "较差", "一般", "较好", "很好"]


def choice(label: str, options: list[str] | None = None, guidance: str = "") -> dict[str, Any]:
    return {
        "kind": "choice",
        "label": label,
        "choices": _options(options or GOOD),
        "required": True,
        "guidance": guidance,
    }


def multi(label: str, options: list[str], guidance: str = "") -> dict[str, Any]:
    return {"kind": "multi", "label": label, "choices": _options(options), "guidance": guidance}


def scale(label: str, guidance: str = "") -> dict[str, Any]:
    return {"kind": "scale", "label": label, "choices": _options(STEPS), "required": True, "guidance": guidance}


def yes_no(label: str, guidance: str = "", *, required: bool = True) -> dict[str, Any]:
    return {"kind": "yes_no", "label": label, "required": required, "guidance": guidance}


def number(label: str, unit: str, guidance: str = "") -> dict[str, Any]:
    return {"kind": "number", "label": label, "unit": unit, "guidance": guidance}


def text(label: str, guidance: str = "") -> dict[str, Any]:
    return {"kind": "text", "label": label, "guidance": guidance}


def _options(labels: list[str]) -> list[dict[str, str]]:
    return [{"value": str(n), "label": label} for n, label in enumerate(labels, 1)]


ITEMS: list[tuple[str, list[dict[str, Any]]]] = [
    ("校务管理和制度执行情况", [
        choice("学校章程和各项管理制度的执行"),
        yes_no("收费、招生、评优等校务是否公开", "看公示栏或网站，是否为本学期内容"),
        text("上次督导以来学校的主要变化"),
    ]),
    ("招生、收费、择校情况", [
        choice("招生和分班", ["免试就近、均衡分班", "分班不均衡", "以考试或竞赛选拔"]),
        yes_no("是否只按公示的项目和标准收费"),
        multi("发现的情形", ["跨片区招生", "设重点班", "收取择校费", "强制征订教辅", "无上述情形"]),
    ]),
    ("课程开设和课堂教学情况", [
        choice("按课程方案开齐开足课程", ["开齐开足", "个别课程不足", "挤占较多"], "对照课程表随机听课"),
        scale("随机所听课堂的教学质量"),
        number("本次所查班级每周体育课", "节"),
    ]),
    ("学生学习、体育锻炼和课业负担情况", [
        yes_no("学生每天综合体育活动是否达到规定时间"),
        choice("书面作业总量和布置方式"),
        number("抽查学生昨日书面作业平均用时", "分钟", "随机问不少于五名学生"),
    ]),
    ("教师师德和专业发展情况", [
        scale("教师的精神面貌和师德表现"),
        yes_no("有无教师违规有偿补课的反映", "选“是”表示有反映"),
        choice("校本教研和教师培训", ["经常开展", "偶尔开展", "没有开展"]),
    ]),
    ("校园及周边安全情况，学生交通安全情况", [
        multi("现场查看的部位", ["校门与门卫", "消防设施", "教学楼通道", "实验室", "周边交通", "校车"]),
        choice("安全隐患", ["未发现", "有一般隐患", "有重大隐患"], "重大隐患须当场督促处理并上报督导办"),
        yes_no("是否按规定开展应急演练"),
    ]),
    ("食堂、食品、饮水及宿舍卫生情况", [
        choice("食堂管理和食品留样", ["规范", "基本规范", "不规范", "本校无食堂"]),
        yes_no("饮水是否经检测合格"),
        choice("宿舍卫生和夜间管理", ["规范", "基本规范", "不规范", "本校无宿舍"]),
    ]),
    ("校风、教风、学风建设情况", [
        scale("校园文化和学生行为习惯"),
        multi("了解情况的对象", ["学生", "教师", "家长", "周边群众"]),
        text("师生和家长的主要意见"),
    ]),
]  # fmt: skip


def rows() -> list[dict[str, Any]]:
    """Field values of every question in order: codes 1-1, 1-2, … under the items 1 to 8."""
    found: list[dict[str, Any]] = []
    for group_number, (group, questions) in enumerate(ITEMS, 1):
        for n, question in enumerate(questions, 1):
            place = {
                "code": f"{group_number}-{n}",
                "group_code": str(group_number),
                "group": group,
                "order": len(found) + 1,
            }
            found.append(place | question)
    return found
