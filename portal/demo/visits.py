"""A year of routine visits, written in bulk: a visit a month and school in term time, accepted the day after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from django.db.models import F

from accounts.actors import Actor
from inspections.instruments import items_of, version_for
from inspections.models import Finding, InstrumentItem, RoutineVisit, VisitAnswer
from inspections.workflow import VISIT
from portal.demo.answers import GOOD_PRACTICE, NOTED, ON_SPOT, OVERALL, answer
from portal.demo.people import OFFICE, Cast
from records import clock
from records.models import StateTransition
from records.timing.deadlines import working_calendar
from supervision.models import School

HOLIDAY_MONTHS = (2, 7, 8)
COVERAGE = 0.93
RECENT = timedelta(days=5)  # what is newer is told as a story and waits for somebody
HANDED_IN = time(17, 20)
DAY = timedelta(days=1)
BATCH = 2000


def months_back(today: date, count: int) -> Iterator[date]:
    """First days of the month of today and of `count` months before, the oldest first, without the holidays."""
    for back in range(count, -1, -1):
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        if month + 1 not in HOLIDAY_MONTHS:
            yield date(year, month + 1, 1)


def visiting_days(month: date, until: date, county: int) -> list[date]:
    """Days of the month up to `until` that are worked and followed by a working day."""
    calendar = working_calendar(county)
    days = [month + timedelta(days=n) for n in range(31)]
    return [
        d
        for d in days
        if d.month == month.month and d <= until and calendar.is_working(d) and calendar.is_working(d + DAY)
    ]


def a_year_of_visits(
    county: int, schools: list[School], inspector_of: dict[int, str], cast: Cast, *, today: date, months: int
) -> int:
    """Write the accepted visits of the county; returns how many."""
    random = Random(county)
    staff = cast[f"{OFFICE.prefix}-{county}"]
    version = version_for(staff)
    visits = []
    for month in months_back(today, months):
        days = visiting_days(month, today - RECENT, county)
        share = COVERAGE * min(1.0, len(days) / 15)
        for school in schools:
            if days and random.random() < share:
                visit = _draft(school, cast[inspector_of[school.pk]], random.choice(days), random)
                visit.version = version
                visits.append(visit)
    found = {id(visit): _findings(visit, random) for visit in visits}
    for visit in visits:
        visit.finding_count = len(found[id(visit)])
    RoutineVisit.objects.bulk_create(visits, batch_size=BATCH)
    items = items_of(version)
    VisitAnswer.objects.bulk_create(_answers(visits, items, random), batch_size=BATCH)
    Finding.objects.bulk_create([f for visit in visits for f in found[id(visit)]], batch_size=BATCH)
    _accept(visits, staff)
    _trail(visits, staff, cast, inspector_of)
    return len(visits)


def _draft(school: School, inspector: Actor, day: date, random: Random) -> RoutineVisit:
    assert inspector.user_id is not None
    came = time(random.choice((8, 9, 10, 14)), random.choice((0, 10, 30)))
    handed_in = datetime.combine(day, HANDED_IN, clock.TZ)
    return RoutineVisit(
        owner_code=school.division_code, author_org_id=inspector.organization_id, subject_code=school.division_code,
        subject_org=school.organization, created_at=datetime.combine(day, came, clock.TZ), created_by_id=inspector.user_id,
        inspector_id=inspector.user_id, inspector_name=inspector.display_name, visited_on=day, time_from=came,
        time_until=time(came.hour + 2, came.minute), lessons=random.randint(1, 3), papers=random.randint(2, 9),
        talks=random.randint(0, 12), walks=1, questionnaires=random.choice((0, 0, 20, 40)), revision=random.randint(4, 14),
        good_practice=random.choice(GOOD_PRACTICE) if random.random() < 0.35 else "", overall=random.choice(OVERALL),
        saved_at=handed_in,
    )  # fmt: skip


def _answers(visits: list[RoutineVisit], items: list[InstrumentItem], random: Random) -> Iterator[VisitAnswer]:
    for visit in visits:
        for item in items:
            value = answer(item, random)
            if value is not None:
                yield VisitAnswer(visit=visit, item=item, value=value, filed_at=visit.saved_at)


def _findings(visit: RoutineVisit, random: Random) -> list[Finding]:
    """One visit in six found something small: settled at once, or only noted."""
    chance = random.random()
    if chance > 0.17:
        return []
    settled = chance < 0.12
    group, seen, *done = random.choice(ON_SPOT if settled else NOTED)
    return [
        Finding(
            visit=visit, key=UUID(int=random.getrandbits(128), version=4), group_code=group, description=seen,
            severity=Finding.Severity.MINOR, resolved_note=done[0] if settled else "", filed_at=visit.saved_at,
            disposition=Finding.Disposition.ON_SPOT if settled else Finding.Disposition.NONE,
        )
    ]  # fmt: skip


def _accept(visits: list[RoutineVisit], staff: Actor) -> None:
    """Handed in the same evening, accepted and served the day after, as the state table would have it."""
    drafts = RoutineVisit.objects.filter(pk__in=[visit.pk for visit in visits])
    drafts.update(
        state=RoutineVisit.State.ACCEPTED, filed_at=F("saved_at"), submitted_at=F("saved_at"),
        submitted_by_id=F("inspector_id"), accepted_at=F("saved_at") + DAY, served_at=F("saved_at") + DAY,
        accepted_by_id=staff.user_id,
    )  # fmt: skip


def _trail(visits: list[RoutineVisit], staff: Actor, cast: Cast, inspector_of: dict[int, str]) -> None:
    submit, accept = VISIT.by_name["submit"], VISIT.by_name["accept"]
    state = RoutineVisit.State
    entries = []
    for visit in visits:
        who, evening = cast[inspector_of[visit.subject_org_id or 0]], visit.saved_at
        assert evening is not None
        entries += [
            _entry(visit, who, "create", "开始督导记录", "", state.DRAFT, visit.created_at),
            _entry(visit, who, submit.name, submit.label, state.DRAFT, state.SUBMITTED, evening),
            _entry(visit, staff, accept.name, accept.label, state.SUBMITTED, state.ACCEPTED, evening + DAY),
        ]
    StateTransition.objects.bulk_create(entries, batch_size=BATCH)


def _entry(
    visit: RoutineVisit, who: Actor, name: str, label: str, source: str, target: str, at: datetime
) -> StateTransition:
    return StateTransition(
        root_kind=visit.kind, root_id=visit.pk, name=name, label=label, source=source, target=target, at=at,
        person_id=who.user_id, membership_id=who.membership_id, person_name=who.display_name, acting_as=who.label,
    )  # fmt: skip
