"""The table of lunar days, computed again from sun and moon; the computation is tried on the past notices.

Low-precision astronomy: the sun to 0.01° (a quarter of an hour), the new moon to about a minute. Nearest to a
Beijing midnight come Qingming 2034 (01:06) and the new moon of Spring Festival 2030 (00:07).
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from math import floor, radians, sin

import pytest
from chinese_calendar import Holiday, holidays

from records.timing.calendars import statutory_days

DAY = timedelta(days=1)
J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
# Terrestrial time runs ahead of clock time; Beijing is eight hours ahead of Greenwich.
TO_BEIJING = timedelta(hours=8) - timedelta(seconds=72)


def sun_longitude(days: float) -> float:
    """Apparent longitude of the sun in degrees, ``days`` after J2000."""
    t = days / 36525
    anomaly = radians(357.52911 + 35999.05029 * t)
    centre = (1.914602 - 0.004817 * t) * sin(anomaly) + 0.019993 * sin(2 * anomaly) + 0.00029 * sin(3 * anomaly)
    node = radians(125.04 - 1934.136 * t)
    return (280.46646 + 36000.76983 * t + centre - 0.00569 - 0.00478 * sin(node)) % 360


def new_moon(k: int) -> float:
    """Days after J2000 of the ``k``-th new moon since January 2000."""
    t = k / 1236.85
    e = 1 - 0.002516 * t
    sun = radians(2.5534 + 29.1053567 * k)
    moon = radians(201.5643 + 385.81693528 * k + 0.0107582 * t * t)
    f = radians(160.7108 + 390.67050284 * k - 0.0016118 * t * t)
    waves = [
        (-0.4072, moon),
        (0.17241 * e, sun),
        (0.01608, 2 * moon),
        (0.01039, 2 * f),
        (0.00739 * e, moon - sun),
        (-0.00514 * e, moon + sun),
        (0.00208 * e * e, 2 * sun),
        (-0.00111, moon - 2 * f),
        (-0.00057, moon + 2 * f),
        (0.00056 * e, 2 * moon + sun),
        (-0.00042, 3 * moon),
        (0.00042 * e, sun + 2 * f),
        (0.00038 * e, sun - 2 * f),
        (-0.00024 * e, 2 * moon - sun),
    ]
    return 5.09766 + 29.530588861 * k + 0.00015437 * t * t + sum(size * sin(angle) for size, angle in waves)


def beijing_day(days: float) -> date:
    return (J2000 + timedelta(days=days) + TO_BEIJING).date()


def day_of_longitude(year: int, degrees: float) -> date:
    """The Beijing day in ``year`` on which the sun reaches ``degrees`` (bisection)."""
    guess = (datetime(year, 3, 20, tzinfo=UTC) - J2000).days + degrees * 365.2422 / 360
    if degrees > 285:
        guess -= 365.2422
    low, high = guess - 6, guess + 6
    while high - low > 1e-5:
        middle = (low + high) / 2
        passed = (sun_longitude(middle) - degrees + 180) % 360 - 180
        low, high = (middle, high) if passed < 0 else (low, middle)
    return beijing_day(high)


def month_starts(year: int) -> list[date]:
    """New-moon days from two months before ``year`` to its end and beyond."""
    first = floor((year - 2000) * 12.3685) - 3
    return [beijing_day(new_moon(k)) for k in range(first, first + 19)]


def lunar_months(year: int) -> dict[int, date]:
    """First day of each lunar month (1 to 10, no leap months) of the lunar year that begins in ``year``.

    The month of the winter solstice is the eleventh; if thirteen months lie between two of these, the first
    without a principal term (a multiple of 30°) is the leap month.
    """
    before, after = day_of_longitude(year - 1, 270), day_of_longitude(year, 270)
    starts = month_starts(year)
    eleventh, next_eleventh = (max(day for day in starts if day <= solstice) for solstice in (before, after))
    months = [day for day in starts if eleventh <= day < next_eleventh]
    terms = {day_of_longitude(y, angle) for y in (year - 1, year) for angle in range(0, 360, 30)}
    number, leap_seen, named = 10, len(months) == 12, {}
    for begin, end in zip(months, [*months[1:], next_eleventh], strict=True):
        if not leap_seen and not any(begin <= term < end for term in terms):
            leap_seen = True
            continue
        number += 1
        named[number - 12] = begin
    return named


FESTIVALS: dict[str, Callable[[int], date]] = {
    "春节": lambda year: lunar_months(year)[1],
    "清明节": lambda year: day_of_longitude(year, 15),
    "端午节": lambda year: lunar_months(year)[5] + 4 * DAY,
    "中秋节": lambda year: lunar_months(year)[8] + 14 * DAY,
}
IN_THE_LIBRARY = {
    "春节": Holiday.spring_festival,
    "清明节": Holiday.tomb_sweeping_day,
    "端午节": Holiday.dragon_boat_festival,
    "中秋节": Holiday.mid_autumn_festival,
}


@pytest.mark.parametrize("year", range(2027, 2036))
def test_table_agrees_with_sun_and_moon(year: int) -> None:
    days = statutory_days(year)
    for name, compute in FESTIVALS.items():
        assert name in days[compute(year)].split("、")
    assert days[FESTIVALS["春节"](year) - DAY] == "除夕"
    assert [days[FESTIVALS["春节"](year) + n * DAY] for n in range(3)] == ["春节"] * 3


@pytest.mark.parametrize("year", range(2008, 2027))
@pytest.mark.parametrize("name", list(FESTIVALS))
def test_computation_agrees_with_past_notices(year: int, name: str) -> None:
    day = FESTIVALS[name](year)
    if (year, name) == (2020, "中秋节"):  # one holiday with National Day, and listed as that
        assert day == date(2020, 10, 1)
    else:
        assert holidays.get(day) == IN_THE_LIBRARY[name].value or day.weekday() >= 5, day
