"""The lines that this room offers to the workbench of each role."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.scope import scope
from records import clock
from records.lines import simple_lines
from records.registry import Todo
from rectification import actions
from rectification import registrations as offers
from tests.rectification import conftest as journey
from tests.rectification.conftest import Bench

pytestmark = pytest.mark.django_db

Provider = Callable[[Actor], Iterable[Todo]]


def lines(bench: Bench, who: str, provider: Provider) -> list[tuple[str, str]]:
    actor = bench.actor(who)
    with scope(actor):
        return [(todo.what, todo.action) for todo in provider(actor)]


@pytest.mark.parametrize(
    ("state", "who", "provider", "expected"),
    [
        ("draft", "staff", offers.of_office, [("送签整改通知书", "送签")]),
        ("served", "unit", offers.of_unit, [("签收整改通知书", "签收")]),
        ("rectifying", "unit", offers.of_unit, [("报送整改报告", "报送")]),
        ("rectifying", "department", offers.of_department, [("督促落实整改", "登记督促")]),
        ("reported", "staff", offers.of_office, [("核查整改情况", "核查")]),
        ("reported", "unit", offers.of_unit, []),
        ("verified", "head", offers.of_office, [("销号", "销号")]),
        ("verified", "staff", offers.of_office, [("销号", "销号")]),
        ("verified", "staff2", offers.of_office, []),  # who verified does not close
        ("closed", "head", offers.of_office, []),
        ("reported", "leader", offers.of_office, []),
    ],
)
def test_each_state_waits_for_whom_it_waits(
    bench: Bench, state: str, who: str, provider: Provider, expected: list[tuple[str, str]]
) -> None:
    journey.ticket(bench, state=state)
    assert lines(bench, who, provider) == expected


def test_an_assigned_verification_is_the_verifiers_line_and_nobody_elses(bench: Bench) -> None:
    row, staff = journey.ticket(bench, state="reported"), bench.actor("staff")
    assert lines(bench, "inspector", offers.of_office) == []
    with scope(staff):
        actions.assign_verifier(row, by=staff, verifier=bench.members["inspector"].user)
    assert lines(bench, "inspector", offers.of_office) == [("核查整改情况", "核查")]
    assert lines(bench, "staff", offers.of_office) == []


def problems(actor: Actor) -> list[Todo]:
    return [todo for todo in simple_lines(actor) if todo.action == "处置"]


def test_a_problem_waits_until_it_has_a_ticket(bench: Bench) -> None:
    journey.problem(bench)
    assert lines(bench, "staff", problems) == [("开具整改单或不予整改", "处置")]
    assert lines(bench, "head", problems) == []
    journey.ticket(bench)
    assert len(lines(bench, "staff", problems)) == 1


def test_what_a_unit_lets_pass_is_watched_by_the_office(bench: Bench) -> None:
    row = journey.ticket(bench, state="rectifying")
    assert lines(bench, "staff", offers.of_office) == []
    assert row.due_at is not None
    staff = bench.actor("staff")
    with clock.travel(row.due_at + timedelta(days=1)), scope(staff):
        (line,) = offers.of_office(staff)
    assert (line.what, line.lane) == ("逾期未报送整改报告", "watch")


def test_a_line_has_its_deadline_and_article(bench: Bench) -> None:
    row, unit = journey.ticket(bench, state="rectifying"), bench.actor("unit")
    with scope(unit):
        (line,) = offers.of_unit(unit)
    assert line.due_at == row.due_at and "云南省教育督导规定" in line.basis


@pytest.mark.parametrize(
    ("who", "provider"),
    [("unit", offers.of_unit), ("department", offers.of_department), ("staff", offers.of_office)],
)
def test_a_provider_asks_three_queries_at_most(bench: Bench, who: str, provider: Provider) -> None:
    for _ in range(3):
        journey.ticket(bench, state="rectifying")
    actor = bench.actor(who)
    with clock.travel(clock.today() + timedelta(days=40)), scope(actor), CaptureQueriesContext(connection) as seen:
        assert len(list(provider(actor))) == 3
    assert len(seen) <= 3
