"""WHO acts: a person under one membership. The scope of the database session is derived from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from django.db import models

PROVINCE_SPAN = 10_000
PREFECTURE_SPAN = 100
FIRST_CODE, LAST_CODE = 110_000, 659_999


class OrganizationKind(models.TextChoices):
    OFFICE = "office", "教育督导委员会办公室"
    MEMBER_UNIT = "member_unit", "成员单位"
    GOVERNMENT = "government", "人民政府"
    DEPARTMENT = "department", "政府部门"
    SCHOOL = "school", "学校"
    AGENCY = "agency", "评估机构"
    ENFORCEMENT = "enforcement", "执法机关"


class Role(models.TextChoices):
    OFFICE_STAFF = "office_staff", "督导办工作人员"
    OFFICE_HEAD = "office_head", "督导办负责人"
    INSPECTOR = "inspector", "督学"
    LEADER = "leader", "分管领导"
    UNIT_CONTACT = "unit_contact", "被督导单位联系人"
    DEPARTMENT_CONTACT = "department_contact", "主管部门联系人"
    MEMBER_LIAISON = "member_liaison", "成员单位联络员"
    OUTSIDER = "outsider", "受权外部人员"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


OFFICE_ROLES = frozenset({Role.OFFICE_STAFF, Role.OFFICE_HEAD, Role.INSPECTOR, Role.LEADER})
UNIT_ROLES = frozenset({Role.UNIT_CONTACT, Role.DEPARTMENT_CONTACT, Role.MEMBER_LIAISON})
ADMIN_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


class ActorKind(StrEnum):
    OFFICE = "office"
    UNIT = "unit"
    OUTSIDER = "outsider"
    ADMIN = "admin"
    SYSTEM = "system"


def division_range(code: int) -> tuple[int, int]:
    """The codes of the division and everything under it, both ends included (GB/T 2260 numbers by level)."""
    if code % PROVINCE_SPAN == 0:
        return code, code + PROVINCE_SPAN - 1
    if code % PREFECTURE_SPAN == 0:
        return code, code + PREFECTURE_SPAN - 1
    return code, code


def division_chain(code: int) -> tuple[int, int, int]:
    """The division itself, its prefecture's and its province's code. A prefecture need not exist."""
    return code, code // PREFECTURE_SPAN * PREFECTURE_SPAN, code // PROVINCE_SPAN * PROVINCE_SPAN


@dataclass(frozen=True)
class Lent:
    """Words that a leader lent to the actor from–to (授权代签); `giver_id` is the leader's user. `valid_until` is the last
    day, also when the leader's own identity ends before."""

    delegation_id: int
    words: frozenset[str]
    giver_id: int
    giver_name: str
    giver_as: str
    valid_from: date
    valid_until: date
    revoked_on: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.revoked_on is None and self.valid_from <= day <= self.valid_until


@dataclass(frozen=True)
class Actor:
    """The membership a person is acting under now. `user_id` is None and `organization_id` 0 for the system itself.

    An outsider (an agency's, a seconded or cross-county inspector, a law body) acts for no organization here, so his
    is 0 too: nothing opens to him but the roots that name him (records.actions.grants).
    """

    kind: ActorKind
    user_id: int | None = None
    membership_id: int | None = None
    organization_id: int = 0
    division_code: int = 0
    role: str = ""
    display_name: str = "系统"
    organization_name: str = "督导平台"
    organization_kind: str = ""
    permissions: frozenset[str] = field(default=frozenset(), repr=False)
    # Newest first, ended ones too: why a person may no longer sign is told with its date.
    lent: tuple[Lent, ...] = field(default=(), repr=False)

    def can(self, permission: str) -> bool:
        """Whether the role carries the word. The system may do what a schedule must do."""
        return self.kind is ActorKind.SYSTEM or permission in self.permissions

    def may(self, permission: str, day: date) -> bool:
        """Whether the role carries the word, or somebody's delegation does on the day."""
        return self.can(permission) or any(d.holds_on(day) for d in self.lent_for(permission))

    def lent_for(self, permission: str) -> list[Lent]:
        return [d for d in self.lent if permission in d.words]

    @property
    def role_label(self) -> str:
        return Role(self.role).label if self.role else "系统"

    @property
    def label(self) -> str:
        """As what the person acted, as text for the trail: it outlives renaming."""
        return f"{self.organization_name} {self.role_label}"

    @property
    def range(self) -> tuple[int, int]:
        return division_range(self.division_code) if self.division_code else (FIRST_CODE, LAST_CODE)

    @property
    def is_office(self) -> bool:
        """Acts for a committee office (or for the system within one): sees by division range."""
        return self.kind is ActorKind.OFFICE or (self.kind is ActorKind.SYSTEM and bool(self.division_code))

    def settings(self) -> Iterator[tuple[str, str]]:
        """The database session's settings, every one each time: what is not set must be emptied (traps.md)."""
        lo, hi = self.range
        sees_range = self.kind in (ActorKind.OFFICE, ActorKind.SYSTEM)
        administers = self.kind is ActorKind.ADMIN and self.role in (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
        yield "app.user", str(self.user_id or "")
        yield "app.org", str(self.organization_id or "") if self.kind is not ActorKind.ADMIN else ""
        yield "app.me", str(self.division_code) if self.is_office else ""
        yield "app.lo", str(lo) if sees_range else ""
        yield "app.hi", str(hi) if sees_range else ""
        yield "app.home", str(self.division_code or "")
        yield "app.alo", str(lo) if administers else ""
        yield "app.ahi", str(hi) if administers else ""
        yield "app.role", self.role


NO_SCOPE: tuple[tuple[str, str], ...] = tuple(
    (name, "")
    for name in ("app.user", "app.org", "app.me", "app.lo", "app.hi", "app.home", "app.alo", "app.ahi", "app.role")
)


def actor_kind(role: str) -> ActorKind:
    if role in OFFICE_ROLES:
        return ActorKind.OFFICE
    if role == Role.OUTSIDER:
        return ActorKind.OUTSIDER
    return ActorKind.ADMIN if role in ADMIN_ROLES else ActorKind.UNIT


def system(office: int = 0, *, organization_id: int = 0) -> Actor:
    """The scheduler: within one office, or (office=0) over all tenants, where drafts stay closed to it."""
    return Actor(ActorKind.SYSTEM, division_code=office, organization_id=organization_id)
