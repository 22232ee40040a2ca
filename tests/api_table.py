"""Who may call which operation of the API: written out by hand from who does what, for tests/api/test_operations.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.access_table import ALL, DEPARTMENT, DESK, HEAD, INSPECTOR, OFFICE, OUTSIDER, STAFF, TICKET, UNIT
from tests.world import World

PROBLEM = TICKET


@dataclass(frozen=True)
class Operation:
    """`opens`: who carries a word of the address (others 403). `on`: the object's name in the world. `sees`: who of 530102
    sees it (others 404; default `opens`). `may`: whom the state table lets (others 403; default `opens`). `shares`: the
    object is shown to the divisions around too."""

    opens: tuple[str, ...]
    on: str = ""
    sees: tuple[str, ...] | None = None
    may: tuple[str, ...] | None = None
    body: dict[str, Any] = field(default_factory=dict)
    shares: bool = False
    key: Callable[[World], Any] | None = None

    def seen_by(self, role: str) -> bool:
        return role in (self.opens if self.sees is None else self.sees)

    def done_by(self, role: str) -> bool:
        return role in (self.opens if self.may is None else self.may)

    def pk(self, world: World) -> Any:
        return self.key(world) if self.key else getattr(world, self.on).pk


OPERATIONS: dict[str, Operation] = {
    "index": Operation(ALL),
    "me": Operation(ALL),
    # rectification
    "problems.list": Operation(PROBLEM),
    "problems.create": Operation((STAFF, HEAD, INSPECTOR)),
    "problems.read": Operation(PROBLEM, "problem"),
    "problems.transitions": Operation(PROBLEM, "problem"),
    "problems.history": Operation(PROBLEM, "problem"),
    "problems.files": Operation(PROBLEM, "problem"),
    "problems.dismiss": Operation(PROBLEM, "problem", may=(STAFF,)),
    "problems.resume": Operation(PROBLEM, "problem", may=(STAFF,)),
    "problems.classify": Operation(DESK, "problem"),
    "problems.link-relapse": Operation(DESK, "problem"),
    "problems.unlink-relapse": Operation(DESK, "problem"),
    "tickets.list": Operation(TICKET),
    "tickets.create": Operation((STAFF,)),
    "tickets.read": Operation(TICKET, "ticket"),
    "tickets.change": Operation((STAFF,), "ticket"),
    "tickets.transitions": Operation(TICKET, "ticket"),
    "tickets.history": Operation(TICKET, "ticket"),
    "tickets.files": Operation(TICKET, "ticket"),
    "tickets.notes": Operation((STAFF, HEAD, INSPECTOR), "ticket"),
    "tickets.submit": Operation(TICKET, "ticket", may=(STAFF,)),
    "tickets.withdraw": Operation(TICKET, "ticket", may=(STAFF,)),
    "tickets.sign": Operation(TICKET, "ticket", may=(UNIT,)),
    "tickets.report": Operation(TICKET, "ticket", may=(UNIT,)),
    "tickets.verify": Operation(TICKET, "ticket", may=(STAFF, INSPECTOR)),
    "tickets.return": Operation(TICKET, "ticket", may=(STAFF, INSPECTOR)),
    "tickets.recheck": Operation(TICKET, "ticket", may=DESK),
    "tickets.close": Operation(TICKET, "ticket", may=DESK),
    "tickets.assign-verifier": Operation((STAFF,), "ticket"),
    "tickets.measures": Operation((UNIT,), "ticket", body={"lines": []}),
    "tickets.urge": Operation((DEPARTMENT,), "ticket", body={"note": "电话督促"}),
    "tickets.order": Operation(DESK, "ticket", body={"reason": "逾期"}),
    "tickets.note": Operation((STAFF, HEAD, INSPECTOR), "ticket", body={"text": "内部"}),
    "orders.list": Operation(TICKET),
    "orders.read": Operation(TICKET, "order"),
    "orders.history": Operation(TICKET, "order"),
    "problem-categories.list": Operation(DESK),
    "problem-categories.create": Operation(DESK),
    "problem-categories.read": Operation(DESK, "category"),
    "problem-categories.change": Operation(DESK, "category"),
    "problem-categories.retire": Operation(DESK, "category"),
}
__all__ = ["OFFICE", "OPERATIONS", "OUTSIDER", "Operation"]
