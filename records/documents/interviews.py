"""约谈记录 in table layout: filled in with what is known before the interview, room to write for what is said in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from records.archive.registry import Row, day_words, heading, pair, sheet
from records.jobs import JobFailed, Running, runs
from records.models import Document
from records.storage import put

NOTICE_RECORD = "documents.interview_record"
# 教育督导问责办法: the record goes to the party committee and government of the place and to the department above.
FOOT = "约谈记录由约谈单位存档，并报送被约谈单位所在地党委、政府和上级主管部门备案。"


@dataclass(frozen=True)
class Interview:
    """What is known of an interview; whatever is empty is written by hand."""

    office: str
    unit: str = ""
    number: str = ""
    cause: str = ""
    basis: str = ""
    facts: str = ""


def interview_sheet(interview: Interview) -> dict[str, Any]:
    rows: list[Row] = [
        [pair("被约谈单位", interview.unit, lines=2)],
        [pair("约谈通知文号", interview.number), pair("约谈时间", "")],
        [pair("约谈地点", ""), pair("主持人", "")],
        [pair("被约谈人、职务", "", lines=2), pair("参加人员", "", lines=2)],
        [pair("约谈事由", interview.cause, lines=2)],
        [pair("依据", interview.basis, lines=2)],
        heading("约谈内容"),
        [pair("存在的问题", interview.facts, lines=6)],
        [pair("被约谈人陈述", "", lines=6)],
        [pair("约谈要求和整改时限", "", lines=6)],
        [pair("被约谈人表态", "", lines=4)],
    ]
    return sheet("约谈记录", rows, subtitle=interview.office, foot=FOOT)


def print_interview(job: Running, interview: Interview) -> None:
    """Set the form and hand it out as the job's result."""
    from records.rendering.tables import Signature, form_of, render_form  # WeasyPrint loads in workers only

    job.expect(1)
    signers = tuple(Signature(label) for label in ("约谈主持人", "记录人", "被约谈人"))
    content = render_form(form_of(interview_sheet(interview), signatures=signers))
    name = f"约谈记录 {interview.unit[:60]}".strip()
    job.result(name=f"{name}.pdf", sha256=put(content), size=len(content), mime="application/pdf")
    job.step()


@runs(NOTICE_RECORD, label="打印约谈记录")
def interview_record(job: Running) -> None:
    """For an issued 约谈通知书; without a document, the blank form of the office."""
    if not job.params.get("document"):
        print_interview(job, Interview(job.actor.organization_name))
        return
    rows = Document.objects.visible_to(job.actor).select_related("author_org", "subject_org")
    document: Document | None = rows.filter(pk=job.params["document"]).first()
    if document is None:
        raise JobFailed("这份约谈通知书已经看不到了。")
    job.came_from(document.get_absolute_url())
    issued = f"{day_words(document.issued_at)}印发" if document.issued_at else ""
    print_interview(job, Interview(
        office=document.author_org.name, unit=document.subject_org.name if document.subject_org else "",
        number=document.number, cause=f"{document.title}{f'（{issued}）' if issued else ''}",
    ))  # fmt: skip
