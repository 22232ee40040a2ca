"""督导记录 in table layout: the same sheet for the archive and on paper, where inspector and school sign."""

from __future__ import annotations

from typing import Any

from inspections.cards import Card, by_part, cards_of
from inspections.forms import METHOD_UNITS, METHODS, VisitForm
from inspections.instruments import items_of
from inspections.models import RoutineVisit
from records.actions.attachments import attachments_of
from records.archive.registry import Row, day_words, heading, pair, sheet
from records.jobs import JobFailed, Running, runs
from records.storage import put

VISIT_FORM = "inspections.visit_form"
FOOT = "本记录一式两份，学校和督导办各存一份。学校对记录有不同意见的，可在签名处注明。"


@runs(VISIT_FORM, label="打印督导记录")
def visit_form(job: Running) -> None:
    """The record as PDF. One that was not accepted yet says so across each page."""
    from records.rendering.tables import Signature, form_of, render_form  # WeasyPrint loads in workers only

    rows = RoutineVisit.objects.visible_to(job.actor).select_related("subject_org", "author_org", "version__instrument")
    visit: RoutineVisit | None = rows.filter(pk=job.params["visit"]).first()
    if visit is None:
        raise JobFailed("没有这份督导记录，可能已经删除。")
    job.came_from(visit.get_absolute_url())
    job.expect(1)
    form = form_of(
        visit_sheet(visit, by_part(attachments_of(visit))), subtitle=visit.author_org.name, foot=FOOT,
        signatures=(Signature("督学", visit.inspector_name), Signature("学校负责人（签名、盖章）")),
        watermark="" if visit.state == RoutineVisit.State.ACCEPTED else visit.get_state_display(),
    )  # fmt: skip
    content = render_form(form)
    job.result(
        name=f"督导记录 {visit.school.name[:60]} {visit.visited_on:%Y%m%d}.pdf", sha256=put(content), size=len(content),
        mime="application/pdf",
    )  # fmt: skip
    job.step()


def visit_sheet(visit: RoutineVisit, files: dict[str, Any]) -> dict[str, Any]:
    """Everything that the record says, as rows; `files`: its pictures by part (cards.by_part)."""
    labels = {name: str(field.label) for name, field in VisitForm.base_fields.items()}
    methods = "，".join(f"{labels[n]}{getattr(visit, n)}{METHOD_UNITS[n]}" for n in METHODS if getattr(visit, n))
    times = "—".join(t.strftime("%H:%M") for t in (visit.time_from, visit.time_until) if t)
    along = "、".join(visit.companions.values_list("name", flat=True))
    rows: list[Row] = [
        [pair("学校", visit.school, span=2)],
        [pair("督导日期", day_words(visit.visited_on)), pair("到离校时间", times)],
        [pair("督学", visit.inspector_name), pair("随行督学", along or "无")],
        [pair("督导工具", str(visit.version))],
        [pair("督导方式", methods)],
    ]
    for card in cards_of(visit, items_of(visit.version), files):
        rows += _card(card)
    rows += [[pair("典型经验", visit.good_practice)], [pair("总体意见", visit.overall)]]
    return sheet("督导记录", rows)


def _card(card: Card) -> list[Row]:
    """An item with its answers and what was found wrong; nothing where nothing was written."""
    rows: list[Row] = []
    if card.answered or card.findings:
        rows.append(heading(f"{card.code}. {card.label}"))
    rows += [[pair(q.item.label, "　".join(filter(None, (q.words, q.note))))] for q in card.answered]
    for found in card.findings:
        finding, shots = found.finding, f"，照片{len(found.shots)}张" if found.shots else ""
        rows.append([pair("发现问题", f"{finding.description}（{finding.get_disposition_display()}{shots}）")])
    return rows
