"""Registering inspectors and laying out responsibility districts (教育督导条例第十五条)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from inspectors.models import DistrictInspector, DistrictSchool, Inspector, ResponsibilityDistrict
from records.state import Refusal, Refused
from supervision.models import School

ELSEWHERE = "所选学校中有的刚刚划入其他责任区，请刷新页面后再选。"


def save_inspector(inspector: Inspector, *, by: Actor) -> Inspector:
    """Register or change an inspector of one's own office."""
    if inspector.pk is None:
        inspector.office_id, inspector.division_code = by.organization_id or 0, by.division_code
    refuse_other(by, inspector.division_code)
    inspector.save()
    return inspector


def save_district(district: ResponsibilityDistrict, *, by: Actor) -> ResponsibilityDistrict:
    if district.pk is None:
        district.division_code = by.division_code
    refuse_other(by, district.division_code)
    district.save()
    return district


def place_schools(district: ResponsibilityDistrict, *, by: Actor, schools: Iterable[int]) -> None:
    """Make exactly these schools the district's. A school lies in one district at a time, and in a district of the
    division that manages it. Refused when another was quicker.
    """
    refuse_other(by, district.division_code)
    wanted = set(schools)
    own = School.objects.visible_to(by).filter(division_code=district.division_code, pk__in=wanted)
    if own.count() != len(wanted):
        raise Refused(Refusal("只能划入本级督导办管理的学校。"))
    try:
        with transaction.atomic():
            ResponsibilityDistrict.objects.select_for_update().get(pk=district.pk)
            places = DistrictSchool.objects.filter(district=district)
            present = set(places.values_list("organization_id", flat=True))
            for place in places.exclude(organization_id__in=wanted):
                place.delete()
            DistrictSchool.objects.bulk_create(
                DistrictSchool(district=district, division_code=district.division_code, organization_id=pk)
                for pk in sorted(wanted - present)
            )
    except IntegrityError as error:
        raise Refused(Refusal(ELSEWHERE)) from error


def release_school(school_id: int, *, by: Actor, of_division: int) -> None:
    """Take a school out of the district of a division that no longer manages it. May run twice."""
    lo, hi = by.range
    if lo <= of_division <= hi:
        DistrictSchool.objects.filter(organization_id=school_id, division_code=of_division).delete()


def assign_inspector(duty: DistrictInspector, *, by: Actor, district: ResponsibilityDistrict) -> DistrictInspector:
    """Make an inspector responsible for a district within dates."""
    refuse_other(by, district.division_code)
    if duty.inspector.division_code != district.division_code:
        raise Refused(Refusal("只能选派本级督导办的督学。"))
    duty.district, duty.division_code = district, district.division_code
    try:
        with transaction.atomic():
            duty.save()
    except IntegrityError as error:
        raise Refused(Refusal("该督学已在此责任区。")) from error
    return duty


def end_duty(duty: DistrictInspector, *, by: Actor, on: date) -> None:
    """The inspector answers for the district to the end of `on`; rotation (定期交流) leaves the row as history."""
    refuse_other(by, duty.division_code)
    if on < duty.valid_from:
        raise Refused(Refusal("结束日期不能早于开始日期。"))
    duty.valid_until = on
    duty.save(update_fields=["valid_until"])


def refuse_other(by: Actor, division_code: int) -> None:
    if not by.is_office or by.division_code != division_code:
        raise Refused(Refusal("督学和责任区由聘任、划定的督导办维护，您只能查看。"))
