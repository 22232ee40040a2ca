"""A paper on its way: countersigners, their word and the office's answer; approval on paper; the scan of the stamped paper;
a new paper in an old one's place."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from records import clock
from records.actions import approvals, countersigning, seals
from records.actions import documents as acts
from records.actions.attachments import UploadRefused
from records.documents.paper_forms import ArrangementForm, CountersignerForm, PaperApprovalForm, ScanForm
from records.models import Countersigner, Document
from records.permissions import Permission
from records.state import Refused
from records.web import perform


def _document(request: HttpRequest, pk: int) -> Document:
    rows = Document.objects.visible_to(actor_of(request)).select_related("author_org", "subject_org")
    found: Document = get_object_or_404(rows, pk=pk)
    return found


# --- countersigning ------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DRAFT_DOCUMENTS, writes=True)
def countersigners(request: HttpRequest, pk: int) -> HttpResponse:
    """The list: whom to ask, in which order, until when."""
    document, actor = _document(request, pk), actor_of(request)
    refused = countersigning.naming_refusal(document, actor)
    if refused is not None:
        messages.error(request, str(refused))
        return redirect(document)
    adding = request.POST.get("do") == "add"
    form = _signer_form(document, actor, request.POST if adding else None)
    arrangement = ArrangementForm(
        request.POST if request.POST.get("do") == "arrange" else None,
        initial={"in_order": "1" if document.countersign_in_order else "", "until": document.countersign_until},
    )
    if request.method == "POST" and _changed(request, document, form, arrangement):
        return redirect("records:countersigners", document.pk)
    signers = document.countersigners.select_related("organization").filter(voided_at__isnull=True)
    context = {"document": document, "form": form, "arrangement": arrangement, "signers": signers}
    failed = form.errors or arrangement.errors
    return render(request, "records/countersigner_list.html", context, status=422 if failed else 200)


def _signer_form(document: Document, actor: Actor, data: Any) -> CountersignerForm:
    bodies, people = countersigning.askable(document, actor)
    return CountersignerForm(data, bodies=bodies, people=people)


def _changed(request: HttpRequest, document: Document, form: CountersignerForm, arrangement: ArrangementForm) -> bool:
    """Do what the page asked for; False where a form must be shown again."""
    by = actor_of(request)
    if form.is_bound:
        if not form.is_valid():
            return False
        body, person = form.chosen()
        return perform(request, lambda: countersigning.name_countersigner(
            document, by=by, organization=body, person=person), done="已加入会签名单。")  # fmt: skip
    if arrangement.is_bound:
        if not arrangement.is_valid():
            return False
        typed = arrangement.cleaned_data
        return perform(request, lambda: countersigning.arrange(
            document, by=by, in_order=bool(typed["in_order"]), until=typed["until"]), done="会签安排已保存。")  # fmt: skip
    signer = get_object_or_404(document.countersigners, pk=request.POST.get("signer") or 0)
    perform(request, lambda: countersigning.drop_countersigner(signer, by=by), done="已移出会签名单。")
    return True


@require_POST
@requires(Permission.COUNTERSIGN_DOCUMENTS, writes=True)
def countersign(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree or object, with remarks that stay."""
    document, actor = _document(request, pk), actor_of(request)
    typed = request.POST
    agrees = typed.get("opinion") == Countersigner.Opinion.AGREED
    if typed.get("opinion") not in Countersigner.Opinion.values:
        messages.error(request, "请选择“同意”或“有不同意见”。")
        return redirect(document)
    perform(
        request,
        lambda: countersigning.countersign(
            document, by=actor, agrees=agrees, remarks=typed.get("remarks", ""), seen=typed.get("seen", "")
        ),
        done="会签意见已提交。",
    )
    return redirect(document)


@require_POST
@requires(Permission.DRAFT_DOCUMENTS, writes=True)
def countersign_answer(request: HttpRequest, pk: int, signer_pk: int) -> HttpResponse:
    """What the office did with an objection."""
    document, actor = _document(request, pk), actor_of(request)
    signer = get_object_or_404(Countersigner.objects.visible_to(actor), pk=signer_pk, document=document)
    answer = request.POST.get("answer", "")
    perform(request, lambda: countersigning.answer_objection(signer, by=actor, answer=answer), done="答复已保存。")
    return redirect(document)


# --- approval on paper, the stamped paper, a successor -------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD_APPROVALS, writes=True)
def record_approval(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter an approval that was given on paper."""
    document, actor = _document(request, pk), actor_of(request)
    form = PaperApprovalForm(
        request.POST or None, request.FILES or None, people=approvals.approvers(document, actor),
        initial={"on": clock.today()},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            row = approvals.record_approval(document, by=actor, approver=form.chosen(), on=typed["on"],
                                            scan=typed["scan"], serve_when_ready=typed["onward"])  # fmt: skip
        except (Refused, UploadRefused) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已登记纸质签发，文号为{row.number}。")
            return redirect(document)
    context = {"document": document, "form": form}
    return render(request, "records/document_approval.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEAL_DOCUMENTS, writes=True)
def seal_scan(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in the scan of the stamped paper; a job reads the code on it."""
    document, actor = _document(request, pk), actor_of(request)
    refused = seals.scan_seal_refusal(document, actor)
    if refused is not None:
        messages.error(request, str(refused))
        return redirect(document)
    handed_in = request.method == "POST"
    form = ScanForm(request.POST, request.FILES) if handed_in else ScanForm()
    if handed_in and form.is_valid():
        try:
            job = seals.hand_in_scan(document, by=actor, files=form.cleaned_data["sheets"])
        except (Refused, UploadRefused) as error:
            form.add_error(None, str(error))
        else:
            return redirect(job)
    context = {"document": document, "form": form}
    return render(request, "records/document_seal.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.DRAFT_DOCUMENTS, writes=True)
def document_replace(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft a successor from the text of an issued paper."""
    document, actor = _document(request, pk), actor_of(request)
    try:
        draft = acts.draft_replacement(document, by=actor, reason=request.POST.get("reason", ""))
    except Refused as error:
        messages.error(request, str(error.refusal))
        return redirect(document)
    messages.success(request, "已按原文拟好新文稿，修改后照常送审；新公文印发时，原公文即被替代。")
    return redirect(draft)
