"""Silence and digest hours: no message at night, none lost over New Year, Chinese time whatever the caller's zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records import clock
from records.notices.quiet import after_quiet, is_quiet, next_digest

NIGHT = (time(22), time(7))
moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda n: datetime(2026, 1, 1, tzinfo=clock.TZ) + timedelta(minutes=n))
times = st.integers(0, 47).map(lambda n: time(n // 2, n % 2 * 30))
spans = st.tuples(times, times).filter(lambda span: span[0] != span[1])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.TZ)


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        ("2026-11-24T21:59:59", False),
        ("2026-11-24T22:00", True),
        ("2026-11-25T06:59:59", True),
        ("2026-11-25T07:00", False),
    ],
)
def test_the_edges_of_the_night(moment: str, quiet: bool) -> None:
    assert is_quiet(at(moment), *NIGHT) is quiet


def test_new_years_eve_ends_on_new_years_morning() -> None:
    assert after_quiet(at("2026-12-31T23:30"), *NIGHT) == at("2027-01-01T07:00")
    assert after_quiet(at("2027-01-01T00:10"), *NIGHT) == at("2027-01-01T07:00")
    assert next_digest(at("2026-12-31T16:00"), [8, 16], *NIGHT) == at("2027-01-01T08:00")


def test_it_is_the_hour_in_china_that_counts() -> None:
    assert is_quiet(datetime(2026, 11, 24, 15, 0, tzinfo=UTC), *NIGHT)
    assert not is_quiet(datetime(2026, 11, 24, 0, 0, tzinfo=UTC), *NIGHT)


def test_a_digest_hour_in_the_night_waits_for_the_morning() -> None:
    assert next_digest(at("2026-11-24T20:00"), [23], *NIGHT) == at("2026-11-25T07:00")
    assert next_digest(at("2026-11-24T20:00"), [5], *NIGHT) == at("2026-11-25T07:00")


@given(moments, spans)
def test_after_quiet_is_never_quiet_and_never_early(moment: datetime, span: tuple[time, time]) -> None:
    leaves = after_quiet(moment, *span)
    assert moment <= leaves < moment + timedelta(days=1)
    assert not is_quiet(leaves, *span)


@given(moments, spans, st.sets(st.integers(0, 23), min_size=1))
def test_a_digest_comes_within_two_days_and_never_at_night(
    moment: datetime, span: tuple[time, time], hours: set[int]
) -> None:
    leaves = next_digest(moment, sorted(hours), *span)
    assert moment < leaves <= moment + timedelta(days=2)
    assert not is_quiet(leaves, *span)
