"""People from outside: a grant opens exactly its roots, until its last day, in pages, files and lists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.actors import Actor, Role
from accounts.models import Membership, Organization
from accounts.scope import scope
from inspections.models import RoutineVisit
from records import clock
from records.actions import grants
from records.actions.grants import Guest, Purpose
from records.models import Document, GrantEntry, StateTransition
from records.state import Refused
from rectification.models import Problem, Ticket
from tests import factories as f
from tests.conftest import as_owner
from tests.roots import let_in, make
from tests.world import World, build

pytestmark = pytest.mark.django_db
GUEST = Guest("李交叉", "13800001111", "盘龙区督学")
KINDS = (Document, Problem, Ticket, RoutineVisit)


@pytest.fixture
def world() -> World:
    with as_owner():
        return build()


def head(world: World) -> Actor:
    return f.actor(world.people[Role.OFFICE_HEAD, 530102])


def grant(world: World, roots: list[Any], **changed: Any) -> Membership:
    """Let GUEST in by the head's act; his identity."""
    facts = {"guest": GUEST, "purpose": Purpose.CROSS_COUNTY, "until": clock.today() + timedelta(days=9),
             "download": False, "reason": "交叉互检，五政教督办〔2026〕3号"} | changed  # fmt: skip
    with scope(head(world)):
        user, _ = grants.grant_access(roots, by=head(world), **facts)
    with as_owner():
        type(user).objects.filter(pk=user.pk).update(password_is_initial=False)
        return Membership.objects.select_related("user", "organization").get(user=user, role=Role.OUTSIDER)


def seen_by(guest: Membership, *, through_door: bool) -> set[tuple[str, int]]:
    """(kind, id) of every root that opens: by the code's door, or by row security alone."""
    found = set()
    with scope(f.actor(guest)):
        for model in grants.grantable():
            rows = model.objects.visible_to(f.actor(guest)) if through_door else model.objects.all()
            found |= {(row.kind, row.pk) for row in rows}
    return found


@pytest.mark.parametrize("through_door", [True, False], ids=["visible_to", "row security"])
def test_exactly_the_named_roots_open(world: World, through_door: bool) -> None:
    guest = grant(world, [world.ticket, world.visit])
    expected = {(world.ticket.kind, world.ticket.pk), (world.visit.kind, world.visit.pk)}
    assert seen_by(guest, through_door=through_door) == expected


@pytest.mark.parametrize("through_door", [True, False], ids=["visible_to", "row security"])
def test_the_last_day_is_the_last(world: World, through_door: bool) -> None:
    with as_owner():
        guest = f.member(f.office(530102), Role.OUTSIDER)
        today = let_in(world.ticket, guest, valid_until=clock.today())
        let_in(world.problem, guest, valid_from=clock.today() - timedelta(days=9),
               valid_until=clock.today() - timedelta(days=1))  # fmt: skip
        let_in(world.visit, guest, valid_from=clock.today() + timedelta(days=1),
               valid_until=clock.today() + timedelta(days=3))  # fmt: skip
    assert seen_by(guest, through_door=through_door) == {(today.root.kind, today.root.pk)}  # type: ignore[attr-defined]


def test_an_unsent_draft_is_never_opened(world: World) -> None:
    with as_owner():
        draft = make(Ticket, f.office(530102), world.school.organization)
    with pytest.raises(Refused, match="还没有提交"):
        grant(world, [draft])


def test_pages_lists_and_files(world: World) -> None:
    guest = grant(world, [world.ticket, world.paper])
    client = f.client_for(guest)
    ticket = client.get(world.ticket.get_absolute_url())
    assert ticket.status_code == 200 and world.school.organization.name in ticket.content.decode()
    listed = client.get(reverse("rectification:ticket_list")).context["page_obj"].object_list
    assert [row.pk for row in listed] == [world.ticket.pk]
    assert client.get(world.problem.get_absolute_url()).status_code == 404
    assert client.get(world.visit.get_absolute_url()).status_code == 404
    for page in ("supervision:school_list", "supervision:unit_list", "inspectors:inspector_list", "records:audit_list"):
        assert client.get(reverse(page)).status_code == 403
    # What the office only shows is read on the page, not taken away.
    assert client.get(reverse("records:document_page", args=[world.paper.pk, 1])).status_code == 200
    assert client.get(reverse("records:document_file", args=[world.paper.pk])).status_code == 403
    assert client.get(reverse("records:attachment", args=[world.attachment.pk])).status_code == 403


def status_of(client: Any, name: str, pk: int) -> int:
    response = client.get(reverse(name, args=[pk]))
    assert b"".join(response.streaming_content) if response.streaming else response.content
    return int(response.status_code)


def test_files_where_the_office_allowed_it(world: World) -> None:
    client = f.client_for(grant(world, [world.ticket, world.paper], download=True))
    assert status_of(client, "records:document_file", world.paper.pk) == 200
    assert status_of(client, "records:attachment", world.attachment.pk) == 200
    # The word goes with the next grant that does not give it.
    grant(world, [world.ticket, world.paper], download=False)
    assert client.get(reverse("records:document_file", args=[world.paper.pk])).status_code == 403


def test_workbench_names_what_is_open(world: World) -> None:
    page = f.client_for(grant(world, [world.ticket])).get(reverse("portal:home")).content.decode()
    assert world.ticket.get_absolute_url() in page and world.problem.get_absolute_url() not in page


def test_closing_takes_effect_at_once_and_is_kept(world: World) -> None:
    guest = grant(world, [world.ticket])
    client = f.client_for(guest)
    assert client.get(world.ticket.get_absolute_url()).status_code == 200
    with scope(head(world)):
        line = next(g for g in grants.grants_of_root(world.ticket) if g.person.pk == guest.user_id)
    answer = f.client_for(world.people[Role.OFFICE_HEAD, 530102]).post(
        reverse("records:grant_end"), {"grant": line.ref, "reason": "检查结束"}, follow=True
    )
    assert "已收回" in answer.content.decode()
    assert client.get(world.ticket.get_absolute_url()).status_code == 404
    with as_owner():
        ended = GrantEntry.objects.get(person_id=guest.user_id, ended=True)
    assert ended.reason == "检查结束"


def test_the_unit_is_not_told_who_reads_its_file(world: World) -> None:
    before = StateTransition.objects.count()
    grant(world, [world.ticket])
    unit = world.people[Role.UNIT_CONTACT, 530102]
    assert GUEST.full_name not in f.client_for(unit).get(world.ticket.get_absolute_url()).content.decode()
    with scope(f.actor(unit)):
        assert not GrantEntry.objects.exists()
    with as_owner():
        assert StateTransition.objects.count() == before
        assert GrantEntry.objects.filter(root_id=world.ticket.pk).exists()


def test_a_colleague_of_another_county_keeps_his_own_identity_and_gains_no_view_of_this_one(world: World) -> None:
    with as_owner():
        own = world.people[Role.INSPECTOR, 530103]
        type(own.user).objects.filter(pk=own.user_id).update(phone=GUEST.phone, full_name=GUEST.full_name)
    guest = grant(world, [world.visit])
    assert guest.user_id == own.user_id
    assert not seen_by(own, through_door=True) & {(world.visit.kind, world.visit.pk)}
    assert seen_by(guest, through_door=True) == {(world.visit.kind, world.visit.pk)}


def test_another_tenants_root_cannot_be_opened(world: World) -> None:
    stranger = f.actor(world.people[Role.OFFICE_HEAD, 530103])
    with scope(stranger), pytest.raises(Refused, match="承办的督导办"):
        grants.grant_access([world.ticket], by=stranger, guest=GUEST, purpose=Purpose.LAW, until=clock.today(),
                            download=True, reason="来函")  # fmt: skip
    client = f.client_for(world.people[Role.OFFICE_HEAD, 530103])
    assert client.get(reverse("records:root_grants", args=[world.ticket.kind, world.ticket.pk])).status_code == 404


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"until": clock.today() - timedelta(days=1)}, "已经过去"),
        ({"until": clock.today() + timedelta(days=400)}, "最长"),
        ({"reason": "  "}, "理由"),
    ],
)
def test_what_is_refused(world: World, changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        grant(world, [world.ticket], **changed)
    with as_owner():
        assert not Membership.objects.filter(user__phone=GUEST.phone).exists()


def test_a_number_that_is_anothers_is_refused_without_saying_whose(world: World) -> None:
    with as_owner():
        other = world.people[Role.INSPECTOR, 530103].user
        type(other).objects.filter(pk=other.pk).update(phone=GUEST.phone)
    with pytest.raises(Refused, match="请与本人核对") as error:
        grant(world, [world.ticket])
    assert other.full_name not in str(error.value)


def test_an_administrator_is_no_guest(world: World) -> None:
    with as_owner():
        admin = world.people[Role.AUDIT_ADMIN, 530103].user
        type(admin).objects.filter(pk=admin.pk).update(phone=GUEST.phone, full_name=GUEST.full_name)
    with pytest.raises(Refused):
        grant(world, [world.ticket])


def test_granting_twice_lengthens_one_grant(world: World) -> None:
    guest = grant(world, [world.ticket])
    later = clock.today() + timedelta(days=20)
    grant(world, [world.ticket], until=later)
    with as_owner():
        assert Membership.objects.get(pk=guest.pk).valid_until == later
        assert world.ticket.parties.filter(person_id=guest.user_id).count() == 1


def test_the_page_opens_a_ticket_with_its_companions(world: World) -> None:
    with as_owner():
        Problem.objects.filter(pk=world.problem.pk).update(ticket=world.ticket, state="in_rectification")
    client = f.client_for(world.people[Role.OFFICE_HEAD, 530102])
    url = reverse("records:root_grants", args=[world.ticket.kind, world.ticket.pk])
    assert f"{world.problem.kind}:{world.problem.pk}" in client.get(url).content.decode()
    answer = client.post(url, {
        "full_name": GUEST.full_name, "phone": GUEST.phone, "title": GUEST.title, "purpose": "cross_county",
        "until": clock.today().isoformat(), "reason": "互检", "companions": [f"{world.problem.kind}:{world.problem.pk}"],
    })  # fmt: skip
    assert "初始密码" in answer.content.decode()
    with as_owner():
        guest = Membership.objects.select_related("user", "organization").get(user__phone=GUEST.phone)
    wanted = {(world.ticket.kind, world.ticket.pk), (world.problem.kind, world.problem.pk)}
    assert seen_by(guest, through_door=True) == wanted
    listed = client.get(reverse("records:grant_list")).content.decode()
    assert listed.count(GUEST.full_name) == 2


def test_an_outsider_sees_only_the_bodies_his_roots_name(world: World) -> None:
    guest = grant(world, [world.ticket])
    with as_owner():
        other = f.school(530102)
    with scope(f.actor(guest)):
        names = set(Organization.objects.filter(kind="school").values_list("pk", flat=True))
    assert names == {world.school.organization_id} and other.organization_id not in names
