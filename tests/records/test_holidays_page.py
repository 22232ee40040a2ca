"""Pasting a notice: what changes is shown before anything is written; faults stand by line; the calculator's days."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.actors import Role
from records.models import CalendarDay, HolidayNotice
from tests.conftest import as_owner
from tests.records.papers import Office
from tests.rectification.test_notice_loading import NAMED, TEXT

pytestmark = pytest.mark.django_db
LOAD = "records:holidays_load"


@pytest.fixture
def office() -> Office:
    return Office()


def paste(office: Office, text: str = TEXT, **more: Any) -> str:
    values = {"year": "2027", "text": text, **NAMED, **more}
    return str(office.client(Role.OFFICE_STAFF).post(reverse(LOAD), values, follow=True).content.decode())


def test_look_then_load_then_ask(office: Office) -> None:
    look = paste(office, preview="1")
    assert "天与现在不同" in look
    assert "2027年1月9日" in look
    assert "r-changed" in look
    with as_owner():
        assert not CalendarDay.objects.exists()
    done = paste(office, load="1")
    assert "已载入" in done
    assert "载入的通知" in done
    assert "尚未公布" not in done
    assert "没有改动" in paste(office, load="1")
    other = TEXT.replace("清明节：4月5日（周一）放假。", "清明节：4月3日（周六）至5日（周一）放假，共3天。")
    assert "用这次的内容替换" in paste(office, other, preview="1")
    assert "请核对差异并确认替换" in paste(office, other, load="1")
    assert "已载入2天" in paste(office, other, load="1", confirmed="on")
    with as_owner():
        assert HolidayNotice.objects.count() == 2


def test_faults_keep_the_text_and_write_nothing(office: Office) -> None:
    bad = paste(office, TEXT.replace("（周五）至5日", "（周三）至5日"), load="1")
    assert "第1行" in bad
    assert "2027年1月1日是星期五，文中写作星期三" in bad
    assert "春节：2月5日" in bad
    assert "文号" in paste(office, number="", load="1")
    assert "没有读到任何日期" in paste(office, "请遵照执行", preview="1")
    assert "没有写到：" in paste(office, "元旦：1月1日（周五）放假1天。", preview="1")
    with as_owner():
        assert not CalendarDay.objects.exists()


def test_the_calculator_shows_its_days(office: Office) -> None:
    client = office.client("school")
    ask = "?amount=5&unit=working_day&start=2026-11-24&extension=2&paused_from=2026-11-26&paused_to=2026-11-27"
    page = str(client.get(reverse("records:rules") + ask).content.decode())
    assert "2026年12月7日</time>（星期一）" in page
    assert "计入7天，休息日不计4天，中止不计2天" in page
    assert "r-paused" in page
    for query, answer in {
        "?amount=5&unit=day&start=2026-11-24": "选择",
        "?amount=1&unit=school_term&start=2026-11-24": "请先登记学期",
        "?amount=3&unit=month&start=2026-11-24&paused_from=2026-12-01": "要一起填写",
        "?amount=3&unit=month&start=2026-11-24&paused_from=2026-12-05&paused_to=2026-12-01": "不能早于第一天",
        "?amount=3&unit=month&start=2026-11-24&paused_from=2026-12-05&paused_to=2036-12-01": "中止时间过长",
        "?amount=3000&unit=calendar_day&start=2026-11-24": "不逐日列出",
    }.items():
        assert answer in client.get(reverse("records:rules") + query).content.decode(), query
