"""What is written down of the county in tests/world.py: what was opened to an outsider, who did what, the figures' check."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts.actors import Role
from records import clock
from records.models import AuditEntry, FigureCheck, GrantEntry


def add_entries(world: Any, mark: str) -> None:
    head, guest = world.people[Role.OFFICE_HEAD, world.code].user, world.people[Role.OUTSIDER, world.code].user
    world.things["grant_entry"] = GrantEntry.objects.create(
        root_kind="rectification.ticket", root_id=world.ticket.pk, owner_code=world.code, person=guest, purpose="other",
        until=clock.today() + timedelta(days=7), download=False, reason=f"{mark}协助核查", at=clock.now(), by=head,
        by_name=str(head), acting_as="负责人",
    )  # fmt: skip
    world.things["audit_entry"] = AuditEntry.objects.create(
        # Before whatever the tests do at a clock that stands still: the list is by the moment.
        at=clock.now() - timedelta(hours=1), action=AuditEntry.Action.READ, user_id=head.pk, person_name=str(head), acting_as="负责人",
        division_code=world.code, object_kind="rectification.ticket", object_id=str(world.ticket.pk), detail=f"{mark}整改单",
    )  # fmt: skip
    # One check is of all tenants: a second county's world brings no other.
    world.things["figure_check"] = FigureCheck.objects.first() or FigureCheck.objects.create(
        at=clock.now(), seconds=0.5, keys=3
    )
