"""Account stewards (账号管理员): the office head names persons of the own office for the units of the own division.

A steward invites and changes units' contacts. He is no security administrator: he makes no identity in any office, resets
no password and sees no other account.
"""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.actions import NotAllowed
from accounts.actors import Actor, Role
from accounts.models import Membership, Stewardship
from accounts.permissions import Permission

# A leader decides and an administrator is apart from business: neither looks after contacts.
MAY_BE = (Role.OFFICE_STAFF, Role.OFFICE_HEAD, Role.INSPECTOR)


def name_steward(
    membership: Membership, *, by: Actor, valid_from: date, valid_until: date | None = None
) -> Stewardship:
    """Name somebody of the own office, within dates."""
    refuse_other(membership.organization_id, by)
    if membership.user_id == by.user_id:
        raise NotAllowed("不能指定自己为账号管理员，请指定本办公室其他人员。")
    if membership.role not in MAY_BE or not membership.is_open_on(valid_from):
        raise NotAllowed("只能指定本办公室在岗的工作人员、负责人或督学。")
    made = Stewardship(
        membership=membership, division_code=by.division_code, valid_from=valid_from, valid_until=valid_until, named_by_id=_person(by),
    )  # fmt: skip
    try:
        with transaction.atomic():
            _end_what_is_over(membership, by)
            made.save(force_insert=True)
    except IntegrityError as error:
        raise NotAllowed("此人已是账号管理员。") from error
    return made


def _end_what_is_over(membership: Membership, by: Actor) -> None:
    """A former term that ran out by its date makes room for the new one."""
    over = Stewardship.objects.filter(
        membership=membership, ended_at__isnull=True, valid_until__lt=timezone.localdate()
    )
    over.update(ended_at=Now(), ended_by_id=_person(by))


def end_stewardship(stewardship: Stewardship, *, by: Actor) -> Stewardship:
    """Revoked at once: the next request of the person has no such word."""
    refuse_other(stewardship.membership.organization_id, by)
    with transaction.atomic():
        row: Stewardship = Stewardship.objects.select_for_update(of=("self",)).get(pk=stewardship.pk)
        if row.ended_at is not None:
            raise NotAllowed("已经终止。")
        today = timezone.localdate()
        row.ended_at, row.ended_by_id = Now(), _person(by)
        row.valid_until = max(row.valid_from, min(row.valid_until or today, today))
        row.save(update_fields=["ended_at", "ended_by", "valid_until"])
    return row


def refuse_other(organization_id: int, by: Actor) -> None:
    if not by.can(Permission.NAME_STEWARDS) or organization_id != by.organization_id:
        raise NotAllowed("账号管理员由本办公室负责人指定和终止。")


def _person(by: Actor) -> int:
    assert by.user_id is not None
    return by.user_id
