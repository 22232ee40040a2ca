"""The lives of tickets and visits, each told by its days before today. The clockwork plays them in order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, auto

from accounts.scope import scope
from inspections.actions.visits import return_visit
from inspections.models import RoutineVisit
from portal.demo.cases import CASES, Case
from portal.demo.clockwork import Story
from portal.demo.desk import Desk
from rectification import actions
from rectification.models import Problem, Ticket


class Until(IntEnum):
    """How far a ticket's life has come."""

    PROBLEM = auto()
    DISMISSED = auto()
    DRAFT = auto()
    WITHDRAWN = auto()
    SUBMITTED = auto()
    APPROVED = auto()
    SIGNED = auto()
    REPORTED = auto()
    VERIFIED = auto()
    CLOSED = auto()


@dataclass(frozen=True)
class Life:
    """Days before today. `found`: the visit; the notice is approved `approved` days ago, signed for `signed` …

    `order`: the head approves the order that the scheduler has drafted. `returned`: the first report is sent back.
    """

    until: Until
    found: int
    approved: int = 0
    signed: int = 0
    reported: int = 0
    returned: int = 0
    again: int = 0
    verified: int = 0
    closed: int = 0
    order: int = 0
    urged: bool = True


def closed(found: int, *, late: int = 0) -> Life:
    """Put right and closed; `late` days after the twenty that Yunnan gives."""
    signed = found - 4
    reported = signed - (20 + late if late else 13)
    return Life(
        Until.CLOSED, found, found - 3, signed, reported, verified=reported - 4, closed=reported - 6, urged=not late
    )


# The main county: every state there is. 20 days after the receipt the report is due; 5 later an order is drafted, 10 after
# its service it is due, 3 later it lapses.
MAIN_LIVES = (
    Life(Until.SIGNED, 22, 19, 18),  # due in two days
    Life(Until.SIGNED, 27, 23, 22, urged=False),  # overdue, reminded, the department silent
    Life(Until.SIGNED, 31, 27, 26),  # the order waits for the head
    Life(Until.SIGNED, 40, 36, 34, order=7),  # the order is in force
    Life(Until.SIGNED, 47, 43, 41, order=14, urged=False),  # it lapsed: a proposal to interview
    Life(Until.CLOSED, 66, 62, 60, 26, verified=22, closed=19, order=31),  # answered, put right, closed
    Life(Until.REPORTED, 24, 20, 19, 2),
    Life(Until.REPORTED, 38, 34, 33, 15),  # the verification is overdue
    Life(Until.SIGNED, 33, 29, 28, 14, returned=9),  # sent back, being put right again
    Life(Until.VERIFIED, 30, 26, 25, 8, verified=3),
    Life(Until.APPROVED, 11, 1),  # served, to be signed for
    Life(Until.APPROVED, 12, 7),  # served, not signed for in time
    Life(Until.APPROVED, 4, 0),  # approved today: the worker renders it after the start
    Life(Until.SUBMITTED, 3),
    Life(Until.SUBMITTED, 2),
    Life(Until.DRAFT, 3),
    Life(Until.WITHDRAWN, 15),
    Life(Until.DISMISSED, 20),
    Life(Until.PROBLEM, 4),
    Life(Until.PROBLEM, 2),
    Life(Until.SIGNED, 12, 8, 6),
    closed(300),
    closed(250, late=3),
    closed(214),
    closed(180),
    closed(150),
    closed(75, late=2),
    Life(Until.CLOSED, 120, 116, 115, 97, 93, 80, 76, 74),  # sent back once, then closed
)
EVERY_STATE = MAIN_LIVES[:20]
OTHER_LIVES = (
    Life(Until.SIGNED, 20, 16, 15),
    Life(Until.SIGNED, 29, 25, 23, urged=False),
    Life(Until.REPORTED, 26, 22, 21, 4),
    Life(Until.SUBMITTED, 3),
    Life(Until.PROBLEM, 5),
    closed(130),
    closed(90, late=2),
)
FEW_LIVES = OTHER_LIVES[:3] + OTHER_LIVES[5:6]
ABOVE_LIVES = (Life(Until.SIGNED, 21, 17, 17), Life(Until.SUBMITTED, 4))
SOURCES = {100: "市级教育督导专项检查", 10_000: "省级教育督导专项检查"}


def life(desk: Desk, n: int, case: Case, plan: Life) -> Story:
    """A ticket on school `n`, from the visit that found the problem."""
    yield desk.at(plan.found, 15, 40)
    visit = desk.write_visit(n, case)
    desk.hand_in(visit)
    yield desk.at(plan.found - 1, 9, 30)
    problem = desk.accept(visit)
    assert problem is not None
    yield from _demand(desk, n, case, plan, problem)


def life_from_above(desk: Desk, n: int, case: Case, plan: Life) -> Story:
    """A ticket of the prefecture or the province on a county's school."""
    yield desk.at(plan.found, 16)
    span = 10_000 if desk.code % 10_000 == 0 else 100
    problem = desk.register(n, case, SOURCES[span])
    yield from _demand(desk, n, case, plan, problem)


def _demand(desk: Desk, n: int, case: Case, plan: Life, problem: Problem) -> Story:
    if plan.until is Until.PROBLEM:
        return
    yield desk.at(plan.found - 1, 14, 20)
    if plan.until is Until.DISMISSED:
        with scope(desk.staff):
            row = Problem.objects.visible_to(desk.staff).get(pk=problem.pk)
            actions.dismiss_problem(row, by=desk.staff, reason="经复核，学校已在督导当日改正，不需要另行整改。")
        return
    ticket = desk.open_ticket(problem, case)
    if plan.until is Until.DRAFT:
        return
    yield desk.at(plan.found - 2, 10)
    if plan.until is Until.WITHDRAWN:
        with scope(desk.staff):
            row = desk.ticket(ticket, desk.staff)
            actions.withdraw_ticket(row, by=desk.staff, reason="与上月已发整改单事项重复，并入该单办理。")
        return
    desk.submit(ticket)
    if plan.until is Until.SUBMITTED:
        return
    yield desk.at(plan.approved, 10, 30)
    desk.approve_notice(ticket)
    if plan.until is not Until.APPROVED:
        yield from _put_right(desk, n, case, plan, ticket)


def _put_right(desk: Desk, n: int, case: Case, plan: Life, ticket: Ticket) -> Story:
    yield desk.at(plan.signed, 11)
    desk.sign(ticket, n)
    yield desk.at(plan.signed - 2, 16)
    desk.plan_measures(ticket, n, case)
    if plan.urged:
        yield desk.at(plan.signed - 4, 9, 50)
        desk.urge(ticket)
    if plan.order:
        yield desk.at(plan.order, 9, 40)
        desk.approve_order(ticket)
    if not plan.reported:
        return
    yield desk.at(plan.reported, 15)
    desk.report(ticket, n, case.report)
    if plan.returned:
        yield desk.at(plan.returned, 15, 30)
        desk.verify(ticket, n, passed=False, note="材料只有照片，缺少制度文本和检查记录；请补充后重新报送。")
    if plan.again:
        yield desk.at(plan.again, 10)
        desk.report(ticket, n, f"已补充制度文本和检查记录。{case.report}")
    yield from _check(desk, n, case, plan, ticket)


def _check(desk: Desk, n: int, case: Case, plan: Life, ticket: Ticket) -> Story:
    if plan.until < Until.VERIFIED:
        return
    yield desk.at(plan.verified, 15)
    desk.verify(ticket, n, passed=True, note=case.checked)
    if plan.until is Until.CLOSED:
        yield desk.at(plan.closed, 10)
        desk.close(ticket)


# --- visits that wait for somebody ------------------------------------------------------------------------------------


def waiting_visit(desk: Desk, n: int, days_ago: int, case: Case | None, disposition: str = "rectify") -> Story:
    """Handed in, not yet accepted."""
    yield desk.at(days_ago, 16, 10)
    desk.hand_in(desk.write_visit(n, case, disposition))


def returned_visit(desk: Desk, n: int) -> Story:
    yield desk.at(3, 15, 20)
    visit = desk.write_visit(n, CASES[2])
    desk.hand_in(visit)
    yield desk.at(2, 9, 20)
    with scope(desk.staff):
        row = RoutineVisit.objects.visible_to(desk.staff).get(pk=visit.pk)
        return_visit(row, by=desk.staff, reason="请补充随机听课的班级和学科，并写明体育课的实际课时。")


def begun_visit(desk: Desk, n: int) -> Story:
    """Half written, as an inspector leaves it between two schools."""
    yield desk.at(0, 9, 30)
    desk.write_visit(n, None, filled=False)
