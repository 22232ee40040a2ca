"""Time in the demo: school terms, a prefecture's own rule, more time asked for, granted, and a clock that stands."""

from __future__ import annotations

from datetime import date, timedelta

from accounts.scope import scope
from portal.demo.clockwork import Clockwork, Story
from portal.demo.desk import Desk
from records import clock
from records.actions import deadlines as acts
from records.actions.rules import OwnRule, set_rule
from records.actions.terms import add_term
from records.models import Deadline, DeadlineChange
from rectification.models import Ticket
from rectification.rules import REPORT, VERIFY


def play(works: Clockwork, county: Desk, prefecture: Desk, province: Desk) -> None:
    for story in (paused, granted, asked):
        works.tell(story(county))
    school_terms(province)
    own_rule(prefecture)


def school_terms(province: Desk) -> None:
    """The province's calendar of terms, last year's, this and the next."""
    year = province.now.year
    with scope(province.staff):
        for y in (year - 1, year, year + 1):
            add_term(by=province.staff, name=f"{y}年春季学期", starts=date(y, 2, 24), ends=date(y, 7, 10))
            add_term(by=province.staff, name=f"{y}年秋季学期", starts=date(y, 9, 1), ends=date(y + 1, 1, 20))


def own_rule(prefecture: Desk) -> None:
    """The prefecture verifies faster than the country's practice."""
    own = OwnRule(amount=8, move_last_day=False, basis="市教育督导委员会办公室工作规则", basis_kind="local_practice",
                  valid_from=prefecture.now.date())  # fmt: skip
    with scope(prefecture.head):
        set_rule(VERIFY, own, by=prefecture.head)


def _report(desk: Desk, place: int) -> tuple[Deadline, Ticket, int] | None:
    """One of the reports that are due and not yet late, nobody having asked for more time; with the school's number."""
    of = {school.organization_id: n for n, school in enumerate(desk.schools)}
    rows = Deadline.objects.running().filter(owner_code=desk.code, act=REPORT, due_at__gt=clock.now(), changes=None)
    found = [row for row in rows.order_by("-due_at", "pk") if row.party_org_id in of]
    if place >= len(found):
        return None
    row = found[place]
    return row, Ticket.objects.get(pk=row.root_id), of[row.party_org_id]


def asked(desk: Desk) -> Story:
    """The school asked yesterday; the head has not decided."""
    yield desk.at(1, 16, 20)
    if found := _report(desk, 0):
        row, ticket, n = found
        school = desk.school_actor(n)
        with scope(school):
            acts.ask_extension(row, root=ticket, by=school, amount=7,
                               reason="更换的消防设备厂家下周到货，安装后才能拍摄整改照片。")  # fmt: skip


def granted(desk: Desk) -> Story:
    yield desk.at(4, 10, 10)
    found = _report(desk, 0)
    if found is None:
        return
    row, ticket, n = found
    school = desk.school_actor(n)
    with scope(school):
        change = acts.ask_extension(row, root=ticket, by=school, amount=10, reason="食堂改造须等寒潮过后才能施工。")
    yield desk.at(3, 15, 30)
    with scope(desk.head):
        acts.approve(_again(change), root=ticket, by=desk.head, note="情况属实，请按新的期限报送。")


def paused(desk: Desk) -> Story:
    yield desk.at(6, 9, 40)
    found = _report(desk, 0)
    if found is None:
        return
    row, ticket, n = found
    school, today = desk.school_actor(n), clock.today()
    with scope(school):
        change = acts.ask_pause(row, root=ticket, by=school, starts=today + timedelta(days=1), ends=today + timedelta(days=30),
                                reason="校舍鉴定期间全校临时搬迁，无法开展整改。")  # fmt: skip
    yield desk.at(6, 16, 40)
    with scope(desk.head):
        acts.approve(_again(change), root=ticket, by=desk.head, note="同意，鉴定结束后及时恢复。")


def _again(change: DeadlineChange) -> DeadlineChange:
    found: DeadlineChange = DeadlineChange.objects.select_related("deadline").get(pk=change.pk)
    return found
