"""Claiming a printed invitation: number and code first, then name and password, then one membership (领取邀请)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import pghistory
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from accounts import codes
from accounts.actions import NotAllowed
from accounts.models import User

# One sentence for a wrong number, a wrong code, one that never was, and one that was tried too often.
WRONG = "手机号码或邀请码不正确，请对照邀请单核对。连续输错10次，该邀请码作废，需请督导办重新打印。"
ENDED = {
    "claimed": "这个邀请码已经领取过，不能再次使用。本人领取的请直接登录；不是本人领取的，请立即联系督导办。",
    "expired": "这个邀请码已过有效期，请联系督导办重新打印一张。",
    "revoked": "这个邀请码已撤销或已换成新的邀请单，请使用最新的一张，或联系督导办。",
    "administrator": "您的账号是系统、安全或审计管理员，不能兼任单位联系人，请由本单位其他人员领取。",
    "himself": "您就是原联系人，邀请单应由接任的人领取。",
    "unknown": WRONG,
    "number": "该手机号码不能使用，请核对，或联系安全管理员。",
}


@dataclass(frozen=True)
class Opened:
    """An invitation that a number and a code have opened; kept in the session between the two steps."""

    invitation: int
    digest: str
    phone: str
    unit: str
    office: str
    contact: str
    person: int | None = None


def open_invitation(*, phone: str, typed: str) -> Opened:
    """Count the try and say what it opens. NotAllowed with one and the same sentence for all that is wrong."""
    code = codes.as_typed(typed)
    answer = codes.digest(code)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM try_invitation(%s, %s, %s, %s)", [codes.mark_of(code), answer, phone, _tries()])
        row = cursor.fetchone()
    if row is None:
        raise WrongCode(WRONG)
    pk, outcome, unit, office, contact, person = row
    if outcome != "open":
        raise NotAllowed(ENDED[outcome])
    return Opened(pk, answer, phone, unit, office, contact, person)


class WrongCode(NotAllowed):
    """Counted against the address; the others are said to somebody who holds the sheet."""


def claim(opened: Opened, *, user: User) -> None:
    """Give the person the unit of the invitation. NotAllowed says why not; then nothing is written."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT claim_invitation(%s, %s, %s, %s, %s)",
                [opened.invitation, opened.digest, opened.phone, user.pk, _tries()],
            )
            (outcome,) = cursor.fetchone()
            if outcome != "done":
                raise NotAllowed(ENDED[outcome])
    except IntegrityError as error:
        raise NotAllowed("您在该单位已有同一身份。") from error


def claim_anew(opened: Opened, *, full_name: str, password: str) -> User:
    """A new account and its first membership, or neither."""
    user = User(username=_username(), full_name=full_name, phone=opened.phone)
    user.set_password(password)
    with transaction.atomic(), pghistory.context(by=full_name, what="领取邀请"):
        try:
            with transaction.atomic():
                user.save(force_insert=True)
        except IntegrityError as error:
            raise NotAllowed("该手机号码刚刚已建立账号，请登录后领取。") from error
        claim(opened, user=user)
    return user


def holder_of(opened: Opened) -> User:
    """Whose account the slip opens."""
    found: User = User.objects.get(pk=opened.person)
    return found


def claim_own(opened: Opened, *, password: str) -> User:
    """The first password of an account that a spreadsheet brought; and its number, where the file had none."""
    with transaction.atomic(), pghistory.context(by=opened.contact, what="领取账号"):
        user: User = User.objects.select_for_update().get(pk=opened.person)
        claim(opened, user=user)
        user.set_password(password)
        user.phone = user.phone or opened.phone
        try:
            with transaction.atomic():
                user.save(update_fields=["password", "phone"])
        except IntegrityError as error:
            raise NotAllowed(ENDED["number"]) from error
    return user


def _username() -> str:
    """People sign in by their number; the name only has to be there, and must outlive a change of number."""
    return f"lxr{secrets.randbelow(10**9):09d}"


def _tries() -> int:
    return int(settings.INVITATION_TRIES)
