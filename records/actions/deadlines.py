"""延期 and 中止: asked by the party or the office, decided by another person; each step stands in the root's timeline."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, timedelta
from typing import Any

import structlog
from django.db import transaction

from accounts.actors import Actor, OrganizationKind, Role, system
from accounts.models import Organization
from accounts.scope import scope
from records import clock
from records.models import Attachment, Category, Deadline, DeadlineChange, DeadlineRule
from records.notices.notify import notify
from records.outbox import office_actor
from records.permissions import Permission
from records.state import AlreadyDone, Refusal, Refused, log
from records.timing.deadlines import begin_pause, end_pause, recompute, root_of, rule_for
from records.timing.periods import LONGEST_PAUSE

Kind, Status = DeadlineChange.Kind, DeadlineChange.Status
logger = structlog.get_logger(__name__)


# --- may one? -------------------------------------------------------------------------------------------------------


def ask_refusal(deadline: Deadline, kind: str, by: Actor) -> Refusal | None:
    """Why the actor may not ask for this now, or None."""
    rule = rule_behind(deadline)
    if not by.can(Permission.ASK_DEADLINE_CHANGES):
        return Refusal(f"您当前的身份（{by.role_label}）无权申请延期或中止。")
    office = by.is_office and by.division_code == deadline.owner_code
    if by.organization_id != deadline.party_org_id and not office:
        return Refusal("延期、中止由承担该期限的单位或承办的督导办申请。")
    if not deadline.is_open:
        return Refusal("该期限已经办结或取消，不能再延期、中止。")
    if deadline.changes.filter(kind=kind, status=Status.ASKED).exists():
        return Refusal("已有一项申请等待批准，批准或撤回后才能再次申请。")
    return _extension_refusal(deadline, rule) if kind == Kind.EXTENSION else _pause_refusal(deadline, rule)


def rule_behind(deadline: Deadline) -> DeadlineRule:
    """The rule by which the deadline was opened; of old rows, the one of the day."""
    if deadline.rule is not None:
        return deadline.rule
    return rule_for(deadline.act, deadline.owner_code, clock.local(deadline.started_at).date())


def _extension_refusal(deadline: Deadline, rule: DeadlineRule) -> Refusal | None:
    granted = deadline.changes.filter(kind=Kind.EXTENSION, status=Status.APPROVED).count()
    if rule.max_extensions == 0:
        return Refusal("该期限不得延长。", rule.basis)
    if granted >= rule.max_extensions:
        return Refusal(
            f"该期限最多延长{rule.max_extensions}次，已经延长{granted}次。", rule.extension_basis or rule.basis
        )
    return None


def _pause_refusal(deadline: Deadline, rule: DeadlineRule) -> Refusal | None:
    if not rule.pausable:
        return Refusal("该期限没有中止的规定，不能中止。", rule.basis)
    if deadline.changes.running_pauses().exists():
        return Refusal("该期限已经批准中止，恢复后才能再次申请。")
    if deadline.paused_on is None and deadline.due_at <= clock.now():
        return Refusal("期限已经届满，不能中止；确有正当理由的，可以申请延期。")
    return None


def decide_refusal(change: DeadlineChange, by: Actor) -> Refusal | None:
    """Why the actor may not decide the request, or None: the head of the owning office; of an office's own deadline
    also the head of the office above; never who asked."""
    deadline = change.deadline
    if not by.can(Permission.DECIDE_DEADLINE_CHANGES):
        return Refusal("延期、中止由督导办负责人批准。")
    lo, hi = by.range
    above = deadline.party == DeadlineRule.Party.OFFICE and lo <= deadline.owner_code <= hi
    if not by.is_office or not (by.division_code == deadline.owner_code or above):
        return Refusal("延期、中止由承办督导办的负责人批准；督导办自身的期限也可以由上级督导办负责人批准。")
    if change.asked_by_id == by.user_id:
        return Refusal("申请与批准不能是同一人，请由其他负责人办理。")
    return None


# --- asking -----------------------------------------------------------------------------------------------------------


def ask_extension(
    deadline: Deadline, *, root: Any, by: Actor, amount: int, reason: str, late_ground: str = "",
    attachment: Attachment | None = None,
) -> DeadlineChange:  # fmt: skip
    """Ask for `amount` more, in the deadline's unit. After its end only with the ground why it comes so late."""
    with transaction.atomic():
        row = _lock(deadline)
        _refuse(ask_refusal(row, Kind.EXTENSION, by))
        rule = rule_behind(row)
        most = rule.longest_extension
        if not 1 <= amount <= most.amount:
            raise Refused(Refusal(f"每次延长不得超过{most.label}。", rule.extension_basis or rule.basis))
        is_late = row.paused_on is None and row.due_at <= clock.now()
        if is_late and not late_ground.strip():
            raise Refused(Refusal("期限已经届满，申请延期须写明未能在期限内申请的正当理由。"))
        return _ask(row, root, by, reason, attachment, kind=Kind.EXTENSION, amount=amount, unit=rule.unit,
                    late_ground=late_ground.strip() if is_late else "")  # fmt: skip


def ask_pause(
    deadline: Deadline, *, root: Any, by: Actor, starts: date, ends: date, reason: str,
    attachment: Attachment | None = None,
) -> DeadlineChange:  # fmt: skip
    """Ask that the days from `starts` to `ends` be taken out of the count."""
    with transaction.atomic():
        row = _lock(deadline)
        _refuse(ask_refusal(row, Kind.PAUSE, by))
        _refuse(_dates_refusal(row, starts, ends))
        return _ask(row, root, by, reason, attachment, kind=Kind.PAUSE, starts=starts, ends=ends)


def _dates_refusal(deadline: Deadline, starts: date, ends: date) -> Refusal | None:
    if ends < starts:
        return Refusal("中止的最后一天不能早于第一天。")
    if starts < clock.today():
        return Refusal("中止只能从今天或以后的日期开始，已经过去的日期不能中止。")
    if starts > deadline.last_day:
        return Refusal("中止须在期限届满前开始。")
    if (ends - starts).days + 1 > LONGEST_PAUSE:
        return Refusal("中止时间过长，请检查起止日期。")
    return None


def _ask(
    deadline: Deadline, root: Any, by: Actor, reason: str, attachment: Attachment | None, **what: Any
) -> DeadlineChange:
    if not reason.strip():
        raise Refused(Refusal("请写明申请的理由。"))
    assert by.user_id is not None
    change: DeadlineChange = DeadlineChange.objects.create(
        deadline=deadline, owner_code=deadline.owner_code, reason=reason.strip(), attachment=attachment,
        asked_at=clock.now(), asked_by_id=by.user_id, asked_org_id=by.organization_id, asked_by_name=by.display_name,
        asked_as=by.label, **what,
    )  # fmt: skip
    _write(root, change, by, "ask", f"申请{change.get_kind_display()}", reason=change.reason)
    office = office_of(deadline.owner_code)
    notify(root, by=by, key=f"deadline-change:{change.pk}:asked", category=Category.TO_SIGN, organizations=[office] if office else (),
           roles=[Role.OFFICE_HEAD], title=f"请批准{change.get_kind_display()}：{deadline.title}",
           body=f"{by.label}申请{change.what}。理由：{change.reason}")  # fmt: skip
    return change


# --- deciding -----------------------------------------------------------------------------------------------------------


def approve(change: DeadlineChange, *, root: Any, by: Actor, note: str = "") -> DeadlineChange:
    """Grant it: an extension moves the end at once, a pause lets the clock stand from its first day."""
    with transaction.atomic():
        deadline, row = _waiting(change, by)
        if not deadline.is_open:
            raise Refused(Refusal("该期限已经办结或取消，不能再延期、中止。"))
        _decide(row, by, Status.APPROVED, note)
        with _as_owner(deadline, by):
            _apply(deadline, row)
        effect = _effect(deadline, row)
        _write(root, row, by, "approve", f"批准{row.get_kind_display()}", reason=effect)
        _tell(root, deadline, row, by, f"已批准{row.get_kind_display()}：{deadline.title}", f"{effect}{_said(note)}")
    return row


def refuse(change: DeadlineChange, *, root: Any, by: Actor, note: str) -> DeadlineChange:
    """Say no, with the reason: the clock goes on as it did."""
    if not note.strip():
        raise Refused(Refusal("不予批准须写明理由。"))
    with transaction.atomic():
        deadline, row = _waiting(change, by)
        _decide(row, by, Status.REFUSED, note)
        _write(root, row, by, "refuse", f"不予批准{row.get_kind_display()}", reason=note)
        _tell(root, deadline, row, by, f"未批准{row.get_kind_display()}：{deadline.title}", f"理由：{note.strip()}")
    return row


def withdraw(change: DeadlineChange, *, root: Any, by: Actor) -> DeadlineChange:
    """Whoever asked, or another of the same organization, takes the request back before it is decided."""
    if by.organization_id != change.asked_org_id or not by.can(Permission.ASK_DEADLINE_CHANGES):
        raise Refused(Refusal("申请由提出的单位撤回。"))
    with transaction.atomic():
        _, row = _still_waiting(change)
        row.status = Status.WITHDRAWN
        row.save(update_fields=["status"])
        _write(root, row, by, "withdraw", f"撤回{row.get_kind_display()}申请")
    return row


def resume(change: DeadlineChange, *, root: Any, by: Actor, reason: str) -> DeadlineChange:
    """The cause of the pause is gone before its last day: the clock goes on from today."""
    if not reason.strip():
        raise Refused(Refusal("恢复计算须写明理由。"))
    with transaction.atomic():
        deadline = _lock(change.deadline)
        row: DeadlineChange = DeadlineChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
        _refuse(resume_refusal(row, by))
        with _as_owner(deadline, by):
            end_pause(deadline, clock.today() - timedelta(days=1))
        row.refresh_from_db()
        effect = _effect(deadline, row)
        _write(root, row, by, "resume", "恢复计算期限", reason=f"{reason.strip()}。{effect}")
        _tell(root, deadline, row, by, f"恢复计算期限：{deadline.title}", effect)
    return row


def resume_refusal(change: DeadlineChange, by: Actor) -> Refusal | None:
    if not change.is_running_pause:
        return Refusal("这次中止已经结束，期限已恢复计算。")
    refused = decide_refusal(change, by)
    # Who asked for the pause may well be who ends it: that favours nobody.
    return refused if refused and "同一人" not in refused.sentence else None


def _apply(deadline: Deadline, change: DeadlineChange) -> None:
    if change.kind == Kind.EXTENSION:
        change.old_due_at = deadline.due_at
        recompute(deadline)
        change.new_due_at = deadline.due_at
        change.save(update_fields=["old_due_at", "new_due_at"])
        return
    assert change.starts is not None and change.ends is not None
    if change.starts <= clock.today():
        begin_pause(deadline, change)
    if change.ends < clock.today():
        end_pause(deadline, change.ends)
        change.refresh_from_db()


def _effect(deadline: Deadline, change: DeadlineChange) -> str:
    """What came of it, with both dates: 延长10日，截止日由…改为…."""
    before, after = change.old_due_at, change.new_due_at
    if before is None or after is None:
        return f"{change.what}，中止的时间不计入期限，恢复后重新确定截止日。"
    if after == before:
        return f"{change.what}，截止日仍为{_day(after)}。"
    return f"{change.what}，截止日由{_day(before)}改为{_day(after)}。"


def _day(moment: Any) -> str:
    day = clock.last_day(moment)
    return f"{day.year}年{day.month}月{day.day}日"


def _said(note: str) -> str:
    return f"意见：{note.strip()}" if note.strip() else ""


# --- shared -------------------------------------------------------------------------------------------------------------


def _lock(deadline: Deadline) -> Deadline:
    found: Deadline = Deadline.objects.select_for_update(of=("self",)).get(pk=deadline.pk)
    return found


def _refuse(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise Refused(refusal)


def _waiting(change: DeadlineChange, by: Actor) -> tuple[Deadline, DeadlineChange]:
    deadline, row = _still_waiting(change)
    _refuse(decide_refusal(row, by))
    return deadline, row


def _still_waiting(change: DeadlineChange) -> tuple[Deadline, DeadlineChange]:
    """Both rows locked, the deadline first: two decisions on one deadline wait for each other."""
    deadline = _lock(change.deadline)
    row: DeadlineChange = DeadlineChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if row.status != Status.ASKED:
        who = f"由{row.decided_by_name}" if row.decided_by_name else ""
        raise AlreadyDone(Refusal(f"这项申请已{who}处理（{row.get_status_display()}），本次操作未生效。"))
    row.deadline = deadline
    return deadline, row


def _decide(row: DeadlineChange, by: Actor, status: str, note: str) -> None:
    row.status, row.decided_at, row.decided_by_id = status, clock.now(), by.user_id
    row.decided_by_name, row.decided_as, row.decision_note = by.display_name, by.label, note.strip()
    row.save()


@contextmanager
def _as_owner(deadline: Deadline, by: Actor) -> Iterator[None]:
    """The office above decides, but the reminders and the root's copy are the owning office's rows."""
    foreign = by.division_code != deadline.owner_code
    with scope(office_actor(deadline.owner_code)) if foreign else nullcontext():
        yield


def _write(root: Any, change: DeadlineChange, by: Actor, name: str, label: str, *, reason: str = "") -> None:
    state = str(getattr(root, "state", ""))
    log(root, by=by, name=f"deadline_{name}", label=label, source=state, target=state,
        reason=f"{change.deadline.title}：{reason or change.what}",
        facts={"deadline": change.deadline_id, "change": change.pk, "what": change.what})  # fmt: skip


def _tell(root: Any, deadline: Deadline, change: DeadlineChange, by: Actor, title: str, body: str) -> None:
    notify(root, by=by, key=f"deadline-change:{change.pk}:{change.status}:{change.closed_at is not None}", category=Category.DEADLINE, title=title,
           body=body, organizations=[deadline.party_org_id], users=[change.asked_by_id])  # fmt: skip


def office_of(division_code: int) -> int | None:
    """The office of the division."""
    offices = Organization.objects.filter(kind=OrganizationKind.OFFICE, division_id=division_code, closed_on=None)
    found: int | None = offices.order_by("pk").values_list("pk", flat=True).first()
    return found


# --- what the days do -----------------------------------------------------------------------------------------------------


def turn_pauses() -> int:
    """Let the clock stand where a pause begins today, and go on where one ended yesterday. Runs as the scheduler; may
    run any number of times, also at once. Returns how many deadlines changed."""
    today, changed = clock.today(), 0
    with scope(system()):
        rows = DeadlineChange.objects.running_pauses().filter(starts__lte=today, deadline__met_at__isnull=True)
        due = [(c.pk, c.owner_code) for c in rows.select_related("deadline")
               if c.deadline.is_open and (c.deadline.paused_on is None or (c.ends and c.ends < today))]  # fmt: skip
    for pk, owner_code in due:
        actor = office_actor(owner_code)
        try:
            with scope(actor):
                changed += _turn(pk, actor)
        except (ValueError, Refused) as error:  # terms that are not entered: the others must not wait for them
            logger.warning("deadline.pause_stuck", change=pk, error=str(error))
    return changed


def _turn(pk: int, actor: Actor) -> int:
    change = DeadlineChange.objects.select_related("deadline").filter(pk=pk).first()
    if change is None:
        return 0
    deadline = _lock(change.deadline)
    change = DeadlineChange.objects.running_pauses().select_for_update(of=("self",)).filter(pk=pk).first()
    if change is None or not deadline.is_open or change.ends is None:
        return 0
    begun = deadline.paused_on is None
    if begun:
        begin_pause(deadline, change)
    over = change.ends < clock.today()
    if over:
        end_pause(deadline, change.ends)
        change.refresh_from_db()
        root = root_of(deadline)
        if root is not None:
            effect = _effect(deadline, change)
            _write(root, change, actor, "resume", "恢复计算期限", reason=effect)
            _tell(root, deadline, change, actor, f"恢复计算期限：{deadline.title}", effect)
    return int(begun or over)
