"""What a finding's disposition causes when the visit is handed in and when it is accepted (regulations.md §8)."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.actors import Actor, OrganizationKind, Role
from accounts.models import Organization
from inspections.instruments import items_of
from inspections.models import Finding, InstrumentItem, RoutineVisit
from records.actions.attachments import attachments_of
from records.models import Category
from records.notices.notify import notify
from rectification.actions import register_problem

Disposition = Finding.Disposition

# As the sheet says it to the inspector, and the school's page to the school.
CAUSES: dict[str, str] = {
    Disposition.NONE: "只作记录，学校无须回复",
    Disposition.ON_SPOT: "已当场改正，记录整改情况，学校无须再报告",
    Disposition.RECTIFY: "审核后进入问题台账，由督导办向学校发整改通知书，学校限期报告",
    Disposition.ESCALATE: "提交时立即提醒督导办，审核后进入问题台账优先处理",
    Disposition.CONSULT: "审核后进入问题台账，由督导办与主管部门协商处理",
}
FOR_SCHOOL: dict[str, str] = {
    Disposition.NONE: "请在今后工作中注意，不需要回复。",
    Disposition.ON_SPOT: "已在现场整改，不需要再报告。",
    Disposition.RECTIFY: "督导办将发出整改通知书，请按通知书的期限提交整改报告。",
    Disposition.ESCALATE: "已报督导办处理，请等待督导办通知，并先行消除隐患。",
    Disposition.CONSULT: "督导办将会同主管部门研究处理，处理意见另行通知。",
}
TO_LEDGER = (Disposition.RECTIFY, Disposition.ESCALATE, Disposition.CONSULT)


def office_of(visit: RoutineVisit) -> list[int]:
    """Ids of the owning office's organization."""
    offices = Organization.objects.filter(kind=OrganizationKind.OFFICE, division_id=visit.owner_code)
    return list(offices.values_list("pk", flat=True))


def tell_of_submission(visit: RoutineVisit, findings: Iterable[Finding], *, by: Actor) -> None:
    """The office learns of a visit to accept; of an escalated finding urgently, whoever accepts later."""
    office = office_of(visit)
    staff = [Role.OFFICE_STAFF, Role.OFFICE_HEAD]
    notify(
        visit, by=by, key=f"submitted:{visit.revision}", category=Category.TO_SIGN, organizations=office, roles=[Role.OFFICE_STAFF],
        title=f"督导记录待审核：{visit.subject_org}", body=f"督学{visit.inspector_name}，{visit.visited_on}。",
    )  # fmt: skip
    for finding in findings:
        if finding.disposition == Disposition.ESCALATE:
            notify(
                visit, by=by, key=f"escalated:{finding.key}", category=Category.ESCALATION, organizations=office, roles=staff, urgent=True,
                title=f"督学上报：{visit.subject_org}", body=finding.description,
            )  # fmt: skip


def register_findings(visit: RoutineVisit, *, by: Actor) -> None:
    """Findings that somebody must act upon become lines of the problem ledger, each once."""
    items = items_of(visit.version)
    groups = {i.group_code: i.group for i in items}
    waiting = Finding.objects.filter(visit=visit, disposition__in=TO_LEDGER, problem_id__isnull=True)
    for finding in waiting.select_related("item"):
        code, label = item_of(finding, groups)
        problem = register_problem(
            by=by, subject_org=visit.school, title=title_of(finding), description=finding.description, item_code=code,
            item_label=label[:120], severity=finding.severity, found_on=visit.visited_on, found_by=visit.inspector,
            source_kind=finding._meta.label_lower, source_id=finding.pk, source_label=source_label(visit, finding),
            photos=list(attachments_of(visit, finding.part)),
        )  # fmt: skip
        finding.problem_id = problem.pk
        finding.save(update_fields=["problem_id"])


def title_of(finding: Finding) -> str:
    """The first sentence or line of the description, at most 60 letters."""
    text = finding.description.strip()
    for mark in ("\n", "。", "；"):
        text = text.split(mark)[0]
    return text if len(text) <= 60 else f"{text[:59]}…"


def item_of(finding: Finding, groups: dict[str, str]) -> tuple[str, str]:
    """(code, words) of what it broke: the question, or the item as a whole."""
    group = groups.get(finding.group_code, "")
    item: InstrumentItem | None = finding.item
    return (item.code, f"{group}：{item.label}") if item else (finding.group_code, group)


def source_label(visit: RoutineVisit, finding: Finding) -> str:
    day = visit.visited_on
    how = {Disposition.ESCALATE: "，督学上报", Disposition.CONSULT: "，须与主管部门协商"}.get(
        Disposition(finding.disposition), ""
    )
    return f"{day.year}年{day.month}月{day.day}日经常性督导（督学{visit.inspector_name}{how}）"
