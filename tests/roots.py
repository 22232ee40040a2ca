"""A valid row of every business root, as plain as can be: for the tests that walk all of them.

A new root without a builder fails `test_every_root_has_a_builder`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from guardian.shortcuts import assign_perm

from accounts.models import Membership, Organization
from inspections.models import Complaint, InstrumentVersion, PlannedVisit, RoutineVisit
from records import clock
from records.actions.grants import DOWNLOAD
from records.models import ArchiveFile, Document, LetterBatch, Publication, Root
from records.models.roots import PartyBase
from rectification.models import Problem, SupervisoryOrder, Ticket
from tests import factories as f

Builder = Callable[..., Root]
builders: dict[type[Root], Builder] = {}


def builds(model: type[Root]) -> Callable[[Builder], Builder]:
    def register(builder: Builder) -> Builder:
        builders[model] = builder
        return builder

    return register


def tenancy(author: Organization, subject: Organization, shown: dict[str, Any]) -> dict[str, Any]:
    return {
        "owner_code": author.division_id, "author_org": author, "subject_code": subject.division_id,
        "subject_org": subject, "created_at": clock.now(), **shown,
    }  # fmt: skip


def make(model: type[Root], author: Organization, subject: Organization, **shown: Any) -> Root:
    """A row of `author`'s office about `subject`, shown as `shown` says (filed_at, served_at, …)."""
    if model is ArchiveFile:
        return archive_file(author, subject)  # type: ignore[return-value]
    return builders[model](tenancy(author, subject, shown))


def archive_file(office: Organization, subject: Organization, **more: Any) -> ArchiveFile:
    """No root, but moved by a machine: an open file of the office."""
    values = {
        "root_kind": "rectification.ticket", "root_id": ArchiveFile.objects.count() + 10_000, "title": "整改案卷",
        "year": 2026, "retention_basis": "本地惯例", "opened_at": clock.now(), "opened_as": "督导办工作人员", **more,
    }  # fmt: skip
    values.setdefault("opened_by", f.person())
    return ArchiveFile.objects.create(owner_code=office.division_id, office=office, subject_name=subject.name, **values)


def add_party(root: Root, organization: Organization, **dates: Any) -> PartyBase:
    party_model = type(root).party_model()
    assert party_model is not None
    values = {"valid_from": clock.today(), "role": "party", **dates}
    return party_model.objects.create(root=root, owner_code=root.owner_code, organization=organization, **values)


def let_in(root: Root, guest: Membership, **dates: Any) -> PartyBase:
    """The root opened to a person from outside."""
    party_model = type(root).party_model()
    assert party_model is not None
    values = {"valid_from": clock.today(), "valid_until": clock.today(), "role": "cross_county", **dates}
    assign_perm(DOWNLOAD, guest.user, root)
    return party_model.objects.create(root=root, owner_code=root.owner_code, person=guest.user, **values)


@builds(Document)
def document(columns: dict[str, Any]) -> Root:
    number = Document.objects.count() + 1
    return Document.objects.create(
        kind_of="rectification_notice", title="整改通知书", content={}, token=f"token-{number}", **columns
    )


def served_paper(columns: dict[str, Any], kind: str) -> Document:
    """A document as it stands once served, about the same subject."""
    serial = Document.objects.count() + 1
    moment = columns["served_at"]
    return Document.objects.create(
        **(columns | {"filed_at": columns["created_at"], "reported_at": None, "circulated_at": None}), kind_of=kind,
        title="公文", content={}, token=f"served-{serial}", state="served", series="测督", year=2026, sequence=serial,
        number=f"测督〔2026〕{serial}号", approved_at=moment, approved_by=f.person(), file="0" * 64, file_size=1, pages=1,
        rendered_at=moment, sealed_file="0" * 64, sealed_size=1, sealed_at=moment, issued_at=moment,
    )  # fmt: skip


@builds(Publication)
def publication(columns: dict[str, Any]) -> Root:
    return Publication.objects.create(
        kind_of="notice", title="拟聘督学公示", blocks=[{"text": "现予公示。", "level": 0}], proposed_by=f.person(),
        shows_from=clock.today(), shows_until=clock.today() + timedelta(days=7), **columns,
    )  # fmt: skip


@builds(LetterBatch)
def letterbatch(columns: dict[str, Any]) -> Root:
    return LetterBatch.objects.create(
        title="关于报送开学情况的函", content={}, publicity="on_request", drafted_by=f.person(), **columns
    )


@builds(Problem)
def problem(columns: dict[str, Any]) -> Root:
    return Problem.objects.create(title="消防通道堆放杂物", found_on=clock.today(), **columns)


@builds(Ticket)
def ticket(columns: dict[str, Any]) -> Root:
    number = f"整-{Ticket.objects.count() + 1}"
    state = (
        {"state": "served", "notice": served_paper(columns, "rectification_notice")} if columns.get("served_at") else {}
    )
    return Ticket.objects.create(number=number, title="消防通道", demand="清理", **state, **columns)


@builds(SupervisoryOrder)
def order(columns: dict[str, Any]) -> Root:
    on = make(Ticket, columns["author_org"], columns["subject_org"], served_at=clock.now(), filed_at=clock.now())
    served = (
        {"state": "in_force", "document": served_paper(columns, "supervisory_order")}
        if columns.get("served_at")
        else {}
    )
    return SupervisoryOrder.objects.create(
        ticket=on, n=1, reason_text="逾期未报告", answer_by=clock.today(), **served, **columns
    )


@builds(PlannedVisit)
def plan(columns: dict[str, Any]) -> Root:
    month = clock.today().replace(day=1)
    return PlannedVisit.objects.create(
        month=month, inspector=f.person(), inspector_name="王督学", announced=bool(columns.get("served_at")), **columns
    )


@builds(RoutineVisit)
def visit(columns: dict[str, Any]) -> Root:
    moment, who = clock.now(), f.person()
    facts: dict[str, Any] = {"state": "draft"}
    if columns.get("filed_at"):
        facts = {"state": "submitted", "submitted_at": moment, "submitted_by": who}
    if columns.get("served_at"):
        facts = {**facts, "state": "accepted", "accepted_at": moment, "accepted_by": f.person()}
    version = InstrumentVersion.objects.filter(published_at__isnull=False).first()
    assert version is not None
    return RoutineVisit.objects.create(
        inspector=who, inspector_name="王督学", version=version, visited_on=clock.today(), **facts, **columns
    )


@builds(Complaint)
def complaint(columns: dict[str, Any]) -> Root:
    number = f"TS20261124-{Complaint.objects.count() + 1:06d}"
    return Complaint.objects.create(
        number=number, code_hash="0" * 64, category="canteen", channel="site", text="食堂后厨有老鼠", received_at=clock.now(),
        **columns,
    )  # fmt: skip
