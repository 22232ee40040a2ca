"""Within which bounds an office may set a period of its own: what stands above it, and in whose name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accounts.actors import division_chain
from records.models import DeadlineRule
from records.models.deadlines import BasisKind
from records.timing.calendars import Amount, Unit
from records.timing.deadlines import in_force


def whose(rule: DeadlineRule, names: dict[int | None, str]) -> str:
    """In whose name a rule stands. What no national text gives is the platform's default, never the country's."""
    if rule.division_code is None and rule.basis_kind != BasisKind.LAW:
        return "平台默认"
    return f"{names.get(rule.division_code, '')}规定"


@dataclass(frozen=True)
class Bounds:
    """`inherited`: what binds without an own rule. `fixed`: the rule above that knows no other. `least` and `most`: the
    rules above that set the narrowest bounds."""

    inherited: DeadlineRule | None
    fixed: DeadlineRule | None = None
    least: DeadlineRule | None = None
    most: DeadlineRule | None = None

    def violation(self, amount: int, names: dict[int | None, str]) -> str:
        """Why so much is outside, with the bound and whose it is; empty when it is within."""
        if self.fixed is not None:
            return f"{whose(self.fixed, names)}为{self.fixed.length.label}，下级不能另行规定（{self.fixed.basis}）。"
        if self.least is not None and self.least.min_amount and amount < self.least.min_amount:
            return f"不得少于{_of(self.least, self.least.min_amount)}（{whose(self.least, names)}的范围）。"
        if self.most is not None and self.most.max_amount and amount > self.most.max_amount:
            return f"不得多于{_of(self.most, self.most.max_amount)}（{whose(self.most, names)}的范围）。"
        return ""

    def words(self, names: dict[int | None, str]) -> str:
        """5日至20日，or why there is nothing to set."""
        if self.fixed is not None:
            return self.violation(0, names)
        parts = []
        if self.least is not None and self.least.min_amount:
            parts.append(f"不少于{_of(self.least, self.least.min_amount)}（{whose(self.least, names)}）")
        if self.most is not None and self.most.max_amount:
            parts.append(f"不多于{_of(self.most, self.most.max_amount)}（{whose(self.most, names)}）")
        return "，".join(parts) or "上级没有规定范围"


def _of(rule: DeadlineRule, amount: int) -> str:
    return Amount(amount, Unit(rule.unit)).label


def bounds_of(rules: Iterable[DeadlineRule], division_code: int, day: date) -> Bounds:
    """Of rows of one code: what those above the division leave it."""
    found = in_force(rules, day)
    places = [place for place in dict.fromkeys(division_chain(division_code)[1:]) if place != division_code]
    above = [found[place] for place in (*places, None) if place in found]
    return Bounds(
        inherited=above[0] if above else None,
        fixed=next((rule for rule in above if not rule.overridable), None),
        least=max((r for r in above if r.min_amount), key=lambda r: r.min_amount or 0, default=None),
        most=min((r for r in above if r.max_amount), key=lambda r: r.max_amount or 0, default=None),
    )


def violation_of(rule: DeadlineRule, rules: Iterable[DeadlineRule], day: date, names: dict[int | None, str]) -> str:
    """Whether a rule in force stands outside bounds that were drawn narrower since; the sentence, or empty."""
    if rule.division_code is None:
        return ""
    return bounds_of(rules, rule.division_code, day).violation(rule.amount, names)
