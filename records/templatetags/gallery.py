"""Invented content for the component gallery (templates/portal/gallery.html), which developers open in dev only."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace as Sample
from typing import Any, Final

from django import forms, template
from django.core.paginator import Paginator
from django.http import QueryDict

register = template.Library()

TODAY: Final = dt.date(2026, 11, 24)
STATES: Final = [
    ("待签收", "grey"),
    ("整改中", "blue"),
    ("待核查", "amber"),
    ("已销号", "green"),
    ("已逾期", "red"),
    ("已移交", "purple"),
]


class GalleryFilter(forms.Form):
    """A filter bar as lists have it."""

    q = forms.CharField(label="关键词", required=False)
    state = forms.MultipleChoiceField(
        label="状态",
        required=False,
        choices=[("open", "整改中"), ("check", "待核查"), ("late", "已逾期")],
        widget=forms.CheckboxSelectMultiple,
    )
    county = forms.ChoiceField(label="县（市、区）", required=False, choices=[("", "全部"), ("530102", "五华区")])
    since = forms.DateField(label="下达日期起", required=False, widget=forms.DateInput(attrs={"type": "date"}))


class GalleryForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label="问题描述", help_text="一句话说清哪里、什么问题。", max_length=120)
    severity = forms.ChoiceField(
        label="严重程度", widget=forms.RadioSelect, choices=[("1", "一般"), ("2", "较重"), ("3", "严重")]
    )
    item = forms.ChoiceField(label="对应督导事项", choices=[("", "请选择"), ("5", "校园及周边安全情况")])
    due = forms.DateField(label="整改期限", widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label="补充说明", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    urgent = forms.BooleanField(label="需要立即报告督导办", required=False)


def _deadline(days_left: int | None, verdict: str = "", late: int = 0, provisional: bool = False) -> Sample:
    return Sample(
        last_day=TODAY + dt.timedelta(days=days_left or 0),
        days_left=days_left,
        verdict=verdict,
        late_days=late,
        rule_label="收到整改通知书之日起20日内报送整改报告",
        basis="示例条款",
        provisional=provisional,
    )


def _rows() -> list[Sample]:
    problems = [
        "食堂留样记录缺少两日",
        "消防通道堆放杂物",
        "晨检记录不完整",
        "实验室危险化学品台账与实物不符",
    ]
    deadlines = [_deadline(-5), _deadline(0), _deadline(3, provisional=True), _deadline(0, "late", 4)]
    return [
        Sample(
            number=f"云政教督改〔2026〕{n + 1}号",
            title=title,
            unit=f"五华区第{n + 1}小学",
            deadline=deadlines[n],
            state_label=STATES[(n + 1) % 6][0],
            state_tone=STATES[(n + 1) % 6][1],
            owner="五华区人民政府教育督导委员会办公室",
            share=1234 * (n + 1),
        )
        for n, title in enumerate(problems)
    ]


def _parties() -> list[Sample]:
    return [
        Sample(role="责任单位", name="五华区第一小学", done=True, turn=False, deadline=_deadline(0, "on_time")),
        Sample(role="督学核查", name="李明（责任督学）", done=False, turn=True, deadline=_deadline(3)),
        Sample(role="督导办", name="五华区督导办", done=False, turn=False, deadline=None),
        Sample(role="主管部门", name="五华区教育体育局", done=False, turn=False, deadline=None),
    ]


def _timeline() -> list[Sample]:
    def entry(hour: int, what: str, icon: str, tone: str, who: str, as_whom: str, note: str = "") -> Sample:
        at = dt.datetime(2026, 11, 24, hour, 32, tzinfo=dt.UTC)
        return Sample(at=at, what=what, icon=icon, tone=tone, who=who, as_whom=as_whom, note=note, url="")

    report = "已补齐留样记录，更换留样柜，责任人每日签字。"
    return [
        entry(8, "报送整改报告", "send", "blue", "王芳", "五华区第一小学", report),
        entry(6, "到期前3天提醒", "bell", "grey", "系统", ""),
        entry(3, "签收整改通知书", "receipt", "green", "王芳", "五华区第一小学"),
        entry(1, "下达整改通知书", "file-text", "blue", "张伟", "五华区督导办"),
    ]


def _actions() -> list[Sample]:
    def action(label: str, tone: str, **more: Any) -> Sample:
        base = {
            "confirm": "",
            "needs_reason": False,
            "allowed": True,
            "why_not": "",
            "article": "",
            "is_link": False,
        }
        return Sample(label=label, tone=tone, url="#", **{**base, **more})

    back = "整改单将退回责任单位重新整改，并重新计算期限。"
    return [
        action("核查通过", "primary", confirm="核查通过后转督导办销号，责任单位会收到通知。"),
        action("退回重改", "grave", needs_reason=True, confirm=back),
        action("申请延期", "grey"),
        action("销号", "grey", allowed=False, why_not="还没有经过核查，核查人不能是报告人。", article="示例条款"),
    ]


def _attachments() -> list[Sample]:
    photo = {"is_image": True, "url": "#", "preview_url": "/static/img/logo.svg"}
    return [
        Sample(name="a.jpg", alt="整改前：留样柜缺少标签", caption="整改前 11月3日 10:12", **photo),
        Sample(name="b.jpg", alt="整改后：留样柜标签齐全", caption="整改后 11月20日 09:40", **photo),
        Sample(name="食堂留样记录（11月）.xlsx", is_image=False, url="#", kind_label="Excel 表格", size=24_312),
        Sample(name="整改情况报告.pdf", is_image=False, url="#", kind_label="PDF 文件", size=3_512_000),
    ]


def _stats() -> list[Sample]:
    numbers = [("待我处理", 12, ""), ("本周到期", 5, ""), ("已逾期", 3, "red"), ("下级报送", 1204, "")]
    return [Sample(label=label, value=value, url="#", tone=tone, note="") for label, value, tone in numbers]


def _facts() -> list[Sample]:
    return [
        Sample(label="学段", value="小学", source="", url="", wide=False),
        Sample(label="学生数", value="1,236 人", source="2026年教育事业统计", url="", wide=False),
        Sample(label="责任督学", value="李明", source="", url="#", wide=False),
        Sample(label="曾用名", value=None, source="", url="", wide=False),
    ]


@register.simple_tag
def gallery_samples() -> dict[str, Any]:
    """Everything that the gallery shows, by name."""
    rows = _rows()
    wrong = GalleryForm({"title": "", "severity": "2", "item": "", "due": "2026-13-40", "note": "已填写的文字还在"})
    steps = [("立项", True, False), ("通知", True, False), ("进校", False, True), ("反馈", False, False)]
    return {
        "states": [Sample(state_label=label, state_tone=tone) for label, tone in STATES],
        "deadlines": [
            *(row.deadline for row in rows),
            _deadline(12),
            _deadline(0, "on_time"),
            _deadline(None),
            None,
        ],
        "rows": rows,
        "first": rows[0],
        "page": Paginator(range(210), 20).page(4),
        "parties": _parties(),
        "timeline": _timeline(),
        "actions": _actions(),
        "attachments": _attachments(),
        "stats": _stats(),
        "facts": _facts(),
        "steps": [Sample(label=text, done=done, current=now, note="") for text, done, now in steps],
        "columns": [Sample(key=k, label=k, shown=k != "承办") for k in ("单位", "期限", "状态", "承办")],
        "filter_form": GalleryFilter(QueryDict("q=食堂&state=open&state=late&county=530102")),
        "form": GalleryForm(),
        "wrong": wrong,
        "crumbs": [("整改", "#"), ("整改单", "#")],
    }
