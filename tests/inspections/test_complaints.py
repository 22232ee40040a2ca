"""Complaints: from outside into the managing office, two persons to answer, whoever is complained of kept away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.actors import Actor, Role
from accounts.models import User
from accounts.scope import scope
from inspections import intake
from inspections.actions import complaints as acts
from inspections.actions.complaints import complaints_before
from inspections.models import Complaint, ComplaintContact, ComplaintIntake, ComplaintRecusal, RoutineVisit
from inspectors.models import DistrictInspector, DistrictSchool, Inspector, ResponsibilityDistrict
from records import clock
from records.models import Attachment, Deadline, Notification
from records.outbox import consume
from records.state import AlreadyDone, Refused
from records.timing.sweep import sweep
from records.uploads import UploadRefused
from rectification.models import Problem
from tests import factories as f
from tests.conftest import as_owner, as_system
from tests.records.samples import picture
from tests.roots import make

pytestmark = pytest.mark.django_db


class Office:
    """A county's office with its people, a school, and the offices above."""

    def __init__(self) -> None:
        with as_owner():
            self.school = f.school(530102).organization
            self.staff, self.head = f.office_actor(530102), f.office_actor(530102, Role.OFFICE_HEAD)
            self.above = f.office_actor(530100, Role.OFFICE_HEAD)
            self.province = f.office_actor(530000)
            self.neighbour = f.office_actor(530103, Role.OFFICE_HEAD)
            self.unit = f.actor(f.member(self.school, Role.UNIT_CONTACT))


@pytest.fixture
def office() -> Office:
    cache.clear()
    return Office()


def send(office: Office, **changed: Any) -> intake.Receipt:
    """As the public does: without a scope."""
    facts: dict[str, Any] = {
        "division_code": 530102, "unit": office.school.pk, "unit_text": "", "category": "canteen", "channel": "site",
        "text": "食堂后厨有老鼠，十一月以来多次看到。",
    }  # fmt: skip
    return intake.receive(**(facts | changed))


def entered(receipt: intake.Receipt) -> Complaint:
    with as_system():
        intake.take_in()
    with as_owner():
        return Complaint.objects.select_related("subject_org", "author_org").get(number=receipt.number)


def by(actor: Actor, act: Any) -> Any:
    with scope(actor):
        return act()


def visible(complaint: Complaint, actor: Actor) -> tuple[bool, bool]:
    """(through the code's door, by row security alone)"""
    with scope(actor):
        return (
            Complaint.objects.visible_to(actor).filter(pk=complaint.pk).exists(),
            Complaint.objects.filter(pk=complaint.pk).exists(),
        )


def test_it_reaches_the_office_that_manages_the_school_and_nobody_else(office: Office) -> None:
    complaint = entered(send(office))
    assert complaint.owner_code == 530102 and complaint.subject_org == office.school
    assert visible(complaint, office.staff) == (True, True)
    for stranger in (office.unit, office.neighbour, office.above, office.province):
        assert visible(complaint, stranger) == (False, False)


def test_nothing_waits_readable_before_it_is_entered(office: Office) -> None:
    send(office)
    assert not ComplaintIntake.objects.exists()  # the web role without a scope
    with scope(office.staff):
        assert not ComplaintIntake.objects.exists()


def test_the_letter_is_not_kept_twice(office: Office) -> None:
    receipt = send(office, contact_name="赵某", contact_phone="13900002222")
    entered(receipt)
    with as_owner():
        left = ComplaintIntake.objects.get(number=receipt.number)
    assert (left.text, left.contact_name, left.contact_phone) == ("", "", "")


def test_entering_twice_makes_one(office: Office) -> None:
    receipt = send(office)
    entered(receipt)
    with as_system():
        assert intake.take_in() == 0
    with as_owner():
        assert Complaint.objects.filter(number=receipt.number).count() == 1


def test_about_the_supervisors_it_goes_to_the_office_above(office: Office) -> None:
    complaint = entered(send(office, category="supervisors"))
    assert complaint.owner_code == 530100 and complaint.subject_org_id == office.staff.organization_id
    assert visible(complaint, office.above) == (True, True)
    assert visible(complaint, office.head) == (False, False)


def test_a_unit_that_nobody_knows_still_arrives(office: Office) -> None:
    complaint = entered(send(office, unit=None, unit_text="某某培训班"))
    assert complaint.subject_org is None and complaint.unit_text == "某某培训班" and complaint.owner_code == 530102


def test_clocks(office: Office) -> None:
    complaint = entered(send(office))
    with as_owner():
        first = Deadline.objects.of(complaint).get()
    assert first.act == "complaint.accept" and first.last_day == clock.today() + timedelta(days=15)
    by(office.staff, lambda: acts.accept_complaint(complaint, by=office.staff))
    with as_owner():
        rows = {d.act: d for d in Deadline.objects.of(complaint)}
    assert rows["complaint.accept"].verdict == "on_time"
    assert rows["complaint.finish"].last_day == clock.today() + timedelta(days=60)


def answered(office: Office) -> tuple[Complaint, intake.Receipt]:
    receipt = send(office)
    complaint = entered(receipt)
    taken = by(office.staff, lambda: acts.accept_complaint(complaint, by=office.staff))
    return by(office.staff, lambda: acts.propose_answer(taken, by=office.staff, answer="已查实并责令整改。")), receipt


def test_two_persons_answer_and_the_sender_reads_only_what_was_decided(office: Office) -> None:
    complaint, receipt = answered(office)
    assert intake.status_of(receipt.number, receipt.code).answer == ""  # type: ignore[union-attr]
    by(office.head, lambda: acts.finish_complaint(complaint, by=office.head))
    status = intake.status_of(receipt.number.lower(), f" {receipt.code[:5]}-{receipt.code[5:].lower()} ")
    assert status is not None and status.answer == "已查实并责令整改。" and status.label == "已办结"
    with pytest.raises((AlreadyDone, Refused)):
        by(office.head, lambda: acts.finish_complaint(complaint, by=office.head))


def test_whoever_wrote_the_answer_does_not_decide_on_it(office: Office) -> None:
    complaint = entered(send(office))
    taken = by(office.head, lambda: acts.accept_complaint(complaint, by=office.head))
    proposed = by(office.head, lambda: acts.propose_answer(taken, by=office.head, answer="查无实据。"))
    with pytest.raises(Refused, match="拟写答复"):
        by(office.head, lambda: acts.finish_complaint(proposed, by=office.head))


def test_a_wrong_code_or_number_says_nothing(office: Office) -> None:
    receipt = send(office)
    assert intake.status_of(receipt.number, receipt.code).label == "正在登记"  # type: ignore[union-attr]
    entered(receipt)
    assert intake.status_of(receipt.number, "AAAAAAAAAA") is None
    assert intake.status_of("TS20260101-AAAAAA", receipt.code) is None


def test_whoever_is_complained_of_sees_nothing_by_either_lock(office: Office) -> None:
    with as_owner():
        colleague = f.member(f.office(530102), Role.OFFICE_STAFF)
    complaint = entered(send(office))
    assert visible(complaint, f.actor(colleague)) == (True, True)
    by(office.staff, lambda: acts.recuse(complaint, by=office.staff, person=colleague, reason="被反映的人员"))
    assert visible(complaint, f.actor(colleague)) == (False, False)
    with scope(f.actor(colleague)):
        assert not ComplaintRecusal.objects.visible_to(f.actor(colleague)).exists()
        assert not Attachment.objects.of(complaint).exists()
    assert visible(complaint, office.staff) == (True, True)


def test_the_only_head_is_not_recused_but_the_case_goes_up(office: Office) -> None:
    complaint = entered(send(office, contact_name="赵某", contact_phone="13900002222",
                             files=[SimpleUploadedFile("现场.jpg", picture())]))  # fmt: skip
    with as_owner():
        second = f.member(f.office(530102), Role.OFFICE_HEAD)  # with a second head the first may go
        first = f.office(530102).memberships.get(user_id=office.head.user_id)
    by(office.staff, lambda: acts.recuse(complaint, by=office.staff, person=first, reason="被反映"))
    with pytest.raises(Refused, match="上一级"):
        by(office.staff, lambda: acts.recuse(complaint, by=office.staff, person=second, reason="被反映"))
    by(office.staff, lambda: acts.transfer_complaint(complaint, by=office.staff, reason="反映本办人员", upward=True))
    with as_system():
        consume()
    with as_owner():
        above = Complaint.objects.get(owner_code=530100, number=complaint.number)
        assert ComplaintContact.objects.get(complaint=above).phone == "13900002222"
        assert Attachment.objects.of(above).count() == 1
    assert visible(above, office.above) == (True, True) and visible(above, office.head) == (False, False)


def test_the_sender_follows_it_up(office: Office) -> None:
    receipt = send(office)
    complaint = entered(receipt)
    by(office.staff, lambda: acts.transfer_complaint(complaint, by=office.staff, reason="管辖", upward=True))
    with as_system():
        consume()
    assert intake.status_of(receipt.number, receipt.code).label == "待受理"  # type: ignore[union-attr]


def test_a_transfer_names_whom(office: Office) -> None:
    complaint = entered(send(office))
    with pytest.raises(Refused, match="哪个单位"):
        by(office.staff, lambda: acts.transfer_complaint(complaint, by=office.staff, reason="不属教育"))


def test_the_contact_is_the_handling_offices_alone(office: Office) -> None:
    complaint = entered(send(office, contact_name="赵某", contact_phone="13900002222"))
    with as_owner():
        Complaint.objects.filter(pk=complaint.pk).update(reported_at=clock.now())
    assert visible(complaint, office.above) == (True, True)
    for actor, sees in ((office.staff, True), (office.above, False), (office.unit, False)):
        with scope(actor):
            assert ComplaintContact.objects.visible_to(actor).exists() is sees
            assert ComplaintContact.objects.exists() is sees


def test_what_was_found_enters_the_ledger_without_a_word_of_the_letter(office: Office) -> None:
    complaint = entered(send(office))
    complaint = by(office.staff, lambda: acts.accept_complaint(complaint, by=office.staff))
    found = {"title": "后厨防鼠设施缺失", "description": "防鼠板缺失", "severity": "serious"}
    problem = by(office.staff, lambda: acts.make_problem(complaint, by=office.staff, **found))
    again = by(office.staff, lambda: acts.make_problem(complaint, by=office.staff, **found))
    assert again.pk == problem.pk
    with as_owner():
        row = Problem.objects.get(pk=problem.pk)
    told = f"{row.title}{row.description}{row.source_kind}{row.source_label}"
    assert "老鼠" not in told and "complaint" not in told and "投诉" not in told


def test_a_script_is_text(office: Office) -> None:
    complaint = entered(send(office, text="<script>alert(1)</script> 食堂不洁"))
    page = f.client_for(_membership(office.staff)).get(complaint.get_absolute_url()).content.decode()
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page


def _membership(actor: Actor) -> Any:
    with as_owner():
        return f.office(530102).memberships.select_related("user", "organization").get(pk=actor.membership_id)


def test_a_bad_file_keeps_nothing(office: Office) -> None:
    with pytest.raises(UploadRefused):
        send(office, files=[SimpleUploadedFile("a.jpg", b"MZ\x90\x00 not a picture")])
    with as_owner():
        assert not ComplaintIntake.objects.exists()


def test_an_inspector_knows_before_his_next_visit(office: Office) -> None:
    with as_owner():
        member = f.member(f.office(530102), Role.INSPECTOR)
        inspector = Inspector.objects.create(user=member.user, office=member.organization, division_code=530102,
                                             kind="full_time", certificate_number="督-9", valid_from=clock.today())  # fmt: skip
        district = ResponsibilityDistrict.objects.create(division_code=530102, name="一区")
        DistrictSchool.objects.create(district=district, division_code=530102, organization=office.school)
        DistrictInspector.objects.create(district=district, division_code=530102, inspector=inspector,
                                         valid_from=clock.today())  # fmt: skip
        visit = make(RoutineVisit, f.office(530102), office.school)
    complaint = entered(send(office))
    who = f.actor(member)
    assert by(who, lambda: complaints_before(visit, who)) == []  # type: ignore[arg-type]
    by(office.staff, lambda: acts.accept_complaint(complaint, by=office.staff))
    assert [c.pk for c in by(who, lambda: complaints_before(visit, who))] == [complaint.pk]  # type: ignore[arg-type]


def lines_of(actor: Actor) -> list[str]:
    with scope(actor):
        return [f"{n.title}{n.body}" for n in Notification.objects.visible_to(actor)]


def colleague_of(office: Office, role: str = Role.OFFICE_STAFF, name: str = "钱进喜") -> Any:
    with as_owner():
        return f.member(f.office(530102), role, user=f.person(name))


def told(receipt: intake.Receipt) -> Complaint:
    complaint = entered(receipt)
    with as_system():
        consume()
    return complaint


def test_whoever_is_named_in_the_letter_sees_and_hears_nothing_from_its_first_moment(office: Office) -> None:
    colleague = colleague_of(office)
    complaint = told(send(office, text="督导办的钱进喜收受食堂承包人的礼品，对老鼠视而不见。"))
    assert visible(complaint, f.actor(colleague)) == (False, False) and visible(complaint, office.staff) == (True, True)
    by(office.staff, lambda: acts.accept_complaint(complaint, by=office.staff))
    with as_system():
        consume()
        sweep(clock.today() + timedelta(days=61))
    assert lines_of(f.actor(colleague)) == []
    assert len(lines_of(office.staff)) >= 2 and complaint.number in "".join(lines_of(office.staff))


def test_the_only_head_named_sends_it_up(office: Office) -> None:
    with as_owner():
        User.objects.filter(pk=office.head.user_id).update(full_name="周正堂")
    complaint = told(send(office, text="督导办负责人周正堂压下了我们反映食堂老鼠的信。"))
    assert complaint.owner_code == 530100 and visible(complaint, office.head) == (False, False)
    assert lines_of(office.head) == []


def test_a_mistaken_name_is_let_back_in_by_the_head_alone(office: Office) -> None:
    colleague = colleague_of(office)
    complaint = told(send(office, text="我已经向钱进喜同志反映过，食堂仍有老鼠。"))
    with as_owner():
        recusal = ComplaintRecusal.objects.select_related("complaint").get(complaint=complaint)
    with pytest.raises(Refused, match="负责人"):
        by(office.staff, lambda: acts.lift_recusal(recusal, by=office.staff))
    page = f.client_for(_membership(office.head))
    assert "解除回避" in page.get(complaint.get_absolute_url()).content.decode()
    lift = reverse("inspections:complaint_lift", args=[complaint.pk])
    assert "已解除回避" in page.post(lift, {"recusal": recusal.pk}, follow=True).content.decode()
    assert visible(complaint, f.actor(colleague)) == (True, True)
    by(office.staff, lambda: acts.recuse(complaint, by=office.staff, person=colleague, reason="被反映的人员"))
    with as_owner():
        decided = ComplaintRecusal.objects.select_related("complaint").get(complaint=complaint)
    with pytest.raises(Refused, match="人工决定"):
        by(office.head, lambda: acts.lift_recusal(decided, by=office.head))


def test_what_the_recused_was_told_before_says_nothing_more(office: Office) -> None:
    colleague = colleague_of(office)
    complaint = told(send(office))
    assert complaint.number in "".join(lines_of(f.actor(colleague)))
    by(office.staff, lambda: acts.recuse(complaint, by=office.staff, person=colleague, reason="亲属关系"))
    with as_system():
        consume()
    assert lines_of(f.actor(colleague)) == ["您已回避的事项"]
    assert complaint.number in "".join(lines_of(office.staff))


def test_the_schools_inspector_is_told_when_it_is_accepted(office: Office) -> None:
    with as_owner():
        member = f.member(f.office(530102), Role.INSPECTOR)
        inspector = Inspector.objects.create(user=member.user, office=member.organization, division_code=530102,
                                             kind="full_time", certificate_number="督-8", valid_from=clock.today())  # fmt: skip
        district = ResponsibilityDistrict.objects.create(division_code=530102, name="二区")
        DistrictSchool.objects.create(district=district, division_code=530102, organization=office.school)
        DistrictInspector.objects.create(district=district, division_code=530102, inspector=inspector,
                                         valid_from=clock.today())  # fmt: skip
    complaint = told(send(office))
    assert lines_of(f.actor(member)) == []
    by(office.staff, lambda: acts.accept_complaint(complaint, by=office.staff))
    with as_system():
        consume()
    assert ["到校前请了解" in line for line in lines_of(f.actor(member))] == [True]
