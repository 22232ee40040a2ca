"""送达回证 as PDF: blank to be taken along, filled in when the paper was received."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format

from records import clock
from records.jobs import JobFailed, Running, runs
from records.models import Service
from records.storage import put

FORM_JOB = "documents.service_form"
if TYPE_CHECKING:
    from records.rendering.tables import Form

FOOT = "本回证一式两份，一份交受送达单位，一份由送达单位存档。请签收人核对文号后签名、注明时间并加盖公章。"


@runs(FORM_JOB, label="生成送达回证")
def service_form(job: Running) -> None:
    from records.rendering.tables import render_form  # WeasyPrint loads in workers only

    rows = Service.objects.visible_to(job.actor).select_related("document", "document__author_org", "recipient")
    service = rows.filter(pk=job.params["service"]).first()
    if service is None:
        raise JobFailed("没有这条送达，可能已经被撤销。")
    job.expect(1)
    content = render_form(receipt_form(service))
    job.result(
        name=f"送达回证 {service.recipient.name}.pdf", sha256=put(content), size=len(content), mime="application/pdf"
    )
    job.step()


def receipt_form(service: Service) -> Form:
    """The form of one recipient. Its code leads whoever is signed in to the page where the scan is filed."""
    from records.rendering.tables import Cell, Form, Signature

    document, received = service.document, service.received_at
    on_paper = service.recorded_at is not None
    witnesses = f"{service.witness}（{service.witness_of}）\n{service.second_witness}（{service.second_witness_of}）"
    taken = f"{service.received_by}{f'，{service.received_as}' if service.received_as else ''}" or service.signed_as
    return Form(
        title="送达回证",
        subtitle=document.author_org.name,
        number=document.number,
        rows=(
            (Cell("文书名称", document.title, lines=2),),
            (Cell("文号", document.number), Cell("印发日期", day_of(document.issued_at))),
            (Cell("受送达单位", service.recipient.name, lines=2),),
            (Cell("送达方式", service.get_kind_display() if received else "", lines=1),
             Cell("送达时间", moment_of(received))),
            (Cell("收件人", taken if received else "", lines=2), Cell("送达人", service.server if on_paper else "", lines=2)),
            (Cell("拒收理由", service.refusal, lines=3),),
            (Cell("见证人", witnesses if service.witness else "", lines=2),),
            (Cell("备注", _note(service), lines=3),),
        ),
        signatures=(Signature("受送达单位（盖章）　签收人"), Signature("送达人", service.server if on_paper else "")),
        foot=FOOT,
        verify_url=f"{settings.SITE_URL}{reverse('records:service_receipt', args=[service.pk])}" if received is None else "",
    )  # fmt: skip


def _note(service: Service) -> str:
    lines = [service.note]
    if service.tracking:
        lines.append(f"{service.carrier}，邮件号{service.tracking}，{day_of(service.posted_on)}交寄")
    if service.kind == Service.Kind.DEEMED and service.received_at:
        lines.append(f"{service.deem_rule['label']}未签收，视为送达。依据：{service.deem_rule['basis']}")
    if service.signed_at and service.kind != Service.Kind.SIGNED_FOR:
        lines.append(f"{moment_of(service.signed_at)}由{service.signed_as}在系统补签收")
    return "\n".join(filter(None, lines))


def day_of(moment: datetime | date | None) -> str:
    day = clock.local(moment) if isinstance(moment, datetime) else moment
    return date_format(day, "Y年n月j日") if day else ""


def moment_of(moment: datetime | None) -> str:
    return date_format(clock.local(moment), "Y年n月j日 H:i") if moment else ""
