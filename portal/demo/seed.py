"""Builds the demo in one transaction: it is there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from accounts.models import Organization, User
from accounts.scope import scope
from inspections.actions.plans import PlanRow, save_month_plan
from inspections.models import RoutineVisit
from inspections.months import Month
from portal.demo import complaints, leavers, papers, periods, served, stories
from portal.demo.archives import keep_archive
from portal.demo.cases import CASES
from portal.demo.changes import date_visits
from portal.demo.clockwork import Clockwork
from portal.demo.corps import engage
from portal.demo.desk import Desk
from portal.demo.names import people
from portal.demo.notices import send_notices
from portal.demo.people import INSPECTOR, Cast, accounts, bodies_of, give_second_identity, hire
from portal.demo.publications import make_public
from portal.demo.register import establish_everything
from portal.demo.schools import found_schools
from portal.demo.size import CAPITAL, COUNTIES, MAIN, NEIGHBOUR, OTHER, OTHER_PREFECTURE, PROVINCE, SECOND, Size
from portal.demo.visits import a_year_of_visits, visiting_days
from records import clock
from records.models import Delivery, Notification
from supervision.models import School

SERVICE = timedelta(days=730)
UNREAD = timedelta(days=4)
MARK = f"office-{MAIN}"


def is_there() -> bool:
    """Whether this database holds the demo."""
    return bool(User.objects.filter(username=MARK).exists())


@transaction.atomic
def seed(size: Size, *, password: str) -> dict[str, int]:
    """Make everything; returns how much of what. The divisions must be loaded."""
    now, names = clock.now(), people(seed=17)
    since = now.date() - SERVICE
    offices = establish_everything(size, names)
    schools = {county: found_schools(county, size.schools[county], names) for county in COUNTIES}
    wanted = accounts(size)
    hire(wanted, bodies_of(wanted, offices), names, password=password, since=since)
    give_second_identity(offices[CAPITAL], since)
    cast = Cast()
    keepers = {
        county: engage(county, offices[county], schools[county], size.inspectors[county], cast, since)
        for county in COUNTIES
    }
    visits = sum(
        a_year_of_visits(c, schools[c], keepers[c], cast, today=now.date(), months=size.months) for c in COUNTIES
    )
    date_visits()
    _play(size, now, cast, schools, keepers)
    keep_archive(cast)
    make_public(cast, now)
    _read_what_is_old(now)
    send_notices(now, cast)
    _plan_the_month(now.date(), cast, schools[MAIN], keepers[MAIN], size)
    return {
        "offices": len(offices),
        "schools": sum(map(len, schools.values())),
        "accounts": len(wanted),
        "visits": visits,
    }


def _play(
    size: Size, now: datetime, cast: Cast, schools: dict[int, list[School]], keepers: dict[int, dict[int, str]]
) -> None:
    works = Clockwork(now)
    on = {
        MAIN: MAIN,
        NEIGHBOUR: NEIGHBOUR,
        OTHER: OTHER,
        SECOND: SECOND,
        CAPITAL: MAIN,
        OTHER_PREFECTURE: OTHER,
        PROVINCE: OTHER,
    }
    desks = {code: Desk(code, cast, schools[county], keepers[county], now) for code, county in on.items()}
    lives = {
        MAIN: stories.MAIN_LIVES if size.many_stories else stories.EVERY_STATE,
        NEIGHBOUR: stories.OTHER_LIVES if size.many_stories else stories.FEW_LIVES[:1],
        OTHER: stories.OTHER_LIVES if size.many_stories else stories.FEW_LIVES[:1],
        SECOND: stories.FEW_LIVES if size.many_stories else stories.FEW_LIVES[:1],
    }
    for code, plans in lives.items():
        for n, plan in enumerate(plans):
            works.tell(stories.life(desks[code], n % len(schools[code]), CASES[n % len(CASES)], plan))
    for code in (CAPITAL, OTHER_PREFECTURE, PROVINCE):
        for n, plan in enumerate(stories.ABOVE_LIVES):
            works.tell(
                stories.life_from_above(
                    desks[code], 2 + n % (len(schools[on[code]]) - 2), CASES[(4 + n) % len(CASES)], plan
                )
            )
    _in_hand(works, desks, schools)
    main = desks[MAIN]
    periods.play(works, main, desks[CAPITAL], desks[PROVINCE])
    served.play(works, main)
    papers.play(works, main)
    complaints.play(works, main)
    leavers.play(works, main)
    works.run()


def _in_hand(works: Clockwork, desks: dict[int, Desk], schools: dict[int, list[School]]) -> None:
    """Visits that somebody is still at work on."""
    main, last = desks[MAIN], len(schools[MAIN]) - 1
    works.tell(stories.waiting_visit(main, last, 1, None))
    works.tell(stories.waiting_visit(main, last - 1, 1, CASES[7], "escalate"))
    works.tell(stories.waiting_visit(main, last - 2, 2, CASES[3]))
    works.tell(stories.returned_visit(main, last - 3))
    works.tell(stories.begun_visit(main, 0))
    works.tell(stories.waiting_visit(desks[NEIGHBOUR], len(schools[NEIGHBOUR]) - 1, 1, None))


def _read_what_is_old(now: datetime) -> None:
    """People read their inbox within the day; the last days' lines are still new."""
    old = Notification.objects.filter(created_at__lt=now - UNREAD)
    old.update(read_at=F("created_at") + timedelta(hours=20))
    Delivery.objects.filter(channel="inbox", notification__read_at__isnull=False).update(
        seen_at=F("queued_at") + timedelta(hours=20)
    )


def _plan_the_month(today: date, cast: Cast, schools: list[School], keeper_of: dict[int, str], size: Size) -> None:
    """What the inspectors of the main county still mean to do: schools not visited this month, and all of the next."""
    for number in range(1, size.inspectors[MAIN] + 1):
        name = f"{INSPECTOR.prefix}-{MAIN}-{number}"
        inspector, mine = cast[name], [s.organization for s in schools if keeper_of[s.pk] == name]
        for month in (Month.of(today), Month.of(today).next):
            done = set(
                RoutineVisit.objects.filter(subject_org__in=mine, visited_on__gte=month.first).values_list(
                    "subject_org_id", flat=True
                )
            )
            days = [d for d in visiting_days(month.first, month.last, MAIN) if d >= today]
            rows = list(_rows([s for s in mine if s.pk not in done], days))
            if rows:
                with scope(inspector):
                    save_month_plan(by=inspector, inspector=cast.user(name), month=month, rows=rows)


def _rows(schools: list[Organization], days: list[date]) -> Iterator[PlanRow]:
    for n, school in enumerate(schools):
        day = days[(n * 3) % len(days)] if days else None
        yield PlanRow(
            school, chosen=True, planned_on=day, purpose="秋冬季校园安全" if n % 2 else "", announced=n % 4 == 0
        )
