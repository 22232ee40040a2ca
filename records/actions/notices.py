"""Choosing how one is told, and an office's asking for it."""

from __future__ import annotations

from django.db import transaction

from accounts.actors import Actor
from records.models import NoticeRule, Preference, Reach, SendingHours


@transaction.atomic
def save_preferences(reach: Reach, wishes: dict[tuple[str, str], bool], *, by: Actor) -> None:
    """The person's own addresses and choices."""
    reach.user_id = by.user_id or 0
    reach.save()
    Preference.objects.bulk_create(
        [
            Preference(user_id=by.user_id or 0, category=category, channel=channel, wanted=wanted)
            for (category, channel), wanted in wishes.items()
        ],
        update_conflicts=True,
        unique_fields=["user", "category", "channel"],
        update_fields=["wanted"],
    )


@transaction.atomic
def save_notice_rules(asked: set[tuple[str, str]], hours: SendingHours, *, by: Actor) -> None:
    """What the office asks for from now on; messages already queued go as they were."""
    mine = NoticeRule.objects.visible_to(by).filter(division_code=by.division_code)
    standing = {(r.category, r.channel): r for r in mine}
    for key, rule in standing.items():
        if key not in asked:
            rule.delete()
    NoticeRule.objects.bulk_create(
        [NoticeRule(division_code=by.division_code, category=c, channel=ch) for c, ch in asked - set(standing)],
        ignore_conflicts=True,
    )
    hours.division_code = by.division_code
    hours.save()
