"""The sweep's statements: many units at a time cost what one costs, and a sweep that dies loses no more than its chunk."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Role
from accounts.models import Membership
from records import clock
from records.models import Deadline, Delivery, LadderStep, Notification, Outbox
from records.timing import ladder
from records.timing.sweep import sweep
from tests import factories
from tests.conftest import as_owner
from tests.records import outside
from tests.records.test_sweep import ACT, CONSEQUENCE, LAST, START, build, day, inbox

pytestmark = pytest.mark.django_db


def many(count: int, first: int = 100) -> list[Membership]:
    """As many more schools that should have reported by LAST, each with a contact."""
    found = []
    with as_owner():
        for n in range(first, first + count):
            school = factories.school(530102).organization
            found.append(factories.member(school, Role.UNIT_CONTACT))
            Deadline.objects.create(
                root_kind="records.document", root_id=n, owner_code=530102, subject_code=530102, title="报送整改报告", act=ACT,
                party="unit", party_org=school, rule_label="20日", basis="本地惯例", basis_kind="local_practice",
                started_at=clock.end_of(START), due_at=clock.end_of(LAST),
            )  # fmt: skip
    return found


def test_more_units_than_a_chunk_are_each_told_once(monkeypatch: Any) -> None:
    monkeypatch.setattr(ladder, "CHUNK", 2)
    build()
    contacts = many(5)
    assert (sweep(day(1)).sent, sweep(day(1)).sent) == (18, 0)  # of six deadlines: school, department, office
    assert all(inbox(contact) == ["overdue_1"] for contact in contacts)
    sweep(day(3))
    assert sweep(day(5)).consequences == 6
    with as_owner():
        assert Outbox.objects.filter(topic=CONSEQUENCE).values("key").distinct().count() == 6


def test_statements_do_not_grow_with_the_units() -> None:
    build()
    many(2)
    with CaptureQueriesContext(
        connection,
    ) as few:
        sweep(day(-5))
    many(20, first=200)
    with CaptureQueriesContext(connection) as lots:
        assert sweep(day(-5)).sent == 20
    assert len(lots) <= len(few)


def test_a_sweep_that_dies_between_two_chunks_keeps_the_first_whole_and_the_next_does_the_rest(
    monkeypatch: Any,
) -> None:
    monkeypatch.setattr(ladder, "CHUNK", 3)
    build()
    many(4)
    told = ladder.deliver_all
    calls = []

    def dies(what: Any) -> int:
        calls.append(what)
        if len(calls) == 2:
            raise SystemExit("killed")
        return told(what)

    monkeypatch.setattr(ladder, "deliver_all", dies)
    with pytest.raises(SystemExit):
        sweep(day(-5))
    with as_owner():
        assert LadderStep.objects.filter(status="sent").count() == Notification.objects.count() == 3
        assert Delivery.objects.count() == 3  # what was claimed and not told is pending again
    monkeypatch.setattr(ladder, "deliver_all", told)
    assert sweep(day(-5)).sent == 2
    with as_owner():
        assert Notification.objects.count() == Delivery.objects.count() == 5


def test_the_text_is_the_pages() -> None:
    chase = build()
    sweep(day(1))
    with as_owner():
        line = Notification.objects.get(user=chase.contact.user)  # type: ignore[union-attr]
        inbox_line = Delivery.objects.get(notification=line)
    assert line.title == "overdue_1 party：报送整改报告" and line.urgent and line.category == "escalation"
    assert line.body == f"期限：{LAST:%Y年%-m月%-d日}。依据：本地惯例"
    assert (inbox_line.channel, inbox_line.organization_id, inbox_line.title) == ("inbox", chase.school.pk, line.title)


def test_what_leaves_the_house_leaves_for_all_of_a_chunk() -> None:
    chase = build()
    contacts = many(3)
    for n, contact in enumerate([chase.contact, *contacts]):
        outside.reachable(contact, phone=f"1380000{n:04d}")  # type: ignore[arg-type]
    with outside.gateway():
        sweep(day(1))
    found = outside.deliveries(channel="sms", user_id__in=[c.user_id for c in contacts])
    assert [(d.deadline_on, d.alone) for d in found] == [(LAST, True)] * 3 and all(d.due_at for d in found)
