"""What a visit still lacks before it can be handed in, each with the place on the page to jump to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from inspections.forms import METHODS
from inspections.instruments import items_of
from inspections.models import AnswerKind, Finding, InstrumentItem, RoutineVisit, VisitAnswer
from records import clock

Disposition = Finding.Disposition


@dataclass(frozen=True)
class Missing:
    """`target`: id of the element to jump to; `card`: the card it stands on ("basic", "1" … "8", "end")."""

    card: str
    target: str
    text: str


def missing_of(visit: RoutineVisit) -> list[Missing]:
    """Everything that is missing, in the order of the page. Three queries."""
    items = items_of(visit.version)
    answers = {a.item_id: a for a in visit.answers.all()}
    findings = list(visit.findings.all())
    found = [*_basics(visit)]
    for group in dict.fromkeys(i.group_code for i in items):
        found += _answers(group, (i for i in items if i.group_code == group), answers)
        for n, finding in enumerate((f for f in findings if f.group_code == group), 1):
            found += _finding(finding, n)
    return found


def _basics(visit: RoutineVisit) -> Iterator[Missing]:
    if visit.visited_on > clock.today():
        yield Missing("basic", "id_visited_on", "督导日期不能晚于今天")
    if visit.time_from is None:
        yield Missing("basic", "id_time_from", "请填写到校时间")
    if visit.time_until is None:
        yield Missing("basic", "id_time_until", "请填写离校时间")
    elif visit.time_from is not None and visit.time_until <= visit.time_from:
        yield Missing("basic", "id_time_until", "离校时间应晚于到校时间")
    if not any(getattr(visit, method) for method in METHODS):
        yield Missing("basic", "id_lessons", "请至少填写一种督导方式的次数")


def _answers(group: str, items: Iterable[InstrumentItem], answers: dict[int, VisitAnswer]) -> Iterator[Missing]:
    for item in items:
        answer = answers.get(item.pk)
        value = answer.value if answer else None
        if value is None and item.required:
            yield Missing(group, f"q-{item.pk}", f"“{item.label}”还没有回答")
        elif item.kind == AnswerKind.NUMBER and isinstance(value, str):
            yield Missing(group, f"q-{item.pk}", f"“{item.label}”应填写数字，现在是“{value}”")


def _finding(finding: Finding, n: int) -> Iterator[Missing]:
    place = f"f-{finding.key}"
    name = f"第{finding.group_code}项的第{n}个问题"
    if not finding.description.strip():
        yield Missing(finding.group_code, f"{place}-description", f"{name}还没有描述")
    if not finding.severity:
        yield Missing(finding.group_code, place, f"{name}还没有选择严重程度")
    if not finding.disposition:
        yield Missing(finding.group_code, place, f"{name}还没有选择处理意见")
    if finding.disposition == Disposition.ON_SPOT and not finding.resolved_note.strip():
        yield Missing(finding.group_code, f"{place}-resolved_note", f"{name}已现场整改，请写明整改情况")
    if finding.severity == Finding.Severity.SERIOUS and finding.disposition in (Disposition.NONE, Disposition.ON_SPOT):
        yield Missing(finding.group_code, place, f"{name}属严重问题，须发整改、上报督导办或与主管部门协商")
