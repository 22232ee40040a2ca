"""What lies in the file of a ticket: problems, papers with their receipts, measures, reports with their evidence,
verifications, orders, and the history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.actors import Actor
from records import clock
from records.archive.registry import (
    ArchiveKind,
    Content,
    attachment_content,
    day_words,
    document_contents,
    documents_about,
    heading,
    history_content,
    local_day,
    moment_words,
    pair,
    register_archive,
    sheet,
)
from records.models import Attachment
from records.state import Refusal
from rectification.models import Problem, Ticket


def closed(ticket: Ticket) -> Refusal | None:
    if ticket.state in (Ticket.State.CLOSED, Ticket.State.WITHDRAWN):
        return None
    return Refusal(f"整改单{ticket.get_state_display()}，销号后才能立卷归档。")


def waiting(actor: Actor) -> Any:
    rows = Ticket.objects.visible_to(actor).filter(owner_code=actor.division_code, state=Ticket.State.CLOSED)
    return rows.order_by("closed_at", "pk")


def ended(ticket: Ticket) -> datetime:
    return ticket.closed_at or ticket.withdrawn_at or clock.now()


def title(ticket: Ticket) -> str:
    return f"{ticket.subject_org or ''}“{ticket.title}”整改案卷"


def contents(ticket: Ticket) -> list[Content]:
    office, unit = str(ticket.author_org), str(ticket.subject_org or "")
    problems, orders = list(ticket.problems.select_related("category")), list(ticket.orders.all())
    files = _files(ticket, problems)
    found = [_problems(ticket, problems, office)]
    for problem in problems:
        found += [attachment_content(f, title="问题照片和材料") for f in files[(problem.kind, problem.pk, "")]]
    found += document_contents(documents_about(ticket, *orders))
    found += _measures(ticket, unit)
    for report in ticket.reports.order_by("n"):
        found.append(_report(report, unit))
        evidence = files[(ticket.kind, ticket.pk, report.part)]
        found += [attachment_content(f, title=f"第{report.n}次整改报告附件") for f in evidence]
    found += [_verification(v, office) for v in ticket.verifications.select_related("report", "verified_by")]
    rest = [
        f
        for (kind, _, part), group in files.items()
        if kind == ticket.kind and not part.startswith("report:")
        for f in group
    ]
    found += [attachment_content(f) for f in rest]
    found.append(history_content(ticket, f"整改单{ticket.number}办理过程记录", office))
    found += [history_content(order, f"第{order.n}次督办办理过程记录", office) for order in orders]
    return found


def _files(ticket: Ticket, problems: Iterable[Problem]) -> dict[tuple[str, int, str], list[Attachment]]:
    """Handed-in evidence by root and part. One query."""
    where = Q(root_kind=ticket.kind, root_id=ticket.pk)
    where |= Q(root_kind=Problem._meta.label_lower, root_id__in=[p.pk for p in problems])
    found: dict[tuple[str, int, str], list[Attachment]] = defaultdict(list)
    rows = Attachment.objects.filter(where, filed_at__isnull=False, replaced_by__isnull=True)
    for row in rows.select_related("organization").order_by("uploaded_at", "pk"):
        found[(row.root_kind, row.root_id, row.part if row.root_kind == ticket.kind else "")].append(row)
    return found


def _problems(ticket: Ticket, problems: Iterable[Problem], office: str) -> Content:
    rows: list[Any] = [[pair("责任单位", ticket.subject_org, span=2)], [pair("整改单编号", ticket.number)]]
    for n, problem in enumerate(problems, 1):
        rows += [
            heading(f"{n}. {problem.title}"),
            [pair("督导事项", problem.item_label), pair("程度", problem.get_severity_display())],
            [pair("发现日期", day_words(problem.found_on)), pair("来源", problem.source_label or "手工登记")],
            [pair("具体情况", problem.description)],
        ]
    rows.append([pair("整改要求", ticket.demand)])
    return Content(
        key="problems", title=f"问题登记表（整改单{ticket.number}）", responsible=office, number=ticket.number,
        dated=local_day(ticket.created_at), name="问题登记表.pdf", sheet=sheet("问题登记表", rows),
    )  # fmt: skip


def _measures(ticket: Ticket, unit: str) -> list[Content]:
    measures = list(ticket.measures.all())
    if not measures:
        return []
    rows: list[Any] = []
    for n, measure in enumerate(measures, 1):
        rows += [
            [pair(f"措施{n}", measure.text)],
            [pair("责任人", measure.owner_name), pair("计划完成", day_words(measure.planned_on)),
             pair("实际完成", day_words(measure.done_on))],
        ]  # fmt: skip
    written = max(measure.written_at for measure in measures)
    return [
        Content(key="measures", title="整改措施表", responsible=unit, dated=local_day(written), name="整改措施表.pdf",
                sheet=sheet("整改措施表", rows, subtitle=unit))
    ]  # fmt: skip


def _report(report: Any, unit: str) -> Content:
    rows = [
        [pair("整改情况", report.text, lines=8)],
        [pair("报送人", report.submitted_as, span=2), pair("报送时间", moment_words(report.submitted_at))],
    ]
    name = f"第{report.n}次整改报告"
    return Content(
        key=f"report:{report.n}", title=name, responsible=unit, dated=local_day(report.submitted_at), name=f"{name}.pdf",
        sheet=sheet("整改情况报告", rows, subtitle=unit),
    )  # fmt: skip


def _verification(verification: Any, office: str) -> Content:
    rows = [
        [pair("核查对象", str(verification.report))],
        [
            pair("核查方式", verification.get_method_display()),
            pair("结论", "通过" if verification.passed else "退回整改"),
        ],
        [pair("核查意见", verification.note, lines=4)],
        [pair("核查人", f"{verification.verified_by}（{verification.verified_as}）", span=2)],
        [pair("核查时间", moment_words(verification.verified_at))],
    ]
    return Content(
        key=f"verification:{verification.pk}", title=f"整改核查记录（{verification.report}）", responsible=office,
        dated=local_day(verification.verified_at), name="整改核查记录.pdf", sheet=sheet("整改核查记录", rows),
    )  # fmt: skip


register_archive(
    ArchiveKind(
        kind=Ticket._meta.label_lower, label="整改单", closed=closed, waiting=waiting, contents=contents, title=title,
        ended=ended,
    )
)  # fmt: skip
