"""The ticket that nobody answers: chased, warned, ordered, and proposed for an interview, by the sweep alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection

from accounts.actors import Actor
from accounts.scope import scope
from records import clock
from records.actions import documents
from records.lines import simple_lines
from records.models import Deadline, Notification, Outbox
from records.state import AlreadyDone, Refused
from records.timing.sweep import sweep
from rectification import actions
from rectification.actions.orders import PROPOSE_INTERVIEW
from rectification.models import SupervisoryOrder, Ticket
from rectification.pages import history
from rectification.printing import interview_of
from rectification.rules import ORDER, REPORT
from tests.conftest import as_owner
from tests.rectification import conftest as journey
from tests.rectification.conftest import Bench, again

S = SupervisoryOrder.State


def again_seen(row: Ticket, actor: Actor) -> Ticket:
    found: Ticket = Ticket.objects.visible_to(actor).get(pk=row.pk)
    return found


def run(day: date) -> None:
    """What `sweep_deadlines --on` does."""
    sweep(day)
    with clock.travel(day):
        journey.consume_all()


def last_day(root: object, act: str) -> date:
    with as_owner():
        return Deadline.objects.of(root).filter(act=act).latest("pk").last_day  # type: ignore[arg-type]


def orders(row: Ticket) -> list[SupervisoryOrder]:
    with as_owner():
        return list(row.orders.select_related("document").order_by("n"))


def ignored(bench: Bench, state: str = "rectifying") -> tuple[Ticket, date]:
    """A ticket whose report was due on the day returned, chased until the order was drafted."""
    row = journey.ticket(bench, state=state)
    due = last_day(row, REPORT)
    for offset in range(-6, 6):
        run(due + timedelta(days=offset))
    return row, due


@pytest.mark.django_db
def test_an_ignored_ticket_ends_in_a_drafted_order_that_tells_the_facts(bench: Bench) -> None:
    row, due = ignored(bench)
    (order,) = orders(row)
    assert (order.state, order.document.state, order.n) == (S.DRAFTED, "submitted", 1)
    text = str(order.document.content)
    notice = journey.paper(row)
    drafted = due + timedelta(days=5)
    answer = drafted + timedelta(days=10)
    for said in (row.number, notice.number, f"{due.month}月{due.day}日前报送整改情况", "经4次提醒", "完善留样制度",
                 f"{answer.year}年{answer.month}月{answer.day}日前完成整改", "第（七）条", "第（八）条", "约谈"):  # fmt: skip
        assert said in text, said
    unit = bench.actor("unit")
    with scope(unit):
        # Nothing on the unit's page tells of a draft.
        assert not [e for e in history(again_seen(row, unit), []) if "督办" in e.what]
    with as_owner():
        told = Notification.objects.filter(user=bench.members["head"].user, title__startswith="待签发：")
        assert told.filter(root_id=order.document_id).exists()


@pytest.mark.django_db
def test_nothing_more_comes_of_it_when_the_sweep_runs_on(bench: Bench) -> None:
    row, due = ignored(bench)
    for offset in (5, 6, 9, 20):
        run(due + timedelta(days=offset))
    assert len(orders(row)) == 1


@pytest.mark.django_db
def test_a_report_before_the_order_stops_it(bench: Bench) -> None:
    row = journey.ticket(bench, state="rectifying")
    due = last_day(row, REPORT)
    run(due + timedelta(days=3))
    with clock.travel(due + timedelta(days=4)):
        journey.report(bench, row)
        journey.consume_all()
    run(due + timedelta(days=5))
    assert orders(row) == []


@pytest.mark.django_db
def test_a_report_while_the_order_is_a_draft_withdraws_it_with_its_paper(bench: Bench) -> None:
    row, due = ignored(bench)
    with clock.travel(due + timedelta(days=6)):
        journey.report(bench, again(row))
        journey.consume_all()
        journey.consume_all()
    (order,) = orders(row)
    assert (order.state, order.document.state) == (S.WITHDRAWN, "void")


@pytest.mark.django_db
def test_served_it_is_in_force_with_a_new_deadline_and_the_report_answers_it(bench: Bench) -> None:
    row, due = ignored(bench)
    served_on = due + timedelta(days=7)
    with clock.travel(served_on):
        order = journey.serve(bench, orders(row)[0])
    assert order.state == S.IN_FORCE
    assert last_day(order, ORDER) == served_on + timedelta(days=10)
    assert again(row).due_at == clock.end_of(served_on + timedelta(days=10))
    unit = bench.actor("unit")
    with scope(unit):
        assert SupervisoryOrder.objects.visible_to(unit).get() == order
    with as_owner():
        assert order.parties.get().organization == bench.department
    with clock.travel(served_on + timedelta(days=4)):
        journey.report(bench, again(row))
    (order,) = orders(row)
    assert order.state == S.ANSWERED
    with as_owner():
        assert Deadline.objects.of(order).get().verdict == "on_time"
        assert Deadline.objects.of(row).get(act=REPORT).verdict == "late"


@pytest.mark.django_db
def test_unanswered_it_lapses_after_the_warning_and_the_head_is_proposed_an_interview(bench: Bench) -> None:
    row, due = ignored(bench)
    with clock.travel(due + timedelta(days=6)):
        order = journey.serve(bench, orders(row)[0])
    end = last_day(order, ORDER)
    for offset in range(-3, 3):
        run(end + timedelta(days=offset))
    assert again(order).state == S.IN_FORCE
    run(end + timedelta(days=3))
    run(end + timedelta(days=4))
    assert again(order).state == S.LAPSED
    with as_owner():
        proposal = Outbox.objects.get(topic=PROPOSE_INTERVIEW)
    assert proposal.consumed_at is None and proposal.payload["unit"] == bench.school.organization.name
    head, staff = bench.actor("head"), bench.actor("staff")
    with scope(head):
        (line,) = [todo for todo in simple_lines(head) if "约谈" in todo.what]
    assert "第（八）条" in line.basis and bench.school.organization.name == line.unit
    with scope(head):
        known = interview_of(
            SupervisoryOrder.objects.visible_to(head).select_related("ticket", "document").get(pk=order.pk)
        )
    assert known.unit == line.unit and "仍未答复" in known.cause and known.facts
    with scope(staff):
        assert not [todo for todo in simple_lines(staff) if "约谈" in todo.what]
    with clock.travel(end + timedelta(days=5)):
        journey.report(bench, again(row))
    with as_owner():
        assert Deadline.objects.of(order).get().verdict == "late"
    assert again(order).state == S.LAPSED


@pytest.mark.django_db
def test_a_unit_that_never_signs_is_ordered_too(bench: Bench) -> None:
    row = journey.ticket(bench, state="served")
    due = last_day(row, "rectification.sign")
    for offset in range(1, 8):
        run(due + timedelta(days=offset))
    (order,) = orders(row)
    assert "仍未签收" in order.reason_text and order.state == S.DRAFTED


@pytest.mark.django_db
def test_the_head_voids_the_paper_and_the_order_is_withdrawn(bench: Bench) -> None:
    row, _due = ignored(bench)
    head, (order,) = bench.actor("head"), orders(row)
    with scope(head):
        documents.void(order.document, by=head, reason="已电话说明")
    journey.consume_all()
    assert again(order).state == S.WITHDRAWN
    staff = bench.actor("staff")
    with scope(staff):
        second = actions.draft_order(again(row), by=staff, reason="仍未整改")
    assert second.n == 2


@pytest.mark.django_db
def test_an_order_by_hand_needs_its_reason_and_there_is_one_at_a_time(bench: Bench) -> None:
    row, staff = journey.ticket(bench, state="rectifying"), bench.actor("staff")
    with scope(staff):
        with pytest.raises(Refused, match="督办事由"):
            actions.draft_order(row, by=staff)
        actions.draft_order(row, by=staff, reason="两次电话催办未果")
        with pytest.raises(Refused, match="未了结的督办单"):
            actions.draft_order(row, by=staff, reason="再催")
    reported = journey.report(bench, again(row))
    with scope(staff), pytest.raises(Refused, match="尚未报送"):
        actions.draft_order(reported, by=staff, reason="再催")


@pytest.mark.django_db
def test_outside_yunnan_no_text_of_yunnan_is_cited(db: None) -> None:
    with as_owner():
        bench = journey.build(520102)
    row, _due = ignored(bench)
    text = str(journey.paper(row).content) + str(orders(row)[0].document.content)
    assert "云南" not in text and "第二十二条" in text and "第二十五条" in text


def at_once(count: int, act: Callable[[int], str], actor: Actor) -> list[str]:
    """What `act` returned, or how it was refused, in threads that begin together, each with its own connection."""
    together, outcomes = threading.Barrier(count), []

    def play(n: int) -> None:
        try:
            together.wait(20)
            with scope(actor):
                result = act(n)
            outcomes.append(result)
        except AlreadyDone as refused:
            outcomes.append(str(refused))
        finally:
            connection.close()

    threads = [threading.Thread(target=play, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_eight_threads_close_one_ticket_and_seven_hear_who_did() -> None:
    with as_owner():
        bench = journey.build()
    head = bench.actor("head")

    def close(row: Ticket) -> str:
        return str(actions.close(row, by=head).state)

    for _ in range(20):
        row = journey.ticket(bench, state="verified")
        outcomes = at_once(8, lambda _n, seen=row: close(seen), head)  # type: ignore[misc]
        assert outcomes.count("closed") == 1 and len(outcomes) == 8
        assert all("本次操作未生效" in outcome for outcome in outcomes if outcome != "closed")


@pytest.mark.django_db(transaction=True)
def test_threads_that_open_tickets_leave_no_gap_in_the_numbers() -> None:
    with as_owner():
        bench = journey.build()
    staff = bench.actor("staff")
    problems = [journey.problem(bench) for _ in range(8)]
    numbers = at_once(8, lambda n: actions.open_ticket(by=staff, problems=[problems[n]], demand="改").number, staff)
    assert sorted(int(n[-4:]) for n in numbers) == list(range(1, 9))
