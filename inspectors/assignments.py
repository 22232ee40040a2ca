"""Which schools an inspector answers for, and who answers for a school (督学责任区)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from inspectors.models import DistrictSchool, Inspector
from records import clock


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
