"""The demo keeps its promises: every account, every state, a genuine trail, no line of a sibling on anybody's workbench."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from accounts.actors import ADMIN_ROLES, Role
from accounts.identities import identities_of
from accounts.models import Invitation, Membership, Organization, Stewardship, User
from accounts.scope import scope
from inspections.models import Complaint, ComplaintRecusal, RoutineVisit
from portal.demo.people import DUAL, Cast, accounts
from portal.demo.size import CAPITAL, COUNTIES, MAIN, NEIGHBOUR, SECOND_PROVINCE, SMALL, STAFFED
from records import clock
from records.models import (
    Countersigner,
    Deadline,
    Document,
    DocumentTemplate,
    Handover,
    LadderStep,
    LetterBatch,
    Outbox,
    Service,
    StateTransition,
)
from records.rendering import official
from records.rendering.papers import OfficialPaper
from rectification.models import Problem, SupervisoryOrder, Ticket
from supervision.models import Committee, School
from tests.conftest import as_owner, playing
from tests.portal.conftest import queries_of

pytestmark = pytest.mark.django_db
PASSWORD = "Correct-horse-9"
BUDGET = 15


def command(name: str, *arguments: str) -> str:
    said = StringIO()
    call_command(name, *arguments, stdout=said)
    return said.getvalue()


def rendered_once(render: Callable[[OfficialPaper], bytes]) -> Callable[[OfficialPaper], bytes]:
    """The first paper's file stands for all: setting type has its own tests, and takes half of the demo's time."""
    stored: list[bytes] = []

    def first(paper: OfficialPaper) -> bytes:
        if not stored:
            stored.append(render(paper))
        return stored[0]

    return first


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The small demo, made once by the owner and rolled back after the last test of this file."""
    patch = pytest.MonkeyPatch()
    patch.setenv("DEMO_PASSWORD", PASSWORD)
    patch.setattr("django.conf.settings.DEMO", True)
    options = connection.settings_dict["OPTIONS"]
    with django_db_blocker.unblock(), transaction.atomic():
        # The scheduler's role play would end in the web role: here the owner does everything, as in `make demo`.
        web = options.pop("assume_role")
        patch.setattr(official, "render", rendered_once(official.render))
        with playing(None):
            command("seed_demo", "--small")
        options["assume_role"] = web
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {web}")
        yield
        patch.undo()
        transaction.set_rollback(True)


@pytest.fixture
def everything(demo: None) -> Iterator[None]:
    """Read as the owner, whom row security does not bind."""
    with as_owner():  # type: ignore[attr-defined]
        yield


def client_of(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


@pytest.mark.parametrize("code", STAFFED)
@pytest.mark.parametrize("prefix", ["office", "head", "leader"])
def test_every_office_has_its_people(everything: None, prefix: str, code: int) -> None:
    user = User.objects.get(username=f"{prefix}-{code}")
    assert user.check_password(PASSWORD)
    assert [i.division_code for i in identities_of(user.pk)] == [code]


def test_every_promised_account_exists(everything: None) -> None:
    names = set(User.objects.values_list("username", flat=True))
    promised = {a.username for a in accounts(SMALL)}
    promised |= {f"{kind}-{code}" for kind in ("sysadmin", "security", "audit") for code in (530000, 520000, 520102)}
    promised |= {f"{kind}-{code}-1" for kind in ("inspector", "school") for code in COUNTIES}
    promised |= {f"department-{code}" for code in COUNTIES} | {"member-530000-1", "member-520000-1", "member-520102-1"}
    assert promised <= names


def test_nobody_mixes_administration_and_business(everything: None) -> None:
    for user in User.objects.filter(memberships__role__in=ADMIN_ROLES).distinct():
        assert set(user.memberships.values_list("role", flat=True)) <= ADMIN_ROLES
        assert user.memberships.count() == 1


def test_one_person_has_two_identities(everything: None) -> None:
    found = identities_of(User.objects.get(username=DUAL).pk)
    assert [(i.division_code, i.role) for i in found] == [(MAIN, Role.OFFICE_STAFF), (530100, Role.INSPECTOR)]


def test_each_body_gives_only_its_own_roles(everything: None) -> None:
    for member in Membership.objects.select_related("organization"):
        assert member.role in Membership.roles_for(member.organization.kind)


def test_every_state_is_there(everything: None) -> None:
    here = Ticket.objects.filter(owner_code=MAIN)
    assert set(here.values_list("state", flat=True)) == set(Ticket.State)
    assert set(Problem.objects.filter(owner_code=MAIN).values_list("state", flat=True)) == set(Problem.State)
    orders = set(SupervisoryOrder.objects.values_list("state", flat=True))
    assert orders >= {"drafted", "in_force", "answered", "lapsed"}
    assert Deadline.objects.overdue().filter(root_kind="rectification.ticket").exists()
    assert Outbox.objects.filter(topic="accountability.propose_interview", consumed_at=None).exists()
    assert LadderStep.objects.filter(status="sent", rung__consequence="").count() > 10


def test_complaints_stand_everywhere_and_one_is_past_its_day(everything: None) -> None:
    here = Complaint.objects.filter(owner_code=MAIN)
    assert set(here.values_list("state", flat=True)) == set(Complaint.State)
    late = Deadline.objects.overdue().filter(root_kind="inspections.complaint").values_list("root_id", flat=True)
    assert set(here.filter(pk__in=late).values_list("state", flat=True)) == {"received", "accepted"}
    assert Complaint.objects.filter(owner_code=CAPITAL, category="supervisors").exists()
    assert ComplaintRecusal.objects.filter(owner_code=MAIN, decided_by=None).exists()


def test_what_was_approved_today_is_left_to_the_worker(everything: None) -> None:
    waiting = Document.objects.filter(state=Document.State.APPROVED)
    assert waiting.count() == 1
    assert Outbox.objects.filter(topic="records.render", consumed_at=None, root_id=waiting.get().pk).exists()
    assert not Document.objects.filter(state=Document.State.SERVED, file="").exists()


def test_numbers_have_no_gap(everything: None) -> None:
    for code in STAFFED:
        for series in set(Document.objects.filter(owner_code=code).exclude(series="").values_list("series", "year")):
            taken = Document.objects.filter(owner_code=code, series=series[0], year=series[1]).order_by("sequence")
            assert list(taken.values_list("sequence", flat=True)) == list(range(1, taken.count() + 1))


def test_four_eyes_in_every_trail(everything: None) -> None:
    for ticket in Ticket.objects.filter(state="closed"):
        assert len({ticket.answered_by_id, ticket.verified_by_id, ticket.closed_by_id}) == 3
    moves = StateTransition.objects.filter(root_kind="records.document")
    for document in moves.filter(name="approve").values_list("root_id", "person_id"):
        assert not moves.filter(root_id=document[0], name__in=["draft", "submit"], person_id=document[1]).exists()


def test_the_trail_is_in_order_and_not_of_tomorrow(everything: None) -> None:
    assert not StateTransition.objects.filter(at__gt=clock.now()).exists()
    for ticket in Ticket.objects.all():
        at = list(StateTransition.objects.of(ticket).order_by("id").values_list("at", flat=True))
        assert at == sorted(at)


def test_changes_are_dated_by_the_day_on_which_they_were_made(everything: None) -> None:
    """The trail of a ticket that was closed weeks ago has no field that changed today."""
    today = clock.today()
    for kind in (Ticket, RoutineVisit):
        changes = kind._meta.get_field("change_events").related_model.objects
        days = {clock.local(at).date() for at in changes.values_list("pgh_created_at", flat=True)}
        assert len(days) > 10 and max(days) <= today
    closed = Ticket.objects.filter(state="closed", closed_at__lt=clock.now() - timedelta(days=1))
    late = Ticket._meta.get_field("change_events").related_model.objects.filter(
        pgh_obj__in=closed, pgh_created_at__date=today
    )
    assert closed.exists() and not late.exists()


def test_both_provinces_have_committees(everything: None) -> None:
    assert set(Committee.objects.values_list("division_id", flat=True)) == set(STAFFED)
    assert School.objects.filter(
        division_code__gte=SECOND_PROVINCE, division_code__lt=SECOND_PROVINCE + 10_000
    ).exists()
    schools = Organization.objects.filter(kind="school").values_list("name", flat=True)
    assert len(schools) == len(set(schools)) == sum(SMALL.schools.values())


def test_the_second_start_changes_nothing(everything: None) -> None:
    before = (User.objects.count(), Ticket.objects.count(), StateTransition.objects.count())
    assert "already" in command("seed_demo", "--small")
    assert (User.objects.count(), Ticket.objects.count(), StateTransition.objects.count()) == before


def test_the_accounts_are_listed(everything: None) -> None:
    said = command("demo_accounts")
    assert all(f"{kind}-{code}" in said for kind in ("office", "head", "leader") for code in STAFFED)
    assert DUAL in said and "sysadmin-520102" in said and PASSWORD not in said


@pytest.mark.parametrize("account", accounts(SMALL), ids=lambda a: a.username)
def test_every_workbench_opens_within_its_budget(demo: None, account: object) -> None:
    asked = queries_of(client_of(account.username))  # type: ignore[attr-defined]
    assert len(asked) <= BUDGET, "\n".join(asked)


def test_nobody_reads_a_sibling_s_line(demo: None) -> None:
    with as_owner():  # type: ignore[attr-defined]
        names = {
            c: set(Organization.objects.filter(kind="school", division_id=c).values_list("name", flat=True))
            for c in COUNTIES
        }
        own = {a.username: a.code for a in accounts(SMALL) if a.code in COUNTIES}
    for username, code in own.items():
        page = client_of(username).get("/", {"all": "1"}).content.decode()
        foreign = {name for county, every in names.items() if county != code for name in every}
        assert not {name for name in foreign if name in page}, username


def test_a_school_s_workbench_names_no_other_school(demo: None) -> None:
    with as_owner():  # type: ignore[attr-defined]
        schools = set(Organization.objects.filter(kind="school").values_list("name", flat=True))
        cast = Cast()
        own = {
            f"school-{MAIN}-{n}": cast[f"school-{MAIN}-{n}"].organization_name
            for n in range(1, SMALL.schools[MAIN] + 1)
        }
    for username, name in own.items():
        page = client_of(username).get("/", {"all": "1"}).content.decode()
        assert {s for s in schools if re.search(rf"{s}(?!第|一|二)", page)} <= {name}


def test_administrators_read_no_business(demo: None) -> None:
    with as_owner():  # type: ignore[attr-defined]
        titles = set(Ticket.objects.values_list("title", flat=True))
    for account in accounts(SMALL):
        if account.kind.role in ADMIN_ROLES:
            page = client_of(account.username).get("/").content.decode()
            assert not {title for title in titles if title in page}


def test_a_neighbour_s_office_sees_none_of_the_tickets(demo: None) -> None:
    with as_owner():  # type: ignore[attr-defined]
        cast = Cast()
        neighbour, main = cast[f"office-{NEIGHBOUR}"], cast[f"office-{MAIN}"]
    with scope(neighbour):
        assert not Ticket.objects.visible_to(neighbour).filter(owner_code=MAIN).exists()
        assert not Ticket.objects.filter(owner_code=MAIN).exists()
    with scope(main):
        assert Ticket.objects.visible_to(main).filter(owner_code=MAIN).exists()


def test_a_paper_stands_at_every_stop(everything: None) -> None:
    """The way of a paper is seen on the workbench: drafted, checked, countersigned, approved in the head's stead, replaced."""
    here = Document.objects.filter(owner_code=MAIN, about_kind="", letter=None)
    assert set(here.values_list("state", flat=True)) >= {"drafted", "checking", "countersigning", "served", "replaced"}
    (lent,) = here.exclude(delegation=None)
    assert "委托代签" in lent.approved_as and lent.state == "served" and lent.seal_way == "signature"
    assert DocumentTemplate.objects.filter(division_code=MAIN).exists()
    old = here.get(state="replaced")
    assert old.successors.get().state == "served" and old.services.exclude(received_at=None).exists()
    opinions = Countersigner.objects.filter(document__owner_code=MAIN).values_list("opinion", flat=True)
    assert sorted(opinions) == ["", "objected"]


def test_papers_reached_their_schools_by_every_way(everything: None) -> None:
    here = Service.objects.filter(document__owner_code=MAIN, received_at__isnull=False)
    assert set(here.values_list("kind", flat=True)) >= {"signed_for", "handed_over", "left", "deemed"}
    batch = LetterBatch.objects.get(owner_code=MAIN)
    assert not batch.letters.exclude(document__file__gt="").exists()


def test_people_come_and_go_at_the_main_office(everything: None) -> None:
    """A steward, a hand-over with something in it, a contact before the present one, invitations that are open."""
    today = clock.today()
    assert Stewardship.objects.valid_on(today).get(division_code=MAIN).membership.user.username == f"office-{MAIN}"
    done = Handover.objects.get(owner_code=MAIN)
    assert done.total == 1 and done.membership.valid_until == done.last_day < today
    assert Document.objects.get(owner_code=MAIN, title__contains="秋季学期开学").drafted_by == done.successor
    former = Membership.objects.get(user__username=f"former-school-{MAIN}")
    assert former.valid_until is not None and former.valid_until < today
    assert Membership.objects.filter(organization=former.organization).valid_on(today).exists()
    invited = Invitation.objects.unended().filter(division_code=MAIN)
    assert invited.count() == 2 and invited.filter(replaces__isnull=False).count() == 1
    assert not User.objects.filter(username__startswith="former-", password__startswith="pbkdf2").exists()


HREF = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)')
# Leads out, or answers with bytes that other tests look at.
NO_PAGE = re.compile(r"^/(public|static|media)/|logout|/file/|/attachments/|/sheet|download|export|/page/\d+/")
WALKERS = ["office-530102", "head-530102", "leader-530102", "school-530102-1", "inspector-530102-1", "department-530102",
           "office-530100", "security-530000", "audit-530000", "sysadmin-530000"]  # fmt: skip


@pytest.mark.parametrize("username", WALKERS)
def test_every_link_opens_for_whoever_is_shown_it(demo: None, username: str) -> None:
    """One address of each shape, from the workbench on: a link that is refused is a promise broken."""
    client, waiting, seen, dead = client_of(username), ["/"], set[str](), list[str]()
    while waiting:
        url = waiting.pop(0)
        shape = re.sub(r"\d+", "N", url.split("?")[0])
        if shape in seen or NO_PAGE.search(url):
            continue
        seen.add(shape)
        answer = client.get(url, follow=True)
        if answer.streaming:
            b"".join(answer.streaming_content)  # read to its end, the file is closed
        if answer.status_code >= 400:
            dead.append(f"{answer.status_code} {url}")
        elif "html" in answer["Content-Type"]:
            waiting += [unescape(href) for href in HREF.findall(answer.content.decode())]
    assert dead == []
    assert len(seen) > 5
