"""What lies in the file of a visit: the record as it was accepted, its pictures, its history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.actors import Actor
from inspections.cards import by_part, cards_of
from inspections.forms import METHOD_UNITS, METHODS, VisitForm
from inspections.instruments import items_of
from inspections.models import RoutineVisit
from records import clock
from records.actions.attachments import attachments_of
from records.archive.registry import (
    ArchiveKind,
    Content,
    attachment_content,
    day_words,
    document_contents,
    documents_about,
    heading,
    history_content,
    pair,
    register_archive,
    sheet,
)
from records.state import Refusal


def closed(visit: RoutineVisit) -> Refusal | None:
    if visit.state == RoutineVisit.State.ACCEPTED:
        return None
    return Refusal(f"督导记录{visit.get_state_display()}，审核通过并送达学校后才能立卷归档。")


def waiting(actor: Actor) -> Any:
    rows = RoutineVisit.objects.visible_to(actor).filter(owner_code=actor.division_code)
    return rows.filter(state=RoutineVisit.State.ACCEPTED).order_by("accepted_at", "pk")


def ended(visit: RoutineVisit) -> datetime:
    return visit.accepted_at or clock.now()


def title(visit: RoutineVisit) -> str:
    return f"{visit.school}{day_words(visit.visited_on)}督导记录"


def contents(visit: RoutineVisit) -> list[Content]:
    files = list(attachments_of(visit).filter(filed_at__isnull=False).select_related("organization"))
    return [
        _record(visit, by_part(files)),
        *[attachment_content(f, title="督导照片和材料") for f in files],
        *document_contents(documents_about(visit)),
        history_content(visit, "督导记录办理过程", str(visit.author_org)),
    ]


def _record(visit: RoutineVisit, files: dict[str, Any]) -> Content:
    labels = {name: str(field.label) for name, field in VisitForm.base_fields.items()}
    methods = "，".join(f"{labels[n]}{getattr(visit, n)}{METHOD_UNITS[n]}" for n in METHODS if getattr(visit, n))
    times = "—".join(t.strftime("%H:%M") for t in (visit.time_from, visit.time_until) if t)
    rows: list[Any] = [
        [pair("学校", visit.school, span=2)],
        [pair("督导日期", day_words(visit.visited_on)), pair("到离校时间", times)],
        [pair("督学", visit.inspector_name), pair("督导工具", str(visit.version))],
        [pair("督导方式", methods)],
    ]
    for card in cards_of(visit, items_of(visit.version), files):
        if card.answered or card.findings:
            rows.append(heading(f"{card.code}. {card.label}"))
        rows += [[pair(q.item.label, "　".join(filter(None, (q.words, q.note))))] for q in card.answered]
        rows += [
            [pair("发现问题", f"{f.finding.description}（{f.finding.get_disposition_display()}）")]
            for f in card.findings
        ]
    rows += [[pair("典型经验", visit.good_practice)], [pair("总体意见", visit.overall)]]
    return Content(
        key="record", title=title(visit), responsible=f"督学{visit.inspector_name}", dated=visit.visited_on,
        name="督导记录.pdf", sheet=sheet("督导记录", rows),
    )  # fmt: skip


register_archive(
    ArchiveKind(
        kind=RoutineVisit._meta.label_lower, label="督导记录", closed=closed, waiting=waiting, contents=contents,
        title=title, ended=ended,
    )
)  # fmt: skip
