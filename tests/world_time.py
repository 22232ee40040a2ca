"""Deadlines, terms and notices of the county in tests/world.py."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from accounts.actors import Role
from accounts.models import Organization
from records import clock
from records.models import CalendarDay, Deadline, DeadlineChange, HolidayNotice, SchoolTerm


def add_deadline(world: Any, org: Organization, mark: str) -> None:
    """What the school must report on the ticket, and its request for more time."""
    now, contact = clock.now(), world.people[Role.UNIT_CONTACT, world.code]
    deadline = Deadline.objects.create(
        root_kind="rectification.ticket", root_id=world.ticket.pk, owner_code=world.code, subject_code=world.code,
        title=f"{mark}报送", act="rectification.report", party="unit", party_org=org, rule_label="20日", basis="第二十二条",
        basis_kind="law", started_at=now, due_at=clock.end_of(clock.today() + timedelta(days=20)), amount=20,
        unit="calendar_day",
    )  # fmt: skip
    world.things["deadline"] = deadline
    world.things["change"] = DeadlineChange.objects.create(
        deadline=deadline, owner_code=world.code, kind="extension", amount=5, unit="calendar_day", reason=f"{mark}工期",
        asked_at=now, asked_by=contact.user, asked_org=org, asked_by_name=mark, asked_as=mark,
    )  # fmt: skip
    world.things["term"] = SchoolTerm.objects.create(
        division_code=world.code, name="2026年秋季学期", starts=date(2026, 9, 1), ends=date(2027, 1, 22)
    )
    world.things["calendar_day"] = CalendarDay.objects.create(
        division_code=world.code, day=date(2024, 1, 8), is_working=False, name=mark, source=f"{mark}通知"
    )
    world.things["holiday_notice"] = HolidayNotice.objects.create(
        division_code=world.code, year=2026, title=f"{mark}通知", number="1号", text="休息", loaded_at=now, loaded_by=contact.user,
        loaded_by_name=mark, loaded_as=mark, changed_days=1,
    )  # fmt: skip
