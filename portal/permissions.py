"""The words of this room, and which roles carry them."""

from __future__ import annotations

from enum import StrEnum

from accounts.actors import Role
from accounts.permissions import grant


class Permission(StrEnum):
    USE_WORKBENCH = "portal.use_workbench"


grant({role: [Permission.USE_WORKBENCH] for role in Role})
