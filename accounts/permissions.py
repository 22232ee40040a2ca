"""Permissions are words: each room has its own StrEnum and grants its words to roles here, once, when it loads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from accounts.actors import Role

_granted: dict[str, set[str]] = {}


def grant(words: Mapping[str, Iterable[str]]) -> None:
    """Give each role of `words` its words. Called at import by every room's permissions.py."""
    for role, permissions in words.items():
        _granted.setdefault(Role(role), set()).update(str(word) for word in permissions)


def words_of(role: str) -> frozenset[str]:
    return frozenset(_granted.get(role, ()))


class Permission(StrEnum):
    USE_ACCOUNT = "accounts.use_account"
    VIEW_PEOPLE = "accounts.view_people"
    MANAGE_PEOPLE = "accounts.manage_people"


grant({role: [Permission.USE_ACCOUNT] for role in Role})
grant({Role.SECURITY_ADMIN: [Permission.VIEW_PEOPLE, Permission.MANAGE_PEOPLE]})
