"""延期 and 中止 on a real ticket: asked by one, decided by another, the ladder follows, nothing ever ends earlier."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from accounts.actors import Actor, Role
from accounts.scope import scope
from records import clock
from records.actions import deadlines as acts
from records.models import Deadline, DeadlineChange, LadderStep, Notification, StateTransition
from records.state import AlreadyDone, Refused
from records.timing import deadlines
from records.timing.sweep import sweep
from rectification.models import Ticket
from rectification.rules import REPORT, VERIFY
from tests import factories
from tests.conftest import as_owner
from tests.rectification import conftest as journey
from tests.rectification.conftest import Bench, again

Kind = DeadlineChange.Kind
DAY = timedelta(days=1)


def running(row: Ticket, act: str = REPORT) -> Deadline:
    with as_owner():
        return Deadline.objects.of(row).filter(act=act).latest("pk")


def ask(bench: Bench, row: Ticket, *, who: str = "unit", amount: int = 10, **more: Any) -> DeadlineChange:
    actor = bench.actor(who)
    with scope(actor):
        return acts.ask_extension(running(row), root=row, by=actor, amount=amount, reason="食堂改造工期较长", **more)


def ask_pause(bench: Bench, row: Ticket, starts: date, ends: date, who: str = "unit") -> DeadlineChange:
    actor = bench.actor(who)
    with scope(actor):
        return acts.ask_pause(running(row), root=row, by=actor, starts=starts, ends=ends, reason="汛期停工")


def decide(bench: Bench, row: Ticket, change: DeadlineChange, who: str | Actor = "head", **more: Any) -> DeadlineChange:
    actor = bench.actor(who) if isinstance(who, str) else who
    with scope(actor):
        return acts.approve(change, root=row, by=actor, **more)


def refused(act: Any, *arguments: Any, **more: Any) -> str:
    with pytest.raises(Refused) as caught:
        act(*arguments, **more)
    return str(caught.value.refusal)


@pytest.fixture
def ticket(bench: Bench) -> Ticket:
    return journey.ticket(bench, state="rectifying")


def test_an_extension_moves_the_end_and_leaves_its_trail(bench: Bench, ticket: Ticket) -> None:
    before = running(ticket)
    change = ask(bench, ticket)
    assert running(ticket).due_at == before.due_at
    decided = decide(bench, ticket, change, note="同意")
    row = running(ticket)
    assert row.last_day == before.last_day + 10 * DAY
    assert (row.original_due_at, decided.old_due_at, decided.new_due_at) == (before.due_at, before.due_at, row.due_at)
    assert again(ticket).due_at == row.due_at
    with as_owner():
        trail = list(
            StateTransition.objects.of(ticket).filter(name__startswith="deadline_").values_list("label", "reason")
        )
    assert [label for label, _ in trail] == ["申请延期", "批准延期"]
    assert f"截止日由{before.last_day.year}年{before.last_day.month}月{before.last_day.day}日改为" in trail[1][1]
    journey.consume_all()
    with as_owner():
        titles = {(n.user_id, n.title.split("：")[0]) for n in Notification.objects.filter(title__contains="批准")}
    assert titles == {(bench.members["head"].user_id, "请批准延期"), (bench.members["unit"].user_id, "已批准延期")}


def test_who_asks_does_not_approve_and_others_may_not(bench: Bench, ticket: Ticket) -> None:
    change = ask(bench, ticket, who="head")
    assert "不能是同一人" in refused(decide, bench, ticket, change)
    assert "负责人批准" in refused(decide, bench, ticket, change, "staff")
    assert "负责人批准" in refused(decide, bench, ticket, change, "unit")
    with as_owner():
        elsewhere = factories.office_actor(530103, Role.OFFICE_HEAD)
        above = factories.office_actor(530100, Role.OFFICE_HEAD)
    assert "承办督导办的负责人" in str(acts.decide_refusal(change, elsewhere))
    assert "承办督导办的负责人" in str(acts.decide_refusal(change, above))
    other = bench.actor("department")
    with scope(other):
        assert "承担该期限的单位" in refused(
            acts.ask_extension, running(ticket), root=ticket, by=other, amount=3, reason="代为申请"
        )


def test_the_office_above_may_decide_on_the_offices_own_deadline(bench: Bench) -> None:
    row = journey.ticket(bench, state="reported")
    with as_owner():
        above = factories.office_actor(530000, Role.OFFICE_HEAD)
    staff, before = bench.actor("staff"), running(row, VERIFY)
    with scope(staff):
        change = acts.ask_extension(before, root=row, by=staff, amount=5, reason="核查人员参加省级集中培训")
    with scope(above):
        assert DeadlineChange.objects.visible_to(above).filter(pk=change.pk).exists()
    decide(bench, row, change, above)
    after = running(row, VERIFY)
    assert after.due_at > before.due_at
    assert again(row).due_at == after.due_at


def test_the_bounds_are_the_rules(bench: Bench, ticket: Ticket) -> None:
    assert "每次延长不得超过15日" in refused(ask, bench, ticket, amount=16)
    decide(bench, ticket, ask(bench, ticket, amount=15))
    assert "最多延长1次" in refused(ask, bench, ticket)
    with as_owner():
        Deadline.objects.of(ticket).filter(act=REPORT).update(rule=None)
    assert "最多延长1次" in refused(ask, bench, ticket)


def test_refused_and_withdrawn_change_nothing(bench: Bench, ticket: Ticket) -> None:
    before, head, unit = running(ticket), bench.actor("head"), bench.actor("unit")
    change = ask(bench, ticket)
    assert "已有一项申请" in refused(ask, bench, ticket)
    with scope(head):
        assert "须写明理由" in refused(acts.refuse, change, root=ticket, by=head, note=" ")
        acts.refuse(change, root=ticket, by=head, note="工期可以压缩")
        with pytest.raises(AlreadyDone, match="未批准"):
            acts.approve(change, root=ticket, by=head)
    second = ask(bench, ticket)
    staff = bench.actor("staff")
    with scope(staff):
        assert "由提出的单位撤回" in refused(acts.withdraw, second, root=ticket, by=staff)
    with scope(unit):
        acts.withdraw(second, root=ticket, by=unit)
    assert running(ticket).due_at == before.due_at


def test_after_the_end_only_with_a_ground_and_both_dates_stay(bench: Bench, ticket: Ticket) -> None:
    due = running(ticket)
    with clock.travel(due.last_day + 2 * DAY):
        assert "正当理由" in refused(ask, bench, ticket)
        assert "已经届满，不能中止" in refused(ask_pause, bench, ticket, clock.today(), clock.today() + DAY)
        change = decide(bench, ticket, ask(bench, ticket, late_ground="校长住院，接任者上周到岗"))
        row = running(ticket)
        assert (row.original_last_day, row.last_day) == (due.last_day, due.last_day + 10 * DAY)
        assert change.late_ground
        assert row.is_overdue is False
        journey.report(bench, ticket)
    assert running(ticket).verdict == "on_time"


def test_a_pause_stands_then_runs_on(bench: Bench, ticket: Ticket) -> None:
    before, today = running(ticket), clock.today()
    starts = today + 5 * DAY
    decide(bench, ticket, ask_pause(bench, ticket, starts, starts + 29 * DAY))
    assert running(ticket).paused_on is None
    sweep(starts)
    row = running(ticket)
    assert (row.paused_on, row.due_at, row.days_left) == (starts, before.due_at, None)
    assert again(ticket).due_at is None
    for offset in range(0, 30, 3):  # the end passes, nobody is chased
        sweep(starts + offset * DAY)
    with clock.travel(starts + 29 * DAY), as_owner():
        assert not Deadline.objects.filter(pk=row.pk).overdue().exists()
        assert not LadderStep.objects.filter(deadline=row).exists()
    sweep(starts + 30 * DAY)
    sweep(starts + 30 * DAY)
    after = running(ticket)
    assert (after.paused_on, after.last_day) == (None, before.last_day + 30 * DAY)
    assert again(ticket).due_at == after.due_at
    with as_owner():
        assert StateTransition.objects.of(ticket).filter(name="deadline_resume").count() == 1
        assert not LadderStep.objects.filter(deadline=row).exists()
    for offset in (-5, -1, 1):
        sweep(after.last_day + offset * DAY)
    with as_owner():
        sent = LadderStep.objects.filter(deadline=row, recipient_org=row.party_org, status="sent")
        assert list(sent.values_list("step", flat=True)) == ["before_5", "before_1", "overdue_1"]


def test_resumed_early_only_the_paused_days_count(bench: Bench, ticket: Ticket) -> None:
    before, today, head = running(ticket), clock.today() + DAY, bench.actor("head")
    with clock.travel(today):
        change = decide(bench, ticket, ask_pause(bench, ticket, today, today + 60 * DAY))
    assert running(ticket).paused_on == today
    with clock.travel(today + 4 * DAY), scope(head):
        assert "须写明理由" in refused(acts.resume, change, root=ticket, by=head, reason="")
        acts.resume(change, root=ticket, by=head, reason="汛情提前结束")
        with pytest.raises(Refused, match="已经结束"):
            acts.resume(change, root=ticket, by=head, reason="再来一次")
    assert running(ticket).last_day == before.last_day + 4 * DAY


def test_resumed_on_its_first_day_nothing_is_counted(bench: Bench, ticket: Ticket) -> None:
    before, today, head = running(ticket), clock.today(), bench.actor("head")
    change = decide(bench, ticket, ask_pause(bench, ticket, today, today + 9 * DAY))
    with scope(head):
        acts.resume(change, root=ticket, by=head, reason="误批")
    after = running(ticket)
    assert (after.due_at, after.paused_on) == (before.due_at, None)


def test_who_acts_while_paused_acts_in_time(bench: Bench, ticket: Ticket) -> None:
    before, today = running(ticket), clock.today()
    decide(bench, ticket, ask_pause(bench, ticket, today, today + 60 * DAY))
    waiting = ask(bench, ticket)
    with clock.travel(before.last_day + 7 * DAY):
        journey.report(bench, ticket)
    row = running(ticket)
    assert (row.verdict, row.paused_on) == ("on_time", None)
    with as_owner():
        assert DeadlineChange.objects.get(pk=waiting.pk).status == "withdrawn"
    assert "已经办结或取消" in refused(ask, bench, ticket)


def test_an_extension_passes_over_what_waited_for_the_former_end(bench: Bench, ticket: Ticket) -> None:
    """Warned, then extended: the order that hung on the former last day is not drafted; the new end is chased anew."""
    due = running(ticket)
    for offset in (-5, -1, 1, 3):
        sweep(due.last_day + offset * DAY)
    with clock.travel(due.last_day + 4 * DAY):
        decide(bench, ticket, ask(bench, ticket, late_ground="材料在邮寄途中"))
    for offset in range(5, 14):
        sweep(due.last_day + offset * DAY)
        with clock.travel(due.last_day + offset * DAY):
            journey.consume_all()
    with as_owner():
        assert not ticket.orders.exists()
        steps = LadderStep.objects.filter(deadline=due, recipient_org=due.party_org).order_by("due_on", "pk")
        found = [(s.step, (s.due_on - due.last_day).days, s.status) for s in steps]
    assert found[:4] == [
        ("before_5", -5, "sent"),
        ("before_1", -1, "sent"),
        ("overdue_1", 1, "sent"),
        ("final_warning", 3, "sent"),
    ]
    assert found[4:] == [
        ("before_5", 5, "sent"),
        ("before_1", 9, "sent"),
        ("overdue_1", 11, "sent"),
        ("final_warning", 13, "sent"),
    ]
    sweep(due.last_day + 14 * DAY)
    with clock.travel(due.last_day + 14 * DAY):
        journey.consume_all()
    with as_owner():
        assert not ticket.orders.exists()
    sweep(due.last_day + 15 * DAY)
    with clock.travel(due.last_day + 15 * DAY):
        journey.consume_all()
    with as_owner():
        assert ticket.orders.count() == 1


def test_the_database_refuses_an_earlier_end(bench: Bench, ticket: Ticket) -> None:
    row = running(ticket)
    with as_owner():
        for values in ({"due_at": row.due_at - DAY}, {"original_due_at": row.due_at + DAY}):
            with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
                Deadline.objects.filter(pk=row.pk).update(**values)
        with pytest.raises(IntegrityError, match="paused_is_open"), transaction.atomic():
            Deadline.objects.filter(pk=row.pk).update(paused_on=clock.today(), cancelled_at=clock.now())


def test_the_database_refuses_deciding_for_oneself(bench: Bench, ticket: Ticket) -> None:
    change = ask(bench, ticket)
    with as_owner(), pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        DeadlineChange.objects.filter(pk=change.pk).update(
            status="approved", decided_at=clock.now(), decided_by=change.asked_by_id
        )


def test_bad_dates_get_a_sentence(bench: Bench, ticket: Ticket) -> None:
    today, last = clock.today(), running(ticket).last_day
    for starts, ends, sentence in (
        (today + DAY, today, "不能早于第一天"), (today - DAY, today, "已经过去的日期"), (last + DAY, last + 2 * DAY, "期限届满前"),
        (today, today + 2000 * DAY, "中止时间过长"),
    ):  # fmt: skip
        assert sentence in refused(ask_pause, bench, ticket, starts, ends)
    unit = bench.actor("unit")
    with scope(unit):
        assert "理由" in refused(acts.ask_extension, running(ticket), root=ticket, by=unit, amount=3, reason="  ")


def test_a_withdrawn_duty_takes_its_pause_with_it(bench: Bench, ticket: Ticket) -> None:
    today, staff = clock.today(), bench.actor("staff")
    decide(bench, ticket, ask_pause(bench, ticket, today, today + 9 * DAY))
    with scope(staff):
        assert deadlines.cancel(ticket, REPORT) == 1
    assert running(ticket).paused_on is None
    assert acts.turn_pauses() == 0


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_both_count() -> None:
    """A pause and an extension approved at the same moment by two people: one waits for the other, neither is lost."""
    with as_owner():
        bench = journey.build()
        second = factories.member(bench.office, Role.OFFICE_HEAD)
    ticket = journey.ticket(bench, state="rectifying")
    before, today = running(ticket), clock.today()
    pause, extension = ask_pause(bench, ticket, today, today + DAY), ask(bench, ticket)
    together, failures = threading.Barrier(2), []

    def run(change: DeadlineChange, actor: Actor) -> None:
        try:
            together.wait(10)
            decide(bench, ticket, change, actor)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    jobs = [(pause, bench.actor("head")), (extension, factories.actor(second))]
    threads = [threading.Thread(target=run, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    sweep(today + 2 * DAY)
    # The first paused day is the one on which the period began, which is not counted anyway.
    assert running(ticket).last_day == before.last_day + 11 * DAY
    assert again(ticket).due_at == running(ticket).due_at
