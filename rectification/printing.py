"""约谈记录 for an order that nobody answered: what was asked, when it was served and lapsed, and what was found wrong."""

from __future__ import annotations

from records.archive.registry import day_words
from records.documents.interviews import Interview, print_interview
from records.jobs import JobFailed, Running, runs
from rectification import articles
from rectification.models import SupervisoryOrder

ORDER_RECORD = "rectification.interview_record"


@runs(ORDER_RECORD, label="打印约谈记录")
def interview_record(job: Running) -> None:
    rows = SupervisoryOrder.objects.visible_to(job.actor).select_related(
        "ticket", "subject_org", "author_org", "document"
    )
    order: SupervisoryOrder | None = rows.filter(pk=job.params["order"]).first()
    if order is None:
        raise JobFailed("这份督办单已经看不到了。")
    job.came_from(order.get_absolute_url())
    print_interview(job, interview_of(order))


def interview_of(order: SupervisoryOrder) -> Interview:
    number = order.document.number if order.document else ""
    told = f"{day_words(order.served_at)}送达的督办单{f'（{number}）' if number else ''}要求于{day_words(order.answer_by)}前答复"
    lapsed = f"，至{day_words(order.lapsed_at)}仍未答复" if order.lapsed_at else ""
    problems = [f"{n}. {p.title}。{p.description}" for n, p in enumerate(order.ticket.problems.order_by("pk"), 1)]
    return Interview(
        office=order.author_org.name, unit=order.subject_org.name if order.subject_org else "",
        cause=f"“{order.ticket.title}”整改不力：{told}{lapsed}。", basis=articles.interview(order.owner_code),
        facts="\n".join(problems),
    )  # fmt: skip
