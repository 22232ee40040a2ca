"""How far a grant reaches (issue: Done when 5): one root of each kind, asked for by every address of the house, searched
for, taken away as Excel, PDF and ZIP, fetched from a job, read in messages; and the midnight after its last day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.actors import Role
from accounts.models import Membership
from accounts.scope import scope
from inspections.models import RoutineVisit
from inspections.printing import VISIT_FORM
from records import clock, jobs
from records.actions import grants
from records.models import Document, Job, Notification
from records.outbox import consume
from records.state import Refused
from rectification.models import Problem, SupervisoryOrder, Ticket
from tests import factories as f
from tests.access_table import PAGES
from tests.conftest import as_owner, as_system
from tests.excel import read
from tests.records.test_grants import grant, status_of
from tests.world import World, build

pytestmark = pytest.mark.django_db
# One sign for each kind of root, in words that its pages show.
SIGNS = {"paper": "甲字密语", "problem": "乙字密语", "ticket": "丙字密语", "visit": "戊字密语"}
KINDS = (*SIGNS, "order")  # an order has no words of its own: it is looked for by its key
COLUMNS = {"paper": "title", "problem": "title", "ticket": "title", "visit": "overall"}
LISTS = {"paper": "records:document_list", "problem": "rectification:problem_list", "ticket": "rectification:ticket_list",
         "order": "rectification:order_list", "visit": "inspections:visit_list"}  # fmt: skip


@pytest.fixture
def world() -> World:
    with as_owner():
        world = build()
        for name, column in COLUMNS.items():
            thing = getattr(world, name)
            type(thing).objects.filter(pk=thing.pk).update(**{column: f"{SIGNS[name]}的事由"})
        world.order.refresh_from_db()  # the world gave it its ticket behind its back
        world.attachment.name = f"{SIGNS['ticket']}.txt"
        world.attachment.save(update_fields=["name"])
        return world


def within(opened: str) -> tuple[str, ...]:
    """An order is opened with its ticket only."""
    return (opened, "ticket") if opened == "order" else (opened,)


def roots(world: World, opened: str) -> list[Any]:
    return [getattr(world, name) for name in within(opened)]


def test_every_kind_that_can_be_opened_is_tried_here() -> None:
    assert {m.__name__ for m in grants.grantable()} == {
        model.__name__ for model in (Document, Problem, Ticket, SupervisoryOrder, RoutineVisit)
    }


def test_an_order_is_not_opened_without_its_ticket_and_closes_with_it(world: World) -> None:
    with pytest.raises(Refused, match="一并开放"):
        grant(world, [world.order])
    client = f.client_for(guest := grant(world, [world.order, world.ticket, world.paper]))
    assert client.get(world.order.get_absolute_url()).status_code == 200
    with as_owner():
        party = type(world.ticket).party_model().objects.get(root=world.ticket, person_id=guest.user_id)
    with scope(head := f.actor(world.people[Role.OFFICE_HEAD, 530102])):
        grants.end_access(party, by=head, reason="检查结束")
    assert client.get(world.order.get_absolute_url()).status_code == 404
    assert client.get(reverse("portal:home")).status_code == 200


def everywhere(client: Client, world: World) -> Iterator[tuple[str, int, str]]:
    """Every address of the house as the person gets it, what each writes undone."""
    for name, page in PAGES.items():
        url = reverse(name, args=page.args(world)) + page.query
        with transaction.atomic():
            response = client.post(url, page.data or {}) if page.post else client.get(url)
            transaction.set_rollback(True)
        body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
        yield name, response.status_code, body.decode(errors="ignore")


@pytest.mark.parametrize("opened", sorted(KINDS))
def test_no_address_shows_another_root(world: World, opened: str) -> None:
    client = f.client_for(grant(world, roots(world, opened), download=True))
    own, leaks = False, []
    for name, status, text in everywhere(client, world):
        own = own or (status == 200 and SIGNS.get(opened, world.order.get_absolute_url()) in text)
        leaks += [(name, other) for other, sign in SIGNS.items() if other not in within(opened) and sign in text]
    assert own and not leaks


@pytest.mark.parametrize("opened", sorted(KINDS))
def test_lists_and_their_search_find_it_and_nothing_else(world: World, opened: str) -> None:
    client = f.client_for(grant(world, roots(world, opened)))
    for name, address in LISTS.items():
        found = [row.pk for row in client.get(reverse(address)).context["page_obj"].object_list]
        assert found == ([getattr(world, name).pk] if name in within(opened) else []), name
        for query in ("?q=密语", "?title=密语", "?number=测督", "?unit=明德", "?state="):
            rows = client.get(reverse(address) + query).context["page_obj"].object_list
            assert {row.pk for row in rows} <= set(found), (name, query)


def test_excel_has_the_rows_that_may_be_taken_away(world: World) -> None:
    url = reverse("records:list_export", args=["problems"])
    reader = f.client_for(grant(world, [world.problem]))
    assert cells(reader.get(url)).isdisjoint({f"{SIGNS['problem']}的事由"})
    taker = f.client_for(grant(world, [world.problem, world.ticket], download=True))
    assert f"{SIGNS['problem']}的事由" in cells(taker.get(url))
    assert f.client_for(grant(world, [world.ticket], download=True)).get(url).status_code == 200


def cells(response: Any) -> set[str]:
    assert response.status_code == 200
    return {str(value) for row in read(response.content) for value in row if value}


def test_archive_files_are_nobodys_from_outside(world: World) -> None:
    client = f.client_for(grant(world, [world.ticket, world.paper, world.visit], download=True))
    for name, page in PAGES.items():
        if "archive" in name:
            url = reverse(name, args=page.args(world))
            assert (client.post(url) if page.post else client.get(url)).status_code in (403, 404), name


def print_visit(world: World, guest: Membership) -> Job:
    """Asked for on the page, done by the worker."""
    client = f.client_for(guest)
    assert client.post(reverse("inspections:visit_print", args=[world.visit.pk])).status_code == 302
    with as_owner():
        job = Job.objects.get(kind=VISIT_FORM, user_id=guest.user_id)
    with as_system():
        jobs.run(job.pk, guest.user_id, guest.pk)
    return job


def test_a_jobs_result_ends_with_the_grant(world: World) -> None:
    guest = grant(world, [world.visit, world.ticket], download=True)
    job, client = print_visit(world, guest), f.client_for(guest)
    assert status_of(client, "records:job_file", job.pk) == 200
    with as_owner():
        line = Notification.objects.get(user_id=guest.user_id, root_kind="records.job")
        assert world.school.organization.name not in job.title + line.title
        party = type(world.visit).party_model().objects.get(root=world.visit, person_id=guest.user_id)
    with scope(head := f.actor(world.people[Role.OFFICE_HEAD, 530102])):
        grants.end_access(party, by=head, reason="检查结束")
    # The ticket is open still: he has his identity, and not the file.
    assert client.get(world.ticket.get_absolute_url()).status_code == 200
    for name in ("records:job", "records:job_file"):
        assert client.get(reverse(name, args=[job.pk])).status_code == 404
    assert job.get_absolute_url() not in client.get(reverse("records:job_list")).content.decode()


def test_printing_needs_the_word_for_files(world: World) -> None:
    client = f.client_for(grant(world, [world.visit]))
    assert client.post(reverse("inspections:visit_print", args=[world.visit.pk])).status_code == 403


def test_an_own_identity_elsewhere_does_not_fetch_what_the_guest_asked_for(world: World) -> None:
    own = world.people[Role.INSPECTOR, 530103]
    with as_owner():
        type(own.user).objects.filter(pk=own.user_id).update(phone="13800001111", full_name="李交叉")
    guest = grant(world, [world.visit], download=True)
    assert guest.user_id == own.user_id
    job = print_visit(world, guest)
    assert status_of(f.client_for(guest), "records:job_file", job.pk) == 200
    assert f.client_for(own).get(reverse("records:job_file", args=[job.pk])).status_code == 404


def test_messages_name_nothing_that_stays_after_the_grant(world: World) -> None:
    guest = grant(world, [world.ticket, world.paper, world.visit, world.problem])
    with as_system():
        consume()
    with as_owner():
        told = [n.title + n.body for n in Notification.objects.filter(user_id=guest.user_id)]
    assert len(told) == 4 and not any(sign in line for sign in SIGNS.values() for line in told)
    trail = f.client_for(guest).get(reverse("records:trail", args=[world.ticket.kind, world.ticket.pk]))
    others = [p.user.full_name for (role, _), p in world.people.items() if role == Role.OUTSIDER and p.pk != guest.pk]
    assert trail.status_code == 200 and not any(name in trail.content.decode() for name in others)


@pytest.mark.parametrize("opened", sorted(KINDS))
def test_a_session_that_is_open_over_midnight(world: World, opened: str) -> None:
    """The same window, a minute before and a minute after the last day ends; another root keeps the identity alive."""
    root, today = getattr(world, opened), clock.today()
    longer = world.problem if opened in ("ticket", "order") else world.ticket
    guest = grant(world, roots(world, opened), until=today, download=True)
    grant(world, [longer], until=today + timedelta(days=5), download=True)
    client = f.client_for(guest)
    assert client.get(root.get_absolute_url()).status_code == 200
    with clock.travel(datetime.combine(today, time(23, 59), clock.TZ)):
        assert client.get(root.get_absolute_url()).status_code == 200
    with clock.travel(datetime.combine(today + timedelta(days=1), time(0, 1), clock.TZ)):
        assert client.get(root.get_absolute_url()).status_code == 404
        assert client.get(longer.get_absolute_url()).status_code == 200
        if opened == "paper":
            assert client.get(reverse("records:document_file", args=[root.pk])).status_code == 404
            assert client.get(reverse("records:document_page", args=[root.pk, 1])).status_code == 404
        if opened == "ticket":
            assert client.get(reverse("records:attachment", args=[world.attachment.pk])).status_code == 404


def test_after_the_last_grant_the_window_shows_nothing_at_all(world: World) -> None:
    today = clock.today()
    guest = grant(world, [world.ticket, world.paper], until=today, download=True)
    client = f.client_for(guest)
    assert SIGNS["ticket"] in client.get(reverse("portal:home")).content.decode()
    with clock.travel(datetime.combine(today + timedelta(days=1), time(0, 1), clock.TZ)):
        for name, status, text in everywhere(client, world):
            assert not any(sign in text for sign in SIGNS.values()), (name, status)
