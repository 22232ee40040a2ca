"""Offices, departments, schools, inspectors, districts and everybody's accounts, by COPY."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from random import Random

from django.db.models import Max

from accounts.actors import OrganizationKind
from accounts.models import Division, Organization, User
from portal.demo.names import PATTERNS, people
from portal.demo.people import DEPARTMENT, HEAD, INSPECTOR, LEADER, OFFICE, SCHOOL, Kind
from portal.demo.register import FOUNDED, SEATS, SERIES
from portal.demo.scale.copying import Sheet, copy_all
from portal.demo.scale.size import Share
from portal.demo.scale.words import VILLAGES
from records.models import DocumentSeries
from supervision.actions import Liaison, Seat, establish_committee
from supervision.identification import OF_STAGE
from supervision.naming import MEMBER_UNITS
from supervision.townships import townships_of

SINCE = timedelta(days=5 * 365 + 60)
STAGES = tuple((stage, share) for stage, _, share, _ in PATTERNS)
ENDS = {stage: ends[0] for stage, ends, _, _ in PATTERNS}
PUPILS = {stage: pupils for stage, _, _, pupils in PATTERNS}
SERIALS_A_COUNTY = 5_000
DISTRICT_SCHOOLS = 5


@dataclass(frozen=True)
class Place:
    """A school as its county's generator needs it: its organization, its contact, and who answers for it."""

    pk: int
    county: int
    name: str
    contact: int
    contact_name: str
    department: int
    inspector: int
    inspector_name: str


@dataclass
class Book:
    """An office with its people and, of a county, its schools."""

    share: Share
    office: int
    name: str
    short: str
    department: int
    staff: int = 0
    head: int = 0
    schools: list[Place] = field(default_factory=list)


class Register:
    """Everything that is there before the first visit. Ids follow what the tables hold."""

    def __init__(self, seed: int, password: str, today: date) -> None:
        self.seed, self.password, self.today = seed, password, today
        self.since = today - SINCE
        self.users = Sheet("accounts_user", "id username full_name", password=password, is_superuser=False, is_staff=False,
                           is_active=True, date_joined=self.since, password_is_initial=False)  # fmt: skip
        self.members = Sheet(
            "accounts_membership", "user_id organization_id division_code role title", valid_from=self.since
        )
        self.bodies = Sheet("accounts_organization", "id division_id name code competent_department_id opened_on sort_key",
                            kind="school", short_name="")  # fmt: skip
        self.schools = Sheet("supervision_school", "organization_id division_code stage ownership approving_authority "
                             "township_code township address head_name pupils classes teachers")  # fmt: skip
        self.contacts = Sheet(
            "supervision_unitcontact", "organization_id division_code name phone", post="校长", is_primary=True
        )
        self.inspectors = Sheet("inspectors_inspector", "id user_id office_id division_code kind certificate_number",
                                phone="", valid_from=self.since)  # fmt: skip
        self.districts = Sheet("inspectors_responsibilitydistrict", "id division_code name")
        self.keepers = Sheet(
            "inspectors_districtinspector", "district_id division_code inspector_id", valid_from=self.since
        )
        self.places = Sheet("inspectors_districtschool", "district_id division_code organization_id")
        self.user_ids, self.body_ids = count(_next(User)), count(_next(Organization))
        self.keeper_ids = count(1)

    def fill(self, shares: list[Share]) -> list[Book]:
        books = [self._office(share) for share in shares]
        # The committees' bodies have ids of their own: the schools follow them.
        self.body_ids = count(_next(Organization))
        for book in books:
            self._people(book)
            if book.share.is_county:
                self._county(book)
        copy_all([self.users, self.bodies, self.members, self.schools, self.contacts, self.inspectors, self.districts,
                  self.keepers, self.places])  # fmt: skip
        return books

    def _office(self, share: Share) -> Book:
        division, names = Division.objects.get(pk=share.code), self._names(share)
        seats = [Seat(position, next(names), f"{division.name}{below.format('')}") for position, _, below in SEATS]
        liaisons = {key: Liaison(next(names), "办公室主任") for key in MEMBER_UNITS}
        committee = establish_committee(division, on=FOUNDED, seats=seats, liaisons=liaisons)
        short = f"{division.name.removesuffix('省').removesuffix('市').removesuffix('区').removesuffix('县')}"
        DocumentSeries.objects.bulk_create(
            DocumentSeries(owner_code=share.code, kind=kind, code=f"{short}{word}"[:20])
            for kind, word in SERIES.items()
        )
        department = Organization.objects.get(division=division, kind=OrganizationKind.DEPARTMENT)
        return Book(share, committee.office.pk, committee.office.name, short, department.pk)

    def _names(self, share: Share) -> Iterator[str]:
        return people(self.seed * 1_000_000 + share.code)

    def _hire(self, kind: Kind, username: str, name: str, organization: int, code: int) -> int:
        pk = next(self.user_ids)
        self.users.add(pk, username, name)
        self.members.add(pk, organization, code, kind.role, kind.title)
        return pk

    def _people(self, book: Book) -> None:
        names, code = self._names(book.share), book.share.code
        for _ in range(len(MEMBER_UNITS) + len(SEATS)):  # those sit in the committee already
            next(names)
        book.staff, book.head, _leader = (
            self._hire(kind, f"{kind.prefix}-{code}", next(names), book.office, code) for kind in (OFFICE, HEAD, LEADER)
        )
        self._hire(DEPARTMENT, f"{DEPARTMENT.prefix}-{code}", next(names), book.department, code)

    def _county(self, book: Book) -> None:
        share, code = book.share, book.share.code
        random, names = Random(f"{self.seed}/{code}/schools"), self._names(share)
        for _ in range(100):
            next(names)
        corps = [self._inspector(book, n, next(names)) for n in range(1, share.inspectors + 1)]
        townships = [t for t in townships_of(code) if t.name.endswith(("街道", "镇", "乡"))]
        stages = random.choices([s for s, _ in STAGES], [n for _, n in STAGES], k=share.schools)
        for n, stage in enumerate(stages, 1):
            township = random.choice(townships)
            user, keeper, district = corps[(n - 1) // DISTRICT_SCHOOLS % len(corps)]
            head = next(names)
            pk = self._school(book, n, stage, (township.code, township.name), head, random)
            contact = self._hire(SCHOOL, f"{SCHOOL.prefix}-{code}-{n}", head, pk, code)
            self.places.add(district, code, pk)
            book.schools.append(Place(pk, code, self._name, contact, head, book.department, user, keeper))

    def _inspector(self, book: Book, n: int, name: str) -> tuple[int, str, int]:
        """(user, name, district) of an inspector with a district of his own."""
        code, pk = book.share.code, next(self.keeper_ids)
        user = self._hire(INSPECTOR, f"{INSPECTOR.prefix}-{code}-{n}", name, book.office, code)
        self.inspectors.add(pk, user, book.office, code, "full_time" if n % 6 == 0 else "part_time", f"{code}{n:05d}")
        self.districts.add(pk, code, f"第{n}督学责任区")
        self.keepers.add(pk, code, pk)
        return user, name, pk

    def _school(self, book: Book, n: int, stage: str, place: tuple[int, str], head: str, random: Random) -> int:
        code, pk = book.share.code, next(self.body_ids)
        base = place[1].removesuffix("街道").removesuffix("镇").removesuffix("乡")
        self._name = f"{base}{random.choice(VILLAGES)}第{n}{ENDS[stage]}"
        private = random.random() < (0.45 if stage == "kindergarten" else 0.04)
        pupils = random.randint(*PUPILS[stage])
        number = f"{OF_STAGE[stage][0]}{code // 10_000}{book.share.number * SERIALS_A_COUNTY + n:06d}"
        opened = date(random.randint(1952, 2018), 9, 1)
        self.bodies.add(pk, code, self._name, number, book.department, opened, self._name)
        self.schools.add(pk, code, stage, "private" if private else "public", "县教育局" if private else "", place[0], place[1],
                         f"{place[1]}学府路{random.randint(1, 200)}号", head, pupils, max(3, pupils // 44), max(6, pupils // 15))  # fmt: skip
        self.contacts.add(pk, code, head, f"0871-{random.randint(0, 9999999):07d}")
        return pk


def _next(model: type[User] | type[Organization]) -> int:
    return int(model.objects.aggregate(top=Max("pk"))["top"] or 0) + 1
