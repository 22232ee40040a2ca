"""An office sets a period of its own within the bounds from above, from a day on; or goes back to what it inherits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from accounts.actors import Actor, division_chain
from accounts.models import Division, Organization
from records import clock
from records.models import Deadline, DeadlineRule
from records.models.deadlines import BasisKind
from records.state import Refusal, Refused
from records.timing.bounds import bounds_of
from records.timing.deadlines import NoRule, in_force

COPIED = ("label", "party", "unit", "start_event", "pausable", "max_extensions", "extension_limit", "extension_basis")


@dataclass(frozen=True)
class OwnRule:
    """What an office may say of a period. `least`, `most`, `overridable` bind the offices below it."""

    amount: int
    move_last_day: bool
    basis: str
    basis_kind: str
    valid_from: date
    least: int | None = None
    most: int | None = None
    overridable: bool = True


def names_of(by: Actor) -> dict[int | None, str]:
    """Whose a rule is, as a person reads it."""
    found = Division.objects.filter(code__in=division_chain(by.division_code)).values_list("code", "name")
    return {None: "国家", **dict(found)}


def rules_of(code: str, by: Actor) -> list[DeadlineRule]:
    """Every row of the code that binds or will bind the actor's division. NoRule when there is none."""
    rows = list(DeadlineRule.objects.visible_to(by).filter(code=code))
    if not rows:
        raise NoRule(f"没有代码为“{code}”的期限规则。")
    return rows


def set_rule(code: str, own: OwnRule, *, by: Actor) -> DeadlineRule:
    """Write the office's own period from its day on. Deadlines that run keep the rule by which they were opened."""
    with transaction.atomic():
        rows = _locked(code, by)
        _refuse_fixed(rows, by, own.valid_from)
        bounds, names = bounds_of(rows, by.division_code, own.valid_from), names_of(by)
        inherited = bounds.inherited or in_force(rows, own.valid_from).get(by.division_code)
        if inherited is None:
            raise Refused(Refusal("这一天还没有可以沿用的规则。"))
        violation = bounds.violation(own.amount, names) or _narrow(own, bounds.violation, names)
        if violation:
            raise Refused(Refusal(violation))
        if not own.basis.strip():
            raise Refused(Refusal("请写明依据的文件和条款；没有文件依据的，写明理由并选“本地惯例”。"))
        facts = {
            "amount": own.amount, "move_last_day": own.move_last_day, "basis": own.basis.strip(), "basis_kind": own.basis_kind,
            "min_amount": own.least, "max_amount": own.most, "overridable": own.overridable, "active": True,
        }  # fmt: skip
        return _write(inherited, by, own.valid_from, facts)


def _narrow(own: OwnRule, violation: Any, names: dict[int | None, str]) -> str:
    """What one allows below must itself lie within what is allowed from above, and hold the own amount."""
    for edge in (own.least, own.most):
        if edge is not None and (wrong := violation(edge, names)):
            return f"给下级的范围超出上级的规定：{wrong}"
    if own.least is not None and own.most is not None and own.least > own.most:
        return "给下级的范围前后颠倒，最少的数额不能大于最多的数额。"
    return ""


def reset_rule(code: str, *, by: Actor, valid_from: date) -> DeadlineRule:
    """Go back to what is inherited from the day on."""
    with transaction.atomic():
        rows = _locked(code, by)
        _refuse_fixed(rows, by, valid_from)
        own = in_force(rows, valid_from).get(by.division_code)
        inherited = bounds_of(rows, by.division_code, valid_from).inherited
        if own is None or inherited is None:
            raise Refused(Refusal("本单位没有另行规定，现在就是沿用上级的规则。"))
        facts = {"amount": inherited.amount, "move_last_day": inherited.move_last_day, "basis": inherited.basis,
                 "basis_kind": inherited.basis_kind, "active": False}  # fmt: skip
        return _write(inherited, by, valid_from, facts)


def _refuse_fixed(rows: list[DeadlineRule], by: Actor, day: date) -> None:
    """What the division's own regulation says in so many words is not the office's to set."""
    own = in_force(rows, day).get(by.division_code)
    if own is not None and own.set_at is None and own.basis_kind == BasisKind.LAW:
        raise Refused(Refusal(f"{own.basis}已有明文规定，督导办不能另行规定。"))


def _locked(code: str, by: Actor) -> list[DeadlineRule]:
    """The rows of the code; the office's own line is held, so that of two changes at once one waits."""
    list(Organization.objects.select_for_update(of=("self",)).filter(pk=by.organization_id))
    return rules_of(code, by)


def _write(inherited: DeadlineRule, by: Actor, valid_from: date, facts: dict[str, Any]) -> DeadlineRule:
    if valid_from < clock.today():
        raise Refused(Refusal("起用日期不能早于今天：已经过去的日期按当时的规则计算。"))
    signed = {"set_by_name": by.display_name, "set_as": by.label, "set_at": clock.now()}
    key = {"division_code": by.division_code, "code": inherited.code, "valid_from": valid_from}
    row: DeadlineRule | None = DeadlineRule.objects.visible_to(by).filter(**key).first()
    if row is not None and Deadline.objects.filter(rule=row).exists():
        raise Refused(Refusal("已有期限按当天起用的规则开出，不能再改同一天的规则，请从明天起用。"))
    row = row or DeadlineRule(**key)
    for name, value in ({name: getattr(inherited, name) for name in COPIED} | facts | signed).items():
        setattr(row, name, value)
    row.save()
    return row
