"""This room's places in the navigation."""

from __future__ import annotations

from inspectors.models import DistrictInspector, DistrictSchool, Inspector, ResponsibilityDistrict
from inspectors.permissions import Permission
from records.registry import Place, Section, register_place
from records.trail.story import Source
from records.trail.trails import own, register_trail

register_place(
    Place(Section.CORPS, "督学", "inspectors:inspector_list", (Permission.VIEW_CORPS,), icon="users", order=10),
    Place(Section.CORPS, "责任区", "inspectors:district_list", (Permission.VIEW_CORPS,), icon="map-pin", order=20),
)
register_trail(
    Inspector, Permission.VIEW_CORPS,
    sources=lambda i: [*own(i), Source(DistrictInspector, {"inspector_id": i.pk}, whole=True)],
)  # fmt: skip
register_trail(
    ResponsibilityDistrict, Permission.VIEW_CORPS,
    sources=lambda d: [*own(d), Source(DistrictSchool, {"district_id": d.pk}, whole=True),
                       Source(DistrictInspector, {"district_id": d.pk}, whole=True)],
)  # fmt: skip
