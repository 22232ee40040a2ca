"""What the portal itself puts into the navigation."""

from __future__ import annotations

from portal.permissions import Permission
from records.registry import Place, Section, register_place

register_place(
    Place(
        Section.WORKBENCH,
        "工作台",
        "portal:home",
        (Permission.USE_WORKBENCH,),
        icon="layout-dashboard",
        order=0,
        phone=1,
    )
)
