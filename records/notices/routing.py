"""By which ways a person is told of a category: the inbox always, what the office asks for, and what he chose himself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import User
from records.models import Category, ChannelKind, NoticeRule, Preference, Reach, SendingHours
from records.notices.channels import open_channels

# The house's habit where a person has said nothing: whoever gives a mail address wants mail; a phone rings for what
# cannot wait. Categories that stay out of digests and, one of them, out of the silence:
RINGS = (Category.ESCALATION, Category.EMERGENCY, Category.ACCOUNT)
NOT_GATHERED = (Category.EMERGENCY, Category.ACCOUNT)
BREAKS_QUIET = (Category.EMERGENCY,)
NO_ADDRESS = {
    ChannelKind.MAIL: "本人没有登记电子邮箱",
    ChannelKind.SMS: "账号没有登记手机号码",
    ChannelKind.MESSENGER: "本人没有登记即时通讯账号",
}


@dataclass(frozen=True)
class Route:
    """A channel outside that a person gets a message by. `error`: asked for by the office, and nobody knows where to."""

    channel: str
    error: str = ""


def usual(category: str, channel: str) -> bool:
    return channel == ChannelKind.MAIL or category in RINGS


def address_of(user: User, reach: Reach | None, channel: str) -> str:
    """Where the channel finds the person; empty where he has not said."""
    if channel == ChannelKind.SMS:
        return user.phone or ""
    if reach is None:
        return ""
    return str(reach.mail if channel == ChannelKind.MAIL else reach.messenger)


def routes(users: Iterable[int], *, category: str, owner_code: int) -> dict[int, list[Route]]:
    """Ways outside for each person. Runs as the system; four queries, none when nothing is configured."""
    ids, channels = sorted(set(users)), open_channels()
    if not channels or not ids:
        return {}
    required = set(
        NoticeRule.objects.filter(division_code=owner_code, category=category).values_list("channel", flat=True)
    )
    chosen = {
        (p.user_id, p.channel): p.wanted for p in Preference.objects.filter(user_id__in=ids, category=category)
    }  # fmt: skip
    reaches = {r.user_id: r for r in Reach.objects.filter(user_id__in=ids)}
    found: dict[int, list[Route]] = defaultdict(list)
    for user in User.objects.filter(pk__in=ids, is_active=True):
        for channel in channels:
            wanted = chosen.get((user.pk, channel), usual(category, channel))
            if channel not in required and not wanted:
                continue
            if address_of(user, reaches.get(user.pk), channel):
                found[user.pk].append(Route(channel))
            elif channel in required:
                found[user.pk].append(Route(channel, NO_ADDRESS[ChannelKind(channel)]))
    return found


def hours_of(owner_code: int) -> SendingHours:
    """The office's hours, or what offices are used to."""
    found = SendingHours.objects.filter(division_code=owner_code).first()
    return found or SendingHours(division_code=owner_code)
