"""What time it is, for everything that judges a deadline.

All moments are aware and in the time zone of the regulations' authors, Asia/Shanghai. A rule that counts in
days ends at 24:00 of its last day: as a moment that is 00:00 of the day after.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TZ = ZoneInfo("Asia/Shanghai")

# Where a traveller arrives who names a day only: offices are open, and the day is not about to end.
OFFICE_OPENS = time(9, 0)

_travelled: ContextVar[datetime | None] = ContextVar("dudao_clock", default=None)


def now() -> datetime:
    """The present moment, aware, in Asia/Shanghai."""
    return _travelled.get() or datetime.now(TZ)


def today() -> date:
    """The present day in Asia/Shanghai."""
    return now().date()


@contextmanager
def travel(to: date | datetime) -> Iterator[datetime]:
    """Stop the clock at ``to`` inside the block; nested journeys return to the outer one.

    A date stands for 09:00 of that day. Only the demo, tests and the sweep may travel (a test
    guards it): a deadline must never depend on a clock that somebody moved. The journey belongs to the
    context, so other threads and requests go on by the real clock. Raises ValueError for a moment without a
    time zone.
    """
    token = _travelled.set(local(to) if isinstance(to, datetime) else datetime.combine(to, OFFICE_OPENS, TZ))
    try:
        yield now()
    finally:
        _travelled.reset(token)


def local(moment: datetime) -> datetime:
    """The same moment in Asia/Shanghai. ValueError without a time zone: a guess would shift a deadline."""
    if moment.utcoffset() is None:
        raise ValueError("时刻缺少时区，无法计算期限，请给出带时区的时间。")
    return moment.astimezone(TZ)


def end_of(day: date) -> datetime:
    """24:00 of ``day``, that is 00:00 of the next day in Asia/Shanghai."""
    return datetime.combine(day + timedelta(days=1), time(), TZ)


def last_day(due_at: datetime) -> date:
    """The day to show for a deadline: the inverse of ``end_of``, and the day itself for a moment within a
    day."""
    return (local(due_at) - timedelta(microseconds=1)).date()
