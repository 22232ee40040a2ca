"""The story of a thing: fields old → new in words, who and when; nothing of drafts, nothing of other people's messages."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.actors import Role
from accounts.scope import scope
from records import clock
from records.models import Publication, StateTransition
from records.trail.trails import story, trail_of
from records.web import timeline
from rectification.models import Problem, Ticket
from supervision.models import Committee, MemberUnit, UnitContact
from tests import factories as f
from tests.conftest import as_owner
from tests.records import outside as o
from tests.roots import builders, make

pytestmark = pytest.mark.django_db


@pytest.fixture
def county() -> dict[str, Any]:
    with as_owner():
        office, unit = f.office(530102), f.school(530102)
        return {
            "unit": unit,
            "staff": f.member(office, Role.OFFICE_STAFF),
            "school": f.member(unit.organization, Role.UNIT_CONTACT),
            "above": f.member(f.office(530100), Role.OFFICE_STAFF),
        }


def save(thing: Any, by: Any, **changed: Any) -> None:
    with scope(f.actor(by)):
        row = type(thing).objects.get(pk=thing.pk)
        for name, value in changed.items():
            setattr(row, name, value)
        row.save()


def told(thing: Any, membership: Any) -> list[Any]:
    actor = f.actor(membership)
    trail = trail_of(thing._meta.label_lower)
    assert trail is not None
    with scope(actor):
        return story(trail, thing, actor)


def page(thing: Any, membership: Any, **query: str) -> str:
    address = reverse("records:trail", args=[thing._meta.label_lower, thing.pk])
    return f.client_for(membership).get(address, query).content.decode()


def test_one_save_is_one_line_with_labels_and_words(county: dict[str, Any]) -> None:
    unit = county["unit"]
    save(unit, county["staff"], pupils=612, stage="junior", head_name="")
    first = told(unit, county["staff"])[0]
    assert first.what == "修改学校信息"
    assert first.who == county["staff"].user.full_name
    assert "督导办工作人员" in first.as_whom
    assert {(c.label, c.old, c.new) for c in first.changes} == {
        ("在校（园）学生数", "600", "612"), ("学段类别", "小学", "初级中学"),
    }  # fmt: skip
    text = page(unit, county["staff"])
    assert "初级中学" in text


def test_a_foreign_key_is_told_by_name_and_a_hidden_one_is_not(county: dict[str, Any]) -> None:
    with as_owner():
        elsewhere = f.school(520102).organization
    body = county["unit"].organization
    save(body, county["staff"], competent_department=None)
    with as_owner():
        type(body).objects.filter(pk=body.pk).update(competent_department=elsewhere)
    changes = [c for e in told(county["unit"], county["staff"]) for c in e.changes]
    assert ("五华区教育体育局", "空") in [(c.old, c.new) for c in changes]
    assert "（不在您的查看范围内）" in [c.new for c in changes]
    assert elsewhere.name not in page(county["unit"], county["staff"])


def test_a_contact_comes_and_goes_without_its_number(county: dict[str, Any]) -> None:
    with scope(f.actor(county["staff"])):
        contact = UnitContact.objects.create(
            organization=county["unit"].organization, division_code=530102, name="李老师", phone="13912345678"
        )
        contact.delete()
    whats = [e.what for e in told(county["unit"], county["staff"])]
    assert whats[:2] == ["删除单位联系人", "登记单位联系人"]
    assert "13912345678" not in page(county["unit"], county["staff"])


def test_the_change_of_a_draft_is_nobodys_who_gets_it_served(county: dict[str, Any]) -> None:
    with as_owner():
        problem = make(Problem, f.office(530102), county["unit"].organization, filed_at=clock.now())
    save(problem, county["staff"], title="草稿里的第一稿")
    save(problem, county["staff"], title="定稿")
    with as_owner():
        Problem.objects.filter(pk=problem.pk).update(served_at=clock.now())
        served = Problem.objects.get(pk=problem.pk)
    save(served, county["staff"], title="送达以后改的")
    for who in ("school", "above"):
        seen = " ".join(c.old + c.new for e in told(served, county[who]) for c in e.changes)
        assert "草稿里的第一稿" not in seen
    assert "草稿里的第一稿" in page(served, county["staff"])


def test_row_security_alone_hides_a_drafts_snapshots(county: dict[str, Any]) -> None:
    with as_owner():
        ticket = make(Ticket, f.office(530102), county["unit"].organization, filed_at=clock.now())
        Ticket.objects.filter(pk=ticket.pk).update(title="草稿")
    log: Any = Ticket._meta.get_field("change_events").related_model
    with scope(f.actor(county["school"])):
        assert not log.objects.filter(pgh_obj_id=ticket.pk).exists()
    with scope(f.actor(county["staff"])):
        assert log.objects.filter(pgh_obj_id=ticket.pk).exists()


def test_messages_are_the_offices_and_the_units_own(county: dict[str, Any]) -> None:
    with as_owner():
        ticket = make(
            Ticket, f.office(530102), county["unit"].organization, filed_at=clock.now(), served_at=clock.now()
        )
    unit, staff = county["school"], county["staff"]
    o.tell(unit.user_id, staff.user_id, title="请报送整改", root_kind=ticket.kind, root_id=ticket.pk,
           organizations=[county["unit"].pk])  # fmt: skip
    (line,) = o.lines(user_id=unit.user_id)
    f.client_for(unit).get(reverse("records:inbox_item", args=[line.pk]))
    notes = [e.note for e in told(ticket, staff) if e.kind == "message"]
    assert len(notes) == 1
    assert unit.user.full_name in notes[0]
    assert staff.user.full_name in notes[0]
    assert "已读" in notes[0]
    assert "送达，未读" in notes[0]
    (own,) = [e.note for e in told(ticket, unit) if e.kind == "message"]
    assert unit.user.full_name in own
    assert staff.user.full_name not in own
    assert [e for e in told(ticket, county["above"]) if e.kind == "message"] == []


def test_every_kind_of_root_and_register_tells_its_story(county: dict[str, Any]) -> None:
    for model in builders:
        with as_owner():
            root = make(
                model, f.office(530102), county["unit"].organization, filed_at=clock.now(), served_at=clock.now()
            )
        if model is Publication:  # its page comes with the public site
            continue
        assert page(root, county["staff"]).count("timeline") > 0, model
    assert f.client_for(county["staff"]).get(reverse("records:trail", args=["accounts.user", 1])).status_code == 404
    assert f.client_for(county["staff"]).get(reverse("records:trail", args=["records.outbox", 1])).status_code == 404
    assert f.client_for(county["staff"]).get(reverse("records:trail", args=["no.thing", 1])).status_code == 404


def test_the_security_administrator_reads_the_past_of_an_identity(county: dict[str, Any]) -> None:
    with as_owner():
        keeper = f.member(f.office(530102), Role.SECURITY_ADMIN)
        stranger = f.member(f.office(530103), Role.SECURITY_ADMIN)
        member = county["school"]
        type(member).objects.filter(pk=member.pk).update(title="副校长")
    text = page(member.user, keeper)
    assert "副校长" in text
    assert (
        f.client_for(stranger).get(reverse("records:trail", args=["accounts.user", member.user_id])).status_code == 404
    )


def test_the_filter_narrows_and_htmx_gets_the_block_alone(county: dict[str, Any]) -> None:
    with as_owner():
        ticket = make(
            Ticket, f.office(530102), county["unit"].organization, filed_at=clock.now(), served_at=clock.now()
        )
    save(ticket, county["staff"], demand="新的要求")
    o.tell(county["staff"].user_id, title="请办理", root_kind=ticket.kind, root_id=ticket.pk)
    whole = page(ticket, county["staff"])
    assert "消息：请办理" in whole
    assert "新的要求" in whole
    only = page(ticket, county["staff"], kind="change")
    assert "消息：请办理" not in only
    assert "新的要求" in only
    assert "消息：请办理" in page(ticket, county["staff"], kind="nonsense")
    address = reverse("records:trail", args=[ticket.kind, ticket.pk])
    block = f.client_for(county["staff"]).get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in block
    assert "消息：请办理" in block


def test_the_queries_do_not_grow(county: dict[str, Any]) -> None:
    with as_owner():
        ticket = make(
            Ticket, f.office(530102), county["unit"].organization, filed_at=clock.now(), served_at=clock.now()
        )
    address, asked = reverse("records:trail", args=[ticket.kind, ticket.pk]), []
    client = f.client_for(county["staff"])
    for n in (1, 12):
        for k in range(n):
            save(ticket, county["staff"], demand=f"要求{n}-{k}", department_id=None)
            o.tell(county["school"].user_id, key=f"{n}-{k}", title="请办理", root_kind=ticket.kind, root_id=ticket.pk)
        asked.append(f.queries_of(client, address))
    assert asked[0] == asked[1]
    assert asked[1] <= 15


def test_history_of_a_school_is_the_same_rule(county: dict[str, Any]) -> None:
    body = county["unit"].organization
    save(body, county["staff"], name="五华区新名字小学")
    page_of_school = (
        f.client_for(county["staff"]).get(reverse("supervision:school_detail", args=[body.pk])).content.decode()
    )
    assert "更名" in page_of_school


def test_of_one_moment_the_later_step_stands_above(county: dict[str, Any]) -> None:
    """Drafted and submitted in one second: the story and the page's timeline keep the order of the deeds."""
    with as_owner():
        root = make(Problem, f.office(530102), county["unit"].organization, filed_at=clock.now())
        at = clock.now()
        for name in ("first", "second", "third"):
            StateTransition.objects.create(
                root_kind=root.kind, root_id=root.pk, name=name, label=name, source="", target="open", at=at,
                person_name="周主任", acting_as="",
            )  # fmt: skip
    wanted = ["third", "second", "first"]
    assert [e.what for e in told(root, county["staff"]) if e.what in wanted] == wanted
    with scope(f.actor(county["staff"])):
        assert [e.what for e in timeline(root) if e.what in wanted] == wanted


def test_a_member_unit_comes_and_goes_by_name(county: dict[str, Any]) -> None:
    with as_owner():
        office = f.office(530102)
        committee = Committee.objects.create(
            division_id=530102, division_code=530102, name="五华区教育督导委员会", office=office
        )
        MemberUnit.objects.create(
            committee=committee,
            division_code=530102,
            organization=county["unit"].organization,
            valid_from=clock.today(),
        )
    lines = [(e.what, e.note) for e in told(committee, county["staff"])]
    assert ("登记成员单位", str(county["unit"].organization)) in lines
