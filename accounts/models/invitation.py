from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.membership import Membership
from accounts.models.organization import Organization
from accounts.models.user import phone_validator
from accounts.querysets import InvitationQuerySet
from accounts.tenancy import Tenancy, setting

# Who may write one: a steward of the office about a unit of its division, or the unit's own contact for his successor.
STEWARD = f"""division_code = {setting("me")} AND EXISTS (SELECT 1 FROM accounts_stewardship s
    JOIN accounts_membership m ON m.id = s.membership_id
    WHERE m.user_id = {setting("user")} AND s.division_code = {setting("me")} AND s.ended_at IS NULL
      AND s.valid_from <= local_today() AND (s.valid_until IS NULL OR s.valid_until >= local_today()))"""
# An office's people and everybody whom a spreadsheet brought: their security administrator's.
GUARD = f"""(SELECT scope_text('app.role')) = 'security_admin' AND person_id IS NOT NULL
    AND division_code BETWEEN {setting("alo")} AND {setting("ahi")}"""
OWN_UNIT = f"{setting('me')} IS NULL AND organization_id = {setting('org')}"


@pghistory.track(exclude=["phone", "digest", "failures"])
class Invitation(models.Model):
    """A printed one-time code by which a unit's contact gets his account, or one more unit for the account he has; or, with
    `person`, by which somebody whose account is there already sets its first password.

    Of the code only a keyed digest is kept (accounts.codes): the sheet can be printed when it is made and never again.
    Claimed through a definer function, because whoever claims has no scope yet.
    """

    tenancy = Tenancy.custom(
        using=f"""CASE WHEN person_id IS NOT NULL THEN coalesce({GUARD}, false)
            WHEN division_code = {setting("me")} THEN true ELSE coalesce({OWN_UNIT}, false) END""",
        check=f"""CASE WHEN person_id IS NOT NULL THEN coalesce({GUARD}, false)
            ELSE coalesce(({STEWARD}) OR ({OWN_UNIT} AND replaces_id IS NOT NULL), false) END""",
    )

    class State(models.TextChoices):
        OPEN = "open", "待领取"
        CLAIMED = "claimed", "已领取"
        EXPIRED = "expired", "已过期"
        LOCKED = "locked", "输错过多，已作废"
        REVOKED = "revoked", "已撤销"

    TONES: ClassVar[dict[str, str]] = {"open": "blue", "claimed": "green", "expired": "amber", "locked": "amber",
                                       "revoked": "grey"}  # fmt: skip

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="invitations", verbose_name="单位")
    division_code = models.PositiveIntegerField(editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="slips", verbose_name="本人"
    )
    contact_name = models.CharField("联系人姓名", max_length=60, blank=True)
    # Where it is known, only this number may claim.
    phone = models.CharField("限用手机号码", max_length=11, blank=True, validators=[phone_validator])
    help_phone = models.CharField("咨询电话", max_length=30)
    mark = models.CharField(max_length=4, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    batch = models.UUIDField(default=uuid.uuid4, editable=False)
    # The contact whose place the claimer takes.
    replaces = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="接替"
    )
    valid_until = models.DateField("有效期至")
    invited_at = models.DateTimeField("生成时间", auto_now_add=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="生成人")
    claimed_at = models.DateTimeField("领取时间", null=True, blank=True, editable=False)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="领取人"
    )
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤销人"
    )

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "邀请"
        verbose_name_plural = "邀请"
        ordering = ["-invited_at", "-id"]
        indexes = [
            models.Index(fields=["division_code", "-invited_at", "-id"], name="invitation_office"),
            models.Index(fields=["mark"], name="invitation_mark"),
        ]
        constraints = [
            # One printed code a unit, one more for each contact whom somebody is to follow, and one a person.
            models.UniqueConstraint(
                fields=["division_code", "organization", "replaces", "person"],
                condition=Q(claimed_at__isnull=True, revoked_at__isnull=True),
                nulls_distinct=False,
                name="one_open_invitation",
                violation_error_message="该单位刚刚生成过邀请单。",
            ),
            models.UniqueConstraint(
                fields=["division_code", "batch", "organization", "person"],
                nulls_distinct=False,
                name="invitation_printed_once",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(replaces__isnull=True), name="invitation_of_one_kind"
            ),
            models.CheckConstraint(
                condition=Q(claimed_at__isnull=True, claimed_by__isnull=True)
                | Q(claimed_at__isnull=False, claimed_by__isnull=False),
                name="invitation_claimed_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="invitation_revoked_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(claimed_at__isnull=True) | Q(revoked_at__isnull=True), name="invitation_ends_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_name}的邀请" if self.person_id else f"{self.organization}的联系人邀请"

    def state_on(self, day: date) -> str:
        """Computed: what it has come to, or that its time or its tries are over."""
        if self.claimed_at:
            return self.State.CLAIMED
        if self.revoked_at:
            return self.State.REVOKED
        if self.failures >= settings.INVITATION_TRIES:
            return self.State.LOCKED
        return self.State.EXPIRED if self.valid_until < day else self.State.OPEN

    @property
    def state(self) -> str:
        return self.state_on(timezone.localdate())

    @property
    def state_label(self) -> str:
        return self.State(self.state).label

    @property
    def state_tone(self) -> str:
        return self.TONES[self.state]
