"""The ways out of the house behind one interface: mail, and the province's gateway for SMS and messenger.

`channel_of(kind)` gives the channel; `is_on` says whether this installation has it. What is not configured is off, and
the pages say so.
"""

from __future__ import annotations

from records.models.notifications import OUTSIDE, ChannelKind
from records.notices.channels.base import Channel, Envelope, Undelivered
from records.notices.channels.gateway import GatewayChannel
from records.notices.channels.mail import MailChannel

_channels: dict[str, Channel] = {
    ChannelKind.MAIL: MailChannel(),
    ChannelKind.SMS: GatewayChannel(ChannelKind.SMS),
    ChannelKind.MESSENGER: GatewayChannel(ChannelKind.MESSENGER),
}


def channel_of(kind: str) -> Channel:
    return _channels[kind]


def is_on(kind: str) -> bool:
    """Whether messages can leave this way from this installation."""
    return kind == ChannelKind.INBOX or _channels[kind].is_on()


def open_channels() -> list[str]:
    """The kinds that lead outside and are configured."""
    return [kind.value for kind in OUTSIDE if is_on(kind)]


__all__ = ["Channel", "Envelope", "Undelivered", "channel_of", "is_on", "open_channels"]
