"""Reference data of this room: periods that several rooms above count by, each with its basis.

The rooms that use them: complaints (信访), publication (政府信息公开). Numbers that no text gives are local practice.
"""

from __future__ import annotations

from typing import Any

COMPLAINT_ACCEPT, COMPLAINT_FINISH = "complaint.accept", "complaint.finish"
PUBLISH = "publication.proactive"
RECEIPT = "document.receipt"
PETITIONS = "《信访工作条例》"
DISCLOSURE = "《政府信息公开条例》第二十六条"
LOCAL = "本地惯例"
LAW, PRACTICE = "law", "local_practice"

# What the text fixes, no office below may set otherwise; what it does not know (a pause), there is not.
_FIXED: dict[str, Any] = {"basis_kind": LAW, "overridable": False, "pausable": False, "party": "office"}
RULES: tuple[dict[str, Any], ...] = (
    {"code": COMPLAINT_ACCEPT, "label": "决定是否受理投诉举报并告知", "amount": 15, "unit": "calendar_day",
     "start_event": "收到投诉举报", "basis": PETITIONS, "max_extensions": 0, **_FIXED},
    {"code": COMPLAINT_FINISH, "label": "办结投诉举报", "amount": 60, "unit": "calendar_day", "start_event": "受理",
     "basis": PETITIONS, "max_extensions": 1, "extension_limit": 30,
     "extension_basis": f"{PETITIONS}：经负责人批准可以延长，不超过30日，并告知投诉人理由", **_FIXED},
    {"code": PUBLISH, "label": "主动公开政府信息", "amount": 20, "unit": "working_day", "start_event": "信息形成或者变更",
     "basis": DISCLOSURE, "max_extensions": 0, **_FIXED},
    # No text says how soon one signs: after so long the office's desk is reminded to ask.
    {"code": RECEIPT, "label": "签收公文", "amount": 5, "unit": "working_day", "start_event": "公文送达", "basis": LOCAL,
     "basis_kind": PRACTICE, "party": "unit", "max_extensions": 0},
)  # fmt: skip
# act, step, offset in days, audience, title, body
RUNGS = (
    (COMPLAINT_ACCEPT, "before_3", -3, "party", "投诉举报3天后到受理期限", "请作出是否受理的决定并告知投诉人。"),
    (COMPLAINT_ACCEPT, "overdue_1", 1, "party", "投诉举报逾期未作受理决定", "请立即办理。"),
    (COMPLAINT_ACCEPT, "overdue_3", 3, "superior", "下级督导办投诉举报逾期未作受理决定", "请督促其办理。"),
    (COMPLAINT_FINISH, "before_10", -10, "party", "投诉举报10天后到办结期限", "情况复杂的，请在到期前申请延期。"),
    (COMPLAINT_FINISH, "before_1", -1, "party", "投诉举报明天到办结期限", "请按期办结并答复。"),
    (COMPLAINT_FINISH, "overdue_1", 1, "party", "投诉举报逾期未办结", "请立即办理。"),
    (COMPLAINT_FINISH, "overdue_3", 3, "superior", "下级督导办投诉举报逾期未办结", "请督促其办理。"),
    (PUBLISH, "before_3", -3, "party", "应主动公开的信息将于3天后到期", "请完成审核并公开。"),
    (PUBLISH, "overdue_1", 1, "party", "应主动公开的信息逾期未公开", "请立即公开，或按规定说明不予公开的理由。"),
)  # fmt: skip


def load_rules(rule_model: type[Any], rung_model: type[Any]) -> None:
    """Write the rows that are not there yet. Repeatable; a row that was changed stays as it is."""
    rule_model.objects.bulk_create([rule_model(division_code=None, **row) for row in RULES], ignore_conflicts=True)
    fields = ("act", "step", "offset_days", "audience", "title", "body")
    rungs = [
        rung_model(**dict(zip(fields, row, strict=True)), division_code=None, basis=LOCAL, basis_kind=PRACTICE)
        for row in RUNGS
    ]
    rung_model.objects.bulk_create(rungs, ignore_conflicts=True)
