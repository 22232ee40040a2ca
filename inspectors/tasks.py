"""What follows here from facts of the rooms below."""

from __future__ import annotations

from accounts.actors import Actor
from inspectors.actions import release_school
from records.models import Outbox
from records.outbox import handles
from supervision.actions import MOVED


@handles(MOVED)
def leave_the_old_district(row: Outbox, actor: Actor) -> None:
    """A school that another division manages now leaves the responsibility district of the old one."""
    release_school(row.payload["school"], by=actor, of_division=row.payload["from"])
