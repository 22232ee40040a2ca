"""授权代签: a leader lends a word of his role to a person of the same office, from a day to a day, and may take it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.actors import Actor, Role
from accounts.models import Delegation, Membership
from accounts.permissions import Permission, delegable
from records import clock
from records.models import Category
from records.notices.notify import notify
from records.state import AlreadyDone, Refusal, Refused

# Who may sign in a leader's stead: the people who run the office; an inspector is not one of them.
RECEIVERS = (Role.OFFICE_STAFF, Role.OFFICE_HEAD, Role.LEADER)


@dataclass(frozen=True)
class Notice:
    """A delegation as the inbox names it."""

    owner_code: int
    pk: int
    kind: str = "accounts.delegation"


def receivers(by: Actor) -> list[Membership]:
    """The colleagues to whom `by` may lend."""
    rows = Membership.objects.visible_to(by).filter(organization_id=by.organization_id, role__in=RECEIVERS)
    return list(rows.valid_on(clock.today()).exclude(user_id=by.user_id).select_related("user").order_by("role", "pk"))


def words_to_lend(by: Actor) -> dict[str, str]:
    """Words of the actor's own role that may be lent, with their names: what was lent to him is not among them."""
    return {word: label for word, label in delegable.items() if by.can(word)}


def give(
    *, by: Actor, receiver: Membership, words: Iterable[str], valid_from: date, valid_until: date, reason: str
) -> Delegation:
    """Lend the words from–to, both days included."""
    chosen = sorted(set(words))
    refused = _wrong(by, receiver, chosen, valid_from, valid_until)
    if refused is None and not reason.strip():
        refused = Refusal("请写明授权事由，如出差、学习。")
    if refused is not None:
        raise Refused(refused)
    assert by.user_id is not None  # who carries the word is a person
    with transaction.atomic():
        # A second click finds the first one: the giver's row is the queue.
        giver = Membership.objects.select_for_update(of=("self",)).get(pk=by.membership_id)
        known = Delegation.objects.filter(giver=giver, receiver=receiver, revoked_at__isnull=True)
        if known.filter(valid_from__lte=valid_until, valid_until__gte=valid_from).exists():
            raise AlreadyDone(Refusal(f"这段日期内已经授权给{receiver.user.full_name}，请先撤回或改用其他日期。"))
        made = Delegation(
            organization_id=by.organization_id, giver=giver, receiver=receiver, words=chosen, reason=reason.strip()[:200],
            valid_from=valid_from, valid_until=valid_until, given_at=clock.now(), given_by_id=by.user_id,
        )  # fmt: skip
        made.save(force_insert=True)
        span = f"{valid_from:%Y年%-m月%-d日}至{valid_until:%Y年%-m月%-d日}"
        what = "、".join(delegable[word] for word in chosen)
        notify(Notice(by.division_code, made.pk), by=by, key="given", category=Category.ACCOUNT, title=f"{by.display_name}授权您代为{what}",
               body=f"授权期限：{span}。事由：{made.reason}", users=[receiver.user_id])  # fmt: skip
    return made


def _wrong(by: Actor, receiver: Membership, words: list[str], valid_from: date, valid_until: date) -> Refusal | None:
    if not by.can(Permission.DELEGATE):
        return Refusal(f"您当前的身份（{by.role_label}）无权“授权代签”。")
    if not words:
        return Refusal("请选择授权事项。")
    if any(word not in delegable or not by.can(word) for word in words):
        return Refusal("只能授权本人职权内的事项；他人授权给您的，不能再转授。")
    if receiver.organization_id != by.organization_id or receiver.role not in RECEIVERS:
        return Refusal("只能授权给本单位的负责人或工作人员。")
    if receiver.user_id == by.user_id:
        return Refusal("不能授权给自己。")
    if valid_until < valid_from or valid_from < clock.today():
        return Refusal("起始日期不能早于今天，截止日期不能早于起始日期。")
    if not receiver.is_open_on(valid_until):
        return Refusal(f"{receiver.user.full_name}的身份在授权期满前到期，请缩短授权期限。")
    return None


def revoke_refusal(delegation: Delegation, by: Actor) -> Refusal | None:
    """Who lent it takes it back; so may the head of the office."""
    if delegation.revoked_at is not None:
        return Refusal(f"该授权已于{clock.local(delegation.revoked_at):%Y年%-m月%-d日}撤回。")
    if delegation.valid_until < clock.today():
        return Refusal(f"该授权已于{delegation.valid_until:%Y年%-m月%-d日}到期，无需撤回。")
    if delegation.giver.user_id != by.user_id and by.role != Role.OFFICE_HEAD:
        return Refusal("授权由授权人本人或本单位负责人撤回。")
    return None


def revoke(delegation: Delegation, *, by: Actor) -> Delegation:
    """Take it back at once: what was signed before stands."""
    with transaction.atomic():
        row = Delegation.objects.select_for_update(of=("self",)).select_related("giver__user").get(pk=delegation.pk)
        refused = revoke_refusal(row, by)
        if refused is not None:
            raise AlreadyDone(refused) if row.revoked_at else Refused(refused)
        row.revoked_at, row.revoked_by_id = clock.now(), by.user_id
        row.save(update_fields=["revoked_at", "revoked_by"])
        notify(Notice(by.division_code, row.pk), by=by, key="revoked", category=Category.ACCOUNT, title=f"{row.giver.user.full_name}对您的授权已撤回",
               body="从现在起不能再代签；此前的代签有效。", users=[row.receiver.user_id])  # fmt: skip
    return row  # type: ignore[no-any-return]
