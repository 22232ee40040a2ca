"""The words of this room, and which roles carry them."""

from __future__ import annotations

from enum import StrEnum

from accounts.actors import Role
from accounts.permissions import grant


class Permission(StrEnum):
    VIEW_CORPS = "inspectors.view_corps"
    MANAGE_CORPS = "inspectors.manage_corps"
    VIEW_SCHOOL_INSPECTORS = "inspectors.view_school_inspectors"


grant(
    {
        Role.OFFICE_STAFF: [Permission.VIEW_CORPS, Permission.MANAGE_CORPS, Permission.VIEW_SCHOOL_INSPECTORS],
        Role.OFFICE_HEAD: [Permission.VIEW_CORPS, Permission.MANAGE_CORPS, Permission.VIEW_SCHOOL_INSPECTORS],
        Role.LEADER: [Permission.VIEW_CORPS, Permission.VIEW_SCHOOL_INSPECTORS],
        Role.INSPECTOR: [Permission.VIEW_CORPS, Permission.VIEW_SCHOOL_INSPECTORS],
        # The plaque at the gate names them: who they are is no secret to the school.
        Role.UNIT_CONTACT: [Permission.VIEW_SCHOOL_INSPECTORS],
        Role.DEPARTMENT_CONTACT: [Permission.VIEW_SCHOOL_INSPECTORS],
    }
)
