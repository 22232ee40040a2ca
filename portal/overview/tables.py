"""The tables of an overview as Excel: the places, the units, the 24 months."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, QueryDict

from accounts.actors import Actor
from portal.overview.indicators import RATED
from portal.overview.places import territory
from portal.overview.summary import MonthOf, Overview, Row
from portal.overview.units import Unit, sorted_by, units
from portal.overview.words import PARTY
from portal.permissions import Permission
from records.exports import Cells, Sheet, Table, register_export
from records.models import Figure


def overview_of(actor: Actor, query: QueryDict) -> Overview:
    """As the address of the page says it, with the place as `place`."""
    asked = query.get("place", "") or str(actor.division_code)
    if not asked.isdigit():
        raise Http404("没有这个区划。")
    here = territory(actor, int(asked), alone="own" in query)
    return Overview(actor, here, figure=query.get("figure", ""), period=query.get("period", ""))


def _rates(of: Any) -> list[Cells]:
    def rate(party: str) -> Callable[[Any], float | None]:
        return lambda row: of(row)[party].value

    return [Cells(f"{PARTY[party]}按时率%", rate(party), 16) for party in RATED]


def _places(actor: Actor, query: QueryDict) -> Sheet:
    overview = overview_of(actor, query)
    columns = [
        Cells("地区", lambda row: row.part.name, 20), Cells("学校数", lambda row: row.standing.schools, 10),
        Cells("督导次数", lambda row: row.standing.visits.done, 10),
        Cells("应督导次数", lambda row: row.standing.visits.due, 12),
        Cells("督导完成率%", lambda row: row.standing.visits.value, 12),
        Cells("登记问题", lambda row: row.standing.found, 10),
        Cells("未销号问题", lambda row: row.standing.problems_open, 12),
        Cells("未办结整改单", lambda row: row.standing.tickets_open, 14),
        Cells("逾期整改单", lambda row: row.standing.overdue, 12), *_rates(lambda row: row.standing.on_time),
        Cells("下达督办单", lambda row: row.standing.orders, 12), Cells("印发公文", lambda row: row.standing.documents, 10),
    ]  # fmt: skip
    rows: list[Row] = overview.ranked
    return Sheet(f"{overview.here.name}各地情况", columns, rows, len(rows), f"时间：{overview.period.words}")


def _units(actor: Actor, query: QueryDict) -> Sheet:
    overview = overview_of(actor, query)
    rows: list[Unit] = units(actor, overview.here.division.code, overview.period)
    rows = sorted_by(rows, query.get("sort", ""))
    columns = [
        Cells("单位", lambda u: u.name, 36), Cells("督导次数", lambda u: u.visits.done, 10),
        Cells("应督导次数", lambda u: u.visits.due, 12), Cells("登记问题", lambda u: u.found, 10),
        Cells("未销号问题", lambda u: u.problems, 12), Cells("未办结整改单", lambda u: u.tickets, 14),
        Cells("逾期整改单", lambda u: u.overdue, 12),
    ]  # fmt: skip
    return Sheet(f"{overview.here.name}各单位情况", columns, rows, len(rows), f"时间：{overview.period.words}")


def _months(actor: Actor, query: QueryDict) -> Sheet:
    overview = overview_of(actor, query)
    columns = [
        Cells("月份", lambda m: m.month.label, 14), Cells("督导次数", lambda m: m.visits.done, 10),
        Cells("应督导次数", lambda m: m.visits.due, 12), Cells("登记问题", lambda m: m.found, 10),
        Cells("下达整改单", lambda m: m.served, 12), Cells("销号整改单", lambda m: m.closed, 12),
        *_rates(lambda m: m.on_time),
    ]  # fmt: skip
    rows: list[MonthOf] = overview.trend
    return Sheet(f"{overview.here.name}近24个月", columns, rows, len(rows), "时间：近24个月")


for _name, _title, _build in (("overview-places", "各地情况", _places), ("overview-units", "各单位情况", _units),
                              ("overview-months", "近24个月", _months)):  # fmt: skip
    register_export(
        Table(name=_name, title=_title, permissions=(Permission.VIEW_OVERVIEW,), about=Figure, build=_build)
    )
