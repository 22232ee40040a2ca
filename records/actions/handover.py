"""Handing over everything open of somebody who leaves: all of it or nothing, once (离岗移交)."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from accounts.actors import OFFICE_ROLES, Actor, Role
from accounts.models import Membership, User
from records import clock
from records.handovers.registry import preview, roles_in
from records.models import Category, Handover
from records.notices.notify import notify
from records.permissions import Permission
from records.state import AlreadyDone, Refusal, Refused

DONE = "此人的工作已经移交，本次操作未生效。"


def hand_over(membership: Membership, *, to: User, by: Actor, reason: str, last_day: date) -> Handover:
    """Pass all that the person holds open in the office to `to` and let every identity of his there end.

    Refused when the successor cannot take a part of it: what is half handed over is lost.
    """
    with transaction.atomic():
        row = Membership.objects.select_for_update(of=("self",)).select_related("user", "organization").get(
            pk=membership.pk
        )  # fmt: skip
        if Handover.objects.filter(membership=row).exists():
            raise AlreadyDone(Refusal(DONE))
        refuse(row, to, by, last_day)
        passed = _pass_on(row, to, by)
        _end(row, last_day)
        made = _write(row, to, by, passed, reason, last_day)
        notify(made, by=by, key="done", category=Category.NEWS, users=[to.pk], title=f"{row.user}的工作已移交给您",
               body=f"共{made.total}项。{reason}")  # fmt: skip
    return made


def refuse(row: Membership, to: User, by: Actor, last_day: date) -> None:
    """Why it cannot be done, by whom it is done and to whom."""
    if not by.can(Permission.HAND_OVER) or row.organization_id != by.organization_id:
        raise Refused(Refusal("离岗移交由本办公室负责人办理。"))
    if row.role not in OFFICE_ROLES:
        raise Refused(Refusal("系统、安全、审计管理员的身份由安全管理员办理，不在此移交。"))
    if last_day < clock.today():
        raise Refused(Refusal("最后一日不能早于今天。"))
    if to.pk == row.user_id:
        raise Refused(Refusal("不能移交给本人，请选择接任人员。"))
    if not to.is_active or not roles_in(to, row.organization) & OFFICE_ROLES:
        raise Refused(Refusal("接任人员须是本办公室的在岗人员。"))
    if row.role == Role.OFFICE_HEAD and _is_last_head(row):
        raise Refused(Refusal("本办公室只有这一位负责人，请先由安全管理员为接任人员设置“督导办负责人”身份。"))


def _is_last_head(row: Membership) -> bool:
    heads = Membership.objects.filter(organization=row.organization, role=Role.OFFICE_HEAD).valid_on(clock.today())
    return not heads.exclude(user=row.user).exists()


def _pass_on(row: Membership, to: User, by: Actor) -> list[tuple[str, int]]:
    lines = [line for line in preview(row.user, row.organization, to) if not line.stays]
    if hindered := next((line for line in lines if line.hindrance), None):
        raise Refused(Refusal(f"“{hindered.kind.label}”不能移交：{hindered.hindrance}"))
    return [(line.kind.label, line.kind.move(row.user, to, row.organization, by)) for line in lines if line.kind.move]


def _end(row: Membership, last_day: date) -> None:
    """Every business identity of the person in this office; those elsewhere are not this office's affair."""
    mine = Membership.objects.filter(user=row.user, organization=row.organization, role__in=OFFICE_ROLES)
    for other in mine.select_for_update():
        if other.valid_until is None or other.valid_until > last_day:
            # One that was to begin later never does.
            other.valid_until = max(last_day, other.valid_from)
            other.save(update_fields=["valid_until"])


def _write(
    row: Membership, to: User, by: Actor, passed: list[tuple[str, int]], reason: str, last_day: date
) -> Handover:
    assert by.user_id is not None  # `refuse` has let only a person of the office through
    made = Handover(
        owner_code=row.division_code, organization=row.organization, membership=row, person=row.user,
        person_name=str(row.user), successor=to, successor_name=str(to), passed=passed, reason=reason.strip()[:200],
        last_day=last_day, done_at=clock.now(), done_by_id=by.user_id, done_by_name=by.display_name, done_as=by.label,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyDone(Refusal(DONE)) from error
    return made
