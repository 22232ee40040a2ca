"""Reads the State Council's holiday notice as it is worded, or a table of days; pure, no database.

    一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
    2027-10-01,休息,国庆节

A line is understood whole or is a fault with its number; nothing is guessed. A line without any date is prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from records.timing.calendars import DAY, WorkingCalendar, statutory_days

WEEKDAYS = "一二三四五六日"
LONGEST_TEXT = 20_000
LONGEST_HOLIDAY = 20


@dataclass(frozen=True)
class Fault:
    """What could not be taken: the line's number (0: the whole text), the text, what to do."""

    line: int
    value: str
    cure: str


@dataclass(frozen=True)
class NoticeDay:
    day: date
    is_working: bool
    name: str


@dataclass
class Reading:
    """What a text says of the days of a year."""

    year: int
    days: dict[date, NoticeDay] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def missing(self) -> dict[date, str]:
        """Statutory days off from Monday to Friday of which the text says nothing: with them it is no whole notice."""
        return {d: name for d, name in statutory_days(self.year).items() if d.weekday() < 5 and d not in self.days}


@dataclass(frozen=True)
class Difference:
    """A day of which the notice says otherwise than what counts now."""

    day: date
    is_working: bool
    name: str
    was_working: bool

    @property
    def weekday(self) -> str:
        return WEEKDAYS[self.day.weekday()]


def differences(reading: Reading, calendar: WorkingCalendar) -> list[Difference]:
    """The days that loading would change, in order."""
    return [
        Difference(day, found.is_working, found.name, calendar.is_working(day))
        for day, found in sorted(reading.days.items())
        if calendar.is_working(day) != found.is_working
    ]


def read(text: str, year: int) -> Reading:
    """Read a notice or a table for the year. Never raises: what is wrong stands in `faults`."""
    reading = Reading(year)
    if len(text) > LONGEST_TEXT:
        reading.faults.append(Fault(0, "", f"文本过长，最多{LONGEST_TEXT}字，请只粘贴通知正文。"))
        return reading
    for number, line in enumerate(text.splitlines(), start=1):
        row = line.strip().strip("，,；;\t 　")
        if not row:
            continue
        try:
            found = list(_table_row(row, year) if TABLE.match(row) else _sentences(row, year))
        except _Unread as error:
            reading.faults.append(Fault(number, row[:80], str(error)))
            continue
        _take(reading, found, number, row)
    if not reading.days and not reading.faults:
        reading.faults.append(Fault(0, "", "没有读到任何日期，请粘贴通知中写有放假、上班日期的各行。"))
    return reading


class _Unread(ValueError):
    """A line that cannot be taken, with the cure."""


def _take(reading: Reading, found: list[NoticeDay], number: int, row: str) -> None:
    for day in found:
        known = reading.days.get(day.day)
        if known is not None and known.is_working != day.is_working:
            said = "放假" if day.is_working else "上班"
            reading.faults.append(Fault(number, row[:80], f"{_zh(day.day)}前面已写为{said}，前后矛盾，请核对原文。"))
        elif known is not None and known.name != day.name and day.name:
            reading.days[day.day] = NoticeDay(day.day, day.is_working, f"{known.name}、{day.name}".strip("、"))
        else:
            reading.days[day.day] = day


# --- the notice's wording ------------------------------------------------------------------------------------------------

HEAD = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十0-9]+[)）]?[、.．]?\s*)?(?P<name>[^：:，。\d]{2,20})[：:](?P<rest>.+)$"
)
BRACKET = r"(?:[（(](?P<note{0}>[^）)]*)[）)])?"
ONE = re.compile(
    r"(?:(?P<y1>\d{4})年)?(?P<m1>\d{1,2})月(?P<d1>\d{1,2})日" + BRACKET.format(1)
    + r"(?:\s*(?:至|—|－|-|~|～)\s*(?:(?P<y2>\d{4})年)?(?:(?P<m2>\d{1,2})月)?(?P<d2>\d{1,2})日" + BRACKET.format(2) + ")?"
)  # fmt: skip
ANY_DATE = re.compile(r"\d{1,2}\s*[月日]")
COUNT = re.compile(r"共\s*(\d{1,2})\s*天|放假\s*(\d{1,2})\s*天")
ADVICE = ("鼓励", "建议")


def _sentences(row: str, year: int) -> Iterator[NoticeDay]:
    head = HEAD.match(row)
    if head is None:
        if ANY_DATE.search(row) and ("放假" in row or "上班" in row):
            raise _Unread("看不出是哪个节日，请写成“元旦：1月1日至3日放假，共3天。”的形式。")
        return
    name = head["name"].strip()
    for sentence in re.split(r"[。；;]", head["rest"]):
        if sentence.strip() and not sentence.strip().startswith(ADVICE):
            yield from _sentence(sentence.strip(), name, year)


def _sentence(sentence: str, name: str, year: int) -> Iterator[NoticeDay]:
    ranges = [_range(match, year) for match in ONE.finditer(sentence)]
    left = ONE.sub("", sentence)
    if re.search(r"\d+\s*[月日]", left):
        raise _Unread(f"“{sentence[:30]}”中有看不懂的日期，请写成“1月1日”或“1月1日至3日”。")
    if not ranges:
        return
    works, rests = "上班" in left, "放假" in left or "休息" in left
    if works == rests:
        raise _Unread(f"“{sentence[:30]}”没有写明是放假还是上班。")
    days = [day for first, last in ranges for day in _days(first, last)]
    _check_count(sentence, days, rests)
    for day in days:
        yield NoticeDay(day, works, name)


def _check_count(sentence: str, days: list[date], rests: bool) -> None:
    said = COUNT.search(sentence)
    if said and rests and int(said[1] or said[2]) != len(days):
        raise _Unread(f"写明{said[1] or said[2]}天，按起止日期是{len(days)}天，请核对原文。")


def _range(match: re.Match[str], year: int) -> tuple[date, date]:
    first = _date(match["y1"], match["m1"], match["d1"], match["note1"], year)
    if match["d2"] is None:
        return first, first
    last = _date(match["y2"] or match["y1"], match["m2"] or match["m1"], match["d2"], match["note2"], year)
    if last < first:
        raise _Unread(f"{_zh(first)}至{_zh(last)}的先后颠倒了，请核对原文。")
    if (last - first).days >= LONGEST_HOLIDAY:
        raise _Unread(f"{_zh(first)}至{_zh(last)}超过{LONGEST_HOLIDAY}天，请核对原文。")
    return first, last


def _date(y: str | None, m: str, d: str, note: str | None, year: int) -> date:
    try:
        day = date(int(y or year), int(m), int(d))
    except ValueError:
        raise _Unread(f"没有{m}月{d}日这一天，请核对原文。") from None
    if day.year not in (year - 1, year, year + 1):
        raise _Unread(f"{_zh(day)}不在{year}年前后，请核对所选年份。")
    said = re.search(r"(?:周|星期)([一二三四五六日天])", note or "")
    if said and said[1].replace("天", "日") != WEEKDAYS[day.weekday()]:
        raise _Unread(f"{_zh(day)}是星期{WEEKDAYS[day.weekday()]}，文中写作星期{said[1]}，请核对年份和原文。")
    return day


def _days(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + n * DAY


def _zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


# --- a table ---------------------------------------------------------------------------------------------------------------

DATE = r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?"
TABLE = re.compile(rf"^{DATE}\s*[,，\t|;；]")
SEPARATOR = re.compile(r"[,，\t|;；]")
WORK, REST = {"上班", "班", "工作", "补班", "调休上班"}, {"休息", "休", "放假", "假", "放假调休"}


def _table_row(row: str, year: int) -> Iterator[NoticeDay]:
    cells = [cell.strip() for cell in SEPARATOR.split(row)]
    if len(cells) < 2 or cells[1] not in WORK | REST:
        raise _Unread("第二列应为“上班”或“休息”。")
    written = re.fullmatch(DATE, cells[0])
    if written is None:
        raise _Unread("日期应写成2027-10-01的形式。")
    note = next((cell for cell in cells[2:] if re.fullmatch(r"(周|星期)[一二三四五六日天]", cell)), None)
    day = _date(written[1], written[2], written[3], note, year)
    name = next((cell for cell in cells[2:] if cell != note), "")
    yield NoticeDay(day, cells[1] in WORK, name[:40])
