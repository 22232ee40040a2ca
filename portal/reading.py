"""The overview's figures and the search for programs: the same sums and the same hits as on the pages."""

from __future__ import annotations

from typing import Any

from django import forms
from rest_framework.response import Response

from accounts.api import bodies
from accounts.api import fields as f
from accounts.api.entrance import answer_of
from accounts.api.problems import Problem
from accounts.api.views import ApiView
from portal.overview.indicators import INDICATORS, Rate, Standing
from portal.overview.periods import MONTHS_BACK, choices
from portal.overview.places import territory
from portal.overview.summary import MonthOf, Overview
from portal.permissions import Permission as P
from portal.search import DEEPEST, TOLD
from records import clock
from records.search.finding import RANKS, Found, find
from records.search.registry import kinds_for
from records.search.words import ask

HIGHEST = 659_999
NUMBER: f.Schema = {"type": "number", "nullable": True, "description": "百分数；没有可算的为 null"}
RATE = f.record(done=f.INTEGER, due=f.INTEGER, percent=NUMBER)
PARTIES = f.record(unit=RATE, office=RATE, department=RATE)
STANDING = f.record(
    schools=f.INTEGER, visits=RATE, problems_found=f.INTEGER, problems_ticketed=f.INTEGER, problems_closed=f.INTEGER,
    problems_open=f.INTEGER, tickets_open=f.INTEGER, overdue=f.INTEGER, orders=f.INTEGER, documents=f.INTEGER, on_time=PARTIES,
)  # fmt: skip
PART = f.record(name=f.STRING, division=f.INTEGER, own=f.BOOLEAN, figures=STANDING)
MONTH = f.record(month=f.STRING, visits=RATE, found=f.INTEGER, served=f.INTEGER, closed=f.INTEGER, on_time=PARTIES)


class ReadView(ApiView):
    """A GET whose question a form reads: an unknown or wrong parameter is 400."""

    form: type[forms.Form]
    title, tag, about, name, help = "", "", "", "", ""

    def asked(self, request: Any) -> dict[str, Any]:
        self.refuse_unknown(set(self.form.base_fields))
        form = self.form(request.query_params)
        if not form.is_valid():
            errors = {k: [str(e) for e in v] for k, v in form.errors.items()}
            raise Problem(400, "参数的值不正确，见 errors。", kind="bad-filter", errors=errors)
        return dict(form.cleaned_data)

    def schema_of(self) -> dict[str, Any]:
        raise NotImplementedError

    def describe(self, method: str, component: Any) -> dict[str, Any]:
        found = []
        for name, field in self.form.base_fields.items():
            schema = bodies.describe(field)
            schema.pop("nullable", None)
            said = schema.pop("description", "")
            found.append(
                {"name": name, "in": "query", "required": field.required, "schema": schema, "description": said}
            )
        answer = component(self.about, self.schema_of())
        return {"operationId": self.name, "tags": [self.tag], "summary": self.title, "description": self.help,
                "parameters": found, "responses": answer_of(answer, 404)}  # fmt: skip


# --- figures ----------------------------------------------------------------------------------------------------------


class FiguresForm(forms.Form):
    division = forms.IntegerField(label="区划，缺省为本区划", required=False, min_value=1, max_value=HIGHEST)
    own = forms.BooleanField(label="只算该区划本级管理的", required=False)
    period = forms.CharField(
        label="month（本月）、previous（上月）、year（本年）、12（近12个月），或月份如 2026-10",
        required=False,
        max_length=12,
    )

    def clean_period(self) -> str:
        asked = str(self.cleaned_data["period"])
        if asked and asked not in dict(choices(clock.today())):
            raise forms.ValidationError(
                f"没有这个时间。可用：month、previous、year、12，或近{MONTHS_BACK}个月中的一个月。"
            )
        return asked


def rate(one: Rate) -> dict[str, Any]:
    return {"done": one.done, "due": one.due, "percent": one.value}


def rates(parties: dict[str, Rate]) -> dict[str, Any]:
    return {party: rate(one) for party, one in parties.items()}


def standing(one: Standing) -> dict[str, Any]:
    return {
        "schools": one.schools, "visits": rate(one.visits), "problems_found": one.found, "problems_ticketed": one.ticketed,
        "problems_closed": one.closed, "problems_open": one.problems_open, "tickets_open": one.tickets_open,
        "overdue": one.overdue, "orders": one.orders, "documents": one.documents, "on_time": rates(one.on_time),
    }  # fmt: skip


def month(one: MonthOf) -> dict[str, Any]:
    return {"month": one.month.key, "visits": rate(one.visits), "found": one.found, "served": one.served, "closed": one.closed,
            "on_time": rates(one.on_time)}  # fmt: skip


class FiguresView(ReadView):
    form, room, words = FiguresForm, "records", (P.VIEW_OVERVIEW,)
    title, tag, about, name = "统计数", "综合", "Figures", "figures"
    help = "综合概览的数字：该区划、其下一级各区划和近24个月。各数的算法：" + "；".join(
        f"{i.label}，{i.basis}" for i in INDICATORS.values() if i.basis
    )

    def get(self, request: Any) -> Response:
        return Response(self.reading(lambda: self.figures(request)))

    def figures(self, request: Any) -> dict[str, Any]:
        asked = self.asked(request)
        here = territory(self.actor, asked["division"] or self.actor.division_code, alone=asked["own"])
        found = Overview(self.actor, here, figure="", period=asked["period"])
        return {
            "division": here.division.code, "name": here.name, "own": here.alone,
            "period": {"key": found.period.key, "first": found.period.first.key, "last": found.period.last.key},
            "figures": standing(found.standing),
            "parts": [
                {"name": row.part.name, "division": row.part.place.code, "own": row.part.place.code == here.division.code,
                 "figures": standing(row.standing)}
                for row in found.rows
            ],
            "months": [month(one) for one in found.trend],
        }  # fmt: skip

    def schema_of(self) -> dict[str, Any]:
        return f.record(
            division=f.INTEGER, name=f.STRING, own=f.BOOLEAN, period=f.record(key=f.STRING, first=f.STRING, last=f.STRING),
            figures=STANDING, parts=f.listed(PART), months=f.listed(MONTH),
        )  # fmt: skip


# --- search -----------------------------------------------------------------------------------------------------------


class SearchForm(forms.Form):
    q = forms.CharField(label="名称、事由、编号、文号或拼音首字母", max_length=100)
    kind = forms.CharField(label="只找这一类", required=False, max_length=40)
    most = forms.IntegerField(label=f"每类至多几条，缺省{TOLD}", required=False, min_value=1, max_value=DEEPEST)


HIT = f.record(
    id=f.INTEGER, title=f.STRING, number=f.STRING, unit=f.STRING, more=f.STRING, state=f.STRING, on=f.DAY, match=f.STRING, page=f.STRING,
)  # fmt: skip
GROUP = f.record(kind=f.STRING, label=f.STRING, more=f.BOOLEAN, hits=f.listed(HIT))


class SearchView(ReadView):
    form, room, words = SearchForm, "records", (P.SEARCH,)
    title, tag, about, name = "搜索", "综合", "Search", "search"
    help = "在本人可见的单位、人员、问题、整改单、公文中查找，最符合的在前。more 为真时该类还有更多。"

    def get(self, request: Any) -> Response:
        return Response(self.reading(lambda: self.found(request)))

    def found(self, request: Any) -> dict[str, Any]:
        asked = self.asked(request)
        kind, mine = asked["kind"], [one.kind for one in kinds_for(self.actor)]
        if kind and kind not in mine:
            raise Problem(400, f"没有这一类。可用：{'、'.join(mine)}。", kind="bad-filter")
        groups = find(ask(asked["q"]), self.actor, most=asked["most"] or TOLD, only=kind)
        said = request._request.build_absolute_uri
        return {"groups": [
            {"kind": g.kind.kind, "label": g.kind.label, "more": g.more, "hits": [hit(one, said(one.url)) for one in g.hits]}
            for g in groups
        ]}  # fmt: skip

    def schema_of(self) -> dict[str, Any]:
        return f.record(groups=f.listed(GROUP))


def hit(one: Found, page: str) -> dict[str, Any]:
    return {"id": one.key, "title": one.title, "number": one.number, "unit": one.unit, "more": one.more, "state": one.state,
            "on": one.on, "match": RANKS.get(one.rank, ""), "page": page}  # fmt: skip
