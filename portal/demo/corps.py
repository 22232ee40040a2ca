"""Inspectors and their responsibility districts: about one inspector to five schools."""

from __future__ import annotations

from datetime import date, timedelta

from accounts.models import Organization
from inspectors.models import DistrictInspector, DistrictSchool, Inspector, ResponsibilityDistrict
from portal.demo.people import INSPECTOR, Cast
from supervision.models import School

ORDINALS = "一二三四五六七八九十"
TERM = timedelta(days=3 * 365)  # 兼职督学 serve three years (教育督导条例第六条)


def engage(
    county: int, office: Organization, schools: list[School], count: int, cast: Cast, since: date
) -> dict[int, str]:
    """Register the inspectors and give each a district; returns the account of each school's inspector."""
    districts = ResponsibilityDistrict.objects.bulk_create(
        ResponsibilityDistrict(division_code=county, name=f"{office.division.name}第{ORDINALS[n]}督学责任区")
        for n in range(count)
    )
    names = [f"{INSPECTOR.prefix}-{county}-{n + 1}" for n in range(count)]
    corps = Inspector.objects.bulk_create(
        Inspector(
            user=cast.user(name), office=office, division_code=county,
            kind=Inspector.Kind.FULL_TIME if n == 0 else Inspector.Kind.PART_TIME,
            certificate_number=f"{county}{since.year}{n + 1:03d}", phone=f"0871-0001{n + 1:03d}", valid_from=since,
            valid_until=None if n == 0 else since + TERM,
        )
        for n, name in enumerate(names)
    )  # fmt: skip
    DistrictInspector.objects.bulk_create(
        DistrictInspector(district=district, division_code=county, inspector=inspector, valid_from=since)
        for district, inspector in zip(districts, corps, strict=True)
    )
    DistrictSchool.objects.bulk_create(
        DistrictSchool(district=districts[n % count], division_code=county, organization=school.organization)
        for n, school in enumerate(schools)
    )
    return {school.pk: names[n % count] for n, school in enumerate(schools)}
