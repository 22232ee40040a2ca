"""The words of this room, and which roles carry them."""

from __future__ import annotations

from enum import StrEnum

from accounts.actors import Role
from accounts.permissions import grant


class Permission(StrEnum):
    USE_WORKBENCH = "portal.use_workbench"
    VIEW_OVERVIEW = "portal.view_overview"
    SEARCH = "portal.search"


grant({role: [Permission.USE_WORKBENCH] for role in Role})
# Everybody who has a list of something: search finds what the lists show.
grant({role: [Permission.SEARCH] for role in Role if role not in (Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN)})
grant({role: [Permission.VIEW_OVERVIEW] for role in (Role.LEADER, Role.OFFICE_HEAD, Role.OFFICE_STAFF)})
