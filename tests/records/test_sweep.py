"""The ladder: each step once, however often and wherever the sweep runs; no consequence without a warning that arrived."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import connection

from accounts.actors import Role
from accounts.models import Membership, Organization
from records import clock
from records.models import Deadline, LadderRung, LadderStep, Notification, Outbox
from records.timing.ladder import NO_CONTACT
from records.timing.sweep import sweep
from tests import factories
from tests.conftest import as_owner

ACT, CONSEQUENCE = "example.report", "example.order"
START, LAST = date(2026, 9, 1), date(2026, 9, 21)
RUNGS = [
    ("before_5", -5, "party", ""), ("before_1", -1, "party", ""), ("overdue_1", 1, "party", ""),
    ("overdue_1", 1, "department", ""), ("overdue_1", 1, "office", ""), ("final", 3, "party", ""),
    ("order", 5, "office", CONSEQUENCE),
]  # fmt: skip


@dataclass
class Chase:
    """A school that should have reported by LAST, its contact, department and office."""

    deadline: Deadline
    school: Organization
    contact: Membership | None
    staff: Membership


def build(*, reachable: bool = True) -> Chase:
    with as_owner():
        for step, offset, audience, consequence in RUNGS:
            LadderRung.objects.create(
                act=ACT, step=step, offset_days=offset, audience=audience, title=f"{step} {audience}", basis="本地惯例",
                basis_kind="local_practice", consequence=consequence, after="final" if consequence else "",
                grace_days=2 if consequence else 0,
            )  # fmt: skip
        office, school = factories.office(530102), factories.school(530102).organization
        factories.member(factories.department(530102), Role.DEPARTMENT_CONTACT)
        staff = factories.member(office, Role.OFFICE_STAFF)
        factories.member(office, Role.INSPECTOR)
        contact = factories.member(school, Role.UNIT_CONTACT) if reachable else None
        deadline = Deadline.objects.create(
            root_kind="records.document", root_id=1, owner_code=530102, subject_code=530102, title="报送整改报告", act=ACT,
            party="unit", party_org=school, rule_label="20日", basis="本地惯例", basis_kind="local_practice",
            started_at=clock.end_of(START), due_at=clock.end_of(LAST),
        )  # fmt: skip
    return Chase(deadline, school, contact, staff)


@pytest.fixture
def chase(db: None) -> Iterator[Chase]:
    yield build()


def day(offset: int) -> date:
    return LAST + timedelta(days=offset)


def inbox(member: Membership | None) -> list[str]:
    assert member is not None
    with as_owner():
        return [n.title.split(" ")[0] for n in Notification.objects.filter(user=member.user).order_by("pk")]


def steps() -> dict[tuple[str, str], str]:
    with as_owner():
        return {(s.step, s.rung.audience): s.status for s in LadderStep.objects.select_related("rung")}


def events() -> int:
    with as_owner():
        return Outbox.objects.filter(topic=CONSEQUENCE).count()


def test_day_by_day_each_step_comes_on_its_day_to_whom_it_is_meant_for(chase: Chase) -> None:
    seen: dict[int, list[str]] = {}
    for offset in range(-7, 7):
        before = len(inbox(chase.contact))
        sweep(day(offset))
        if new := inbox(chase.contact)[before:]:
            seen[offset] = new
    assert seen == {-5: ["before_5"], -1: ["before_1"], 1: ["overdue_1"], 3: ["final"]}
    assert inbox(chase.staff) == ["overdue_1"]
    assert events() == 1


def test_run_twice_it_sends_once(chase: Chase) -> None:
    for offset in (1, 1, 3, 3, 5, 5):
        sweep(day(offset))
    assert inbox(chase.contact) == ["overdue_1", "final"]
    assert events() == 1
    assert sweep(day(5)).written == 0


def test_an_inspector_of_the_office_is_not_bothered(chase: Chase) -> None:
    sweep(day(1))
    with as_owner():
        told = set(Notification.objects.values_list("user__memberships__role", flat=True))
    assert told == {Role.UNIT_CONTACT, Role.DEPARTMENT_CONTACT, Role.OFFICE_STAFF}


def test_after_eight_missed_days_overtaken_reminders_are_skipped_and_the_warning_is_given_first(chase: Chase) -> None:
    done = sweep(day(8))
    assert inbox(chase.contact) == ["final"]
    assert steps() == {
        ("before_5", "party"): "skipped", ("before_1", "party"): "skipped", ("overdue_1", "party"): "skipped",
        ("overdue_1", "department"): "sent", ("overdue_1", "office"): "sent", ("final", "party"): "sent",
        ("order", "office"): "pending",
    }  # fmt: skip
    assert (done.consequences, events()) == (0, 0)
    sweep(day(9))
    assert events() == 0
    sweep(day(10))
    assert events() == 1


def test_a_warning_late_by_an_outage_puts_off_the_consequence(chase: Chase) -> None:
    sweep(day(1))
    sweep(day(4))  # the final warning was due on day 3
    sweep(day(5))
    assert events() == 0
    sweep(day(6))
    assert events() == 1


def test_nobody_meets_a_consequence_of_a_warning_that_reached_nobody(db: None) -> None:
    chase = build(reachable=False)
    for offset in (1, 3, 5, 12):
        sweep(day(offset))
    assert events() == 0
    with as_owner():
        final = LadderStep.objects.get(step="final")
    assert (final.status, final.note) == ("pending", NO_CONTACT)
    told = inbox(chase.staff)
    assert [t for t in told if t.startswith("提醒未送达")] == [
        "提醒未送达：" + chase.school.label + "没有有效联系人"
    ] * 2
    with as_owner():
        contact = factories.member(chase.school, Role.UNIT_CONTACT)
    sweep(day(13))
    assert inbox(contact) == ["final"]
    assert events() == 0
    sweep(day(15))
    assert events() == 1


def test_a_met_deadline_is_left_alone(chase: Chase) -> None:
    sweep(day(3))
    with as_owner():
        Deadline.objects.update(met_at=clock.end_of(day(3)), verdict="late")
    sweep(day(5))
    assert events() == 0
    assert inbox(chase.contact) == ["final"]


def test_a_prefectures_rung_replaces_the_countrys(chase: Chase) -> None:
    with as_owner():
        LadderRung.objects.create(
            act=ACT, step="before_5", division_code=530100, offset_days=-3, audience="party", title="earlier party",
            basis="本地惯例", basis_kind="local_practice",
        )  # fmt: skip
        LadderRung.objects.create(
            act=ACT, step="before_1", division_code=530000, offset_days=-1, audience="party", title="off", active=False,
            basis="本地惯例", basis_kind="local_practice",
        )  # fmt: skip
    for offset in (-5, -4, -3, -2, -1):
        sweep(day(offset))
    assert inbox(chase.contact) == ["earlier"]


def test_steps_from_before_the_start_are_none_of_its(db: None) -> None:
    chase = build()
    with as_owner():
        Deadline.objects.update(started_at=clock.end_of(day(-4)))
    sweep(day(-4))
    assert inbox(chase.contact) == []
    assert steps() == {}


def test_the_other_province_is_not_touched(chase: Chase) -> None:
    with as_owner():
        foreign = factories.member(factories.office(520102), Role.OFFICE_STAFF)
    sweep(day(5))
    assert inbox(foreign) == []


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_send_each_step_once() -> None:
    chase = build()
    for offset in (1, 3, 5):
        together = threading.Barrier(2)
        failures: list[BaseException] = []

        def run(on: date, gate: threading.Barrier = together, into: list[BaseException] = failures) -> None:
            try:
                gate.wait(10)
                sweep(on)
            except BaseException as error:
                into.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=(day(offset),)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not failures
    assert inbox(chase.contact) == ["overdue_1", "final"]
    assert inbox(chase.staff) == ["overdue_1"]
    assert events() == 1
