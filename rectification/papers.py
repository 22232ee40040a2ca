"""What the notices and orders of this room say; records.documents.papers lays it out."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.actors import OrganizationKind
from records import clock
from records.models import DeadlineRule
from records.timing.calendars import Amount, Unit
from records.timing.deadlines import rule_for
from rectification import articles
from rectification.models import Ticket
from rectification.rules import ORDER, REPORT


def zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def addressed(ticket: Ticket) -> str:
    """How the paper calls its recipient."""
    unit = ticket.subject_org
    return "你校" if unit is not None and unit.kind == OrganizationKind.SCHOOL else "你单位"


def amount_of(rule: DeadlineRule) -> str:
    return Amount(rule.amount, Unit(rule.unit)).label


def _body(ticket: Ticket, paragraphs: list[dict[str, Any]]) -> dict[str, Any]:
    office, unit, department = ticket.author_org, ticket.subject_org, ticket.department
    return {
        "issuer_mark": f"{office.name}文件",
        "recipient": unit.name if unit else "",
        "paragraphs": paragraphs,
        "signature": office.name,
        "copies_to": department.name if department else "",
        "printed_by": office.name,
    }


def _text(text: str, level: int = 0) -> dict[str, Any]:
    return {"text": text, "level": level}


def _problems(ticket: Ticket) -> list[dict[str, Any]]:
    problems = list(ticket.problems.all())
    rows = [[str(n), p.title, p.item_label or "—", p.get_severity_display()] for n, p in enumerate(problems, 1)]
    details = [
        _text(f"问题{n}：{p.description.strip()}" if len(problems) > 1 else p.description.strip())
        for n, p in enumerate(problems, 1)
        if p.description.strip()
    ]
    return [{"header": ["序号", "问题", "涉及督导事项", "程度"], "rows": rows}, *details]


def notice_title(ticket: Ticket) -> str:
    unit = ticket.subject_org
    return f"关于{unit.name if unit else ''}“{ticket.title}”问题的整改通知书"


def notice_content(ticket: Ticket) -> dict[str, Any]:
    """整改通知书: the problems, what is demanded, by when it must be reported, and what follows if it is not."""
    you, code = addressed(ticket), ticket.owner_code
    rule = rule_for(REPORT, code)
    sources = "；".join(sorted({p.source_label for p in ticket.problems.all() if p.source_label}))
    found = f"在{sources}中，发现{you}存在以下问题。" if sources else f"经督导，发现{you}存在以下问题。"
    order = "，我办将发放督办单，限期整改" if articles.in_yunnan(code) else "，我办将予以督办"
    basis = f"（依据：{rule.basis}）" if rule.basis_kind == "law" else ""
    paragraphs = [
        _text(f"{found}根据{articles.rectify(code)}，现将问题及整改要求通知如下。"),
        _text("一、主要问题", 1),
        *_problems(ticket),
        _text("二、整改要求", 1),
        *[_text(line.strip()) for line in ticket.demand.splitlines() if line.strip()],
        _text("三、报送要求", 1),
        _text(f"请{you}及时签收本通知书，逐项制定整改措施，明确责任人和完成日期，并自签收之日起{amount_of(rule)}内"
              f"{basis}，通过教育督导平台向我办报送整改情况报告和佐证材料。"),
        _text(f"我办将对整改情况进行核查。逾期未报送或者整改不到位的{order}。"),
    ]  # fmt: skip
    if ticket.department is not None and articles.in_yunnan(code):
        paragraphs.append(_text(f"请{ticket.department.name}指导督促落实整改意见，跟踪整改落实情况。"))
    return _body(ticket, paragraphs)


def order_title(ticket: Ticket) -> str:
    unit = ticket.subject_org
    return f"关于限期整改{unit.name if unit else ''}“{ticket.title}”问题的督办单"


def order_reason(ticket: Ticket, due: date, reminders: int) -> str:
    """Why the order is issued, from the facts alone: notice, service, receipt, deadline, reminders."""
    notice, you = ticket.notice, addressed(ticket)
    number = f"（{notice.number}）" if notice is not None and notice.number else ""
    served = zh(clock.local(ticket.served_at).date()) if ticket.served_at else ""
    if ticket.signed_at:
        signed = zh(clock.local(ticket.signed_at).date())
        asked = f"{you}于{signed}{'签收' if ticket.signed_by_id else '收到'}，应当于{zh(due)}前报送整改情况。"
        failed = f"截至{zh(clock.today())}，{you}仍未报送整改情况。"
    else:
        asked = f"{you}应当于{zh(due)}前签收并组织整改。"
        failed = f"截至{zh(clock.today())}，{you}仍未签收，也未报送整改情况。"
    reminded = f"经{reminders}次提醒，" if reminders else ""
    return f"我办于{served}向{you}送达《整改通知书》{number}（整改单编号{ticket.number}）。{asked}{reminded}{failed}"


def order_content(ticket: Ticket, *, reason: str, answer_by: date) -> dict[str, Any]:
    """督办单: the facts, what is demanded, the new date, and what follows (云南实施意见第（七）（八）条)."""
    you, code = addressed(ticket), ticket.owner_code
    rule = rule_for(ORDER, code)
    paragraphs = [
        _text(f"{reason}根据{articles.rectify(code)}，现予督办，限期整改。"),
        _text("一、督办事项", 1),
        *_problems(ticket),
        _text("二、整改要求", 1),
        *[_text(line.strip()) for line in ticket.demand.splitlines() if line.strip()],
        _text("三、办理时限", 1),
        _text(f"请{you}于{zh(answer_by)}前完成整改，并通过教育督导平台向我办报送整改情况报告和佐证材料，作为对本督办单的"
              f"答复。本督办单于{zh(clock.today())}之后送达的，自送达之日起{amount_of(rule)}内办理。"),
        _text(f"确有困难不能按期完成的，应当在期限届满前向我办书面说明理由。逾期仍未答复的，依照{articles.interview(code)}，"
              "提请对有关负责人进行约谈，约谈记录报送有关党委、政府和上级主管部门备案。" if articles.in_yunnan(code) else
              f"确有困难不能按期完成的，应当在期限届满前向我办书面说明理由。逾期仍未答复的，依照{articles.interview(code)}处理。"),
    ]  # fmt: skip
    return _body(ticket, paragraphs)
