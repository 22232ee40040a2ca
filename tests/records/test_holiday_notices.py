"""The wording of the State Council's notices of 2024 to 2026 against the library's tables; faults by line."""

from __future__ import annotations

from datetime import date

import pytest
from chinese_calendar import holidays as notice_rest
from chinese_calendar import workdays as notice_work

from records.timing.calendars import WorkingCalendar, statutory_days
from records.timing.holiday_notices import Reading, differences, read

# The dates are facts of 国办发明电; the prose around them is left out.
NOTICES = {
    2024: """经国务院批准，现将2024年放假调休日期的具体安排通知如下。
一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。""",
    2025: """一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。""",
    2026: """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。""",
}


@pytest.mark.parametrize("year", list(NOTICES))
def test_the_notices_of_three_years_give_the_librarys_days(year: int) -> None:
    reading = read(NOTICES[year], year)
    assert reading.faults == []
    assert not [d for d in reading.missing if d in notice_rest]
    assert differences(reading, WorkingCalendar()) == []
    for day in [
        d
        for d in {*notice_rest, *notice_work}
        if (d.year == year and d.weekday() < 5) or (d in notice_work and d.year == year)
    ]:
        assert reading.days[day].is_working is (day in notice_work), day


def test_a_year_without_notice_is_read_and_no_longer_provisional() -> None:
    """2027 as it might be worded."""
    reading = read("国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。", 2027)
    changed = {d.day: (d.was_working, d.is_working) for d in differences(reading, WorkingCalendar())}
    assert changed == {date(2027, 10, n): (True, False) for n in (4, 5, 6, 7)} | {
        date(2027, 9, 26): (False, True), date(2027, 10, 9): (False, True)}  # fmt: skip
    assert date(2027, 1, 1) in reading.missing
    whole = WorkingCalendar(
        dict.fromkeys(statutory_days(2027), False) | {d: r.is_working for d, r in reading.days.items()}
    )
    assert not whole.is_provisional(date(2027, 5, 4))


def only(text: str, year: int = 2026) -> str:
    (fault,) = read(text, year).faults
    return f"{fault.line}：{fault.cure}"


def test_faults_by_line() -> None:
    assert (
        only("\n元旦：1月1日（周三）至3日放假，共3天。")
        == "2：2026年1月1日是星期四，文中写作星期三，请核对年份和原文。"
    )
    assert "写明4天，按起止日期是3天" in only("元旦：1月1日至3日放假调休，共4天。")
    assert "没有2月30日这一天" in only("春节：2月28日至2月30日放假。")
    assert "先后颠倒" in only("春节：2月8日至2月1日放假。")
    assert "超过20天" in only("国庆节：9月1日至10月1日放假。")
    assert "看不出是哪个节日" in only("1月1日放假。")
    assert "没有写明是放假还是上班" in only("元旦：1月1日至3日，共3天。")
    assert "前后矛盾" in only("元旦：1月4日放假。1月4日上班。")
    assert "看不懂的日期" in only("元旦：1月1、2日放假。")
    assert only("通知如下，请遵照执行。").startswith("0：没有读到任何日期")
    assert only("元旦：1月1日放假。" * 3000).startswith("0：文本过长")
    assert read("元旦：<script>alert(1)</script>1月1日放假。", 2026).days


def test_a_holiday_that_begins_in_december() -> None:
    reading = read("元旦：2022年12月31日至2023年1月2日放假调休，共3天。", 2023)
    assert list(reading.days) == [date(2022, 12, 31), date(2023, 1, 1), date(2023, 1, 2)]
    assert "不在2026年前后" in only("元旦：2023年1月1日放假。")


def test_two_festivals_in_one_holiday_keep_both_names() -> None:
    reading = read("国庆节：10月1日至3日放假。\n中秋节：10月3日放假。", 2028)
    assert reading.days[date(2028, 10, 3)].name == "国庆节、中秋节"


def table(*rows: str) -> Reading:
    return read("\n".join(rows), 2027)


def test_a_pasted_table() -> None:
    reading = table("2027-10-01,休息,国庆节", "2027/10/9\t上班\t国庆节", "10月4日，放假，星期一，国庆节", "")
    assert reading.faults == []
    assert [(d.day.day, d.is_working, d.name) for d in reading.days.values()] == [
        (1, False, "国庆节"), (9, True, "国庆节"), (4, False, "国庆节")]  # fmt: skip
    assert "应为“上班”或“休息”" in table("2027-10-01,也许,国庆节").faults[0].cure
    assert "文中写作星期日" in table("2027-10-01,休息,星期日").faults[0].cure
    assert table("日期,安排,名称", "2027-10-01,休息,国庆节").faults == []
