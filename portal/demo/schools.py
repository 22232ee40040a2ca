"""The schools of the four counties, with whom to ring up there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from random import Random

from accounts.models import Division, Organization
from portal.demo.names import Sketch, sketches
from portal.demo.register import department_of
from supervision.identification import OF_STAGE
from supervision.models import School, UnitContact
from supervision.townships import Township, townships_of

# Where no list of townships ships with the project: streets of 南明区, without codes.
ELSEWHERE = {520_102: ("新华路街道", "中华南路街道", "遵义路街道", "兴关路街道", "沙冲路街道", "油榨街道")}
CENTRES = {530_102: (102.70, 25.05), 530_103: (102.74, 25.08), 530_302: (103.80, 25.49), 520_102: (106.71, 26.57)}
PUPILS_A_CLASS, PUPILS_A_TEACHER = 44, 15


def found_schools(county: int, wanted: int, names: Iterator[str]) -> list[School]:
    """The county's schools in the order of their accounts (school-C-1 …)."""
    division, department = Division.objects.get(pk=county), department_of(county)
    # A development zone of the list is no township that schools are named after.
    places = [t for t in townships_of(county) if t.name.endswith(("街道", "镇", "乡"))]
    places = places or [Township(0, name) for name in ELSEWHERE[county]]
    plans = sketches(division.name, [t.name for t in places], wanted, seed=county)
    codes = _codes(county, plans)
    random = Random(county)
    bodies = Organization.objects.bulk_create(
        Organization(division=division, kind=Organization.Kind.SCHOOL, name=plan.name, code=code,
                     competent_department=department, opened_on=date(random.randint(1952, 2018), 9, 1),
                     sort_key=plan.name)
        for plan, code in zip(plans, codes, strict=True)
    )  # fmt: skip
    schools = [_school(body, plan, places[plan.township], random, next(names))
               for body, plan in zip(bodies, plans, strict=True)]  # fmt: skip
    School.objects.bulk_create(schools)
    _contacts(schools, names)
    return schools


def _codes(county: int, plans: list[Sketch]) -> list[str]:
    """Ten digits that pass the check: category, province, and a serial that begins with the county."""
    given: Counter[str] = Counter()
    codes = []
    for plan in plans:
        category = OF_STAGE[plan.stage][0]
        given[category] += 1
        codes.append(f"{category}{county // 10_000}{county % 10_000:04d}{given[category]:02d}")
    return codes


def _school(body: Organization, plan: Sketch, place: Township, random: Random, head: str) -> School:
    longitude, latitude = CENTRES[body.division_id]
    return School(
        organization=body, division_code=body.division_id, stage=plan.stage,
        ownership=School.Ownership.PRIVATE if plan.private else School.Ownership.PUBLIC,
        approving_authority=f"{body.division.name}教育局" if plan.private else "",
        township_code=place.code or None, township=place.name, address=f"{body.division.name}{place.name}学府路{random.randint(1, 200)}号",
        longitude=round(longitude + random.uniform(-0.06, 0.06), 6), latitude=round(latitude + random.uniform(-0.06, 0.06), 6),
        head_name=head, pupils=plan.pupils, classes=max(3, plan.pupils // PUPILS_A_CLASS),
        teachers=max(6, plan.pupils // PUPILS_A_TEACHER),
    )  # fmt: skip


def _contacts(schools: list[School], names: Iterator[str]) -> None:
    UnitContact.objects.bulk_create(
        UnitContact(organization=school.organization, division_code=school.division_code, name=name, post=post,
                    phone=f"0871-0000{n:04d}", is_primary=primary)
        for n, school in enumerate(schools)
        for name, post, primary in ((school.head_name, "校长", True), (next(names), "督导联络员", False))
    )  # fmt: skip
