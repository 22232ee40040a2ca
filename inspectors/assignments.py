"""Which schools an inspector answers for, and who answers for a school (督学责任区)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from accounts.tenancy import setting
from inspectors.models import DistrictSchool, Inspector, ResponsibilityDistrict
from records import clock
from supervision.models import School

# The same in SQL, for the database's own functions: the schools of the person whose scope is open.
SCHOOLS_OF_MINE = f"""SELECT ds.organization_id FROM inspectors_districtschool ds
    JOIN inspectors_districtinspector di ON di.district_id = ds.district_id
    JOIN inspectors_inspector i ON i.id = di.inspector_id
    WHERE i.user_id = {setting("user")} AND di.valid_from <= local_today()
      AND (di.valid_until IS NULL OR di.valid_until >= local_today())"""


def schools_of(user_id: int | None) -> QuerySet[DistrictSchool, Any]:
    """Organization ids of the schools in the districts of the person today, for use in a subquery."""
    today = clock.today()
    current = Q(district__inspectors__valid_until__isnull=True) | Q(district__inspectors__valid_until__gte=today)
    return (
        DistrictSchool.objects.filter(
            current, district__inspectors__inspector__user=user_id, district__inspectors__valid_from__lte=today
        )
        .order_by()
        .values("organization_id")
    )


def inspectors_of(school_id: int) -> QuerySet[Inspector]:
    """The inspectors responsible for a school today."""
    today = clock.today()
    current = Q(districts__valid_until__isnull=True) | Q(districts__valid_until__gte=today)
    return (
        Inspector.objects.filter(
            current, districts__district__schools__organization_id=school_id, districts__valid_from__lte=today
        )
        .select_related("user")
        .distinct()
    )


def places_for(district: ResponsibilityDistrict, actor: Actor) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """What lies in another district of the division, and the open schools that may be placed in this one."""
    placed = DistrictSchool.objects.visible_to(actor).filter(division_code=district.division_code)
    elsewhere = placed.exclude(district=district)
    offered = (
        School.objects.visible_to(actor)
        .filter(division_code=district.division_code, organization__closed_on__isnull=True)
        .exclude(pk__in=elsewhere.values("organization_id"))
        .select_related("organization")
        .order_by("township_code", "pk")
    )
    return elsewhere, offered
