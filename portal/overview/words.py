"""One sentence that says how things stand and what got worse: computed, and honest when there is nothing."""

from __future__ import annotations

from portal.overview.indicators import Rate
from portal.overview.summary import MonthOf, Overview, Row

PARTY = {"unit": "责任单位", "office": "督导办", "department": "主管部门"}
# A change smaller than this many points is no news.
NEWS = 1.0


def sentence(overview: Overview) -> str:
    """How things stand; then what got worse, or that nothing did."""
    name, now = overview.here.name, overview.standing
    if now.is_empty and not any(month.visits.done or month.found for month in overview.trend):
        schools = f"，登记学校{now.schools:,}所" if now.schools else ""
        return f"{name}{schools}，近24个月还没有督导记录、问题和整改单。"
    worse = _worse(overview)
    ending = "；".join(worse) + "。" if worse else "与上一个完整月份相比，没有变差的指标。"
    return f"{_stands(overview)}{ending}"


def _stands(overview: Overview) -> str:
    now, period = overview.standing, overview.period
    visits = f"{period.label}督导{now.visits.done:,}次"
    if now.visits.due > 0:
        visits += f"，完成应督导{now.visits.due:,}次的{now.visits.words}"
    late = f"，其中逾期{now.overdue:,}件" if now.overdue else "，没有逾期" if now.tickets_open else ""
    tickets = f"未办结整改单{now.tickets_open:,}件{late}" if now.tickets_open else "没有未办结的整改单"
    problems = f"未销号问题{now.problems_open:,}个" if now.problems_open else "没有未销号的问题"
    return f"{overview.here.name}{visits}；{problems}，{tickets}。"


def _worse(overview: Overview) -> list[str]:
    """What got worse: newly overdue tickets and where they are most, and the last whole month against the one before."""
    found = []
    if overview.newly_overdue:
        found.append(f"近30天新增逾期{overview.newly_overdue:,}件{_where(overview.rows)}")
    last, before = overview.trend[-2], overview.trend[-3]
    found += [_fell(label, old, new) for label, old, new in _pairs(last, before) if _is_worse(old, new)]
    if last.found > last.closed and before.found <= before.closed:
        found.append(f"{last.month.label}登记问题{last.found:,}个，多于销号的整改单{last.closed:,}件")
    return found


def _pairs(last: MonthOf, before: MonthOf) -> list[tuple[str, Rate, Rate]]:
    when = last.month.label
    rates = [(f"{when}{PARTY[party]}按时率", before.on_time[party], last.on_time[party]) for party in PARTY]
    return [(f"{when}督导完成率", before.visits, last.visits), *rates]


def _is_worse(old: Rate, new: Rate) -> bool:
    return old.value is not None and new.value is not None and new.value <= old.value - NEWS


def _fell(label: str, old: Rate, new: Rate) -> str:
    return f"{label}由上月的{old.words}降为{new.words}"


def _where(rows: list[Row]) -> str:
    """Where the most is overdue, when one place stands out."""
    late = sorted((row.standing.overdue, row.part.name) for row in rows)
    if len(late) < 2 or late[-1][0] == late[-2][0]:
        return ""
    most, name = late[-1]
    return f"，逾期最多的是{name}（{most:,}件）"
