"""Who may call which operation of the API: written out by hand from who does what, for tests/api/test_operations.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.access_table import (
    ALL,
    BUSINESS,
    DEPARTMENT,
    DESK,
    HEAD,
    INSPECTOR,
    LEADER,
    OFFICE,
    OUTSIDER,
    STAFF,
    TICKET,
    UNIT,
    VISIT,
)
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
    # supervision
    "schools.list": Operation((*OFFICE, UNIT, DEPARTMENT)),
    "schools.read": Operation((*OFFICE, UNIT, DEPARTMENT), "school"),
    "schools.create": Operation(DESK),
    "schools.change": Operation(DESK, "school"),
    "schools.add-contact": Operation(DESK, "school"),
    "units.list": Operation(OFFICE),
    "units.read": Operation(OFFICE, "department"),
    "units.create": Operation(DESK),
    "units.change": Operation(DESK, "department"),
    "committees.list": Operation(BUSINESS),
    "committees.read": Operation(BUSINESS, "committee"),
    "committees.change": Operation(DESK, "committee"),
    "committees.add-member": Operation(DESK, "committee"),
    # inspectors
    "inspectors.list": Operation(OFFICE),
    "inspectors.read": Operation(OFFICE, "inspector"),
    "inspectors.create": Operation(DESK),
    "inspectors.change": Operation(DESK, "inspector"),
    "responsibility-districts.list": Operation(OFFICE),
    "responsibility-districts.read": Operation(OFFICE, "district"),
    "responsibility-districts.create": Operation(DESK),
    "responsibility-districts.change": Operation(DESK, "district"),
    "responsibility-districts.place-schools": Operation(DESK, "district"),
    "responsibility-districts.assign-inspector": Operation(DESK, "district"),
    # inspections
    "visits.list": Operation(VISIT),
    "visits.read": Operation(VISIT, "visit"),
    "visits.transitions": Operation(VISIT, "visit"),
    "visits.findings": Operation(OFFICE, "visit"),
    "visits.history": Operation(OFFICE, "visit"),
    "visits.submit": Operation(VISIT, "visit", may=(INSPECTOR,)),
    "visits.accept": Operation(VISIT, "visit", may=DESK),
    "visits.return": Operation(VISIT, "visit", may=DESK),
    "planned-visits.list": Operation(VISIT),
    "planned-visits.read": Operation(VISIT, "plan", sees=OFFICE),
    "complaints.list": Operation(OFFICE),
    "complaints.read": Operation(OFFICE, "complaint"),
    "complaints.transitions": Operation(OFFICE, "complaint"),
    "complaints.history": Operation(OFFICE, "complaint"),
    "complaints.accept": Operation(OFFICE, "complaint", may=DESK),
    "complaints.decline": Operation(OFFICE, "complaint", may=DESK),
    "complaints.transfer": Operation(OFFICE, "complaint", may=DESK),
    "complaints.propose": Operation(OFFICE, "complaint", may=DESK),
    "complaints.rework": Operation(OFFICE, "complaint", may=(HEAD,)),
    "complaints.finish": Operation(OFFICE, "complaint", may=(HEAD,)),
    # records
    "documents.list": Operation((*BUSINESS, OUTSIDER)),
    "documents.read": Operation((*BUSINESS, OUTSIDER), "document", sees=TICKET),
    "publications.list": Operation((STAFF, HEAD, LEADER)),
    "publications.read": Operation((STAFF, HEAD, LEADER), "publication"),
    "notifications.list": Operation(ALL),
    "notifications.read": Operation(ALL, "notification", sees=(STAFF,)),
    "jobs.list": Operation(ALL),
    "jobs.read": Operation(ALL, "job", sees=(STAFF,)),
    "archive-files.list": Operation((STAFF, HEAD, LEADER)),
    "archive-files.read": Operation((STAFF, HEAD, LEADER), "archive"),
}
__all__ = ["OFFICE", "OPERATIONS", "OUTSIDER", "Operation"]
