"""What the portal itself puts into the navigation; its panels stand in portal.panels."""

from __future__ import annotations

from portal import panels
from portal.permissions import Permission
from records.registry import Place, Section, register_place

__all__ = ["panels"]

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
