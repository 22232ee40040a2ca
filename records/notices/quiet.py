"""Hours of silence and the hours of digests: at which moment may a message leave. Pure; local time is Asia/Shanghai.

22:00 to 07:00 is what offices are used to, no article asks for it; each office sets its own (records.models.SendingHours).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from records import clock


def is_quiet(moment: datetime, quiet_from: time, quiet_until: time) -> bool:
    """The silence begins with its first minute and ends before its last; it may lie over midnight."""
    at = clock.local(moment).time()
    if quiet_from < quiet_until:
        return quiet_from <= at < quiet_until
    return at >= quiet_from or at < quiet_until


def after_quiet(moment: datetime, quiet_from: time, quiet_until: time) -> datetime:
    """The moment itself, or the end of the silence that it falls into: New Year's Eve ends on New Year's morning."""
    if not is_quiet(moment, quiet_from, quiet_until):
        return moment
    local = clock.local(moment)
    end = datetime.combine(local.date(), quiet_until, clock.TZ)
    return end if end > local else end + timedelta(days=1)


def next_digest(moment: datetime, hours: Sequence[int], quiet_from: time, quiet_until: time) -> datetime:
    """The first of the day's digest hours after the moment, put off to the end of the silence where it falls into it."""
    local = clock.local(moment)
    for day in (local.date(), local.date() + timedelta(days=1)):
        for hour in sorted(set(hours)):
            slot = datetime.combine(day, time(hour), clock.TZ)
            if slot > local:
                return after_quiet(slot, quiet_from, quiet_until)
    return after_quiet(moment, quiet_from, quiet_until)
