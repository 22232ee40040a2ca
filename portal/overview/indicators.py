"""What an overview can be coloured and ranked by."""

from __future__ import annotations

from dataclasses import dataclass

from inspections.coverage import PER_MONTH
from portal.overview.periods import Period
from records import clock
from records.figures.counted import PARTIES
from records.figures.reading import Figures, Kinds, Place
from supervision.figures import SCHOOLS

DUE = tuple(f"due_{party.value}" for party in PARTIES)
SETTLED = tuple(f"{word}_{party.value}" for word in ("on_time", "late") for party in PARTIES)
KINDS = Kinds(
    monthly=(
        "visits", "problems_found", "problems_ticketed", "problems_closed", "tickets_served", "tickets_closed",
        "orders", "documents", *SETTLED,
    ),
    stock=("problems_open",),
    open_until=("tickets_open", *DUE),
    standing=SCHOOLS,
)  # fmt: skip


@dataclass(frozen=True)
class Indicator:
    """`worse`: whether more of it is worse (1), better (-1) or neither (0). `unit`: 件, 个, %."""

    key: str
    label: str
    unit: str
    worse: int
    basis: str = ""

    @property
    def is_rate(self) -> bool:
        return self.unit == "%"


INDICATORS = {
    i.key: i
    for i in (
        Indicator("overdue", "逾期整改单", "件", 1, "当前环节已过截止时间、尚未办结的整改单"),
        Indicator("visits", "督导完成率", "%", -1, f"每校每月不少于{PER_MONTH}次（挂牌督导办法），可超过100%"),
        Indicator("problems_open", "未销号问题", "个", 1, "已登记、尚未销号的问题，不论何时登记"),
        Indicator("problems_found", "登记问题", "个", 0, "发现日期在所选时间内的问题"),
        Indicator("tickets_open", "未办结整改单", "件", 1, "尚未销号或撤回的整改单"),
        Indicator("on_time_unit", "责任单位按时率", "%", -1, "所选时间内到期的：按时÷（按时＋逾期）"),
        Indicator("on_time_office", "督导办按时率", "%", -1, "所选时间内到期的：按时÷（按时＋逾期）"),
        Indicator("on_time_department", "主管部门按时率", "%", -1, "所选时间内到期的：按时÷（按时＋逾期）"),
        Indicator("orders", "下达督办单", "份", 0, "所选时间内送达的督办单"),
        Indicator("documents", "印发公文", "份", 0, "所选时间内印发的公文"),
    )
}
RATED = ("unit", "office", "department")


@dataclass(frozen=True)
class Rate:
    """`done` of `due`; nothing due has no rate, and is never read as 0 %."""

    done: int
    due: int

    @property
    def value(self) -> float | None:
        return round(100 * self.done / self.due, 1) if self.due > 0 else None

    @property
    def words(self) -> str:
        return f"{self.value:g}%" if self.value is not None else "—"


@dataclass(frozen=True)
class Standing:
    """How a place stands in a period: everything that the page says of it."""

    visits: Rate
    schools: int
    found: int
    ticketed: int
    closed: int
    problems_open: int
    tickets_open: int
    overdue: int
    orders: int
    documents: int
    on_time: dict[str, Rate]

    def of(self, key: str) -> float | None:
        """The value of an indicator; None where there is nothing that could have one."""
        if key == "visits":
            return self.visits.value
        if key.startswith("on_time_"):
            return self.on_time[key.removeprefix("on_time_")].value
        return int(getattr(self, {"problems_found": "found"}.get(key, key)))

    def words(self, key: str) -> str:
        value = self.of(key)
        return "—" if value is None else f"{value:g}%" if INDICATORS[key].is_rate else f"{value:,}"

    @property
    def is_empty(self) -> bool:
        counts = (self.visits.done, self.found, self.problems_open, self.tickets_open, self.orders, self.documents)
        return not any(counts)


def standing(figures: Figures, place: Place, period: Period) -> Standing:
    first, last = period.first.first, period.last.first

    def sum_of(measure: str) -> int:
        return figures.between(place, measure, first, last)

    return Standing(
        visits=Rate(sum_of("visits"), quota(figures, place, period)), schools=schools(figures, place, period),
        found=sum_of("problems_found"), ticketed=sum_of("problems_ticketed"), closed=sum_of("problems_closed"),
        problems_open=figures.stock(place, "problems_open"), tickets_open=figures.stock(place, "tickets_open"),
        overdue=figures.overdue(place, "tickets_open"), orders=sum_of("orders"), documents=sum_of("documents"),
        on_time={party: on_time(figures, place, party, period) for party in RATED},
    )  # fmt: skip


def on_time(figures: Figures, place: Place, party: str, period: Period) -> Rate:
    """Of what fell due in the period: met on time ÷ (met + overdue) (architecture.md §4)."""
    first, last = period.first.first, period.last.first
    met = figures.between(place, f"on_time_{party}", first, last)
    late = figures.between(place, f"late_{party}", first, last)
    return Rate(met, met + late + figures.between(place, f"due_{party}", first, last))


def quota(figures: Figures, place: Place, period: Period) -> int:
    """Visits that the schools of each month ask for."""
    today = clock.today()
    days = [min(month.last, today) for month in period.months]
    return PER_MONTH * sum(figures.standing(place, *SCHOOLS, day) for day in days)


def schools(figures: Figures, place: Place, period: Period) -> int:
    return figures.standing(place, *SCHOOLS, min(period.last.last, clock.today()))
