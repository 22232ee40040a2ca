"""A county's office, its people and a school with a problem; acting happens inside `scope(actor)`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.actors import Actor, Role, system
from accounts.models import Membership, Organization
from accounts.scope import scope
from records import clock
from records.actions import documents
from records.actions.seals import seal
from records.models import DeadlineRule, Document, DocumentSeries, LadderRung, Outbox
from records.outbox import consume
from records.storage import put
from rectification import actions
from rectification.models import Problem, Ticket
from rectification.rules import load_rules
from supervision.models import School
from tests import factories
from tests.conftest import as_owner, as_system


@dataclass
class Bench:
    """Six people of one county, by what they are; memberships for the browser, actors for the actions."""

    office: Organization
    school: School
    department: Organization
    members: dict[str, Membership]

    def actor(self, who: str) -> Actor:
        return factories.actor(self.members[who])


def build(code: int = 530102) -> Bench:
    """Call as the owner."""
    load_rules(DeadlineRule, LadderRung)
    office, school = factories.office(code), factories.school(code)
    if code % 10000:
        factories.office(code // 10000 * 10000)
    for kind in ("rectification_notice", "supervisory_order"):
        DocumentSeries.objects.get_or_create(owner_code=code, kind=kind, defaults={"code": f"{code}教督办"})
    department = school.organization.competent_department
    people = {
        "staff": (office, Role.OFFICE_STAFF), "staff2": (office, Role.OFFICE_STAFF), "head": (office, Role.OFFICE_HEAD),
        "inspector": (office, Role.INSPECTOR), "leader": (office, Role.LEADER),
        "unit": (school.organization, Role.UNIT_CONTACT), "department": (department, Role.DEPARTMENT_CONTACT),
    }  # fmt: skip
    return Bench(office, school, department, {who: factories.member(org, role) for who, (org, role) in people.items()})


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with as_owner():  # type: ignore[attr-defined]
        made = build()
    yield made


# --- the journey in steps: each acts as the person who would -------------------------------------------------------


def problem(bench: Bench, who: str = "staff", title: str = "食堂留样记录不全", **more: Any) -> Problem:
    actor = bench.actor(who)
    with scope(actor):
        return actions.register_problem(
            by=actor, subject_org=bench.school.organization, title=title, description="9月1日至9日缺4天晚餐留样。",
            item_code="safety", item_label="校园及周边安全情况", severity="general", **more,
        )  # fmt: skip


def ticket(bench: Bench, *, state: str = "draft") -> Ticket:
    """A ticket walked to the state by the people who bring it there."""
    actor = bench.actor("staff")
    found = problem(bench)
    with scope(actor):
        made = actions.open_ticket(by=actor, problems=[found], demand="补齐留样记录。\n完善留样制度。")
    for step, reached in STEPS:
        if made.state == state:
            return made
        made = step(bench, made)
        assert made.state == reached
    return made


def again(root: Any) -> Any:
    """The row as it stands, whoever may see it."""
    with as_owner():
        return type(root).objects.get(pk=root.pk)


def paper(row: Any) -> Document:
    """The notice of a ticket or the paper of an order, as it stands."""
    with as_owner():
        found = type(row).objects.get(pk=row.pk)
        return found.notice if isinstance(found, Ticket) else found.document


def submit(bench: Bench, row: Ticket) -> Ticket:
    actor = bench.actor("staff")
    with scope(actor):
        return actions.submit_notice(row, by=actor)


def serve(bench: Bench, row: Any) -> Any:
    """The head approves, the job stores the file, the outbox brings the news."""
    head = bench.actor("head")
    drafted = paper(row)
    with scope(head):
        documents.approve(drafted, by=head)
    scheduler = system(row.owner_code, organization_id=row.author_org_id)
    with as_system(), scope(scheduler):
        documents.store_file(drafted, sha256=put(b"%PDF-1.7 paper"), size=14, pages=1, by=scheduler)
        seal(drafted, by=scheduler, sha256=put(b"%PDF-1.7 sealed"), size=15, way="signature")
    consume_all()
    return again(row)


def consume_all() -> None:
    with as_system():
        consume()
    with as_owner():
        assert not list(Outbox.objects.exclude(error="").values_list("topic", "error"))


def sign(bench: Bench, row: Ticket) -> Ticket:
    actor = bench.actor("unit")
    with scope(actor):
        return actions.sign_for(row, by=actor)


def report(bench: Bench, row: Ticket) -> Ticket:
    actor = bench.actor("unit")
    with scope(actor):
        lines = [{"text": "补齐留样", "owner_name": "王校长", "planned_on": clock.today(), "done_on": None}]
        actions.save_measures(row, by=actor, lines=lines)
        actions.submit_report(row, by=actor, text="已补齐留样记录，制度已上墙。")
    return again(row)


def verify(bench: Bench, row: Ticket, *, passed: bool = True, who: str = "staff2") -> Ticket:
    actor = bench.actor(who)
    with scope(actor):
        return actions.verify(
            row, by=actor, passed=passed, method="on_site", note="现场查看，留样齐全。" if passed else "仍缺两天。"
        )


def close(bench: Bench, row: Ticket) -> Ticket:
    actor = bench.actor("head")
    with scope(actor):
        return actions.close(row, by=actor)


STEPS = [(submit, "approval"), (serve, "served"), (sign, "rectifying"), (report, "reported"), (verify, "verified"),
         (close, "closed")]  # fmt: skip
