"""Service: recording a receipt, voiding it, its evidence, the printed form, who else shall have the paper."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from accounts.models import Organization
from records import storage
from records.actions import deeming, receipts
from records.actions import service as acts
from records.documents.receipts import RECORDED
from records.documents.service_forms import EXPLAINED, DeemedForm, ReceiptForm, RecipientsForm, kind_asked
from records.documents.service_jobs import FORM_JOB
from records.files import hand_out
from records.jobs import start
from records.models import Document, DocumentParty, Service, ServiceEvidence
from records.models.service import RECIPIENT
from records.permissions import Permission
from records.state import Refused
from records.trail import audit
from records.web import perform


def _service(pk: int, actor: Actor) -> Service:
    rows = Service.objects.visible_to(actor).select_related("document", "document__author_org", "recipient")
    found: Service = get_object_or_404(rows, pk=pk)
    return found


@requires(Permission.ISSUE_DOCUMENTS, writes=True)
def service_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Record how the paper came to the recipient; ?kind= chooses the form. `posted`: only that it was sent by post."""
    actor = actor_of(request)
    service = _service(pk, actor)
    refused = receipts.record_refusal(service.document, service, actor)
    if refused is not None:
        messages.error(request, str(refused))
        return redirect(service.document)
    kind = kind_asked(request.POST.get("kind") or request.GET.get("kind", service.kind))
    form = ReceiptForm(service, kind, actor, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and _recorded(form, service, actor, request):
        return redirect(service.document)
    kinds = [(value, Service.Kind(value).label, value == kind) for value in RECORDED]
    context = {"service": service, "document": service.document, "form": form, "kind": kind, "kinds": kinds,
               "explained": EXPLAINED[Service.Kind(kind)]}  # fmt: skip
    return render(request, "records/service_receipt.html", context, status=422 if form.errors else 200)


def _recorded(form: ReceiptForm, service: Service, actor: Actor, request: HttpRequest) -> bool:
    try:
        if "posted" in request.POST:
            receipts.note_posting(service, form.receipt(), by=actor)
            messages.success(request, "已登记交寄，妥投后请登记收到时间。")
        else:
            receipts.record_receipt(service, form.receipt(), by=actor, proofs=form.proof_files())
            messages.success(request, "已登记送达，从收到时间起算的期限已经开始。")
    except Refused as error:
        form.add_error(None, str(error.refusal))
        return False
    return True


@require_POST
@requires(Permission.ISSUE_DOCUMENTS, writes=True)
def service_void(request: HttpRequest, pk: int) -> HttpResponse:
    """A wrong receipt, voided with a reason by another person."""
    actor = actor_of(request)
    service = _service(pk, actor)
    reason = request.POST.get("reason", "")
    perform(request, lambda: receipts.void_receipt(service, by=actor, reason=reason),
            done="已撤销，公文重新送给该单位，等待签收或登记。")  # fmt: skip
    return redirect(service.document)


@require_GET
@requires(Permission.VIEW_DOCUMENTS, leaves_trace=True)
def service_evidence(request: HttpRequest, pk: int, evidence_pk: int) -> HttpResponseBase:
    """The scan or photo of a receipt; who reads it is recorded."""
    service = _service(pk, actor_of(request))
    file = get_object_or_404(ServiceEvidence.objects.visible_to(actor_of(request)), pk=evidence_pk, service=service)
    audit.read(request, service, detail=file.name)
    return hand_out(request, storage.path_of(file.sha256), mime=file.mime, name=file.name, etag=file.sha256)


@require_POST
@requires(Permission.VIEW_DOCUMENTS, writes=True)
def service_form(request: HttpRequest, pk: int) -> HttpResponse:
    """送达回证 as PDF, set by a worker: blank to be taken along while nothing was received, else filled in."""
    actor = actor_of(request)
    service = _service(pk, actor)
    job = start(FORM_JOB, by=actor, params={"service": service.pk}, title=f"送达回证：{service.recipient.name}")
    return redirect(job)


@requires(Permission.SET_RULES, writes=True)
def deemed_service(request: HttpRequest) -> HttpResponse:
    """视为送达: whether and after how many days; off until the head switches it on."""
    actor = actor_of(request)
    if request.method == "POST" and "off" in request.POST:
        perform(request, lambda: deeming.switch_off(by=actor), done="已停用。已经发出的公文仍按发出时的规则。")
        return redirect("records:deemed_service")
    form = DeemedForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _switched_on(form, request):
        return redirect("records:deemed_service")
    rule = deeming.binding_rule(actor)
    own = rule is not None and rule.division_code == actor.division_code
    return render(
        request,
        "records/deemed_service.html",
        {"form": form, "rule": rule, "own": own},
        status=422 if form.errors else 200,
    )


def _switched_on(form: DeemedForm, request: HttpRequest) -> bool:
    return perform(request, lambda: deeming.switch_on(by=actor_of(request), **form.cleaned_data),
                   done="已起用，从今天发出的公文开始。")  # fmt: skip


@requires(Permission.ISSUE_DOCUMENTS, writes=True)
def document_recipients(request: HttpRequest, pk: int) -> HttpResponse:
    """Who else shall have the paper: names added by the line, one dropped while nothing was sent to it."""
    actor = actor_of(request)
    document: Document = get_object_or_404(Document.objects.visible_to(actor).select_related("subject_org"), pk=pk)
    refused = acts.recipients_refusal(document, actor)
    if refused is not None:
        messages.error(request, str(refused))
        return redirect(document)
    if request.method == "POST" and request.POST.get("drop", "").isdecimal():
        return _dropped(request, document, int(request.POST["drop"]))
    form = RecipientsForm(document, actor, request.POST or None)
    if request.method == "POST" and form.is_valid() and _added(form, document, request):
        return redirect("records:document_recipients", document.pk)
    context = {"document": document, "form": form, "recipients": _recipients(document, actor)}
    return render(request, "records/document_recipients.html", context, status=422 if form.errors else 200)


def _added(form: RecipientsForm, document: Document, request: HttpRequest) -> bool:
    try:
        n = acts.add_recipients(document, form.cleaned_data["names"], by=actor_of(request))
    except Refused as error:
        form.add_error(None, str(error.refusal))
        return False
    messages.success(request, f"已增加{n}个受送达单位。" if n else "这些单位都已经在名单上。")
    return True


def _dropped(request: HttpRequest, document: Document, organization_id: int) -> HttpResponse:
    actor = actor_of(request)
    organization = get_object_or_404(Organization.objects.visible_to(actor), pk=organization_id)
    perform(request, lambda: acts.drop_recipient(document, organization, by=actor), done="已移除。")
    return redirect("records:document_recipients", document.pk)


def _recipients(document: Document, actor: Actor) -> list[dict[str, Any]]:
    sent = set(Service.objects.visible_to(actor).filter(document=document).values_list("recipient_id", flat=True))
    parties = DocumentParty.objects.visible_to(actor).filter(root=document, role=RECIPIENT, organization__isnull=False)
    return [
        {"organization": party.organization, "sent": party.organization_id in sent}
        for party in parties.select_related("organization").order_by("pk")
    ]
