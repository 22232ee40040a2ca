"""A leaver's work: everything open passes in one act, history stays, and what cannot pass is said before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from accounts.actors import Role
from accounts.models import Membership, User
from accounts.scope import scope
from inspections.models import PlannedVisit, RoutineVisit
from inspectors.models import DistrictInspector, Inspector, ResponsibilityDistrict
from records import clock
from records.actions.handover import hand_over
from records.handovers.registry import preview
from records.models import Document, Handover, Notification, StateTransition
from records.state import AlreadyDone, Refused
from rectification.models import Ticket
from tests import factories as f
from tests.conftest import as_owner
from tests.roots import make

pytestmark = pytest.mark.django_db
CODE = 530102


@dataclass
class Office:
    """A county office with a leaver who holds something of every kind, his successor and the head."""

    leaver: Membership
    successor: Membership
    head: Membership
    things: dict[str, Any]

    @property
    def by(self) -> Any:
        return f.actor(self.head)


def inspector(membership: Membership, number: str) -> Inspector:
    return Inspector.objects.create(
        user=membership.user, office=membership.organization, division_code=membership.division_code, kind="full_time",
        certificate_number=number, valid_from=date(2024, 1, 1),
    )  # fmt: skip


def build(code: int = CODE) -> Office:
    body, school = f.office(code), f.school(code).organization
    leaver, successor = f.member(body, Role.OFFICE_STAFF), f.member(body, Role.OFFICE_STAFF)
    f.member(body, Role.INSPECTOR, user=leaver.user)
    f.member(body, Role.INSPECTOR, user=successor.user)
    head = f.member(body, Role.OFFICE_HEAD)
    district = ResponsibilityDistrict.objects.create(division_code=code, name=f"{code}第一责任区")
    duty = DistrictInspector.objects.create(
        district=district, division_code=code, inspector=inspector(leaver, f"督{leaver.pk}"),
        valid_from=date(2024, 1, 1),
    )  # fmt: skip
    inspector(successor, f"督{successor.pk}")
    now = clock.now()
    ticket = make(Ticket, body, school, filed_at=now, served_at=now)
    plan = make(PlannedVisit, body, school, filed_at=now)
    paper = make(Document, body, school, filed_at=now)
    visit = make(RoutineVisit, body, school)
    done = make(Ticket, body, school, filed_at=now)
    type(ticket).objects.filter(pk__in=[ticket.pk, done.pk]).update(verifier=leaver.user)
    Ticket.objects.filter(pk=done.pk).update(state="withdrawn", withdrawn_at=now, withdrawn_by=leaver.user)
    PlannedVisit.objects.filter(pk=plan.pk).update(inspector=leaver.user, inspector_name=str(leaver.user))
    Document.objects.filter(pk=paper.pk).update(drafted_by=leaver.user)
    RoutineVisit.objects.filter(pk=visit.pk).update(inspector=leaver.user)
    things = {
        "duty": duty,
        "ticket": ticket,
        "plan": plan,
        "paper": paper,
        "visit": visit,
        "done": done,
        "district": district,
    }
    return Office(leaver, successor, head, things)


@pytest.fixture
def office() -> Office:
    with as_owner():
        return build()


def go(office: Office, **more: Any) -> Handover:
    wanted = {"to": office.successor.user, "by": office.by, "reason": "调离", "last_day": clock.today()} | more
    with scope(office.by):
        return hand_over(office.leaver, **wanted)


def test_the_preview_counts_every_kind(office: Office) -> None:
    with scope(office.by):
        lines = preview(office.leaver.user, office.leaver.organization, office.successor.user)
    assert {line.kind.label: line.count for line in lines} == {
        "督学责任区": 1, "待核查的整改单": 1, "未到校的督导计划": 1, "未签发的公文": 1, "未提交的督导记录": 1,
    }  # fmt: skip
    assert [line.kind.label for line in lines if line.stays] == ["未提交的督导记录"]
    assert not any(line.hindrance for line in lines)


def test_everything_open_passes_and_history_stays(office: Office) -> None:
    made = go(office)
    to, t = office.successor.user, office.things
    with as_owner():
        for thing in t.values():
            thing.refresh_from_db()
        assert (t["ticket"].verifier, t["plan"].inspector, t["plan"].inspector_name) == (to, to, str(to))
        assert t["paper"].drafted_by == to and t["done"].verifier == office.leaver.user
        assert t["visit"].inspector == office.leaver.user
        assert t["duty"].valid_until == clock.today()
        assert DistrictInspector.objects.get(district=t["district"], valid_until=None).inspector.user == to
        moved = StateTransition.objects.filter(name="hand_over")
        assert {r.root_kind for r in moved} == {"rectification.ticket", "inspections.plannedvisit", "records.document"}
        assert {r.person_name for r in moved} == {str(office.head.user)}
    assert made.total == 4 and dict(made.passed)["未签发的公文"] == 1


def test_identities_end_on_the_last_day_those_elsewhere_do_not(office: Office) -> None:
    with as_owner():
        elsewhere = f.member(f.office(530100), Role.INSPECTOR, user=office.leaver.user)
    last = clock.today() + timedelta(days=5)
    go(office, last_day=last)
    with as_owner():
        here = Membership.objects.filter(user=office.leaver.user, organization=office.leaver.organization)
        assert {m.valid_until for m in here} == {last}
        elsewhere.refresh_from_db()
        assert elsewhere.valid_until is None


def test_the_successor_is_told(office: Office, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        made = go(office)
    with as_owner():
        told = Notification.objects.filter(root_kind="records.handover", root_id=made.pk)
        assert [(n.user, n.title) for n in told] == [
            (office.successor.user, f"{office.leaver.user}的工作已移交给您")
        ]  # fmt: skip


def test_the_second_click_changes_nothing(office: Office) -> None:
    go(office)
    with pytest.raises(AlreadyDone):
        go(office)
    with as_owner():
        assert Handover.objects.count() == 1
        assert StateTransition.objects.filter(name="hand_over").count() == 3


def test_all_or_nothing(office: Office) -> None:
    """The successor is no inspector: nothing moves at all, and the sentence names the kind."""
    with as_owner():
        clerk = f.member(office.head.organization, Role.OFFICE_STAFF)
    with pytest.raises(Refused, match=r"督学责任区.*不是本级聘任的督学"):
        go(office, to=clerk.user)
    with as_owner():
        office.leaver.refresh_from_db()
        office.things["paper"].refresh_from_db()
        assert office.leaver.valid_until is None and office.things["paper"].drafted_by == office.leaver.user


def test_a_plan_that_the_successor_has_himself_is_cancelled(office: Office) -> None:
    plan = office.things["plan"]
    with as_owner():
        own = make(PlannedVisit, plan.author_org, plan.subject_org, filed_at=clock.now())
        PlannedVisit.objects.filter(pk=own.pk).update(inspector=office.successor.user)
    go(office)
    with as_owner():
        plan.refresh_from_db()
        own.refresh_from_db()
        assert plan.cancelled_by == office.head.user and own.cancelled_at is None


def refused(office: Office, sentence: str, **more: Any) -> None:
    with pytest.raises(Refused, match=sentence):
        go(office, **more)
    with as_owner():
        assert not Handover.objects.exists()


def test_who_may_and_to_whom(office: Office) -> None:
    with as_owner():
        stranger, staff = (
            f.member(f.office(530103), Role.OFFICE_HEAD),
            f.member(office.head.organization, Role.OFFICE_STAFF),
        )
        gone = f.member(office.head.organization, Role.OFFICE_STAFF)
        Membership.objects.filter(pk=gone.pk).update(valid_until=clock.today() - timedelta(days=1))
        idle = f.member(office.head.organization, Role.OFFICE_STAFF)
        User.objects.filter(pk=idle.user_id).update(is_active=False)
        idle.user.refresh_from_db()
    refused(office, "由本办公室负责人办理", by=f.actor(staff))
    refused(office, "不能移交给本人", to=office.leaver.user)
    for other in (stranger, gone, idle):
        refused(office, "须是本办公室的在岗人员", to=other.user)
    refused(office, "不能早于今天", last_day=clock.today() - timedelta(days=1))


def test_the_last_head_does_not_leave_the_office_without_one(office: Office) -> None:
    office.leaver, office.head = office.head, office.head
    refused(office, "只有这一位负责人")
    with as_owner():
        second = f.member(office.head.organization, Role.OFFICE_HEAD)
    made = go(office, to=second.user)
    assert made.passed == []


def test_an_administrators_identity_is_not_handed_over(office: Office) -> None:
    with as_owner():
        office.leaver = f.member(office.head.organization, Role.AUDIT_ADMIN)
    refused(office, "由安全管理员办理")


# --- the two locks ------------------------------------------------------------------------------------------------


def test_another_offices_work_is_not_counted_nor_moved(office: Office) -> None:
    """The same person works for two offices: only this office's part passes (code); the rest is not even seen (database)."""
    with as_owner():
        other = build(530103)
        Ticket.objects.filter(pk=other.things["ticket"].pk).update(verifier=office.leaver.user)
        Document.objects.filter(pk=other.things["paper"].pk).update(drafted_by=office.leaver.user)
        counted = {line.kind.label: line.count for line in preview(office.leaver.user, office.leaver.organization)}
    assert counted["待核查的整改单"] == counted["未签发的公文"] == 1
    go(office)
    with as_owner():
        other.things["ticket"].refresh_from_db()
        assert other.things["ticket"].verifier == office.leaver.user


def test_handovers_are_their_offices_and_final(office: Office) -> None:
    go(office)
    with as_owner():
        strangers = [f.office_actor(530103), f.office_actor(530100), f.unit_actor(f.school(CODE))]
    for stranger in strangers:
        with scope(stranger), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM records_handover")
            assert cursor.fetchone() == (0,)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('web', 'records_handover', 'UPDATE')")
        assert cursor.fetchone() == (False,)
    with as_owner():
        assert not Handover.objects.visible_to(strangers[0]).exists()


# --- pages ----------------------------------------------------------------------------------------------------------


def test_the_page_previews_and_does_it_once(office: Office) -> None:
    client = f.client_for(office.head)
    address = reverse("records:handover_create", args=[office.leaver.pk])
    text = client.get(address).content.decode()
    assert "未提交的督导记录" in text and "移交并终止身份" not in text
    chosen = f"{address}?successor={office.successor.user_id}"
    assert "移交并终止身份" in client.get(chosen).content.decode()
    typed = {"last_day": clock.today().isoformat(), "reason": "调任区教育体育局"}
    answers = [client.post(chosen, typed), client.post(chosen, typed)]
    with as_owner():
        made = Handover.objects.get()
    assert {a.headers["Location"] for a in answers} == {made.get_absolute_url()}
    assert "移交4项" in client.get(reverse("records:handover_list")).content.decode()
    page = f.client_for(office.successor).get(made.get_absolute_url()).content.decode()
    assert "调任区教育体育局" in page and "未签发的公文" in page


def test_a_hindered_successor_is_told_and_not_offered(office: Office) -> None:
    with as_owner():
        clerk = f.member(office.head.organization, Role.OFFICE_STAFF)
    address = reverse("records:handover_create", args=[office.leaver.pk]) + f"?successor={clerk.user_id}"
    text = f.client_for(office.head).get(address).content.decode()
    assert "不是本级聘任的督学" in text and "第二步" not in text


def test_a_missing_reason_keeps_what_was_typed(office: Office) -> None:
    address = reverse("records:handover_create", args=[office.leaver.pk]) + f"?successor={office.successor.user_id}"
    answer = f.client_for(office.head).post(address, {"last_day": "2030-01-02", "reason": ""})
    assert answer.status_code == 200 and "2030-01-02" in answer.content.decode()
    long = f.client_for(office.head).post(address, {"last_day": "2030-01-02", "reason": "调" * 201})
    assert long.status_code == 200


def test_nobody_else_is_offered(office: Office) -> None:
    with as_owner():
        stranger = f.member(f.office(530103), Role.OFFICE_STAFF)
    address = reverse("records:handover_create", args=[office.leaver.pk]) + f"?successor={stranger.user_id}"
    client = f.client_for(office.head)
    client.post(address, {"last_day": clock.today().isoformat(), "reason": "调离"})
    assert client.get(reverse("records:handover_create", args=[stranger.pk])).status_code == 404
    with as_owner():
        assert not Handover.objects.exists()
