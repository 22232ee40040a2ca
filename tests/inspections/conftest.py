"""A county with an inspector, his district, its schools and the office; visits filled in as a phone would send them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from accounts.actors import Actor, Role
from accounts.models import Membership, Organization
from accounts.scope import scope
from inspections.actions import visits as actions
from inspections.forms import VisitEntry
from inspections.instruments import items_of
from inspections.models import AnswerKind, Instrument, InstrumentItem, InstrumentVersion, RoutineVisit
from inspections.plaque_items import BASIS, CODE, TITLE, rows
from inspectors.models import DistrictInspector, DistrictSchool, Inspector, ResponsibilityDistrict
from records import clock
from supervision.models import School
from tests import factories
from tests.conftest import as_owner

DAY = date(2026, 11, 3)
TODAY = date(2026, 11, 10)


@dataclass
class Corps:
    """People of one county by what they are, and the schools of the inspector's district."""

    office: Organization
    schools: list[School]
    members: dict[str, Membership]
    inspector_rows: dict[str, Inspector]

    @property
    def school(self) -> School:
        return self.schools[0]

    def actor(self, who: str) -> Actor:
        return factories.actor(self.members[who])

    def client(self, who: str) -> Client:
        return factories.client_for(self.members[who])


def plaque() -> None:
    """The country's instrument, where a test that truncates has taken away what the migration had loaded."""
    if Instrument.objects.filter(code=CODE, division_code=None).exists():
        return
    instrument = Instrument.objects.create(code=CODE, title=TITLE, basis=BASIS)
    version = InstrumentVersion.objects.create(instrument=instrument, number=1, created_at=clock.now())
    InstrumentItem.objects.bulk_create([InstrumentItem(version=version, **row) for row in rows()])
    version.published_at = clock.now()
    version.save()


def build(code: int = 530102, schools: int = 2) -> Corps:
    """Call as the owner."""
    plaque()
    office = factories.office(code)
    made = [factories.school(code) for _ in range(schools)]
    people = {
        "inspector": Role.INSPECTOR, "second": Role.INSPECTOR, "staff": Role.OFFICE_STAFF, "head": Role.OFFICE_HEAD,
        "leader": Role.LEADER,
    }  # fmt: skip
    members = {who: factories.member(office, role) for who, role in people.items()}
    members["unit"] = factories.member(made[0].organization, Role.UNIT_CONTACT)
    members["other_unit"] = factories.member(made[-1].organization, Role.UNIT_CONTACT)
    members["department"] = factories.member(factories.department(code), Role.DEPARTMENT_CONTACT)
    corps = {
        who: Inspector.objects.create(
            user=members[who].user, office=office, division_code=code, kind=Inspector.Kind.FULL_TIME,
            certificate_number=f"{code}-{who}", valid_from=date(2025, 1, 1),
        )
        for who in ("inspector", "second")
    }  # fmt: skip
    district = ResponsibilityDistrict.objects.create(division_code=code, name="第一责任区")
    for unit in made:
        DistrictSchool.objects.create(district=district, division_code=code, organization=unit.organization)
    DistrictInspector.objects.create(
        district=district, division_code=code, inspector=corps["inspector"], valid_from=date(2025, 1, 1)
    )
    return Corps(office, made, members, corps)


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with clock.travel(TODAY):
        yield


@pytest.fixture
def corps(db: None) -> Iterator[Corps]:
    with as_owner():  # type: ignore[attr-defined]
        made = build()
    yield made


# --- a visit in steps --------------------------------------------------------------------------------------------


def begin(corps: Corps, *, school: School | None = None, who: str = "inspector", day: date = DAY) -> RoutineVisit:
    actor = corps.actor(who)
    with scope(actor):
        return actions.start_visit(by=actor, school=(school or corps.school).organization, visited_on=day)


def full_answers(items: list[InstrumentItem]) -> dict[int, tuple[Any, str]]:
    fitting = {AnswerKind.CHOICE: "1", AnswerKind.SCALE: 4, AnswerKind.YES_NO: True, AnswerKind.MULTI: ["1"],
               AnswerKind.NUMBER: 5, AnswerKind.TEXT: "新建一栋教学楼"}  # fmt: skip
    return {item.pk: (fitting[AnswerKind(item.kind)], "") for item in items}


FIELDS = {
    "visited_on": DAY,
    "time_from": time(9),
    "time_until": time(11, 30),
    "lessons": 2,
    "good_practice": "晨读有序",
}


def finding(disposition: str = "rectify", **more: str) -> dict[str, str]:
    facts = {"group_code": "7", "description": "食堂留样记录缺4天。", "severity": "general", "disposition": disposition}
    return facts | more


def save(corps: Corps, visit: RoutineVisit, *, findings: dict[UUID, dict[str, str]] | None = None,
         who: str = "inspector", editor: str = "page-1", revision: int | None = None, **fields: Any) -> RoutineVisit:  # fmt: skip
    actor = corps.actor(who)
    with scope(actor):
        items = items_of(visit.version)
        entry = VisitEntry(
            revision=visit.revision if revision is None else revision, editor=editor, answers=full_answers(items),
            findings=findings or {},
        )  # fmt: skip
        return actions.save_visit(visit, by=actor, entry=entry, fields=FIELDS | fields, items=items)


def submitted(corps: Corps, *dispositions: str, school: School | None = None, day: date = DAY) -> RoutineVisit:
    visit = begin(corps, school=school, day=day)
    found = {uuid4(): finding(d, **({"resolved_note": "已补记"} if d == "on_spot" else {})) for d in dispositions}
    visit = save(corps, visit, findings=found, visited_on=day)
    actor = corps.actor("inspector")
    with scope(actor):
        return actions.submit_visit(visit, by=actor)


def accepted(
    corps: Corps, *dispositions: str, who: str = "staff", school: School | None = None, day: date = DAY
) -> RoutineVisit:
    visit = submitted(corps, *dispositions, school=school, day=day)
    actor = corps.actor(who)
    with scope(actor):
        return actions.accept_visit(visit, by=actor)


def form_of(page: Any) -> dict[str, Any]:
    """What a browser would send of the editor's page as it stands: its form's wire, base and page token."""
    context = page.context
    visit, items = context["visit"], [q.item for c in context["cards"] for q in c.questions]
    from inspections.forms import wire

    with scope(page.wsgi_request.actor):
        sent: dict[str, Any] = dict(wire(visit, items))
    for item in items:
        sent[f"n-{item.pk}"] = sent.get(f"n-{item.pk}") or [""]
    return sent | {"revision": str(visit.revision), "editor": str(context["editor"]), "companions-asked": "1"}
