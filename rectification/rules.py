"""Reference data of this room: how long each party has, and the ladder of reminders and consequences.

Numbers that no text gives are marked as local practice; an office may override each row for its division.
"""

from __future__ import annotations

from typing import Any

from rectification import articles

SIGN, REPORT, VERIFY, URGE, ORDER = (
    "rectification.sign",
    "rectification.report",
    "rectification.verify",
    "rectification.urge",
    "rectification.order",
)
DRAFT_ORDER, LAPSE_ORDER = "rectification.draft_order", "rectification.lapse_order"
LAW, PRACTICE = "law", "local_practice"
FINAL = "final_warning"

# code, division, label, party, amount, unit, start, basis, kind
_RULES = (
    (SIGN, None, "签收整改通知书", "unit", 3, "working_day", "送达", articles.LOCAL, PRACTICE),
    (REPORT, None, "报送整改情况", "unit", 30, "calendar_day", "签收整改通知书", f"{articles.RECTIFY}要求报告，天数为{articles.LOCAL}", PRACTICE),
    (REPORT, articles.YUNNAN, "报送整改情况", "unit", 20, "calendar_day", "签收整改通知书", articles.YUNNAN_REGULATION, LAW),
    (VERIFY, None, "核查整改情况", "office", 10, "working_day", "报送整改情况", f"{articles.RECTIFY}要求核查，天数为{articles.LOCAL}", PRACTICE),
    (URGE, None, "督促落实整改", "department", 10, "calendar_day", "送达", articles.LOCAL, PRACTICE),
    (URGE, articles.YUNNAN, "督促落实整改", "department", 10, "calendar_day", "送达",
     f"{articles.YUNNAN_RECTIFY}要求主管部门督促，天数为{articles.LOCAL}", PRACTICE),
    (ORDER, None, "答复督办单", "unit", 10, "calendar_day", "督办单送达", articles.LOCAL, PRACTICE),
    (ORDER, articles.YUNNAN, "答复督办单", "unit", 10, "calendar_day", "督办单送达",
     f"{articles.YUNNAN_RECTIFY}要求限期整改，天数为{articles.LOCAL}", PRACTICE),
)  # fmt: skip

# act, step, offset in days, audience, title, body, (consequence, after, grace)
_REPORT_RUNGS = (
    (REPORT, "before_5", -5, "party", "整改报告将于5天后到期", "请在期限内报送整改报告和佐证材料。"),
    (REPORT, "before_1", -1, "party", "整改报告明天到期", "请在期限内报送整改报告和佐证材料。"),
    (REPORT, "before_1", -1, "department", "所属单位整改报告明天到期", "请督促责任单位按期报送。"),
    (REPORT, "overdue_1", 1, "party", "整改报告已逾期", "请立即报送；确有困难的，请向督导办说明理由。"),
    (REPORT, "overdue_1", 1, "department", "所属单位整改报告已逾期", "请督促责任单位立即报送。"),
    (REPORT, "overdue_1", 1, "office", "整改报告逾期未报", "责任单位和主管部门已同时收到提醒。"),
    (REPORT, FINAL, 3, "party", "最后提醒：整改报告逾期未报", "逾期仍未报告的，将发督办单限期整改。"),
    (REPORT, "order", 5, "office", "拟发督办单", "", DRAFT_ORDER, FINAL, 2),
)
_OTHER_RUNGS = (
    (SIGN, "overdue_1", 1, "party", "请签收整改通知书", "签收后即可填写整改措施。"),
    (SIGN, "overdue_3", 3, "department", "所属单位未签收整改通知书", "请督促责任单位签收。"),
    (SIGN, FINAL, 4, "party", "最后提醒：整改通知书逾期未签收", "逾期仍未签收的，将发督办单限期整改。"),
    (SIGN, "order", 7, "office", "拟发督办单", "", DRAFT_ORDER, FINAL, 2),
    (URGE, "before_2", -2, "party", "请督促所属单位落实整改", "督促情况请在整改单页面登记。"),
    (URGE, "overdue_1", 1, "party", "督促整改已逾期", "请尽快督促并登记。"),
    (URGE, "overdue_1", 1, "office", "主管部门未登记督促情况", ""),
    (VERIFY, "before_1", -1, "party", "整改核查明天到期", "请按期核查责任单位报送的整改情况。"),
    (VERIFY, "overdue_1", 1, "party", "整改核查已逾期", "请尽快核查。"),
    (VERIFY, "overdue_5", 5, "superior", "下级督导办核查逾期", "请督促其完成核查。"),
    (ORDER, "before_3", -3, "party", "督办单将于3天后到期", "请按督办单要求报送整改情况。"),
    (ORDER, "before_1", -1, "party", "督办单明天到期", "请按督办单要求报送整改情况。"),
    (ORDER, FINAL, 1, "party", "最后提醒：督办单逾期未答复", "仍未答复的，将提请约谈有关负责人。"),
    (ORDER, "overdue_1", 1, "department", "所属单位督办单逾期未答复", "请督促责任单位立即答复。"),
    (ORDER, "lapse", 3, "office", "督办单逾期未答复", "", LAPSE_ORDER, FINAL, 2),
)
_YUNNAN_BASIS = {
    DRAFT_ORDER: f"{articles.YUNNAN_RECTIFY}，天数为{articles.LOCAL}",
    LAPSE_ORDER: f"{articles.YUNNAN_INTERVIEW}，天数为{articles.LOCAL}",
}


# code -> least and most that an office below may set, and the most that one extension adds: local practice, in the
# rule's unit. What a province's regulation fixes is not theirs to change.
_BOUNDS = {SIGN: (1, 5, 3), REPORT: (10, 60, 15), VERIFY: (5, 20, 5), URGE: (5, 20, 5), ORDER: (5, 20, 5)}


def load_bounds(rule_model: type[Any]) -> None:
    """Set the bounds of the rows that no office has set. Repeatable."""
    for code, (least, most, extension) in _BOUNDS.items():
        rows = rule_model.objects.filter(code=code, set_at__isnull=True, division_code__in=[articles.YUNNAN])
        rows |= rule_model.objects.filter(code=code, set_at__isnull=True, division_code__isnull=True)
        rows.update(min_amount=least, max_amount=most, max_extensions=1, extension_limit=extension,
                    extension_basis=articles.LOCAL)  # fmt: skip
        rows.filter(basis_kind=LAW).update(overridable=False, min_amount=None, max_amount=None)


def load_rules(rule_model: type[Any], rung_model: type[Any]) -> None:
    """Write the rows that are not there yet. Repeatable; a row that an office changed stays as it is."""
    fields = ("code", "division_code", "label", "party", "amount", "unit", "start_event", "basis", "basis_kind")
    rules = [rule_model(**dict(zip(fields, row, strict=True))) for row in _RULES]
    rule_model.objects.bulk_create(rules, ignore_conflicts=True)
    rungs = [rung_model(**rung) for row in (*_REPORT_RUNGS, *_OTHER_RUNGS) for rung in _rungs(*row)]
    rung_model.objects.bulk_create(rungs, ignore_conflicts=True)


def _rungs(
    act: str,
    step: str,
    offset: int,
    audience: str,
    title: str,
    body: str,
    consequence: str = "",
    after: str = "",
    grace: int = 0,
) -> list[dict[str, Any]]:
    """The country's row, and Yunnan's where a text of the province names the consequence."""
    row = {
        "act": act, "step": step, "division_code": None, "offset_days": offset, "audience": audience, "title": title,
        "body": body, "consequence": consequence, "after": after, "grace_days": grace, "basis": articles.LOCAL,
        "basis_kind": PRACTICE,
    }  # fmt: skip
    if not consequence:
        return [row]
    return [row, {**row, "division_code": articles.YUNNAN, "basis": _YUNNAN_BASIS[consequence]}]
