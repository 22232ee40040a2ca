"""视为送达 is an office's own practice: off until its head switches it on, with its number and its basis."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.actors import Actor
from records import clock
from records.actions.service import DEEMED_SERVICE
from records.models import DeadlineRule
from records.models.deadlines import BasisKind
from records.permissions import Permission
from records.state import Refusal, Refused
from records.timing import deadlines
from records.timing.calendars import Unit

UNITS = (Unit.WORKING_DAY, Unit.CALENDAR_DAY)


def binding_rule(by: Actor) -> DeadlineRule | None:
    """The rule under which papers of the office are deemed received today: its own, or one from above."""
    return deadlines.binding(DEEMED_SERVICE, by.division_code)


def switch_on(*, by: Actor, amount: int, unit: str, basis: str, move_last_day: bool = True) -> DeadlineRule:
    """From today on what is sent and not signed for counts as received after so many days. What was sent before keeps the
    rule of its day."""
    if not basis.strip():
        raise Refused(Refusal("请写明依据：哪一份文件，或者经哪次会议研究。"))
    return _write(
        by, active=True, amount=amount, unit=Unit(unit).value, basis=basis.strip()[:200], move_last_day=move_last_day
    )


def switch_off(*, by: Actor) -> DeadlineRule:
    rule = binding_rule(by)
    if rule is None or rule.division_code != by.division_code:
        raise Refused(Refusal("本单位没有起用视为送达。"))
    return _write(
        by, active=False, amount=rule.amount, unit=rule.unit, basis=rule.basis, move_last_day=rule.move_last_day
    )


def _write(by: Actor, **facts: Any) -> DeadlineRule:
    if not by.can(Permission.SET_RULES) or not by.is_office:
        raise Refused(Refusal(f"您当前的身份（{by.role_label}）无权设定视为送达。"))
    fixed: dict[str, Any] = {
        "label": "视为送达", "party": DeadlineRule.Party.UNIT, "start_event": "公文在系统发出",
        "basis_kind": BasisKind.LOCAL_PRACTICE, "pausable": False, "max_extensions": 0, "set_by_name": by.display_name,
        "set_as": by.label, "set_at": clock.now(),
    }  # fmt: skip
    key: dict[str, Any] = {"code": DEEMED_SERVICE, "division_code": by.division_code, "valid_from": clock.today()}
    with transaction.atomic():
        row, _ = DeadlineRule.objects.update_or_create(**key, defaults={**fixed, **facts})
    return row
