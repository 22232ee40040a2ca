"""The overview: what it says is what its reader may count; places outside are not there; corners are honest."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actors import Role
from accounts.models import Division, Organization
from accounts.scope import scope
from inspections.models import RoutineVisit
from portal.overview.indicators import INDICATORS
from portal.overview.periods import choices, read
from portal.overview.places import territory
from portal.overview.summary import Overview
from portal.overview.units import units
from portal.overview.words import sentence
from records import clock
from records.figures.rebuild import roll_up
from records.models import Deadline, Document
from rectification.models import Problem, Ticket
from tests import excel
from tests import factories as f
from tests.conftest import as_owner
from tests.roots import make

pytestmark = pytest.mark.django_db


class County:
    """Two schools of 530102, one of 530103: visits, problems, an overdue ticket."""

    def __init__(self) -> None:
        self.one, self.two = f.school(530102, "明德小学").organization, f.school(530102, "至善中学").organization
        self.sibling = f.school(530103, "邻县小学").organization
        office, now = f.office(530102), clock.now()
        shown = {"filed_at": now, "served_at": now}
        for _ in range(3):
            make(RoutineVisit, office, self.one, **shown)
        make(RoutineVisit, office, self.two, filed_at=now)
        make(Problem, office, self.one, **shown)
        make(Problem, office, self.two, filed_at=now)
        self.late = make(Ticket, office, self.one, **shown)
        Ticket.objects.filter(pk=self.late.pk).update(due_at=now - timedelta(days=3))
        for verdict in ("on_time", "late"):
            add(self.late, verdict, met_at=now, verdict=verdict)
        make(RoutineVisit, f.office(530103), self.sibling, **shown)


def add(ticket: Any, act: str, **facts: Any) -> None:
    Deadline.objects.create(
        root_kind=ticket.kind, root_id=ticket.pk, owner_code=ticket.owner_code, subject_code=ticket.subject_code,
        act=act, title="报送", party="unit", party_org=ticket.subject_org, rule_label="10日", basis="条例", basis_kind="law",
        started_at=clock.now() - timedelta(days=40), due_at=clock.now() - timedelta(minutes=1), **facts,
    )  # fmt: skip


@pytest.fixture
def county() -> County:
    with as_owner():
        return County()


def client(code: int, role: str = Role.LEADER) -> Client:
    with as_owner():
        return f.client_for(f.member(f.office(code), role))


def seen(
    code: int, at: int | None = None, *, alone: bool = False, period: str = "month", today: date | None = None
) -> Overview:
    with as_owner():
        actor = f.office_actor(code)
    found = Overview(actor, territory(actor, at or code, alone=alone), figure="", period=period)
    with scope(actor):
        _ = found.standing, found.rows, found.trend
    return found


@pytest.mark.parametrize("rolled", [False, True])
def test_it_says_what_its_reader_may_count(county: County, rolled: bool) -> None:
    if rolled:
        with as_owner():
            roll_up()
    own, above = seen(530102).standing, seen(530100, 530102).standing
    assert (own.visits.done, own.visits.due, own.found, own.problems_open) == (4, 2, 2, 2)
    assert (above.visits.done, above.found) == (3, 1)  # what the county has not yet served is its own
    assert (own.tickets_open, own.overdue, own.on_time["unit"].words) == (1, 1, "50%")
    assert own.on_time["office"].value is None


def test_the_places_below_add_up(county: County) -> None:
    found = seen(530100)
    rows = {row.part.name: row.standing for row in found.rows}
    assert set(rows) == {"五华区", "盘龙区"}
    assert (rows["五华区"].visits.done, rows["盘龙区"].visits.done, found.standing.visits.done) == (3, 1, 4)
    assert found.standing.schools == 3
    assert [row.part.name for row in found.ranked] == ["五华区", "盘龙区"]  # the overdue one first


def test_the_units_are_the_county(county: County) -> None:
    with as_owner():
        actor = f.office_actor(530102)
    found = seen(530102)
    with scope(actor):
        rows = {u.name: u for u in units(actor, 530102, found.period)}
    assert set(rows) == {"明德小学", "至善中学"}
    assert sum(u.visits.done for u in rows.values()) == found.standing.visits.done
    assert sum(u.visits.due for u in rows.values()) == found.standing.visits.due
    assert sum(u.overdue for u in rows.values()) == found.standing.overdue
    assert sum(u.problems for u in rows.values()) == found.standing.problems_open


@pytest.mark.parametrize(("code", "where"), [(530102, 530103), (530102, 530100), (530100, 530302), (530100, 530000), (530000, 520000), (530000, 530199), (530000, 999999), (530102, 0)])  # fmt: skip
def test_a_place_outside_is_not_there(county: County, code: int, where: int) -> None:
    assert client(code).get(f"/overview/{where}/").status_code == 404
    answer = client(code, Role.OFFICE_STAFF).get(
        reverse("records:list_export", args=["overview-places"]), {"place": where}
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("place", ["昆明", "-1", "1e9", "530102; DROP TABLE", "9" * 40])
def test_a_place_that_is_none(county: County, place: str) -> None:
    address = reverse("records:list_export", args=["overview-months"])
    assert client(530102).get(address, {"place": place}).status_code == 404


@pytest.mark.parametrize("query", ["figure=nothing", "period=1999-01", "period=2026-13", "sort=password", "sort=-", "own=", "all=1&period=12&sort=-overdue", "figure=visits&period=year"])  # fmt: skip
def test_an_address_that_makes_no_sense_shows_the_page(county: County, query: str) -> None:
    for code in (530102, 530100, 530000):
        page = client(code).get(f"/overview/?{query}")
        assert page.status_code == 200 and "⚠" not in page.content.decode()


@pytest.mark.parametrize("figure", list(INDICATORS))
@pytest.mark.parametrize("period", ["month", "previous", "year", "12"])
def test_every_figure_and_period(county: County, figure: str, period: str) -> None:
    page = client(530100).get("/overview/", {"figure": figure, "period": period}).content.decode()
    assert INDICATORS[figure].label in page and "⚠" not in page and "五华区" in page


def test_the_address_keeps_figure_and_period_on_the_way_down(county: County) -> None:
    page = client(530000).get("/overview/530100/?figure=visits&period=year").content.decode()
    assert "/overview/530102/?figure=visits&amp;period=year" in page
    assert "/overview/530000/?figure=visits&amp;period=year" in page


def test_a_county_directly_under_the_province() -> None:
    """仙桃 has no prefecture above it: it is a tile of the province, and what it did counts in the total."""
    with as_owner():
        make(RoutineVisit, f.office(429004), f.school(429004).organization, filed_at=clock.now(), served_at=clock.now())
    found = seen(420000)
    assert [(row.part.name, row.standing.visits.done) for row in found.rows] == [("仙桃市", 1)]
    assert found.standing.visits.done == 1
    page = client(420000).get("/overview/429004/").content.decode()
    assert "湖北省" in page and "各单位情况" in page


def test_a_functional_zone_and_what_a_prefecture_manages_itself() -> None:
    with as_owner():
        f.division(530100)
        zone = Division.objects.create(code=530171, name="高新区", level="county", kind="zone", parent_id=530100)
        f.DIVISIONS.setdefault(530171, ("高新区", "county", 530100))
        school = f.school(530171, "高新一小").organization
        own = f.school(530100, "市直属中学").organization
        for subject in (school, own):
            make(RoutineVisit, f.office(530100), subject, filed_at=clock.now(), served_at=clock.now())
    found = seen(530100)
    rows = {row.part.name: row.standing.visits.done for row in found.rows}
    assert rows[zone.name] == 1 and rows["市本级"] == 1
    assert found.standing.visits.done == 2
    page = client(530100).get("/overview/530100/?own=1").content.decode()
    assert "市直属中学" in page and "高新一小" not in page and "昆明市本级" in page


def test_an_empty_county_says_so() -> None:
    page = client(530302).get("/overview/").content.decode()
    assert "近24个月还没有督导记录、问题和整改单" in page
    assert "这里还没有登记学校" in page and "还没有印发的公文" in page
    assert "变差" not in page


def test_a_name_of_two_hundred_characters() -> None:
    with as_owner():
        f.school(530102, "长" * 200)
    assert "长" * 200 in client(530102).get("/overview/").content.decode()


def test_fifty_units_then_all() -> None:
    with as_owner():
        for _ in range(53):
            f.school(530102)
    browser = client(530102)
    assert browser.get("/overview/").content.decode().count('class="main-link"') == 50
    assert browser.get("/overview/?all=1").content.decode().count('class="main-link"') == 53


def test_periods_on_the_first_of_january() -> None:
    new_year = date(2027, 1, 1)
    assert [(p.first.key, p.last.key) for p in (read(k, new_year) for k in ("month", "previous", "year", "12"))] == [
        ("2027-01", "2027-01"), ("2026-12", "2026-12"), ("2027-01", "2027-01"), ("2026-02", "2027-01"),
    ]  # fmt: skip
    assert read("2025-02", new_year).key == "2025-02" and read("2025-01", new_year).key == "month"
    assert len(choices(new_year)) == len({key for key, _ in choices(new_year)}) == 26


def test_the_page_on_the_first_of_january(county: County) -> None:
    """Midnight changes nothing but what falls due: what was overdue stays so, without anybody counting."""
    with as_owner():
        actor = f.office_actor(530102)
        Ticket.objects.filter(pk=county.late.pk).update(due_at=clock.end_of(date(2026, 12, 31)))
        roll_up()
    counts = []
    for day in (date(2026, 12, 31), date(2027, 1, 1)):
        with clock.travel(day), scope(actor):
            found = Overview(actor, territory(actor, 530102, alone=False), figure="", period="month")
            counts.append((found.standing.overdue, found.standing.visits.due))
            assert sentence(found)
    assert counts == [(0, 2), (1, 2)]


def test_what_got_worse_is_said(county: County) -> None:
    text = sentence_of(530102)
    assert "近30天新增逾期1件" in text and "逾期1件" in text
    with as_owner():
        Ticket.objects.filter(pk=county.late.pk).update(due_at=None)
    assert "没有逾期" in sentence_of(530102)


def sentence_of(code: int) -> str:
    with as_owner():
        actor = f.office_actor(code)
    with scope(actor):
        return sentence(Overview(actor, territory(actor, code, alone=False), figure="", period="month"))


def test_a_rate_that_fell_is_said(county: County) -> None:
    """Two of two on time the month before last, one of two last month."""
    with as_owner():
        today = clock.today()
        last = today.replace(day=1) - timedelta(days=5)
        before = last.replace(day=1) - timedelta(days=5)
        for n, (day, verdict) in enumerate(
            [(before, "on_time"), (before, "on_time"), (last, "on_time"), (last, "late")]
        ):
            Deadline.objects.create(
                root_kind=county.late.kind, root_id=county.late.pk, owner_code=530102, subject_code=530102, act=f"a{n}",
                title="报送", party="unit", party_org=county.one, rule_label="10日", basis="条例", basis_kind="law",
                started_at=clock.end_of(day) - timedelta(days=9), due_at=clock.end_of(day), met_at=clock.now(), verdict=verdict,
            )  # fmt: skip
    assert "责任单位按时率由上月的100%降为50%" in sentence_of(530102)


@pytest.mark.parametrize("name", ["places", "units", "months"])
def test_tables_as_excel(county: County, name: str) -> None:
    code = 530102 if name == "units" else 530100
    answer = client(code).get(
        reverse("records:list_export", args=[f"overview-{name}"]), {"place": code, "period": "year"}
    )
    assert answer.status_code == 200
    cells = {str(cell) for row in excel.read(answer.content) for cell in row}
    assert {"places": "五华区", "units": "明德小学", "months": f"{clock.today().year}年{clock.today().month}月"}[
        name
    ] in cells


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.UNIT_CONTACT, Role.DEPARTMENT_CONTACT, Role.AUDIT_ADMIN])
def test_the_tables_are_for_those_who_see_the_page(county: County, role: str) -> None:
    with as_owner():
        homes = {Role.UNIT_CONTACT: county.one, Role.DEPARTMENT_CONTACT: f.department(530102)}
        browser = f.client_for(f.member(homes.get(role, f.office(530102)), role))
    assert browser.get("/overview/").status_code == 403
    assert browser.get(reverse("records:list_export", args=["overview-units"])).status_code == 403


def test_a_siblings_rows_change_nothing(county: County) -> None:
    browser = client(530102)
    before = browser.get("/overview/?period=12").content.decode()
    with as_owner():
        for model in (RoutineVisit, Problem, Ticket, Document):
            make(
                model,
                f.office(530103),
                county.sibling,
                filed_at=clock.now(),
                served_at=clock.now(),
                reported_at=clock.now(),
            )
    after = browser.get("/overview/?period=12").content.decode()
    assert without_tokens(before) == without_tokens(after)


def without_tokens(page: str) -> list[str]:
    return [line for line in page.splitlines() if "csrf" not in line.lower()]


def test_queries_do_not_grow(county: County) -> None:
    with as_owner():
        people = {code: f.member(f.office(code), Role.LEADER) for code in (530102, 530100, 530000)}
    few = {code: f.queries_of(f.client_for(person), "/overview/") for code, person in people.items()}
    with as_owner():
        for _ in range(12):
            school = f.school(530102).organization
            make(RoutineVisit, f.office(530102), school, filed_at=clock.now())
            make(Document, f.office(530102), school, filed_at=clock.now(), served_at=clock.now())
        Organization.objects.filter(pk=county.two.pk).update(closed_on=clock.today())
    many = {code: f.queries_of(f.client_for(person), "/overview/") for code, person in people.items()}
    assert many == few and max(few.values()) <= 15, few


def test_a_kept_page_is_never_older_than_the_facts(county: County) -> None:
    """The second look is answered from the cache; a change of the place, rolled up or not, is there at once."""
    browser = client(530102)

    def look() -> tuple[int, str]:
        with CaptureQueriesContext(connection) as asked:
            page = browser.get("/overview/").content.decode()
        return len(asked), page

    first, again = look(), look()
    assert again[0] < first[0] and without_tokens(again[1]) == without_tokens(first[1])
    with as_owner():
        make(Problem, f.office(530102), county.one, filed_at=clock.now())
    assert "未销号问题3个" in look()[1]
    with as_owner():
        roll_up()
        assert "未销号问题3个" in look()[1]
        Problem.objects.filter(subject_org=county.one).delete()
        roll_up()
    assert "未销号问题1个" in look()[1]
    assert "未销号问题" in client(530100).get("/overview/530102/").content.decode()  # the office above has its own
