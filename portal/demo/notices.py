"""What went out by mail and SMS in the demo: a digest, a reminder that arrived, one that did not, and the office's rules.

Nothing is really sent: no gateway is configured. The rows are what the gateway's receipts would have left.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from portal.demo.people import HEAD, OFFICE, SCHOOL, Cast
from portal.demo.size import MAIN
from records.models import Category, ChannelKind, Delivery, Dispatch, NoticeRule, Notification, Reach, SendingHours

State = Dispatch.State
DIGEST = 3


def send_notices(now: datetime, cast: Cast) -> int:
    """As the owner, once. Returns how many messages there are."""
    SendingHours.objects.get_or_create(division_code=MAIN)
    for category in (Category.ESCALATION, Category.EMERGENCY):
        NoticeRule.objects.get_or_create(division_code=MAIN, category=category, channel=ChannelKind.SMS)
    Reach.objects.get_or_create(user=cast.user(f"{HEAD.prefix}-{MAIN}"), defaults={"mail": "wuhua@dudao.example"})
    head, clerk = cast[f"{HEAD.prefix}-{MAIN}"], cast[f"{OFFICE.prefix}-{MAIN}"]
    _digest(head, now - timedelta(hours=20))
    _single(clerk, now - timedelta(hours=6), State.SENT)
    made = 2
    for n, state in ((1, State.DELIVERED), (2, State.FAILED)):
        made += _single(cast[f"{SCHOOL.prefix}-{MAIN}-{n}"], now - timedelta(hours=5), state)
    return made


def _latest(actor: Any, count: int) -> list[Notification]:
    mine = Notification.objects.filter(user_id=actor.user_id, owner_code=MAIN, root_id__isnull=False)
    return list(mine.order_by("-created_at")[:count])


def _digest(actor: Any, at: datetime) -> None:
    lines = _latest(actor, DIGEST)
    if not lines:
        return
    text = "\n".join([f"您有{len(lines)}条督导消息：", *(f"{n}. {line.title}" for n, line in enumerate(lines, 1))])
    _dispatch(
        actor, lines, at, ChannelKind.MAIL, State.DELIVERED, f"您有{len(lines)}条督导消息", text, "wu****@dudao.example"
    )


def _single(actor: Any, at: datetime, state: str) -> int:
    lines = _latest(actor, 1)
    for line in lines:
        _dispatch(actor, lines, at, ChannelKind.SMS, state, line.title, line.title, "139****0000")
    return len(lines)


def _dispatch(
    actor: Any, lines: list[Notification], at: datetime, channel: str, state: str, title: str, text: str, to: str
) -> None:
    failed = state == State.FAILED
    moment = at + timedelta(minutes=2)
    row = Dispatch.objects.create(
        user_id=actor.user_id, organization_id=actor.organization_id, owner_code=MAIN, channel=channel, title=title[:200],
        text=text, items=len(lines), state=state, attempts=8 if failed else 1, created_at=at, next_at=at, sent_to=to,
        sent_at=None if failed else moment, delivered_at=moment if state == State.DELIVERED else None,
        failed_at=at + timedelta(hours=4) if failed else None, error="网关报告：号码停机" if failed else "",
    )  # fmt: skip
    Delivery.objects.bulk_create(
        [
            Delivery(
                notification=line, user_id=actor.user_id, organization_id=actor.organization_id, owner_code=MAIN, channel=channel,
                category=line.category, title=line.title, root_kind=line.root_kind, root_id=line.root_id, queued_at=line.created_at,
                due_at=at, dispatch=row,
            )
            for line in lines
        ],
        ignore_conflicts=True,
    )  # fmt: skip
