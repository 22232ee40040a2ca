"""The words of this room, and which roles carry them."""

from __future__ import annotations

from enum import StrEnum

from accounts.actors import Role
from accounts.permissions import grant


class Permission(StrEnum):
    VIEW_SCHOOLS = "supervision.view_schools"
    MANAGE_SCHOOLS = "supervision.manage_schools"
    VIEW_UNITS = "supervision.view_units"
    MANAGE_UNITS = "supervision.manage_units"
    VIEW_COMMITTEE = "supervision.view_committee"
    MANAGE_COMMITTEE = "supervision.manage_committee"


READING = [Permission.VIEW_SCHOOLS, Permission.VIEW_UNITS, Permission.VIEW_COMMITTEE]
KEEPING = [Permission.MANAGE_SCHOOLS, Permission.MANAGE_UNITS, Permission.MANAGE_COMMITTEE]

grant(
    {
        Role.OFFICE_STAFF: [*READING, *KEEPING],
        Role.OFFICE_HEAD: [*READING, *KEEPING],
        Role.LEADER: READING,
        Role.INSPECTOR: READING,
        Role.UNIT_CONTACT: [Permission.VIEW_SCHOOLS, Permission.VIEW_COMMITTEE],
        Role.DEPARTMENT_CONTACT: [Permission.VIEW_SCHOOLS, Permission.VIEW_COMMITTEE],
        Role.MEMBER_LIAISON: [Permission.VIEW_COMMITTEE],
    }
)
