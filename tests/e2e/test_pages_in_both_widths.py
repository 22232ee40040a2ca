"""Pages of complaints, grants, publications, deadlines, notices, the audit and the ledger, wide and on a phone: axe finds
nothing, nothing scrolls sideways, no script fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.actors import Role
from inspections.models import Complaint
from records import clock
from records.models import Publication
from rectification.models import Problem, Ticket
from tests import factories as f
from tests.conftest import as_owner
from tests.e2e.conftest import Visitor
from tests.e2e.county import CODE, PASSWORD, County, build
from tests.roots import make

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
Arrive = Callable[..., Visitor]
LONG = "关于进一步加强冬春季校园食品安全和食堂规范管理工作有关问题整改落实情况的核实与处理" * 2


@pytest.fixture
def county(transactional_db: None) -> County:
    cache.clear()
    with as_owner():
        county = build()
        county.people["audit"] = f.member(f.office(CODE), Role.AUDIT_ADMIN)
        return county


def addresses(county: County) -> dict[str, list[str]]:
    """By who reads them; the things they show are made here, with long names."""
    office, school, now = f.office(CODE), county.school.organization, clock.now()
    shown = {"filed_at": now, "served_at": now}
    complaint = make(Complaint, office, school, filed_at=now)
    Complaint.objects.filter(pk=complaint.pk).update(state="accepted", accepted_at=now, text=LONG * 5, unit_text=LONG)
    ticket, problem = make(Ticket, office, school, **shown), make(Problem, office, school, **shown)
    for thing in (ticket, problem):
        type(thing).objects.filter(pk=thing.pk).update(title=LONG)
    publication = make(Publication, office, office, filed_at=now)
    Publication.objects.filter(pk=publication.pk).update(title=LONG)
    guest = f.member(office, Role.OUTSIDER, user=f.person("阿卜杜热西提·买买提艾力"))
    ticket.parties.create(owner_code=CODE, person=guest.user, role="cross_county", valid_from=clock.today(),
                          valid_until=clock.today() + timedelta(days=9))  # fmt: skip
    head = [
        reverse("inspections:complaint_list"), complaint.get_absolute_url(),
        reverse("inspections:complaint_problem", args=[complaint.pk]), reverse("records:grant_list"),
        reverse("records:root_grants", args=[ticket.kind, ticket.pk]), reverse("records:publication_list"),
        publication.get_absolute_url(), reverse("records:objection_list"), reverse("records:rules"),
        reverse("records:rule", args=["complaint.finish"]), reverse("records:rule_change", args=["rectification.report"]),
        reverse("records:terms"), reverse("records:calendar", args=[2026]), reverse("records:preferences"),
        reverse("records:notice_rules"), reverse("records:dispatch_list"), reverse("rectification:problem_list"),
        problem.get_absolute_url(), reverse("rectification:recurring"), reverse("records:trail", args=[ticket.kind, ticket.pk]),
    ]  # fmt: skip
    return {"head": head, "audit": [reverse("records:audit_list")],
            "school": [reverse("records:preferences"), problem.get_absolute_url(), reverse("records:rules")]}  # fmt: skip


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_pages(visitors: Arrive, county: County, phone: bool) -> None:
    with as_owner():
        walks = addresses(county)
    for who, pages in walks.items():
        visitor = visitors(who, phone=phone)
        visitor.sign_in(county.username(who), PASSWORD)
        for number, page in enumerate(pages):
            answer = visitor.page.goto(visitor.base + page)
            assert answer is not None and answer.status == 200, page
            visitor.looks(f"walk-{who}-{number:02d}")
