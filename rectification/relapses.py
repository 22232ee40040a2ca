"""反弹: which earlier problems the same unit had put right that this one may be again. Suggested here, decided by a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from accounts.actors import Actor
from records import clock
from rectification.models import Problem

MOST = 6
LOOKED_AT = 60


@dataclass(frozen=True)
class Candidate:
    """An earlier problem, and why it is suggested. Higher `likeness` first, then the one closed last."""

    problem: Problem
    likeness: int
    why: str


def earlier_problems(problem: Problem, actor: Actor) -> Any:
    """What the actor sees of the same unit's problems that were closed before this one was found."""
    return (
        Problem.objects.visible_to(actor)
        .filter(subject_org_id=problem.subject_org_id, state=Problem.State.CLOSED)
        .filter(Q(found_on__lt=problem.found_on) | Q(found_on=problem.found_on, pk__lt=problem.pk))
        .filter(ticket__closed_at__lt=clock.end_of(problem.found_on))
        .exclude(pk=problem.pk)
    )


def candidates(problem: Problem, actor: Actor) -> list[Candidate]:
    """The likeliest first: the same item, the same category, a category beside it. One query."""
    item, category = problem.item_code, problem.category
    like = Q(item_code=item) if item else Q(pk__in=[])
    if item:
        like |= Q(item_code__startswith=f"{item_group(item)}-") | Q(item_code=item_group(item))
    if category is not None:
        like |= Q(category_id=category.pk)
        if category.parent_id:
            like |= Q(category__parent_id=category.parent_id)
    rows = earlier_problems(problem, actor).filter(like).select_related("ticket", "category")
    found = [_judged(problem, row) for row in rows.order_by(F("ticket__closed_at").desc(), "-pk")[:LOOKED_AT]]
    return sorted(found, key=lambda c: -c.likeness)[:MOST]


def item_group(code: str) -> str:
    """The item of a question's code: 6 of 6-2."""
    return code.partition("-")[0]


def _judged(problem: Problem, earlier: Problem) -> Candidate:
    closed = earlier.ticket.closed_at if earlier.ticket else None
    when = f"，{clock.local(closed):%Y年%-m月%-d日}销号" if closed else ""
    likeness, why = _likeness(problem, earlier)
    return Candidate(earlier, likeness, f"同一单位，{why}{when}")


def _likeness(problem: Problem, earlier: Problem) -> tuple[int, str]:
    if problem.item_code and earlier.item_code == problem.item_code:
        return 4, f"同一督导事项“{earlier.item_label or earlier.item_code}”"
    if problem.category_id and earlier.category_id == problem.category_id:
        return 3, f"同一分类“{earlier.category}”"
    if problem.item_code and item_group(earlier.item_code) == item_group(problem.item_code):
        return 2, "同一督导事项大类"
    return 1, f"相近分类“{earlier.category}”"
