"""From deliveries that are due to messages that leave, and what came of them. Runs as the system, in as many workers
as there are; nothing is lost or sent twice by two of them or by one that dies.

`seal` gathers under the rows' lock and writes the message and its items in one transaction. `send_waiting` leases a
message, hands it to its channel outside of any transaction, and writes the outcome. Whoever dies between lets the
lease lapse, and the message goes again under the same key.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.actors import system
from accounts.personal import mask_address, mask_text
from accounts.scope import scope
from records import clock
from records.models import ChannelKind, Delivery, Dispatch, Reach
from records.notices.channels import Envelope, Undelivered, channel_of, open_channels
from records.notices.quiet import after_quiet, is_quiet
from records.notices.routing import BREAKS_QUIET, NO_ADDRESS, address_of, hours_of

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=5)
# After the first try: then it has failed, and stands in the office's list.
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720))
LONGEST_TITLE = 60
State = Dispatch.State


def run() -> int:
    """Gather what is due and send what is ready. Returns how many messages left."""
    seal()
    return send_waiting()


# --- gathering ---------------------------------------------------------------------------------------------------


def seal() -> int:
    """Make messages of the deliveries that are due: of each person's one digest a channel and office, and the rest
    singly. Returns how many messages were made."""
    with scope(system()):
        due = _due().order_by("user_id", "channel", "owner_code", "organization_id")
        groups = list(due.values_list("user_id", "channel", "owner_code", "organization_id").distinct())
    return sum(_seal_group(*group) for group in groups)


def _due() -> Any:
    return Delivery.objects.filter(
        dispatch__isnull=True, due_at__lte=clock.now(), channel__in=open_channels()
    )  # fmt: skip


def _seal_group(user_id: int, channel: str, owner_code: int, organization_id: int | None) -> int:
    """One transaction. A second worker waits for the rows' lock and then finds them taken."""
    with scope(system()):
        hours = hours_of(owner_code)
        held = is_quiet(clock.now(), hours.quiet_from, hours.quiet_until)
        rows = _due().filter(user_id=user_id, channel=channel, owner_code=owner_code, organization_id=organization_id)
        if held:
            rows = rows.filter(category__in=BREAKS_QUIET)
        taken = list(rows.select_for_update(of=("self",)).order_by("pk"))
        single = [d for d in taken if d.alone]
        gathered = [d for d in taken if not d.alone]
        parts = [[d] for d in single] + ([gathered] if gathered else [])
        for part in parts:
            _make(part)
        return len(parts)


def _make(items: list[Delivery]) -> Dispatch:
    first = items[0]
    title = _outside(first.title) if len(items) == 1 else f"您有{len(items)}条督导消息"
    made = Dispatch.objects.create(
        user_id=first.user_id, organization_id=first.organization_id, owner_code=first.owner_code, channel=first.channel,
        title=title, text="\n".join(_lines(items)), link=_link(items), items=len(items),
        breaks_quiet=first.category in BREAKS_QUIET, created_at=clock.now(), next_at=clock.now(),
    )  # fmt: skip
    Delivery.objects.filter(pk__in=[d.pk for d in items]).update(dispatch=made)
    return made


def _lines(items: list[Delivery]) -> Iterator[str]:
    """Title and deadline, and nothing of the contents: what leaves the house is read on a lock screen."""
    many = len(items) > 1
    if many:
        yield f"您有{len(items)}条督导消息："
    for n, item in enumerate(items, start=1):
        title = _outside(item.title)
        short = title if len(title) <= LONGEST_TITLE else f"{title[:LONGEST_TITLE]}…"
        yield (f"{n}. " if many else "") + short + _until(item.deadline_on)


def _outside(title: str) -> str:
    """One line (it becomes a mail's subject), and no number that somebody typed into it."""
    return mask_text(" ".join(title.split()))


def _until(day: date | None) -> str:
    return f"（期限{day.year}年{day.month}月{day.day}日）" if day else ""


def _link(items: list[Delivery]) -> str:
    if not settings.SITE_URL:
        return ""
    path = (
        reverse("records:inbox_item", args=[items[0].notification_id]) if len(items) == 1 else reverse("records:inbox")
    )
    return settings.SITE_URL.rstrip("/") + path


# --- sending -----------------------------------------------------------------------------------------------------


def send_waiting(limit: int = 500) -> int:
    """Send what is ready, each message leased by one worker. Returns how many left."""
    sent = 0
    for pk in _waiting(limit):
        leased = _lease(pk)
        if leased is not None:
            sent += _send(*leased)
    return sent


def _waiting(limit: int) -> list[int]:
    with scope(system()):
        ready = Dispatch.objects.filter(state=State.READY, next_at__lte=clock.now(), channel__in=open_channels())
        return list(ready.order_by("next_at", "pk").values_list("pk", flat=True)[:limit])


def _lease(pk: int) -> tuple[Dispatch, str] | None:
    """The message for this worker alone and where it goes; None when another has it, or silence holds it."""
    with scope(system()):
        row = (
            Dispatch.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=pk, state=State.READY, next_at__lte=clock.now())
            .select_related("user")
            .first()
        )
        if row is None or _held(row):
            return None
        to = address_of(row.user, Reach.objects.filter(user_id=row.user_id).first(), row.channel)
        if not to:
            _fail(row, NO_ADDRESS[ChannelKind(row.channel)])
            return None
        row.attempts, row.next_at, row.sent_to = row.attempts + 1, clock.now() + LEASE, mask_address(to)
        row.save(update_fields=["attempts", "next_at", "sent_to"])
        return row, to


def _held(row: Dispatch) -> bool:
    """A retry does not ring at night either."""
    if row.breaks_quiet:
        return False
    hours = hours_of(row.owner_code)
    until = after_quiet(clock.now(), hours.quiet_from, hours.quiet_until)
    if until <= clock.now():
        return False
    Dispatch.objects.filter(pk=row.pk).update(next_at=until)
    return True


def _send(row: Dispatch, to: str) -> int:
    envelope = Envelope(str(row.token), to, row.title, row.text, row.link, row.items)
    try:
        channel_of(row.channel).send(envelope)
    except Undelivered as error:
        _keep_failure(row, str(error), final=error.final)
        return 0
    except Exception as error:  # a broken message must not hold up those behind it
        log.warning("dispatch.failed", dispatch=row.pk, error=type(error).__name__)
        _keep_failure(row, "发送时出错", final=False)
        return 0
    with scope(system()):
        # The receipt may have come before this line.
        Dispatch.objects.filter(pk=row.pk, state=State.READY).update(state=State.SENT, sent_at=clock.now(), error="")
    return 1


def _keep_failure(row: Dispatch, sentence: str, *, final: bool) -> None:
    with scope(system()):
        if final or row.attempts > len(BACKOFF):
            _fail(row, sentence)
            return
        Dispatch.objects.filter(pk=row.pk, state=State.READY).update(
            next_at=clock.now() + BACKOFF[row.attempts - 1], error=sentence[:300]
        )


def _fail(row: Dispatch, sentence: str) -> None:
    Dispatch.objects.filter(pk=row.pk, state=State.READY).update(
        state=State.FAILED, failed_at=clock.now(), error=sentence[:300]
    )


def try_again(row: Dispatch) -> bool:
    """Somebody of the office wants a failed message sent once more. Returns whether it was one."""
    changed = Dispatch.objects.filter(pk=row.pk, state=State.FAILED).update(
        state=State.READY, attempts=0, next_at=clock.now(), failed_at=None
    )
    return bool(changed)


# --- receipts ----------------------------------------------------------------------------------------------------


def take_receipt(token: UUID, *, delivered: bool, at: datetime, error: str = "") -> bool:
    """What the gateway reports of a message; told twice it changes nothing. Returns whether the message is known."""
    with scope(system()):
        rows = Dispatch.objects.filter(token=token)
        if delivered:
            open_rows = rows.filter(~Q(state=State.DELIVERED))
            open_rows.update(state=State.DELIVERED, delivered_at=at, sent_at=Coalesce(F("sent_at"), at), failed_at=None)
        else:
            rows.filter(state__in=[State.READY, State.SENT]).update(
                state=State.FAILED, failed_at=at, error=(mask_text(error) or "网关报告未送达")[:300]
            )
        return bool(rows.exists())
