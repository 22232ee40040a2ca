"""A workbench asks at most fifteen times, and as often for thirty lines of each kind as for three."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.actors import Role
from accounts.models import Membership, Organization
from records import clock
from records.models import Deadline, Document, Notification, Outbox
from rectification.actions.orders import PROPOSE_INTERVIEW
from rectification.models import Problem, SupervisoryOrder, Ticket
from rectification.rules import ORDER, REPORT, URGE, VERIFY
from tests import factories
from tests.conftest import as_owner
from tests.portal.conftest import queries_of
from tests.roots import add_party, make

pytestmark = pytest.mark.django_db
BUDGET = 15
CODE, ABOVE = 530102, 530100
LATE = timedelta(days=3)


def everybody(code: int = CODE) -> dict[str, Membership]:
    """Somebody of every role who has to do with one school of the division, as the owner."""
    office, school = factories.office(code), factories.school(code).organization
    homes = {
        Role.UNIT_CONTACT: school, Role.DEPARTMENT_CONTACT: school.competent_department,
        Role.MEMBER_LIAISON: factories.organization(code, "member_unit", "区财政局"),
    }  # fmt: skip
    return {role: factories.member(homes.get(role, office), role) for role in Role}


def fill(people: dict[str, Membership], lines: int) -> None:
    """Every kind of line that a room offers, `lines` times, for everybody whom it may concern."""
    office, school = people[Role.OFFICE_STAFF].organization, people[Role.UNIT_CONTACT].organization
    for n in range(lines):
        make(Problem, office, school, filed_at=clock.now())
        paper(office, school, "drafted", n)
        paper(office, school, "submitted", n)
        make(Ticket, office, school, filed_at=clock.now())
        overdue(office, school, people)
        for member in people.values():
            Notification.objects.create(
                user=member.user,
                owner_code=office.division_id,
                title="消息",
                key=f"{lines}:{n}",
                created_at=clock.now(),
            )


def paper(office: Organization, school: Organization, state: str, n: int) -> None:
    document = make(Document, office, school, filed_at=clock.now())
    Document.objects.filter(pk=document.pk).update(state=state)


def overdue(office: Organization, school: Organization, people: dict[str, Membership]) -> None:
    """A served ticket that nobody signs for, one reported and unverified, and one with an order that lapsed."""
    shown = {"filed_at": clock.now(), "served_at": clock.now()}
    unsigned: Any = make(Ticket, office, school, **shown)
    order: Any = make(SupervisoryOrder, office, school, **shown)
    add_party(unsigned, people[Role.DEPARTMENT_CONTACT].organization)
    department = people[Role.DEPARTMENT_CONTACT].organization
    for root, act, party in (
        (unsigned, REPORT, school), (unsigned, URGE, department), (unsigned, VERIFY, office), (order, ORDER, school),
    ):  # fmt: skip
        deadline(root, act, party)
    Ticket.objects.filter(pk__in=[unsigned.pk, order.ticket_id]).update(due_at=clock.now() - LATE)
    payload = {"title": "消防通道", "unit": school.label, "order": order.pk, "basis": "第（八）条"}
    Outbox.objects.create(
        topic=PROPOSE_INTERVIEW,
        owner_code=office.division_id,
        key=f"{PROPOSE_INTERVIEW}:{order.pk}",
        created_at=clock.now(),
        payload=payload,
    )


def lapsed_below(lines: int) -> None:
    """Orders of the county that nobody answered: its prefecture's office hears of them."""
    shown = {"filed_at": clock.now(), "served_at": clock.now()}
    office, school = factories.office(CODE), factories.school(CODE).organization
    for _ in range(lines):
        order = make(SupervisoryOrder, office, school, **shown)
        SupervisoryOrder.objects.filter(pk=order.pk).update(state="lapsed", lapsed_at=clock.now())


def deadline(root: Any, act: str, party: Organization) -> None:
    Deadline.objects.create(
        root_kind=root.kind, root_id=root.pk, owner_code=root.owner_code, subject_code=root.subject_code, title="报送", act=act, party="unit",
        party_org=party, rule_label="20日", basis="第二十二条", basis_kind="law", started_at=clock.now() - 9 * LATE,
        due_at=clock.now() - LATE,
    )  # fmt: skip


@pytest.mark.parametrize("role", [*Role])
@pytest.mark.parametrize("code", [CODE, ABOVE])
def test_as_many_queries_for_thirty_lines_as_for_three(code: int, role: str) -> None:
    with as_owner():  # type: ignore[attr-defined]
        people = everybody(code)
        fill(people, 3)
        lapsed_below(3)
    client = factories.client_for(people[role])
    few = queries_of(client)
    with as_owner():  # type: ignore[attr-defined]
        fill(people, 27)
        lapsed_below(27)
    many = queries_of(client)
    assert len(few) <= BUDGET, "\n".join(few)
    assert len(many) == len(few), "\n".join(many)


def test_the_lines_are_really_there() -> None:
    with as_owner():  # type: ignore[attr-defined]
        people = everybody()
        fill(people, 3)
    wanted = {
        Role.OFFICE_STAFF: ("开具整改单", "送签整改通知书", "逾期未签收"),
        Role.OFFICE_HEAD: ("签发整改通知书", "建议约谈", "逾期未签收"),
        Role.LEADER: ("签发整改通知书",),
        Role.UNIT_CONTACT: ("签收整改通知书",),
        Role.DEPARTMENT_CONTACT: ("督促落实整改",),
    }
    for role, words in wanted.items():
        page = factories.client_for(people[role]).get("/").content.decode()
        assert [word for word in words if word not in page] == [], role


def test_what_came_to_a_stop_below_comes_up() -> None:
    with as_owner():  # type: ignore[attr-defined]
        above, county = everybody(ABOVE), everybody(CODE)
        lapsed_below(2)
    page = factories.client_for(above[Role.OFFICE_HEAD]).get("/", {"show": "below"}).content.decode()
    assert page.count("下级督办单逾期未答复") == 2
    for role in (Role.INSPECTOR, Role.LEADER):
        assert "下级督办单" not in factories.client_for(above[role]).get("/").content.decode()
    assert "下级督办单" not in factories.client_for(county[Role.OFFICE_HEAD]).get("/").content.decode()
