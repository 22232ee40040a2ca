"""Service of documents through the API: what came on paper is recorded by the form of its kind, with its proofs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase

from accounts.actors import Actor
from accounts.api import fields as f
from accounts.api.fields import Part, listed, record
from accounts.api.resources import Deed, Download, Resource
from records import storage
from records.actions import receipts
from records.api.document_forms import receipt_form
from records.api.roots import STARTED
from records.api.transitions import reason_form, simple
from records.documents.service_jobs import FORM_JOB
from records.files import hand_out
from records.jobs import start
from records.models import Service, ServiceEvidence
from records.permissions import Permission as P
from records.trail import audit

ISSUER = (P.ISSUE_DOCUMENTS,)
PROOF = record(id=f.INTEGER, name=f.STRING, mime=f.STRING, size=f.INTEGER, sha256=f.STRING)


def _receipt(form: Any) -> Any:
    """What the page's form makes of its own fields; the kind chose the form."""
    del form.fields["kind"]
    return form.receipt()


def _received(actor: Actor, service: Any, form: Any) -> None:
    receipts.record_receipt(service, _receipt(form), by=actor, proofs=form.proof_files())


def _posted(actor: Actor, service: Any, form: Any) -> None:
    receipts.note_posting(service, _receipt(form), by=actor)


def _form(actor: Actor, service: Any, form: Any) -> Any:
    return start(FORM_JOB, by=actor, params={"service": service.pk}, title=f"送达回证：{service.recipient.name}")


def _proofs(service: Any, actor: Actor) -> list[dict[str, Any]]:
    rows = ServiceEvidence.objects.visible_to(actor).filter(service=service).order_by("pk")
    return list(rows.values(*PROOF["properties"]))


def _taken(request: HttpRequest, file: Any, actor: Actor) -> HttpResponseBase:
    audit.read(request, file.service, detail=file.name)
    return hand_out(request, storage.path_of(file.sha256), mime=file.mime, name=file.name, etag=file.sha256)


SERVICES = Resource(
    name="services", title="送达", room="records", words=(P.VIEW_DOCUMENTS,), order="-sent_at",
    rows=lambda actor: Service.objects.visible_to(actor),
    fields=(
        f.ref("document", "公文", shown="number"), f.ref("recipient", "受送达单位"),
        *f.coded("kind", "送达方式", Service.Kind.choices), f.moment("sent_at", "发出时间", sort=True),
        f.moment("received_at", "收到时间", sort=True), f.text("received_by", "收件人"), f.text("received_as", "收件人职务"),
        f.text("server", "送达人"), f.text("refusal", "拒收理由"), f.text("witness", "见证人"), f.text("second_witness", "第二见证人"),
        f.text("carrier", "承运单位"), f.text("tracking", "邮件号"), f.day("posted_on", "交寄日期"), f.text("note", "备注"),
        f.moment("signed_at", "签收时间"), f.moment("voided_at", "撤销时间"), f.text("void_reason", "撤销理由"),
    ),
    parts=(Part("proofs", "凭证", listed(PROOF), _proofs),),
    deeds=(
        Deed("receipt", "登记送达", _received, ISSUER, receipt_form, takes_files=True),
        Deed("posting", "登记交寄", _posted, ISSUER, receipt_form, takes_files=True),
        Deed("void", "撤销回证", simple(receipts.void_receipt, with_reason=True), ISSUER, reason_form),
        Deed("form", "打印送达回证", _form, (P.VIEW_DOCUMENTS,), gives=STARTED),
    ),
)  # fmt: skip
PROOFS = Resource(
    name="service-proofs", title="送达凭证", room="records", words=(P.VIEW_DOCUMENTS,), listed=False,
    rows=lambda actor: ServiceEvidence.objects.visible_to(actor),
    fields=(f.number("service", "送达", column="service_id"), f.text("name", "文件名"), f.text("mime", "类型"),
            f.number("size", "字节数"), f.text("sha256", "SHA-256"), f.moment("uploaded_at", "上传时间")),
    downloads=(Download("file", "下载", _taken),),
)  # fmt: skip
RESOURCES = (SERVICES, PROOFS)
