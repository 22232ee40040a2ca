from __future__ import annotations

from datetime import date
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q

from accounts.actors import ADMIN_ROLES, OFFICE_ROLES, Role
from accounts.models.organization import Organization
from accounts.models.user import User
from accounts.querysets import MembershipQuerySet
from accounts.tenancy import Tenancy, setting


@pghistory.track()
class Membership(models.Model):
    """As what a person acts: person × organization × role × validity. One is chosen at a time (身份)."""

    tenancy = Tenancy.custom(
        using=f"""CASE WHEN user_id = {setting("user")} OR organization_id = {setting("org")} THEN true
            WHEN division_code BETWEEN {setting("lo")} AND {setting("hi")} THEN true
            ELSE coalesce(division_code BETWEEN {setting("alo")} AND {setting("ahi")}, false) END"""
    )
    Role = Role

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name="人员")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="memberships", verbose_name="单位")
    # The organization's division, kept here: row security must not join.
    division_code = models.PositiveIntegerField(editable=False)
    role = models.CharField("角色", max_length=20, choices=Role)
    title = models.CharField("职务", max_length=60, blank=True)
    valid_from = models.DateField("起始日期")
    valid_until = models.DateField("截止日期", null=True, blank=True, help_text="当日仍有效")

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "任职身份"
        verbose_name_plural = "任职身份"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["user", "valid_until"]),
            models.Index(fields=["organization", "role"]),
            models.Index(fields=["division_code", "role"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["division_code", "user", "organization", "role"],
                condition=Q(valid_until__isnull=True),
                name="one_open_membership",
                violation_error_message="该人员在此单位已有同一角色。",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="membership_dates_in_order",
                violation_error_message="截止日期不能早于起始日期。",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[*Role]), name="membership_role_known", violation_error_message="角色不存在。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.get_role_display()}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.division_code = self.organization.division_id
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def is_open_on(self, day: date) -> bool:
        """Whether it has not ended before the day; it may begin later."""
        return self.valid_until is None or self.valid_until >= day

    @staticmethod
    def roles_for(kind: str) -> frozenset[str]:
        """The roles that an organization of this kind can give."""
        if kind == Organization.Kind.OFFICE:
            return frozenset(OFFICE_ROLES | ADMIN_ROLES | {Role.OUTSIDER})
        if kind == Organization.Kind.MEMBER_UNIT:
            return frozenset({Role.MEMBER_LIAISON})
        if kind == Organization.Kind.DEPARTMENT:
            return frozenset({Role.DEPARTMENT_CONTACT, Role.UNIT_CONTACT})
        return frozenset({Role.UNIT_CONTACT})
