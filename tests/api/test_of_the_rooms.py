"""What the operations beside the main job do: people and identities, deadlines, hand-overs, imports, the archive."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.actors import Role
from accounts.models import Membership, Stewardship, User
from accounts.personal import mask_phone
from records import clock
from records.models import ArchiveItem, AuditEntry, DeadlineChange, Handover, Import, Job, Notification
from tests import factories as f
from tests.api.callers import JSON, program, token_of
from tests.conftest import as_owner
from tests.world import MARK, World, build

pytestmark = pytest.mark.django_db
HERE, SIBLING = 530102, 530103


@pytest.fixture
def world() -> World:
    with as_owner():
        return build()


def calling(world: World, role: str, code: int = HERE) -> Client:
    with as_owner():
        return program(token_of(world.people[role, code]))


def ask(caller: Client, path: str, body: dict[str, Any] | None = None, method: str = "post") -> Any:
    if body is None and method == "get":
        return caller.get(f"/api/v1/{path}")
    return getattr(caller, method)(f"/api/v1/{path}", body or {}, content_type=JSON)


# --- people -----------------------------------------------------------------------------------------------------------


def test_people_are_found_as_on_the_page_with_masked_numbers_and_a_trace(world: World) -> None:
    admin, contact = calling(world, Role.SECURITY_ADMIN), world.people[Role.UNIT_CONTACT, HERE].user
    with as_owner():
        User.objects.filter(pk=contact.pk).update(phone="13800001234")
    found = ask(admin, f"people/?q={contact.username}", method="get").json()["results"]
    assert [(p["id"], p["phone"]) for p in found] == [(contact.pk, "138****1234")]
    one = ask(admin, f"people/{contact.pk}/", method="get").json()
    assert [m["role"] for m in one["memberships"]] == ["unit_contact"]
    with as_owner():
        entry = AuditEntry.objects.filter(action="read", object_kind="accounts.user", object_id=str(contact.pk)).get()
    assert "查阅人员资料" in entry.detail
    assert ask(admin, "people/?role=emperor", method="get").status_code == 400


def test_a_changed_name_leaves_the_number_as_it_is(world: World) -> None:
    admin, contact = calling(world, Role.SECURITY_ADMIN), world.people[Role.UNIT_CONTACT, HERE].user
    with as_owner():
        User.objects.filter(pk=contact.pk).update(phone="13800001234")
    assert ask(admin, f"people/{contact.pk}/", {"full_name": "新名"}, "patch").json()["full_name"] == "新名"
    with as_owner():
        assert User.objects.get(pk=contact.pk).phone == "13800001234"
        assert AuditEntry.objects.filter(action="change", object_id=str(contact.pk)).exists()


def test_an_identity_is_added_and_ended_within_the_range_only(world: World) -> None:
    admin, contact = calling(world, Role.SECURITY_ADMIN), world.people[Role.UNIT_CONTACT, HERE]
    with as_owner():
        mine, theirs = f.school(HERE).organization, f.school(SIBLING).organization
    body = {"organization": theirs.pk, "role": "unit_contact", "valid_from": str(clock.today())}
    refused = ask(admin, f"people/{contact.user_id}/add-membership/", body)
    assert refused.status_code == 422 and "organization" in refused.json()["errors"]
    given = ask(admin, f"people/{contact.user_id}/add-membership/", body | {"organization": mine.pk})
    assert given.status_code == 200 and len(given.json()["memberships"]) == 2
    wrong = ask(admin, f"people/{contact.user_id}/add-membership/", body | {"organization": mine.pk, "role": "leader"})
    assert wrong.status_code == 422 and "role" in wrong.json()["errors"]
    assert ask(admin, f"memberships/{contact.pk}/end/", {"on": str(clock.today())}).status_code == 200
    with as_owner():
        assert Membership.objects.get(pk=contact.pk).valid_until == clock.today()


def test_nobody_shuts_his_own_account_and_a_shut_one_is_out(world: World) -> None:
    admin, contact = calling(world, Role.SECURITY_ADMIN), world.people[Role.UNIT_CONTACT, HERE]
    own = ask(admin, f"people/{world.people[Role.SECURITY_ADMIN, HERE].user_id}/deactivate/")
    assert own.status_code == 409 and "自己" in own.json()["detail"]
    with as_owner():
        his = program(token_of(contact))
    assert ask(his, "me/", method="get").status_code == 200
    assert ask(admin, f"people/{contact.user_id}/deactivate/").json()["is_active"] is False
    assert ask(his, "me/", method="get").status_code == 401


def test_a_head_names_a_steward_among_colleagues_only(world: World) -> None:
    head = calling(world, Role.OFFICE_HEAD)
    found = ask(head, "memberships/?role=inspector", method="get").json()["results"]
    assert [m["id"] for m in found] == [world.people[Role.INSPECTOR, HERE].pk]
    body = {"membership": world.people[Role.INSPECTOR, SIBLING].pk, "valid_from": str(clock.today())}
    assert ask(head, "stewards/", body).status_code == 422
    made = ask(head, "stewards/", body | {"membership": world.people[Role.INSPECTOR, HERE].pk})
    assert made.status_code == 201
    assert ask(head, f"stewards/{made.json()['id']}/end/").status_code == 200
    with as_owner():
        assert Stewardship.objects.get(pk=made.json()["id"]).ended_at is not None


def test_a_contact_who_has_gone_is_ended_by_the_steward(world: World) -> None:
    staff, contact = calling(world, Role.OFFICE_STAFF), world.people[Role.UNIT_CONTACT, HERE]
    with as_owner():
        Membership.objects.filter(pk=contact.pk).update(valid_from="2025-01-01")
    units = ask(staff, "contact-units/?contact=has", method="get").json()["results"]
    assert contact.organization_id in [unit["id"] for unit in units]
    assert ask(staff, f"contacts/{contact.pk}/end/").status_code == 200
    assert ask(staff, f"contacts/{contact.pk}/", method="get").status_code == 404
    assert ask(staff, f"invitations/{world.invitation.pk}/", method="get").json()["state"] == "open"
    assert ask(staff, f"invitations/{world.invitation.pk}/revoke/").json()["state"] == "revoked"
    assert ask(staff, f"invitations/{world.invitation.pk}/revoke/").status_code == 409


def test_the_tree_of_divisions_by_its_parents(world: World) -> None:
    unit = calling(world, Role.UNIT_CONTACT)
    top = ask(unit, "divisions/530000/", method="get").json()
    below = ask(unit, "divisions/?parent=530100", method="get").json()["results"]
    assert top["level"] == "province" and {d["parent"] for d in below} == {530100}
    assert ask(unit, "divisions/520000/", method="get").status_code == 404


# --- deadlines --------------------------------------------------------------------------------------------------------


def test_more_time_is_asked_by_the_unit_and_decided_by_the_head(world: World) -> None:
    unit, head, change = calling(world, Role.UNIT_CONTACT), calling(world, Role.OFFICE_HEAD), world.change
    again = ask(unit, f"deadlines/{world.deadline.pk}/ask-extension/", {"amount": 5, "reason": "再延"})
    assert again.status_code == 409 and "等待批准" in again.json()["detail"]
    own = ask(unit, f"deadline-changes/{change.pk}/approve/")
    assert own.status_code == 409
    done = ask(head, f"deadline-changes/{change.pk}/approve/", {"reason": "同意"})
    assert done.status_code == 200 and done.json()["status"] == "approved", done.content
    listed = ask(unit, f"deadlines/{world.deadline.pk}/", method="get").json()
    assert listed["due_at"] > listed["original_due_at"] and listed["changes"][0]["decision_note"] == "同意"


def test_a_paper_may_come_with_the_request(world: World) -> None:
    unit = calling(world, Role.UNIT_CONTACT)
    with as_owner():
        DeadlineChange.objects.all().delete()
    address = f"/api/v1/deadlines/{world.deadline.pk}/ask-pause/"
    days = {"starts": str(clock.today()), "ends": str(clock.today()), "reason": "停电"}
    bad = unit.post(address, days | {"file": SimpleUploadedFile("证明.exe", b"MZ\x90\x00")})
    assert bad.status_code == 422, bad.content
    with as_owner():
        assert not DeadlineChange.objects.exists()
    good = unit.post(address, days | {"file": SimpleUploadedFile("证明.txt", "停电通知".encode())})
    assert good.status_code == 200, good.content
    with as_owner():
        assert DeadlineChange.objects.get().attachment is not None


def test_an_inspector_finds_the_deadlines_of_what_is_his(world: World) -> None:
    inspector = calling(world, Role.INSPECTOR)
    assert [d["id"] for d in ask(inspector, "deadlines/?status=open", method="get").json()["results"]] == [
        world.deadline.pk
    ]
    with as_owner():
        other = f.member(f.office(HERE), Role.INSPECTOR)
        another = program(token_of(other))
    assert ask(another, "deadlines/", method="get").json()["results"] == []
    assert ask(another, "deadline-changes/", method="get").json()["results"] == []


def test_terms_are_kept_by_the_office_whose_they_are(world: World) -> None:
    staff, below = calling(world, Role.OFFICE_STAFF, 530100), calling(world, Role.OFFICE_STAFF)
    made = ask(staff, "school-terms/", {"name": "2028年春季学期", "starts": "2028-02-21", "ends": "2028-07-07"})
    assert made.status_code == 201
    assert ask(staff, "school-terms/", {"name": "乱", "starts": "2028-02-21", "ends": "2028-01-01"}).status_code == 422
    refused = ask(below, f"school-terms/{made.json()['id']}/remove/")
    assert refused.status_code == 409
    assert ask(staff, f"school-terms/{made.json()['id']}/remove/").json()["id"] == made.json()["id"]


# --- the desk ---------------------------------------------------------------------------------------------------------


def test_a_message_is_read_when_it_is_marked(world: World) -> None:
    staff, line = calling(world, Role.OFFICE_STAFF), world.notification
    assert ask(staff, f"notifications/{line.pk}/", method="get").json()["read_at"] is None
    assert ask(staff, f"notifications/{line.pk}/mark-read/").json()["read_at"]
    with as_owner():
        assert Notification.objects.get(pk=line.pk).read_at is not None


def test_work_is_handed_over_within_the_office_once(world: World) -> None:
    head, gone = calling(world, Role.OFFICE_HEAD), world.people[Role.OFFICE_STAFF, HERE]
    with as_owner():
        to = f.member(f.office(HERE), Role.OFFICE_STAFF)
    body = {"membership": gone.pk, "successor": to.user_id, "last_day": str(clock.today()), "reason": "调离"}
    strange = ask(head, "handovers/", body | {"successor": world.people[Role.OFFICE_STAFF, SIBLING].user_id})
    assert strange.status_code == 422 and "successor" in strange.json()["errors"]
    made = ask(head, "handovers/", body)
    assert made.status_code == 201 and made.json()["successor_name"] == str(to.user), made.content
    assert ask(head, "handovers/", body).status_code in (409, 422)
    with as_owner():
        assert Handover.objects.filter(membership=gone).count() == 1


def test_a_leader_lends_his_word_and_takes_it_back(world: World) -> None:
    leader, staff = calling(world, Role.LEADER), world.people[Role.OFFICE_HEAD, HERE]
    body = {"receiver": staff.pk, "words": ["records.approve_documents"], "valid_from": str(clock.today()),
            "valid_until": str(clock.today()), "reason": "出差"}  # fmt: skip
    made = ask(leader, "delegations/", body)
    assert made.status_code == 201 and made.json()["words"] == ["records.approve_documents"], made.content
    assert ask(leader, "delegations/", body | {"words": ["records.set_rules"]}).status_code == 422
    assert ask(leader, f"delegations/{made.json()['id']}/revoke/").json()["revoked_at"]


def test_a_table_is_brought_by_whoever_may_and_checked_first(world: World) -> None:
    table = SimpleUploadedFile("学校.csv", "学校全称\n某小学\n".encode("gbk"), "text/csv")
    refused = calling(world, Role.INSPECTOR).post("/api/v1/imports/", {"kind": "schools", "file": table})
    assert refused.status_code == 403
    staff = calling(world, Role.OFFICE_STAFF)
    table.seek(0)
    assert staff.post("/api/v1/imports/", {"kind": "planets", "file": table}).status_code == 422
    table.seek(0)
    made = staff.post("/api/v1/imports/", {"kind": "schools", "file": table})
    assert made.status_code == 201 and made.json()["kind_label"] and made.json()["check_job"], made.content
    with as_owner():
        assert Import.objects.exclude(pk=getattr(world, "import").pk).get().kind == "schools"
    early = ask(staff, f"imports/{made.json()['id']}/write/")
    assert early.status_code == 409 and "问题" in early.json()["detail"]


def test_only_what_was_cut_off_runs_again(world: World) -> None:
    staff = calling(world, Role.OFFICE_STAFF)
    assert ask(staff, f"jobs/{world.job.pk}/again/").status_code == 409
    with as_owner():
        Job.objects.filter(pk=world.job.pk).update(
            state="failed", may_run_again=True, faults=[{"place": "第3行", "value": "x", "cure": "改"}]
        )
    assert ask(staff, f"jobs/{world.job.pk}/faults/", method="get").json() == [
        {"place": "第3行", "value": "x", "cure": "改"}
    ]


# --- the archive ------------------------------------------------------------------------------------------------------


def test_a_file_is_arranged_and_closed_by_another(world: World) -> None:
    staff, file, line = calling(world, Role.OFFICE_STAFF), world.archive, world.archive_item
    base = f"archive-files/{file.pk}"
    assert ask(staff, f"{base}/leave-out/", {"item": line.pk}).status_code == 422
    assert ask(staff, f"{base}/leave-out/", {"item": line.pk, "reason": "重份"}).json()["items"][0]["left_out"] is True
    assert ask(staff, f"{base}/take-in/", {"item": line.pk}).json()["items"][0]["left_out"] is False
    arranged = ask(staff, f"{base}/arrange/", {"lines": [{"item": line.pk, "position": 1, "remarks": "原件"}]})
    assert arranged.json()["items"][0]["remarks"] == "原件"
    assert ask(staff, f"{base}/leave-out/", {"item": 10**9, "reason": "错"}).status_code == 422
    steps = ask(staff, f"{base}/transitions/", method="get").json()
    assert [step["name"] for step in steps] == ["close"]
    scan = SimpleUploadedFile("签收单.txt", "已收".encode())
    added = staff.post(f"/api/v1/{base}/add-scan/", {"title": "签收单", "upload": scan})
    assert added.status_code == 200 and len(added.json()["items"]) == 2, added.content
    with as_owner():
        assert ArchiveItem.objects.filter(file=file, is_scan=True).count() == 1


def test_what_cannot_be_filed_is_refused_and_what_one_does_not_see_is_not_there(world: World) -> None:
    staff, kind = calling(world, Role.OFFICE_STAFF), "rectification.ticket"
    unseen = ask(
        calling(world, Role.OFFICE_STAFF, SIBLING), "archive-files/", {"root_kind": kind, "root_id": world.ticket.pk}
    )
    assert unseen.status_code == 422
    with as_owner():
        world.archive.items.all().delete()
        world.archive.delete()
    assert ask(staff, "archive-files/", {"root_kind": kind, "root_id": world.ticket.pk}).status_code == 409
    assert ask(staff, "archive-files/", {"root_kind": "accounts.user", "root_id": 1}).status_code == 422


# --- instruments ------------------------------------------------------------------------------------------------------


def test_a_version_of_one_s_own_is_copied_changed_and_published(world: World) -> None:
    staff = calling(world, Role.OFFICE_STAFF)
    above = f"instrument-versions/{world.version.pk}"
    assert ask(staff, f"{above}/", {"note": "改"}, "patch").status_code == 409
    made = ask(staff, f"{above}/copy/").json()
    assert made["division_code"] == HERE and made["published_at"] is None and len(made["items"]) > 8
    own, first = f"instrument-versions/{made['id']}", made["items"][0]
    assert ask(staff, f"{own}/", {"note": "本地修订"}, "patch").json()["note"] == "本地修订"
    changed = ask(staff, f"instrument-items/{first['id']}/", {"label": "改过的问题"}, "patch")
    assert changed.status_code == 200 and changed.json()["label"] == "改过的问题", changed.content
    question = {"code": "9-1", "group_code": "9", "group": "其他", "label": "还有吗", "kind": "choice", "options": "有\n没有",
                "order": 99}  # fmt: skip
    assert ask(staff, f"{own}/add-item/", question | {"options": "有"}).status_code == 422
    assert len(ask(staff, f"{own}/add-item/", question).json()["items"]) == len(made["items"]) + 1
    assert ask(staff, f"instrument-items/{made['items'][1]['id']}/remove/").status_code == 200
    assert ask(staff, f"{own}/publish/").json()["published_at"]
    assert ask(staff, f"instrument-items/{first['id']}/remove/").status_code == 409


# --- registers --------------------------------------------------------------------------------------------------------


def test_seats_and_contacts_are_changed_by_the_office_whose_they_are(world: World) -> None:
    staff, above = calling(world, Role.OFFICE_STAFF), calling(world, Role.OFFICE_STAFF, 530100)
    seat = f"committee-members/{world.member.pk}/"
    assert ask(staff, seat, {"post": "区长"}, "patch").json()["post"] == "区长"
    assert ask(above, seat, {"post": "市长"}, "patch").status_code == 409
    unit = f"member-units/{world.member_unit.pk}/"
    changed = ask(staff, unit, {"liaison_name": "赵联络", "liaison_phone": "13800001234"}, "patch")
    assert changed.status_code == 200 and changed.json()["liaison_phone"] == "138****1234", changed.content
    assert ask(calling(world, Role.UNIT_CONTACT), unit, method="get").json()["liaison_phone"] is None
    new = ask(staff, "member-units/", {"unit_name": "区应急局", "order": 30, "valid_from": str(clock.today())})
    assert new.status_code == 201 and new.json()["organization"]["name"] == "区应急局", new.content
    contact = f"school-contacts/{world.contact.pk}/"
    assert ask(staff, contact, {"post": "办公室主任"}, "patch").json()["phone"] == mask_phone("0871-1")
    assert ask(staff, f"{contact}remove/").status_code == 200
    assert ask(staff, contact, method="get").status_code == 404


def test_a_duty_ends_and_stays_as_history(world: World) -> None:
    staff = calling(world, Role.OFFICE_STAFF)
    address = f"district-duties/{world.district_inspector.pk}/end/"
    assert ask(staff, address, {"on": "2020-01-01"}).status_code == 409
    assert ask(staff, address, {"on": str(clock.today())}).json()["valid_until"] == str(clock.today())


def test_the_trail_is_the_audit_administrator_s(world: World) -> None:
    found = ask(calling(world, Role.AUDIT_ADMIN), "audit-entries/?action=read", method="get").json()["results"]
    assert any(MARK in entry["detail"] for entry in found)
    assert ask(calling(world, Role.AUDIT_ADMIN), "audit-entries/?since=gestern", method="get").status_code == 400
