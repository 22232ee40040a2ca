"""This room's places in the navigation."""

from __future__ import annotations

from inspectors.permissions import Permission
from records.registry import Place, Section, register_place

register_place(
    Place(Section.CORPS, "督学", "inspectors:inspector_list", (Permission.VIEW_CORPS,), icon="users", order=10),
    Place(Section.CORPS, "责任区", "inspectors:district_list", (Permission.VIEW_CORPS,), icon="map-pin", order=20),
)
