"""Keeping the ledger: under which category a problem falls, and whether it is an old one come back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from records import clock
from records.state import Refusal, Refused, lock, log, owning_office
from rectification.models import Problem, ProblemCategory
from rectification.permissions import Permission
from rectification.relapses import earlier_problems, item_group


def category_of_item(item_code: str) -> ProblemCategory | None:
    """The country's category of an item of the routine visit, or of one of its questions."""
    if not item_code:
        return None
    found: ProblemCategory | None = ProblemCategory.objects.filter(
        division_code=None, item_code=item_group(item_code)
    ).first()
    return found


def _refuse_others(problem: Problem, by: Actor, permission: str, what: str) -> None:
    refused = owning_office(problem, by)
    if not by.can(permission):
        refused = Refusal(f"您当前的身份（{by.role_label}）无权“{what}”。")
    if refused is not None:
        raise Refused(refused)


def classify(problem: Problem, *, by: Actor, category: ProblemCategory | None, severity: str, reason: str) -> Problem:
    """Put the problem under a category and say how grave it is. What stood before is in the trail."""
    _refuse_others(problem, by, Permission.KEEP_LEDGER, "调整分类")
    with transaction.atomic():
        row: Problem = lock(problem)
        new = category.pk if category else None
        if (row.category_id, row.severity) == (new, severity):
            return row
        facts = {"category": [row.category_id, new], "severity": [row.severity, severity]}
        was = f"{row.category or '未分类'}、{row.get_severity_display()}"
        row.category, row.severity = category, severity
        row.save(update_fields=["category", "severity"])
        now = f"{category or '未分类'}、{row.get_severity_display()}"
        log(row, by=by, name="classify", label="调整分类", source=row.state, target=row.state, facts=facts,
            reason=f"{was} → {now}。{reason.strip()}")  # fmt: skip
    return row


def link_relapse(problem: Problem, *, by: Actor, earlier: Problem, reason: str) -> Problem:
    """Say that the problem is an earlier one come back (反弹). Only a person does, and gives the reason."""
    _refuse_others(problem, by, Permission.KEEP_LEDGER, "认定反弹")
    if not reason.strip():
        raise Refused(Refusal("“认定反弹”须写明理由。"))
    with transaction.atomic():
        row: Problem = lock(problem)
        if row.relapse_of_id == earlier.pk:
            return row
        if row.relapse_of_id:
            raise Refused(Refusal("该问题已认定为另一个问题的反弹。要更改的，请先撤销原来的认定。"))
        if not earlier_problems(row, by).filter(pk=earlier.pk).exists():
            raise Refused(Refusal("只能认定为同一单位、在本问题发现以前已经销号的问题的反弹。"))
        row.relapse_of = earlier
        row.save(update_fields=["relapse_of"])
        log(row, by=by, name="link_relapse", label="认定反弹", source=row.state, target=row.state,
            reason=f"反弹自“{earlier.title}”。{reason.strip()}", facts={"earlier": earlier.pk})  # fmt: skip
    return row


def unlink_relapse(problem: Problem, *, by: Actor, reason: str) -> Problem:
    """Take the finding back; both stay in the trail."""
    _refuse_others(problem, by, Permission.KEEP_LEDGER, "撤销反弹认定")
    if not reason.strip():
        raise Refused(Refusal("“撤销反弹认定”须写明理由。"))
    with transaction.atomic():
        row: Problem = lock(problem)
        if row.relapse_of_id is None:
            raise Refused(Refusal("该问题没有认定为反弹，或者认定已经撤销。"))
        facts = {"earlier": row.relapse_of_id}
        row.relapse_of = None
        row.save(update_fields=["relapse_of"])
        log(row, by=by, name="unlink_relapse", label="撤销反弹认定", source=row.state, target=row.state,
            reason=reason, facts=facts)  # fmt: skip
    return row


def save_category(category: ProblemCategory, *, by: Actor, values: Mapping[str, Any]) -> ProblemCategory:
    """Add a category of the office's own, or change one. The country's and other divisions' are theirs to change."""
    if not by.can(Permission.KEEP_LEDGER):
        raise Refused(Refusal(f"您当前的身份（{by.role_label}）无权维护问题分类。"))
    if category.pk and category.division_code != by.division_code:
        raise Refused(Refusal("这是国家或其他区划设置的分类，只能由设置的督导办修改；可以在它下面增加本区划的分类。"))
    for name, value in values.items():
        setattr(category, name, value)
    category.division_code = by.division_code
    _refuse_circle(category)
    category.save()
    return category


def _refuse_circle(category: ProblemCategory) -> None:
    above, seen = category.parent, {category.pk} if category.pk else set()
    while above is not None:
        if above.pk in seen:
            raise Refused(Refusal("上级分类不能是它自己或者它下面的分类。"))
        seen.add(above.pk)
        above = above.parent


def retire_category(category: ProblemCategory, *, by: Actor, on: date | None = None) -> ProblemCategory:
    """Not offered any more, or (retired before) offered again; problems under it stay there."""
    day = None if category.retired_on else on or clock.today()
    return save_category(category, by=by, values={"retired_on": day})


__all__ = ["category_of_item", "classify", "link_relapse", "retire_category", "save_category", "unlink_relapse"]
