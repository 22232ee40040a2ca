"""Scale data (portal.demo.scale) in small: the same seed gives the same rows, every constraint holds, the pages open."""

from __future__ import annotations

import hashlib

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from accounts.models import Organization, User
from inspections.models import RoutineVisit
from portal.demo.scale.load import NotEmpty, load
from portal.demo.scale.size import SCALES, TINY, Share, shares
from records import clock
from records.models import Deadline, Document, LadderStep, NumberCounter
from records.timing.sweep import write_steps
from rectification.models import Problem, SupervisoryOrder, Ticket
from supervision.models import School
from tests import factories as f
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db
TABLES = (
    "accounts_organization", "accounts_user", "accounts_membership", "supervision_school", "inspectors_districtschool",
    "inspections_routinevisit", "inspections_finding", "inspections_visitanswer", "rectification_problem", "rectification_ticket",
    "rectification_supervisoryorder", "records_document", "records_deadline", "records_service", "records_statetransition",
    "records_ladderstep", "rectification_ticketchangeevent", "inspections_routinevisitchangeevent",
)  # fmt: skip
LEVELS = (
    "school-530102-1",
    "inspector-530102-1",
    "office-530102",
    "office-530100",
    "office-530000",
    "department-530102",
)
PAGES = (
    "/",
    "/rectification/tickets/",
    "/rectification/problems/",
    "/inspections/visits/",
    "/records/documents/",
    "/records/inbox/",
)


def loaded(seed: int = 7) -> dict[str, int]:
    with clock.travel(clock.now()):  # both loads at one moment
        return load(TINY, seed=seed, password="unusable", workers=0, say=lambda _: None)


def digest() -> str:
    """Of every row of TABLES. The numbers of leaves are left out: nobody names them."""
    seen = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (SELECT (to_jsonb(t) - '{{id,pgh_id,password}}'::text[])"
                           f"::text AS line FROM {table} t) l")  # fmt: skip
            seen.update(str(cursor.fetchone()).encode())
    return seen.hexdigest()


@pytest.fixture
def places() -> None:
    with as_owner():
        f.division(530102)


@pytest.fixture
def tiny(places: None) -> dict[str, int]:
    with as_owner():
        made = loaded()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # foreign keys too: every constraint has been asked
    return made


def test_same_seed_same_rows(places: None) -> None:
    found = []
    with as_owner(), clock.travel(clock.now()):
        for seed in (7, 7, 8):
            with transaction.atomic():
                load(TINY, seed=seed, password="unusable", workers=0, say=lambda _: None)
                found.append(digest())
                transaction.set_rollback(True)
    assert found[0] == found[1]
    assert found[0] != found[2]


def test_a_second_load_is_refused(tiny: dict[str, int]) -> None:
    with as_owner(), pytest.raises(NotEmpty):
        loaded()


def test_the_log_is_written_again_afterwards(tiny: dict[str, int]) -> None:
    """The triggers were off while it ran; nothing may stay off."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'D'")
        assert cursor.fetchone() == (0,)


def test_facts_hang_together(tiny: dict[str, int]) -> None:
    """What the machines would have left behind: a paper behind each served ticket, a clock for whoever's turn it is."""
    with as_owner():
        tickets = Ticket.objects.all()
        assert set(tickets.values_list("state", flat=True)) >= {"rectifying", "reported", "closed", "withdrawn"}
        assert not tickets.filter(served_at__isnull=False).exclude(notice__state="served").exists()
        late = tickets.filter(state="rectifying", orders__isnull=True).first()
        assert late is not None
        assert Deadline.objects.of(late).open().filter(act="rectification.report", due_at=late.due_at).count() == 1
        assert not Problem.objects.filter(state="closed").exclude(ticket__state="closed").exists()
        assert SupervisoryOrder.objects.filter(state="lapsed", answered_at__isnull=True).exists()
        assert not RoutineVisit.objects.filter(state="accepted", served_at__isnull=True).exists()
        named = Document.objects.exclude(number="")
        assert named.values("number", "owner_code").distinct().count() == named.count()
        counter = NumberCounter.objects.filter(owner_code=530102, series="整改单").order_by("year").first()
        assert (
            counter is not None
            and counter.last == tickets.filter(owner_code=530102, number__contains=f"-{counter.year}-").count()
        )


def test_the_sweep_finds_what_was_left_for_it(tiny: dict[str, int]) -> None:
    with as_owner():
        due = round(20_000 * tiny["tickets"] / 400_000)
        before = LadderStep.objects.filter(status="pending").count()
        written = write_steps(clock.today())
        assert before == 0
        assert abs(written - due) <= 1
        assert write_steps(clock.today()) == 0


@pytest.mark.parametrize("username", LEVELS)
def test_pages_open_at_every_level(tiny: dict[str, int], client: Client, username: str) -> None:
    with as_owner():
        client.force_login(User.objects.get(username=username))
    for path in PAGES:
        answer = client.get(path)
        assert answer.status_code in (
            (200, 403) if username.startswith(("school", "inspector", "department")) else (200,)
        ), path
    assert client.get("/").status_code == 200


def test_a_school_sees_its_own_alone(tiny: dict[str, int], client: Client) -> None:
    with as_owner():
        school = Organization.objects.get(memberships__user__username="school-530102-1")
        own = Ticket.objects.filter(subject_org=school, served_at__isnull=False).count()
        client.force_login(User.objects.get(username="school-530102-1"))
    page = client.get("/rectification/tickets/")
    assert 0 < page.context["total"] == own


def test_sizes_of_the_province() -> None:
    """architecture.md §8, and the capital's prefecture a tenth of it: pages are compared with ten times the rows."""
    with as_owner():
        for code in (530000, 530100, 530300):
            f.division(code)
        counties = [*range(530102, 530112), *range(530302, 530312)]
        place = apps.get_model("accounts", "Division")
        place.objects.bulk_create(
            [place(code=c, name=f"第{c}县", level="county", parent_id=c // 100 * 100) for c in counties],
            ignore_conflicts=True,
        )
        whole, tenth = shares(SCALES["province"], 1), shares(SCALES["prefecture"], 1)
    assert (_sum(whole, "schools"), _sum(whole, "visits"), _sum(whole, "tickets")) == pytest.approx(
        (25_000, 1_250_000, 400_000), rel=0.001
    )
    assert (_sum(tenth, "schools"), _sum(tenth, "visits"), _sum(tenth, "tickets")) == pytest.approx(
        (2_500, 125_000, 40_000), rel=0.002
    )
    same = {s.code: s for s in whole}
    assert all(same[s.code] == s for s in tenth if s.is_county)


def _sum(found: list[Share], what: str) -> int:
    return sum(getattr(share, what) for share in found)


def test_nothing_is_loaded_over_schools(places: None) -> None:
    with as_owner():
        school = f.organization(530102, "school")
        School.objects.create(organization=school, division_code=530102, stage="primary", ownership="public")
        with pytest.raises(NotEmpty):
            loaded()


@pytest.mark.parametrize("page", ["", "0", "-3", "x", "2", "999999"])
def test_a_list_beyond_a_thousand_rows_opens(tiny: dict[str, int], client: Client, page: str) -> None:
    """Counted to 1,000+; a page that is none is the first, never an error."""
    with as_owner():
        client.force_login(User.objects.get(username="office-530102"))
    answer = client.get("/inspections/visits/", {"page": page} if page else {})
    assert answer.status_code == 200
    assert answer.context["total"] == 1001
    assert answer.context["page_obj"].number == (int(page) if page in ("2", "999999") else 1)
