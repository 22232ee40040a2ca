"""The words of this room, and which roles carry them."""

from __future__ import annotations

from enum import StrEnum

from accounts.actors import Role
from accounts.permissions import grant


class Permission(StrEnum):
    VIEW_CORPS = "inspectors.view_corps"
    MANAGE_CORPS = "inspectors.manage_corps"


grant(
    {
        Role.OFFICE_STAFF: [Permission.VIEW_CORPS, Permission.MANAGE_CORPS],
        Role.OFFICE_HEAD: [Permission.VIEW_CORPS, Permission.MANAGE_CORPS],
        Role.LEADER: [Permission.VIEW_CORPS],
        Role.INSPECTOR: [Permission.VIEW_CORPS],
    }
)
