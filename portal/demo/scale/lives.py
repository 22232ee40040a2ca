"""How far a ticket has come, and when each step was: drawn by chance, cut off at now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from portal.demo.scale.spans import DAY, Spans
from rectification.rules import ORDER, REPORT

HOUR = timedelta(hours=1)
WITHDRAWN = 0.02
# Of old tickets: at which step they got stuck, how often (a bad county three times as often as a good one).
STUCK, STUCK_AT = (0.012, 0.045), (("served", 1), ("rectifying", 7), ("reported", 2), ("verified", 1))
LATE_REPORT, LATE_CHECK, LATE_RECEIPT = 0.2, 0.12, 0.15
CHASED = 0.6  # of those whose report is a week late
STEPS = ("served", "rectifying", "reported", "verified", "closed")


@dataclass
class Life:
    """Moments of one ticket; None for what has not happened."""

    opened: datetime
    state: str = "draft"
    submitted: datetime | None = None
    served: datetime | None = None
    signed: datetime | None = None
    answered: datetime | None = None
    verified: datetime | None = None
    closed: datetime | None = None
    withdrawn: datetime | None = None
    # The order: drafted and served, and what came of it ("" for none).
    ordered: datetime | None = None
    order: str = ""


def live(random: Random, opened: datetime, now: datetime, spans: Spans, stuck: float) -> Life:
    life = Life(opened)
    if random.random() < WITHDRAWN:
        at = opened + HOUR * random.randint(2, 60)
        if at < now:
            life.state, life.withdrawn = "withdrawn", at
        return life
    life.submitted = _reach(opened + HOUR * random.randint(1, 60), now)
    if life.submitted is None:
        return life
    life.state = "approval"
    stop = (
        random.choices([step for step, _ in STUCK_AT], [n for _, n in STUCK_AT])[0] if random.random() < stuck else ""
    )
    for step, at in _steps(random, life.submitted, spans):
        if at > now:
            break
        _enter(life, step, at)
        if step == stop:
            break
    _chase(random, life, now, spans)
    return life


def _reach(at: datetime, now: datetime) -> datetime | None:
    return at if at <= now else None


def _steps(random: Random, submitted: datetime, spans: Spans) -> Iterator[tuple[str, datetime]]:
    at = submitted + HOUR * random.randint(2, 90)
    yield "served", at
    at += HOUR * (random.randint(60, 200) if random.random() < LATE_RECEIPT else random.randint(1, 55))
    yield "rectifying", at
    end = spans.end(REPORT, at)
    at = (
        end + HOUR * random.randint(2, 500)
        if random.random() < LATE_REPORT
        else at + (end - at) * random.uniform(0.2, 0.99)
    )
    yield "reported", at
    at += HOUR * (random.randint(340, 700) if random.random() < LATE_CHECK else random.randint(10, 220))
    yield "verified", at
    yield "closed", at + HOUR * random.randint(3, 150)


def _enter(life: Life, step: str, at: datetime) -> None:
    life.state = step
    setattr(life, {"rectifying": "signed", "reported": "answered"}.get(step, step), at)


def _chase(random: Random, life: Life, now: datetime, spans: Spans) -> None:
    """An order where the report is a week late: answered by the report, in force, or lapsed."""
    if life.signed is None or random.random() > CHASED:
        return
    served = spans.end(REPORT, life.signed) + DAY * 7
    if served > (life.answered or now):
        return
    life.ordered = served
    lapses = spans.end(ORDER, served) + DAY * 3
    if life.answered and life.answered < lapses:
        life.order = "answered"
    else:
        life.order = "lapsed" if lapses <= now else "in_force"
