"""Who may call which operation of the API: written out by hand from who does what, for tests/api/test_operations.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from records.models import DeadlineRule, RetentionRule
from tests.access_table import (
    ALL,
    ASKS,
    AUDIT,
    BUSINESS,
    DEPARTMENT,
    DESK,
    HEAD,
    INSPECTOR,
    LEADER,
    LIAISON,
    OFFICE,
    OUTSIDER,
    RUNS,
    SECURITY,
    STAFF,
    SYSTEM,
    TICKET,
    UNIT,
    VISIT,
)
from tests.conftest import as_owner
from tests.world import World

PROBLEM = TICKET
UPLOADERS = tuple(role for role in BUSINESS if role != LEADER)


@dataclass(frozen=True)
class Operation:
    """`opens`: who carries a word of the address (others 403). `on`: the object's name in the world. `sees`: who of 530102
    sees it (others 404; default `opens`). `may`: whom the state table lets (others 403; default `opens`). `shares`: the
    object is shown to the divisions around too, or to those named."""

    opens: tuple[str, ...]
    on: str = ""
    sees: tuple[str, ...] | None = None
    may: tuple[str, ...] | None = None
    body: dict[str, Any] = field(default_factory=dict)
    shares: bool | tuple[int, ...] = False
    key: Callable[[World], Any] | None = None
    query: str = ""

    def shared_with(self, code: int) -> bool:
        return self.shares if isinstance(self.shares, bool) else code in self.shares

    def seen_by(self, role: str) -> bool:
        return role in (self.opens if self.sees is None else self.sees)

    def done_by(self, role: str) -> bool:
        return role in (self.opens if self.may is None else self.may)

    def pk(self, world: World) -> Any:
        return self.key(world) if self.key else getattr(world, self.on).pk


DOCUMENTS = (*BUSINESS, OUTSIDER)
SIGNING = (UNIT, DEPARTMENT, LIAISON)
FILES = (*BUSINESS, OUTSIDER)
PAPERS = TICKET  # who of 530102 sees the paper of the world
# One that was served, issued in the office: what each role may try is 409 where the paper's state says no.
DOCUMENT_OPERATIONS: dict[str, Operation] = {
    "documents.list": Operation(DOCUMENTS),
    "documents.create": Operation(DESK),
    "documents.read": Operation(DOCUMENTS, "document", sees=TICKET),
    "documents.change": Operation(DESK, "document"),
    **{f"documents.{part}": Operation(DOCUMENTS, "document", sees=TICKET)
       for part in ("recipients", "countersigners", "transitions", "history", "file")},
    **{f"documents.{name}": Operation(DOCUMENTS, "document", sees=TICKET, may=DESK) for name in (
        "send_to_check", "send_to_countersign", "submit", "check", "check_on", "return_from_check", "countersigned",
        "withdraw", "issue", "serve", "record_approval")},
    **{f"documents.{name}": Operation(DOCUMENTS, "document", sees=TICKET, may=RUNS)
       for name in ("approve", "return")},  # the staff by the leader's delegation
    "documents.void": Operation(DOCUMENTS, "document", sees=TICKET, may=(HEAD, LEADER)),
    **{f"documents.{name}": Operation(DESK, "document") for name in (
        "render-again", "sign-again", "seal-on-paper", "seal-scan", "word", "replace", "name-countersigner",
        "drop-countersigner", "arrange-countersigning", "answer-countersigner", "add-recipients", "drop-recipient")},
    "documents.sign-for": Operation(SIGNING, "document", sees=(UNIT, DEPARTMENT)),
    "documents.countersign": Operation((STAFF, HEAD, LEADER, *SIGNING), "document", sees=(STAFF, HEAD, LEADER, UNIT, DEPARTMENT)),
    "document-templates.list": Operation(DESK),
    "document-templates.read": Operation(DESK, "template"),
    "services.list": Operation(DOCUMENTS),
    "services.read": Operation(DOCUMENTS, "service", sees=(*OFFICE, UNIT)),
    **{f"services.{name}": Operation(DESK, "service") for name in ("receipt", "posting", "void")},
    "services.form": Operation(DOCUMENTS, "service", sees=(*OFFICE, UNIT)),
    "service-proofs.read": Operation(DOCUMENTS, "service_evidence", sees=(*OFFICE, UNIT)),
    "service-proofs.file": Operation(DOCUMENTS, "service_evidence", sees=(*OFFICE, UNIT)),
    "attachments.read": Operation(FILES, "attachment", sees=TICKET),
    "attachments.file": Operation(FILES, "attachment", sees=TICKET),
    "attachments.remove": Operation(UPLOADERS, "attachment", sees=tuple(r for r in UPLOADERS if r in TICKET)),
    "tickets.add-file": Operation(UPLOADERS, "ticket", sees=tuple(r for r in UPLOADERS if r in TICKET)),
}  # fmt: skip
PUBLIC_OPERATIONS: dict[str, Operation] = {
    "publications.list": Operation(RUNS),
    "publications.create": Operation(DESK),
    "publications.read": Operation(RUNS, "publication"),
    "publications.change": Operation(DESK, "publication"),
    **{f"publications.{part}": Operation(RUNS, "publication") for part in ("flags", "transitions", "history", "withdraw")},
    **{f"publications.{name}": Operation(RUNS, "publication", may=DESK) for name in ("redact", "reopen", "drop")},
    **{f"publications.{name}": Operation(RUNS, "publication", may=(HEAD, LEADER)) for name in ("approve", "return")},
    **{f"publications.{name}": Operation(DESK, "publication") for name in ("mask", "photos")},
    "redaction-flags.read": Operation(RUNS, "flag"),
    "redaction-flags.decide": Operation(DESK, "flag"),
    "redaction-flags.decide-photo": Operation(DESK, "photo_flag"),
    "redaction-flags.image": Operation(RUNS, "photo_flag"),
    "objections.list": Operation(DESK),
    "objections.read": Operation(DESK, "objection"),
    "objections.answer": Operation(DESK, "objection"),
    "letter-batches.list": Operation(RUNS),
    "letter-batches.create": Operation(DESK),
    "letter-batches.read": Operation(RUNS, "letterbatch"),
    "letter-batches.change": Operation(DESK, "letterbatch"),
    **{f"letter-batches.{part}": Operation(RUNS, "letterbatch") for part in ("letters", "transitions", "history", "merged")},
    # No archive has been made of the world's batch.
    "letter-batches.archive": Operation(RUNS, "letterbatch", sees=()),
    **{f"letter-batches.{name}": Operation(RUNS, "letterbatch", may=RUNS) for name in ("approve", "return")},
    "letter-batches.withdraw": Operation(RUNS, "letterbatch", may=DESK),
    "letter-batches.draft": Operation(DESK, "letterbatch"),
    "letter-batches.go-on": Operation(RUNS, "letterbatch"),
}  # fmt: skip


def contact_membership(world: World) -> int:
    return int(world.people[UNIT, world.code].pk)


def contact_user(world: World) -> int:
    return int(world.people[UNIT, world.code].user_id)


def of_the_country(model: type[Any]) -> Callable[[World], Any]:
    """A row that binds everywhere."""

    def key(world: World) -> Any:
        with as_owner():
            return model.objects.filter(division_code=None).order_by("pk").values_list("pk", flat=True)[0]

    return key


def first_question(world: World) -> int:
    with as_owner():
        return int(world.version.items.order_by("pk").values_list("pk", flat=True)[0])


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
    "visits.create": Operation((INSPECTOR,)),
    "visits.read": Operation(VISIT, "visit"),
    "visits.change": Operation((INSPECTOR,), "draft_visit"),
    "visits.discard": Operation((INSPECTOR,), "draft_visit"),
    **{
        f"visits.{part}": Operation(VISIT, "visit") for part in ("transitions", "findings", "answers", "files", "print")
    },
    "visits.add-file": Operation(UPLOADERS, "visit", sees=(STAFF, HEAD, INSPECTOR, UNIT)),
    "visits.history": Operation(OFFICE, "visit"),
    "visits.submit": Operation(VISIT, "visit", may=(INSPECTOR,)),
    "visits.accept": Operation(VISIT, "visit", may=DESK),
    "visits.return": Operation(VISIT, "visit", may=DESK),
    "planned-visits.list": Operation(VISIT),
    "planned-visits.create": Operation((STAFF, HEAD, INSPECTOR)),
    "planned-visits.read": Operation(VISIT, "plan", sees=OFFICE),
    "planned-visits.change": Operation((STAFF, HEAD, INSPECTOR), "plan"),
    "planned-visits.cancel": Operation((STAFF, HEAD, INSPECTOR), "plan"),
    "planned-visits.start": Operation((INSPECTOR,), "plan"),
    **{f"complaints.{part}": Operation(OFFICE, "complaint") for part in ("files", "recusals")},
    "complaints.recuse": Operation(DESK, "complaint"),
    "complaints.lift-recusal": Operation((HEAD,), "complaint"),
    "complaints.problem": Operation(DESK, "complaint"),
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
    **DOCUMENT_OPERATIONS,
    **PUBLIC_OPERATIONS,
    "notifications.list": Operation(ALL),
    "notifications.read": Operation(ALL, "notification", sees=(STAFF,)),
    "jobs.list": Operation(ALL),
    "jobs.read": Operation(ALL, "job", sees=(STAFF,)),
    # accounts: people
    "people.list": Operation((SECURITY,)),
    "people.read": Operation((SECURITY,), key=contact_user),
    "people.change": Operation((SECURITY,), key=contact_user),
    "people.add-membership": Operation((SECURITY,), key=contact_user, body={"role": "unit_contact"}),
    "people.deactivate": Operation((SECURITY,), key=contact_user),
    "people.activate": Operation((SECURITY,), key=contact_user),
    "memberships.list": Operation((SECURITY, HEAD)),
    "memberships.read": Operation((SECURITY, HEAD), key=contact_membership, sees=(SECURITY,)),
    "memberships.end": Operation((SECURITY,), key=contact_membership),
    # accounts: contacts and stewards
    "contact-units.list": Operation((STAFF,)),
    "contact-units.read": Operation((STAFF,), "school"),
    "contacts.list": Operation((STAFF,)),
    "contacts.read": Operation((STAFF,), key=contact_membership),
    "contacts.end": Operation((STAFF,), key=contact_membership),
    "invitations.list": Operation((STAFF,)),
    "invitations.read": Operation((STAFF,), "invitation"),
    "invitations.revoke": Operation((STAFF,), "invitation"),
    "stewards.list": Operation((HEAD,)),
    "stewards.create": Operation((HEAD,)),
    "stewards.read": Operation((HEAD,), "stewardship"),
    "stewards.end": Operation((HEAD,), "stewardship"),
    # accounts: what other lists name
    "divisions.list": Operation(ALL),
    "divisions.read": Operation(ALL, key=lambda w: w.code, shares=(530103,)),
    "organizations.list": Operation(ALL),
    "organizations.read": Operation(ALL, "school", sees=(*OFFICE, UNIT, DEPARTMENT, SECURITY)),
    # records: time
    "deadlines.list": Operation((*BUSINESS, OUTSIDER)),
    "deadlines.read": Operation((*BUSINESS, OUTSIDER), "deadline", sees=(*OFFICE, UNIT)),
    "deadlines.ask-extension": Operation(ASKS, "deadline", sees=(STAFF, HEAD, INSPECTOR, UNIT)),
    "deadlines.ask-pause": Operation(ASKS, "deadline", sees=(STAFF, HEAD, INSPECTOR, UNIT)),
    "deadline-changes.list": Operation(ASKS),
    "deadline-changes.read": Operation(ASKS, "change", sees=(STAFF, HEAD, INSPECTOR, UNIT)),
    "deadline-changes.approve": Operation(ASKS, "change", sees=(STAFF, HEAD, INSPECTOR, UNIT)),
    "deadline-changes.refuse": Operation(ASKS, "change", sees=(STAFF, HEAD, INSPECTOR, UNIT), body={"reason": "不予"}),
    "deadline-changes.withdraw": Operation(ASKS, "change", sees=(STAFF, HEAD, INSPECTOR, UNIT)),
    "deadline-changes.resume": Operation(ASKS, "change", sees=(STAFF, HEAD, INSPECTOR, UNIT), body={"reason": "恢复"}),
    "deadline-rules.list": Operation((*BUSINESS, SYSTEM)),
    "deadline-rules.read": Operation((*BUSINESS, SYSTEM), key=of_the_country(DeadlineRule), shares=True),
    "holiday-notices.list": Operation((*BUSINESS, SYSTEM)),
    "holiday-notices.read": Operation((*BUSINESS, SYSTEM), "holiday_notice"),
    "calendar-days.list": Operation((*BUSINESS, SYSTEM)),
    "calendar-days.read": Operation((*BUSINESS, SYSTEM), "calendar_day"),
    "school-terms.list": Operation((*BUSINESS, SYSTEM)),
    "school-terms.read": Operation((*BUSINESS, SYSTEM), "term"),
    "school-terms.create": Operation(DESK),
    "school-terms.remove": Operation(DESK, "term"),
    # records: the desk
    "notifications.mark-read": Operation(ALL, "notification", sees=(STAFF,)),
    "dispatches.list": Operation(DESK),
    "dispatches.read": Operation(DESK, "dispatch"),
    "dispatches.retry": Operation(DESK, "dispatch"),
    "jobs.faults": Operation(ALL, "job", sees=(STAFF,)),
    "jobs.again": Operation(ALL, "job", sees=(STAFF,)),
    "imports.list": Operation(ALL),
    "imports.create": Operation(ALL),
    "imports.read": Operation(ALL, "import", sees=(STAFF,)),
    "imports.faults": Operation(ALL, "import", sees=(STAFF,)),
    "imports.write": Operation(ALL, "import", sees=(STAFF,)),
    "delegations.list": Operation((*DESK, LEADER)),
    "delegations.read": Operation((*DESK, LEADER), "delegation"),
    "delegations.create": Operation((HEAD, LEADER)),
    "delegations.revoke": Operation((*DESK, LEADER), "delegation"),
    "handovers.list": Operation(OFFICE),
    "handovers.read": Operation(OFFICE, "handover"),
    "handovers.create": Operation((HEAD,)),
    "grant-entries.list": Operation((HEAD,)),
    "grant-entries.read": Operation((HEAD,), "grant_entry"),
    "audit-entries.list": Operation((AUDIT,)),
    "audit-entries.read": Operation((AUDIT,), "audit_entry"),
    "figure-checks.list": Operation((SYSTEM,)),
    "figure-checks.read": Operation((SYSTEM,), "figure_check", shares=True),
    # records: the archive
    "archive-files.list": Operation((*DESK, LEADER)),
    "archive-files.read": Operation((*DESK, LEADER), "archive"),
    "archive-files.create": Operation(DESK, body={"root_kind": "rectification.ticket", "root_id": 1}),
    "archive-files.transitions": Operation((*DESK, LEADER), "archive"),
    "archive-files.history": Operation((*DESK, LEADER), "archive"),
    "archive-files.close": Operation((*DESK, LEADER), "archive", may=DESK),
    "archive-files.reopen": Operation((*DESK, LEADER), "archive", may=DESK, body={"reason": "补充"}),
    "archive-files.arrange": Operation(DESK, "archive", body={"lines": []}),
    "archive-files.leave-out": Operation(DESK, "archive"),
    "archive-files.take-in": Operation(DESK, "archive"),
    "archive-files.add-scan": Operation(DESK, "archive"),
    "archive-files.refresh": Operation(DESK, "archive"),
    "archive-transfers.list": Operation((*DESK, LEADER)),
    "archive-transfers.read": Operation((*DESK, LEADER), "transfer"),
    "archive-transfers.create": Operation(DESK),
    "retention-rules.list": Operation((*DESK, LEADER)),
    "retention-rules.read": Operation((*DESK, LEADER), key=of_the_country(RetentionRule), shares=True),
    # supervision, inspectors, inspections: the rest of the registers
    "committees.create": Operation(DESK),
    "committee-members.list": Operation(BUSINESS),
    "committee-members.read": Operation(BUSINESS, "member"),
    "committee-members.change": Operation(DESK, "member"),
    "member-units.list": Operation(BUSINESS),
    "member-units.create": Operation(DESK),
    "member-units.read": Operation(BUSINESS, "member_unit"),
    "member-units.change": Operation(DESK, "member_unit"),
    "school-contacts.list": Operation((*OFFICE, UNIT, DEPARTMENT)),
    "school-contacts.read": Operation((*OFFICE, UNIT, DEPARTMENT), "contact"),
    "school-contacts.change": Operation(DESK, "contact"),
    "school-contacts.remove": Operation(DESK, "contact"),
    "district-duties.list": Operation(OFFICE),
    "district-duties.read": Operation(OFFICE, "district_inspector"),
    "district-duties.end": Operation(DESK, "district_inspector", body={"on": "2026-12-31"}),
    "instruments.list": Operation(OFFICE),
    "instruments.read": Operation(OFFICE, key=lambda w: w.version.instrument_id, shares=True),
    "instrument-versions.list": Operation(VISIT),
    "instrument-versions.read": Operation(VISIT, "version", shares=True),
    "instrument-versions.change": Operation(DESK, "version", shares=True),
    "instrument-versions.copy": Operation(DESK, "version", shares=True),
    "instrument-versions.publish": Operation(DESK, "version", shares=True),
    "instrument-versions.add-item": Operation(DESK, "version", shares=True),
    "instrument-items.list": Operation(VISIT),
    "instrument-items.read": Operation(VISIT, key=first_question, shares=True),
    "instrument-items.change": Operation(DESK, key=first_question, shares=True),
    "instrument-items.remove": Operation(DESK, key=first_question, shares=True),
    # portal
    "figures": Operation(RUNS),
    "search": Operation((*BUSINESS, OUTSIDER, SECURITY), query="?q=小学"),
}
__all__ = ["OFFICE", "OPERATIONS", "OUTSIDER", "Operation"]
