"""What lies in the file of a visit: the record as it was accepted, its pictures, its history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.actors import Actor
from inspections.cards import by_part
from inspections.models import RoutineVisit
from inspections.printing import visit_sheet
from records import clock
from records.actions.attachments import attachments_of
from records.archive.registry import (
    ArchiveKind,
    Content,
    attachment_content,
    day_words,
    document_contents,
    documents_about,
    history_content,
    register_archive,
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
    return Content(
        key="record", title=title(visit), responsible=f"督学{visit.inspector_name}", dated=visit.visited_on,
        name="督导记录.pdf", sheet=visit_sheet(visit, files),
    )  # fmt: skip


register_archive(
    ArchiveKind(
        kind=RoutineVisit._meta.label_lower, label="督导记录", closed=closed, waiting=waiting, contents=contents,
        title=title, ended=ended,
    )
)  # fmt: skip
