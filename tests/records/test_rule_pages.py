"""Pages of rules and the calendar: the nearest rule binds, practice is no law, the calculator, the days of a year."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from accounts.actors import Role
from records import clock
from records.models import CalendarDay, DeadlineRule, LadderRung
from records.timing.calendars import WorkingCalendar
from records.timing.rule_pages import binding, months_of, rungs_by_act, when
from tests import factories
from tests.conftest import as_owner
from tests.records.papers import Office

pytestmark = pytest.mark.django_db
RULES = "records:rules"


@pytest.fixture
def office() -> Office:
    return Office()


def rule(division: int | None, amount: int, **more: Any) -> DeadlineRule:
    values = {"code": "test.report", "label": "报送情况", "party": "unit", "unit": "working_day", "start_event": "签收",
              "basis": "《示例规定》第九条", "basis_kind": "law"} | more  # fmt: skip
    return DeadlineRule(division_code=division, amount=amount, **values)


def rung(step: str, offset: int, **more: Any) -> LadderRung:
    values = {"act": "test.report", "audience": "party", "title": f"提醒{step}", "basis": "本地惯例",
              "basis_kind": "local_practice"} | more  # fmt: skip
    return LadderRung(step=step, offset_days=offset, **values)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_nearest_rule_binds() -> None:
    rules = [
        rule(530000, 20),
        rule(None, 30),
        rule(530102, 5),
        rule(530100, 10),
        rule(None, 9, code="a", party="office"),
    ]
    assert [(r.code, r.amount) for r in binding(rules, date(2026, 11, 24))] == [("test.report", 5), ("a", 9)]


def test_a_nearer_rung_may_switch_a_step_off() -> None:
    rungs = [rung("late", 3), rung("early", -3), rung("early", -3, division_code=530102, active=False), rung("day", 0)]
    assert [r.step for r in rungs_by_act(rungs)["test.report"]] == ["day", "late"]
    assert [when(r) for r in rungs[:2]] == ["逾期第3天", "到期前3天"]
    assert when(rung("day", 0)) == "到期当日"


def test_the_page_marks_practice_and_shows_other_provinces_nothing(office: Office) -> None:
    with as_owner():
        rule(530000, 20).save()
        rule(
            None,
            7,
            code="test.local",
            label="核对材料",
            basis="本地惯例",
            basis_kind="local_practice",
        ).save()
        rule(520000, 99, code="test.gz", label="外省事项").save()
        rung("early", -3).save()
    page = text(office.client("school").get(reverse(RULES)))
    local = page[page.index('id="rule-test.local"') : page.index('id="rule-test.local"') + 330]
    law = page[page.index('id="rule-test.report"') : page.index('id="rule-test.report"') + 330]
    assert "本地惯例</span>" in local
    assert "法规政策依据</span>" not in local
    assert "法规政策依据</span>" in law
    assert "20个工作日" in law
    assert "到期前3天" in page
    assert "外省事项" not in page


def test_the_calculator(office: Office) -> None:
    with as_owner():
        rule(None, 20, unit="calendar_day").save()
    client = office.client(Role.OFFICE_STAFF)
    asks = {
        "?rule=test.report&start=2026-11-24": "2026年12月14日",
        "?amount=10&unit=working_day&start=2026-09-30": "2026年10月20日",
        "?amount=2&unit=month&start=2026-12-31": "2027年2月28日",
        "?amount=5&unit=working_day&start=2027-03-01": "结果为暂定",
        "?start=2026-11-24": "请选择期限规则，或自填数额",
        "?amount=3&start=1900-01-01": "请填写1949年至2999年之间的日期",
        "?amount=0&start=2026-11-24": "确保该值大于或等于1",
        "?amount=3&start=abc": "有效的日期",
        "?rule=nothing&start=2026-11-24": "nothing",
    }  # fmt: skip
    for query, answer in asks.items():
        assert answer in text(client.get(reverse(RULES) + query)), query


def test_the_days_of_a_year() -> None:
    february = months_of(2026, WorkingCalendar(), date(2026, 2, 14))[1]
    days = {d.day.day: d for week in february.weeks for d in week if d}
    assert february.working_days == 16
    assert (days[14].mark, days[14].is_today) == ("班", True)
    assert (days[16].mark, days[16].name) == ("休", "春节")
    assert (days[7].mark, days[7].is_working) == ("", False)
    assert all(len(week) == 7 for week in february.weeks)


def test_the_calendar_page(office: Office) -> None:
    with as_owner():
        CalendarDay.objects.create(day=date(2026, 7, 6), is_working=False, name="火把节", source="州人民政府通知",
                                   division_code=530000)  # fmt: skip
        CalendarDay.objects.create(
            day=date(2026, 7, 7), is_working=False, name="外省节日", source="外省", division_code=520000
        )
    client = office.client("school")
    page = text(client.get(reverse("records:calendar", args=[2026])))
    assert "火把节" in page
    assert "州人民政府通知" in page
    assert "外省节日" not in page
    assert "节假日安排的通知" in page
    assert "尚未公布" in text(client.get(reverse("records:calendar", args=[2027])))
    assert client.get(reverse("records:calendar", args=[1990])).status_code == 404


def test_budgets(office: Office) -> None:
    client = office.client(Role.OFFICE_STAFF)
    address = reverse(RULES) + f"?amount=3&unit=working_day&start={clock.today()}"
    few = factories.queries_of(client, address)
    with as_owner():
        DeadlineRule.objects.bulk_create([rule(None, 9, code=f"t{n}") for n in range(30)])
        LadderRung.objects.bulk_create([rung("s", n, act=f"t{n}") for n in range(30)])
    assert factories.queries_of(client, address) == few <= 8
    assert factories.queries_of(client, reverse("records:calendar", args=[2026])) <= 8
