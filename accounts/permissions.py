"""Permissions are words: each room has its own StrEnum and grants its words to roles here, once, when it loads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from accounts.actors import Role

_granted: dict[str, set[str]] = {}
# Words that may be lent (授权代签), and how they are called.
delegable: dict[str, str] = {}


def grant(words: Mapping[str, Iterable[str]]) -> None:
    """Give each role of `words` its words. Called at import by every room's permissions.py."""
    for role, permissions in words.items():
        _granted.setdefault(Role(role), set()).update(str(word) for word in permissions)


def words_of(role: str) -> frozenset[str]:
    return frozenset(_granted.get(role, ()))


def allow_delegation(word: str, label: str) -> None:
    """A room says that its word may be lent to another person of the same office for a time."""
    delegable[str(word)] = label


class Permission(StrEnum):
    USE_ACCOUNT = "accounts.use_account"
    VIEW_PEOPLE = "accounts.view_people"
    MANAGE_PEOPLE = "accounts.manage_people"
    VIEW_DELEGATIONS = "accounts.view_delegations"
    DELEGATE = "accounts.delegate"
    NAME_STEWARDS = "accounts.name_stewards"
    # A steward's, whatever his role: see STEWARD_WORDS.
    INVITE_CONTACTS = "accounts.invite_contacts"
    NAME_SUCCESSOR = "accounts.name_successor"


grant({role: [Permission.USE_ACCOUNT] for role in Role})
grant({Role.SECURITY_ADMIN: [Permission.VIEW_PEOPLE, Permission.MANAGE_PEOPLE]})
grant({role: [Permission.VIEW_DELEGATIONS, Permission.DELEGATE] for role in (Role.OFFICE_HEAD, Role.LEADER)})
grant({Role.OFFICE_STAFF: [Permission.VIEW_DELEGATIONS]})
grant({Role.OFFICE_HEAD: [Permission.NAME_STEWARDS]})
grant({role: [Permission.NAME_SUCCESSOR] for role in (Role.UNIT_CONTACT, Role.DEPARTMENT_CONTACT)})
# What a steward (账号管理员) carries beside the words of his role. Nothing here touches an office's own people.
STEWARD_WORDS = frozenset({str(Permission.INVITE_CONTACTS), str(Permission.NAME_SUCCESSOR)})
