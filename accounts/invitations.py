"""Inviting by a printed code, and ending what was printed: units' contacts (单位联系人邀请), and people whose accounts a
spreadsheet has made (账号领取单)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts import codes
from accounts.actions import NotAllowed
from accounts.actors import UNIT_ROLES, Actor, OrganizationKind
from accounts.appointments import outside_fault, standings_of
from accounts.contacts import KnownContact
from accounts.models import Invitation, Membership, Organization, User
from accounts.permissions import Permission

# Whose contacts are invited; the role follows from the kind, in the claiming function (accounts.definers).
KINDS = (OrganizationKind.SCHOOL, OrganizationKind.DEPARTMENT, OrganizationKind.GOVERNMENT)
AT_ONCE = 100  # sheets that one request makes in well under a second
MOST_DAYS = 30
PRINTED = "这一批邀请单已经生成过。邀请码不保存，没有打印的请重新生成，原码随即作废。"


@dataclass(frozen=True)
class Slip:
    """One printed slip. The code is here and nowhere else."""

    invitation: Invitation
    code: str

    @property
    def printed_code(self) -> str:
        return codes.for_people(self.code)


@dataclass(frozen=True)
class Printing:
    """What is the same on all slips of one print. `batch` makes it one: the page sent twice prints once."""

    help_phone: str
    days: int
    batch: uuid.UUID


def invite(
    units: Iterable[Organization], *, by: Actor, printing: Printing, known: dict[int, KnownContact]
) -> list[Slip]:
    """A code for each unit. One that is still open for the unit ends: of two sheets only the newer one opens."""
    wanted = list(units)
    refuse_units(wanted, by)
    if not 1 <= printing.days <= MOST_DAYS:
        raise NotAllowed(f"有效期须在1至{MOST_DAYS}天之间。")
    with transaction.atomic():
        _refuse_second_print(wanted, printing.batch)
        open_ones = Invitation.objects.unended().filter(
            organization__in=wanted, replaces__isnull=True, person__isnull=True
        )
        _revoke(open_ones, by)
        slips = [_slip(unit, by, printing, known.get(unit.pk, KnownContact())) for unit in wanted]
        _save(slips)
    return slips


def invite_successor(
    membership: Membership, *, by: Actor, printing: Printing, name: str, phone: str
) -> Slip:  # fmt: skip
    """A code for whoever follows a unit's contact; claimed, it ends the predecessor's identity."""
    refuse_contact(membership, by)
    with transaction.atomic():
        _refuse_second_print([membership.organization], printing.batch)
        _revoke(Invitation.objects.unended().filter(replaces=membership), by)
        slip = _slip(membership.organization, by, printing, KnownContact(name, phone))
        slip.invitation.replaces = membership
        _save([slip])
    return slip


def invite_people(people: Iterable[User], *, by: Actor, printing: Printing) -> list[Slip]:
    """A code for each person whose account nobody has opened yet; only his own number opens it, where it is known."""
    wanted = list(people)
    units = _units_of(wanted, by)
    with transaction.atomic():
        printed = Invitation.objects.visible_to(by).filter(person__in=wanted)
        if printed.filter(batch=printing.batch).exists():
            raise NotAllowed(PRINTED)
        _revoke(printed.unended(), by)
        slips = [_slip(units[p.pk], by, printing, KnownContact(p.full_name, p.phone or "")) for p in wanted]
        for slip, person in zip(slips, wanted, strict=True):
            slip.invitation.person = person
        _save(slips)
    return slips


def _units_of(people: Sequence[User], by: Actor) -> dict[int, Organization]:
    """By person: the unit that stands on his slip. NotAllowed names whoever cannot get one."""
    if not by.can(Permission.MANAGE_PEOPLE):
        raise NotAllowed("账号领取单由安全管理员打印。")
    if not people:
        raise NotAllowed("没有选择人员，请先勾选。")
    if len(people) > AT_ONCE:
        raise NotAllowed(f"一次最多生成{AT_ONCE}张，请分次办理。")
    rows = Membership.objects.visible_to(by).filter(user__in=people).select_related("organization").order_by("-pk")
    today = timezone.localdate()
    units = {row.user_id: row.organization for row in rows if row.is_open_on(today)}
    held = standings_of([person.pk for person in people])
    for person in people:
        if refused := _no_slip(person, person.pk in units) or outside_fault(by, held[person.pk]):
            raise NotAllowed(f"{person}：{refused}")
    return units


def _no_slip(person: User, has_unit: bool) -> str:
    if person.is_claimed:
        return "已经设置过密码，不需要领取单。忘记密码的请在其人员页面重置。"
    return "" if person.is_active and has_unit else "账号已停用或没有有效身份，不能生成领取单。"


def revoke(invitation: Invitation, *, by: Actor) -> Invitation:
    """The printed code opens nothing from now on."""
    if not _may(by, invitation.division_code, invitation.organization_id):
        raise NotAllowed("只能撤销本区划单位的邀请。")
    if not _revoke(Invitation.objects.unended().filter(pk=invitation.pk), by):
        raise NotAllowed("该邀请已经领取或撤销，未作更改。")
    return invitation


def end_contact(membership: Membership, *, by: Actor) -> Membership:
    """A contact who has gone without a successor: out at once, or at midnight where he only began today."""
    refuse_contact(membership, by)
    if not by.can(Permission.INVITE_CONTACTS):
        raise NotAllowed("联系人身份由账号管理员终止。")
    with transaction.atomic():
        row: Membership = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
        today = timezone.localdate()
        if not row.is_open_on(today):
            raise NotAllowed("该身份已经终止。")
        row.valid_until = max(row.valid_from, today - timedelta(days=1))
        row.save(update_fields=["valid_until"])
        _revoke(Invitation.objects.unended().filter(replaces=row), by)
    return row


def refuse_units(units: list[Organization], by: Actor) -> None:
    """Only units, only of the own division: an office's people are nobody's contacts."""
    if not by.can(Permission.INVITE_CONTACTS):
        raise NotAllowed("单位联系人由账号管理员邀请。")
    if not units:
        raise NotAllowed("没有选择单位，请先勾选。")
    if len(units) > AT_ONCE:
        raise NotAllowed(f"一次最多生成{AT_ONCE}张，请分次办理。")
    if any(unit.division_id != by.division_code or unit.kind not in KINDS for unit in units):
        raise NotAllowed("只能邀请本区划的学校、部门和政府的联系人。")


def refuse_contact(membership: Membership, by: Actor) -> None:
    """A steward: contacts of the own division. A contact: himself."""
    own = membership.user_id == by.user_id and membership.organization_id == by.organization_id
    if membership.role not in UNIT_ROLES or membership.organization.kind not in KINDS:
        raise NotAllowed("只能更换学校、部门和政府的联系人。")
    if not (own or _may(by, membership.division_code, 0)) or not by.can(Permission.NAME_SUCCESSOR):
        raise NotAllowed("只能更换本区划单位的联系人。")
    if not membership.is_open_on(timezone.localdate()):
        raise NotAllowed("该联系人的身份已经终止。")


def _may(by: Actor, division_code: int, organization_id: int) -> bool:
    steward = by.can(Permission.INVITE_CONTACTS) and by.is_office and by.division_code == division_code
    return steward or (bool(organization_id) and not by.is_office and by.organization_id == organization_id)


def _refuse_second_print(units: list[Organization], batch: uuid.UUID) -> None:
    if Invitation.objects.filter(batch=batch, organization__in=units).exists():
        raise NotAllowed(PRINTED)


def _slip(unit: Organization, by: Actor, printing: Printing, known: KnownContact) -> Slip:
    code = codes.new_code()
    assert by.user_id is not None
    return Slip(
        Invitation(
            organization=unit, division_code=unit.division_id, contact_name=known.name, phone=known.phone,
            help_phone=printing.help_phone, mark=codes.mark_of(code), digest=codes.digest(code), batch=printing.batch,
            valid_until=last_day(printing.days), invited_by_id=by.user_id,
        ),
        code,
    )  # fmt: skip


def last_day(days: int) -> date:
    """The day of printing is not counted."""
    return timezone.localdate() + timedelta(days=days)


def _save(slips: list[Slip]) -> None:
    try:
        with transaction.atomic():
            Invitation.objects.bulk_create([slip.invitation for slip in slips])
    except IntegrityError as error:
        raise NotAllowed("其中有的刚刚由他人生成过邀请单，请刷新页面后再试。") from error


def _revoke(rows: Any, by: Actor) -> int:
    return int(rows.update(revoked_at=Now(), revoked_by_id=by.user_id))
