"""The tree of problem categories: the rows that the country's texts give, and the tree as pages and filters show it.

What is loaded here is what the texts name and we have verified; nothing of it is a rule of ours. An office adds its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from records.timing.rules import LOCAL

LAW, PRACTICE = "law", "local_practice"
PLAQUE = "《中小学校责任督学挂牌督导办法》（国教督办，2013年9月）"
ACCOUNTABILITY = "《教育督导问责办法》（国教督〔2021〕2号）"
UNSORTED = "other"

# code, parent, label, basis, kind, item of the routine visit
_ROWS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("routine", "", "经常性督导八项", PLAQUE, LAW, ""),
    ("routine-1", "routine", "校务管理和制度执行情况", PLAQUE, LAW, "1"),
    ("routine-2", "routine", "招生、收费、择校情况", PLAQUE, LAW, "2"),
    ("routine-3", "routine", "课程开设和课堂教学情况", PLAQUE, LAW, "3"),
    ("routine-4", "routine", "学生学习、体育锻炼和课业负担情况", PLAQUE, LAW, "4"),
    ("routine-5", "routine", "教师师德和专业发展情况", PLAQUE, LAW, "5"),
    ("routine-6", "routine", "校园及周边安全情况，学生交通安全情况", PLAQUE, LAW, "6"),
    ("routine-7", "routine", "食堂、食品、饮水及宿舍卫生情况", PLAQUE, LAW, "7"),
    ("routine-8", "routine", "校风、教风、学风建设情况", PLAQUE, LAW, "8"),
    ("liability", "", "问责办法所列情形", ACCOUNTABILITY, LAW, ""),
    ("liability-1", "liability", "贯彻党的教育方针和部署不坚决", ACCOUNTABILITY, LAW, ""),
    ("liability-2", "liability", "履行教育职责不到位", ACCOUNTABILITY, LAW, ""),
    ("liability-3", "liability", "教育攻坚任务严重滞后", ACCOUNTABILITY, LAW, ""),
    ("liability-4", "liability", "办学行为不规范", ACCOUNTABILITY, LAW, ""),
    ("liability-5", "liability", "教育教学质量下降", ACCOUNTABILITY, LAW, ""),
    ("liability-6", "liability", "安全问题较多或拒不接受教育督导", ACCOUNTABILITY, LAW, ""),
    (UNSORTED, "", "其他", LOCAL, PRACTICE, ""),
)


def load_categories(model: type[Any]) -> None:
    """Write the country's rows that are not there yet. Repeatable."""
    there = {row.code: row for row in model.objects.filter(division_code=None)}
    for order, (code, parent, label, basis, kind, item) in enumerate(_ROWS, 1):
        if code not in there:
            there[code] = model.objects.create(
                code=code, parent=there.get(parent), label=label, basis=basis, basis_kind=kind, item_code=item,
                order=order, division_code=None,
            )  # fmt: skip


@dataclass(frozen=True)
class Branch:
    """A category at its depth in the tree; `ids` are its own and those under it."""

    category: Any
    depth: int
    ids: tuple[int, ...]

    @property
    def indented(self) -> str:
        return f"{'　' * self.depth}{self.category.label}"


def tree_of(categories: Iterable[Any]) -> list[Branch]:
    """The categories in the order of the tree. One whose parent is not among them stands at the top; a circle, which no
    form makes, is left out."""
    rows = list(categories)
    known = {row.pk for row in rows}
    below: dict[int | None, list[Any]] = defaultdict(list)
    for row in rows:
        below[row.parent_id if row.parent_id in known else None].append(row)
    found: list[Branch] = []
    _grow(None, 0, below, found)
    return found


def _grow(parent: int | None, depth: int, below: dict[int | None, list[Any]], found: list[Branch]) -> list[int]:
    """Append the branches under `parent`; returns the ids of all of them."""
    ids: list[int] = []
    for category in below.get(parent, ()):
        place = len(found)
        found.append(Branch(category, depth, ()))
        own = [category.pk, *_grow(category.pk, depth + 1, below, found)]
        found[place] = Branch(category, depth, tuple(own))
        ids += own
    return ids


def choices_of(branches: Sequence[Branch]) -> list[tuple[str, str]]:
    """For a select: the tree by indentation."""
    return [(str(branch.category.pk), branch.indented) for branch in branches]
