"""A deadline as its page shows it: where it stands, what was asked and decided, what one may do now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from accounts.actors import Actor
from records import clock
from records.actions import deadlines as acts
from records.actions.attachments import visible_root
from records.models import Deadline, DeadlineChange
from records.permissions import Permission
from records.state import Refusal
from records.timing.deadlines import period_of, term_ranges, working_calendar
from records.timing.periods import Period, end_of
from records.web import Button

Kind, Status = DeadlineChange.Kind, DeadlineChange.Status
TONES = {Status.ASKED: "amber", Status.APPROVED: "green", Status.REFUSED: "red", Status.WITHDRAWN: "grey"}


@dataclass(frozen=True)
class ChangeLine:
    """A request with its state as a badge."""

    change: DeadlineChange

    @property
    def label(self) -> str:
        if self.change.is_running_pause:
            return (
                "已批准，中止中" if self.change.starts and self.change.starts <= clock.today() else "已批准，尚未开始"
            )
        return str(self.change.get_status_display())

    @property
    def tone(self) -> str:
        return TONES[Status(self.change.status)]


@dataclass(frozen=True)
class DeadlineState:
    """How the deadline stands, as a badge."""

    deadline: Deadline

    @property
    def state_label(self) -> str:
        row = self.deadline
        if row.met_at is not None:
            return f"已完成（{row.get_verdict_display()}）"
        if row.cancelled_at is not None:
            return "已取消"
        if row.paused_on is not None:
            return "中止中"
        return "已逾期" if row.is_overdue else "计算中"

    @property
    def state_tone(self) -> str:
        return {"计算中": "blue", "已逾期": "red", "中止中": "purple"}.get(self.state_label, "grey")


def find(pk: int, actor: Actor) -> tuple[Deadline, Any] | None:
    """The deadline and its root, where the root's own door shows it to the actor."""
    deadline = Deadline.objects.select_related("party_org", "rule", "met_by").filter(pk=pk).first()
    root = visible_root(deadline.root_kind, deadline.root_id, actor) if deadline else None
    return (deadline, root) if deadline and root is not None else None


def find_change(pk: int, actor: Actor) -> tuple[DeadlineChange, Any] | None:
    """A request and the root of its deadline, by the same door."""
    change = DeadlineChange.objects.select_related("deadline__party_org", "deadline__rule").filter(pk=pk).first()
    root = visible_root(change.deadline.root_kind, change.deadline.root_id, actor) if change else None
    return (change, root) if change and root is not None else None


def changes_of(deadline: Deadline) -> list[DeadlineChange]:
    """Newest first, each knowing its deadline."""
    rows = list(deadline.changes.select_related("attachment").order_by("-asked_at", "-pk"))
    for row in rows:
        row.deadline = deadline
    return rows


def buttons_of(deadline: Deadline, changes: list[DeadlineChange], actor: Actor) -> list[Button]:
    """Asking, deciding, taking back, going on: what the actor's role knows, with the reason where it is not possible."""
    found: list[Button] = []
    for change in changes:
        found += _of_change(change, changes, actor)
    if actor.can(Permission.ASK_DEADLINE_CHANGES) and deadline.is_open:
        for kind in Kind:
            refused = acts.ask_refusal(deadline, kind, actor)
            url = reverse("records:deadline_ask", args=[deadline.pk, kind.value])
            found.append(_button(f"申请{kind.label}", url, refused, tone="secondary", is_link=True))
    return found


def _of_change(change: DeadlineChange, changes: list[DeadlineChange], actor: Actor) -> list[Button]:
    name, decides = change.get_kind_display(), actor.can(Permission.DECIDE_DEADLINE_CHANGES)
    if change.is_running_pause and decides:
        refused = acts.resume_refusal(change, actor)
        return [_button("恢复计算期限", _url(change, "resume"), refused, needs_reason=True,
                        confirm="从今天起继续计算期限，已中止的天数不计入。")]  # fmt: skip
    if change.status != Status.ASKED:
        return []
    found = []
    if decides:
        refused = acts.decide_refusal(change, actor)
        found.append(_button(f"批准{name}", _url(change, "approve"), refused, confirm=outlook(change, changes)))
        found.append(_button(f"不予批准{name}", _url(change, "refuse"), refused, needs_reason=True, tone="secondary"))
    if actor.organization_id == change.asked_org_id and actor.can(Permission.ASK_DEADLINE_CHANGES):
        found.append(_button(f"撤回{name}申请", _url(change, "withdraw"), None, tone="secondary"))
    return found


def _url(change: DeadlineChange, verb: str) -> str:
    return reverse("records:deadline_change_move", args=[change.pk, verb])


def _button(label: str, url: str, refused: Refusal | None, **more: Any) -> Button:
    return Button(label, url, allowed=refused is None, why_not=refused.sentence if refused else "",
                  article=refused.article if refused else "", **more)  # fmt: skip


def outlook(change: DeadlineChange, changes: list[DeadlineChange]) -> str:
    """What approving would do, for the question before it."""
    if change.kind == Kind.PAUSE:
        return f"{change.what}，期间不催办、不逾期；恢复后重新确定截止日。"
    day = new_last_day(change.deadline, changes, change.amount or 0)
    return f"截止日将由{_zh(change.deadline.last_day)}改为{_zh(day)}。" if day else "截止日将相应推后。"


def new_last_day(deadline: Deadline, changes: list[DeadlineChange], amount: int) -> date | None:
    """The last day with so much more; None where it cannot be counted yet (terms that are not entered)."""
    period = period_of(deadline, changes)
    longer = Period(period.amount, period.move_last_day, (*period.extensions, amount), period.pauses)
    unit, place = period.amount.unit, deadline.owner_code
    start = clock.local(deadline.started_at)
    try:
        due = end_of(start if unit == "hour" else start.date(), longer, calendar=working_calendar(place),
                     terms=term_ranges(unit, place))  # fmt: skip
    except ValueError:
        return None
    return max(due.last_day, deadline.last_day)


def _zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
