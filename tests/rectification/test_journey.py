"""From problem to closed ticket by the people who do it, with every party's deadline and verdict."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.scope import scope
from records import clock
from records.actions import documents
from records.actions import service as serving
from records.models import Deadline, Notification
from records.state import AlreadyDone, Refused
from rectification import actions
from rectification.models import Problem, Ticket
from rectification.rules import REPORT, SIGN, URGE, VERIFY
from tests.conftest import as_owner
from tests.rectification import conftest as journey
from tests.rectification.conftest import Bench, again

pytestmark = pytest.mark.django_db


def deadline(row: Ticket, act: str) -> Deadline:
    with as_owner():
        return Deadline.objects.of(row).filter(act=act).latest("pk")


def test_the_whole_way(bench: Bench) -> None:
    row = journey.ticket(bench, state="closed")
    assert row.closed_by_id == bench.actor("head").user_id
    with as_owner():
        assert row.problems.get().state == Problem.State.CLOSED
        verdicts = {d.act: d.verdict for d in Deadline.objects.of(row)}
        cancelled = {d.act for d in Deadline.objects.of(row) if d.cancelled_at}
    assert verdicts == {SIGN: "on_time", REPORT: "on_time", VERIFY: "on_time", URGE: ""}
    assert cancelled == {URGE}


def test_numbers_run_by_office_and_year(bench: Bench) -> None:
    year = clock.today().year
    assert [journey.ticket(bench).number for _ in range(2)] == [f"整530102-{year}-0001", f"整530102-{year}-0002"]


def test_the_unit_sees_nothing_before_service_and_all_after(bench: Bench) -> None:
    row = journey.ticket(bench, state="approval")
    unit, department = bench.actor("unit"), bench.actor("department")
    for actor in (unit, department):
        with scope(actor):
            assert not Ticket.objects.visible_to(actor).exists()
            assert not Ticket.objects.exists() and not Problem.objects.exists()
    row = journey.serve(bench, row)
    for actor in (unit, department):
        with scope(actor):
            assert Ticket.objects.visible_to(actor).get() == row
            assert Problem.objects.visible_to(actor).get().served_at


def test_the_report_is_due_twenty_days_after_receipt_not_after_service(bench: Bench) -> None:
    row = journey.ticket(bench, state="served")
    with clock.travel(clock.today() + timedelta(days=2)):
        signed_on = clock.today()
        row = journey.sign(bench, row)
        found = deadline(row, REPORT)
    assert found.last_day == signed_on + timedelta(days=20)
    assert found.basis_kind == "law" and row.due_at == found.due_at


def test_a_late_report_is_late_by_its_days_and_stays_so(bench: Bench) -> None:
    row = journey.ticket(bench, state="rectifying")
    due = deadline(row, REPORT).last_day
    with clock.travel(due + timedelta(days=3)):
        row = journey.report(bench, row)
    found = deadline(row, REPORT)
    assert (found.verdict, found.late_days) == ("late", 3)


def test_signing_on_the_documents_page_moves_the_ticket_by_the_outbox(bench: Bench) -> None:
    row = journey.ticket(bench, state="served")
    unit = bench.actor("unit")
    with scope(unit):
        serving.sign_for(row.notice, by=unit)
    assert again(row).state == Ticket.State.SERVED
    journey.consume_all()
    signed = again(row)
    assert (signed.state, signed.signed_by_id) == (Ticket.State.RECTIFYING, unit.user_id)


def test_signing_on_the_ticket_finds_the_paper_signed_already(bench: Bench) -> None:
    row = journey.ticket(bench, state="served")
    unit = bench.actor("unit")
    with scope(unit):
        serving.sign_for(row.notice, by=unit)
        signed = actions.sign_for(row, by=unit)
    assert signed.state == Ticket.State.RECTIFYING
    journey.consume_all()
    with as_owner():
        assert Deadline.objects.of(row).filter(act=REPORT).count() == 1


def test_events_may_come_twice(bench: Bench) -> None:
    row = journey.ticket(bench, state="rectifying")
    from records.models import Outbox

    with as_owner():
        Outbox.objects.update(consumed_at=None)
        before = Deadline.objects.count()
    journey.consume_all()
    with as_owner():
        assert not Outbox.objects.filter(consumed_at=None, topic__startswith="document.").exists()
        assert Deadline.objects.count() == before
    assert again(row).state == Ticket.State.RECTIFYING


def test_a_failed_verification_returns_with_reasons_and_a_new_deadline(bench: Bench) -> None:
    row = journey.verify(bench, journey.ticket(bench, state="reported"), passed=False)
    assert (row.state, row.answered_at) == (Ticket.State.RECTIFYING, None)
    with as_owner():
        rows = list(Deadline.objects.of(row).filter(act=REPORT).order_by("pk"))
    assert [d.verdict for d in rows] == ["on_time", ""]
    row = journey.report(bench, row)
    with as_owner():
        assert [r.n for r in row.reports.all()] == [1, 2]
    assert journey.close(bench, journey.verify(bench, row)).state == Ticket.State.CLOSED


def test_verifying_needs_another_person_even_under_another_hat(bench: Bench) -> None:
    """Four eyes are compared by person: the unit's reporter cannot verify as a member of the office."""
    row = journey.ticket(bench, state="reported")
    from tests import factories

    with as_owner():
        reporter = bench.members["unit"].user
        hat = factories.member(bench.office, "office_staff", user=reporter)
        actor = factories.actor(hat)
    with scope(actor), pytest.raises(Refused, match="报送整改情况与“核查通过”不能是同一人"):
        actions.verify(row, by=actor, passed=True, method="paper", note="属实")


def test_who_verified_does_not_close(bench: Bench) -> None:
    row = journey.ticket(bench, state="verified")
    actor = bench.actor("staff2")
    with scope(actor), pytest.raises(Refused, match="核查与“销号”不能是同一人"):
        actions.close(row, by=actor)


def test_the_assigned_verifier_verifies_and_nobody_else(bench: Bench) -> None:
    row = journey.ticket(bench, state="reported")
    staff, inspector = bench.actor("staff"), bench.actor("inspector")
    with scope(inspector):
        assert not Ticket.objects.visible_to(inspector).exists()
    with scope(staff):
        row = actions.assign_verifier(row, by=staff, verifier=bench.members["inspector"].user)
        with pytest.raises(Refused, match="已指定由"):
            actions.verify(row, by=staff, passed=True, method="paper", note="属实")
    with scope(inspector):
        assert Ticket.objects.visible_to(inspector).get() == row
    assert journey.verify(bench, row, who="inspector").state == Ticket.State.VERIFIED


def test_an_inspector_outside_the_district_is_told_why_not(bench: Bench) -> None:
    row = journey.ticket(bench, state="reported")
    actor = bench.actor("inspector")
    with scope(actor), pytest.raises(Refused, match="不在您的督学责任区内"):
        actions.verify(row, by=actor, passed=True, method="paper", note="属实")


def test_the_second_click_hears_who_was_first(bench: Bench) -> None:
    row = journey.ticket(bench, state="verified")
    journey.close(bench, row)
    actor = bench.actor("head")
    name = bench.members["head"].user.full_name
    for seen in (row, again(row)):  # from a page opened before, and from one opened after
        with scope(actor), pytest.raises(AlreadyDone, match=f"已由{name}于.*“销号”，本次操作未生效"):
            actions.close(seen, by=actor)


def test_recheck_opens_the_verification_again(bench: Bench) -> None:
    row = journey.ticket(bench, state="verified")
    head = bench.actor("head")
    with scope(head):
        row = actions.recheck(row, by=head, reason="现场照片与报告不符")
    assert (row.state, row.verified_by_id) == (Ticket.State.REPORTED, None)
    assert deadline(row, VERIFY).met_at is None


def test_withdrawing_voids_the_draft_and_frees_the_problem(bench: Bench) -> None:
    row = journey.ticket(bench, state="approval")
    staff = bench.actor("staff")
    with scope(staff):
        row = actions.withdraw_ticket(row, by=staff, reason="重复开具")
    assert journey.paper(row).state == "void"
    with as_owner():
        freed = Problem.objects.get()
    assert (freed.state, freed.ticket_id) == (Problem.State.OPEN, None)
    journey.consume_all()
    assert again(row).state == Ticket.State.WITHDRAWN


def test_an_approved_notice_is_not_withdrawn_by_the_staff(bench: Bench) -> None:
    row = journey.ticket(bench, state="approval")
    head, staff, paper = bench.actor("head"), bench.actor("staff"), journey.paper(row)
    with scope(head):
        documents.approve(paper, by=head)
    with scope(staff), pytest.raises(Refused, match="已经签发"):
        actions.withdraw_ticket(row, by=staff, reason="重复开具")


def test_voiding_the_served_notice_takes_the_ticket_back_out_of_the_units_sight(bench: Bench) -> None:
    row = journey.ticket(bench, state="rectifying")
    head, unit = bench.actor("head"), bench.actor("unit")
    with scope(head):
        documents.void(row.notice, by=head, reason="问题已在现场解决")
    journey.consume_all()
    row = again(row)
    assert (row.state, row.notice_id, row.served_at) == (Ticket.State.DRAFT, None, None)
    with scope(unit):
        assert not Ticket.objects.visible_to(unit).exists()
    with as_owner():
        assert not Deadline.objects.of(row).open().exists()
    assert journey.serve(bench, journey.submit(bench, row)).state == Ticket.State.SERVED


def test_voiding_after_the_report_tells_the_office_and_leaves_the_ticket(bench: Bench) -> None:
    row = journey.ticket(bench, state="reported")
    head = bench.actor("head")
    with scope(head):
        documents.void(row.notice, by=head, reason="文号有误")
    journey.consume_all()
    journey.consume_all()
    assert again(row).state == Ticket.State.REPORTED
    with as_owner():
        assert Notification.objects.filter(title__startswith="整改通知书已作废").exists()


def test_the_department_urges_and_its_duty_is_met(bench: Bench) -> None:
    row = journey.ticket(bench, state="rectifying")
    department = bench.actor("department")
    with scope(department):
        actions.urge(row, by=department, note="11月24日电话督促校长，承诺本周完成")
    assert deadline(row, URGE).verdict == "on_time"
    with scope(bench.actor("staff")), pytest.raises(Refused, match="主管部门登记"):
        actions.urge(row, by=bench.actor("staff"), note="催一催")


def test_measures_come_before_the_report(bench: Bench) -> None:
    row = journey.ticket(bench, state="rectifying")
    unit = bench.actor("unit")
    with scope(unit), pytest.raises(Refused, match="请先填写整改措施"):
        actions.submit_report(row, by=unit, text="已整改")


def test_notes_stay_in_the_office(bench: Bench) -> None:
    row = journey.ticket(bench, state="served")
    staff, unit = bench.actor("staff"), bench.actor("unit")
    from rectification.models import InternalNote

    with scope(staff):
        actions.write_note(row, by=staff, text="该校上年已两次整改")
        assert InternalNote.objects.visible_to(staff).count() == 1
    with scope(unit):
        assert not InternalNote.objects.exists()
        with pytest.raises(Refused):
            actions.write_note(row, by=unit, text="看不见")


def test_a_problem_is_registered_once_per_source(bench: Bench) -> None:
    first = journey.problem(bench, source_kind="inspections.finding", source_id=7, source_label="11月3日随访")
    second = journey.problem(bench, source_kind="inspections.finding", source_id=7, source_label="11月3日随访")
    other = journey.problem(bench)
    assert first == second != other
    with as_owner():
        assert Problem.objects.count() == 2


def test_problems_of_two_schools_do_not_share_a_ticket(bench: Bench) -> None:
    staff = bench.actor("staff")
    with as_owner():
        from tests import factories

        neighbour = factories.school(530102).organization
    with scope(staff):
        one = journey.problem(bench)
        two = actions.register_problem(by=staff, subject_org=neighbour, title="课表缺安全教育课")
        with pytest.raises(Refused, match="同一单位"):
            actions.open_ticket(by=staff, problems=[one, two], demand="改")
        assert not Ticket.objects.exists()


def test_dismissing_needs_a_reason_and_can_be_undone(bench: Bench) -> None:
    staff, row = bench.actor("staff"), journey.problem(bench)
    with scope(staff):
        with pytest.raises(Refused, match="须写明理由"):
            actions.dismiss_problem(row, by=staff, reason=" ")
        row = actions.dismiss_problem(row, by=staff, reason="已现场解决")
        assert actions.resume_problem(row, by=staff, reason="再次发生").state == Problem.State.OPEN


def test_the_paper_says_what_the_ticket_says(bench: Bench) -> None:
    row = journey.ticket(bench, state="approval")
    with as_owner():
        text = str(journey.paper(row).content)
    for said in (
        "食堂留样记录不全",
        "完善留样制度",
        "自签收之日起20日内",
        "第（七）条",
        "第二十二条",
        bench.department.name,
    ):
        assert said in text


def test_found_on_defaults_to_today(bench: Bench) -> None:
    with clock.travel(date(2026, 3, 2)):
        assert journey.problem(bench).found_on == date(2026, 3, 2)
