"""records.clock: one time zone, 24:00, and who may travel."""

import ast
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records import clock

ROOT = Path(__file__).resolve().parents[2]
ROOMS = [
    "accounts",
    "records",
    "supervision",
    "inspectors",
    "rectification",
    "inspections",
    "portal",
    "config",
]
ROOMS += ["evaluations", "accountability"]
DAYS = st.dates(date(1990, 1, 1), date(2200, 1, 1))


def test_now_is_aware_in_shanghai_and_true() -> None:
    assert clock.now().utcoffset() == timedelta(hours=8)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.today() == clock.now().date()


def test_travel_stops_the_clock_and_comes_back() -> None:
    before = clock.now()
    with clock.travel(date(2026, 12, 14)) as there:
        assert clock.now() == there == datetime(2026, 12, 14, 9, tzinfo=clock.TZ)
        with clock.travel(datetime(2026, 12, 31, 16, 30, tzinfo=UTC)):
            assert clock.today() == date(2027, 1, 1)
        assert clock.now() == there
    assert before <= clock.now() <= before + timedelta(minutes=1)


def test_travel_comes_back_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), clock.travel(date(2030, 1, 1)):
        1 / 0  # noqa: B018
    assert clock.today() != date(2030, 1, 1)


def test_travel_stays_in_its_thread() -> None:
    seen: list[date] = []
    with clock.travel(date(2031, 5, 5)):
        other = threading.Thread(target=lambda: seen.append(clock.today()))
        other.start()
        other.join()
    assert seen and seen[0] != date(2031, 5, 5)


@pytest.mark.parametrize("judge", [clock.local, clock.last_day, lambda moment: clock.travel(moment).__enter__()])
def test_naive_moments_are_refused(judge) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="时刻缺少时区"):
        judge(datetime(2026, 3, 2, 9))  # noqa: DTZ001


def test_a_day_ends_at_its_24_oclock() -> None:
    assert clock.end_of(date(2026, 12, 31)) == datetime(2027, 1, 1, tzinfo=clock.TZ)
    assert clock.end_of(date(2026, 12, 31)) == datetime(2026, 12, 31, 16, tzinfo=UTC)


@given(DAYS)
def test_last_day_undoes_end_of(day: date) -> None:
    assert clock.last_day(clock.end_of(day)) == day
    assert clock.last_day(clock.end_of(day).astimezone(UTC)) == day


@given(DAYS, st.timedeltas(timedelta(microseconds=1), timedelta(days=1)))
def test_last_day_of_a_moment_within_a_day(day: date, passed: timedelta) -> None:
    assert clock.last_day(clock.end_of(day - timedelta(days=1)) + passed) == day


def test_only_demo_and_sweep_travel() -> None:
    travellers = [
        path.relative_to(ROOT).as_posix()
        for folder in ROOMS
        for path in (ROOT / folder).rglob("*.py")
        if "travel" in _names_used(path)
    ]
    allowed = [path for path in travellers if "demo" in path or path.rpartition("/")[2].startswith("sweep")]
    assert sorted(travellers) == sorted([*allowed, "records/clock.py"]), (
        "only the demo, tests and the sweep may move the clock"
    )


def _names_used(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.alias)}
    return names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}
