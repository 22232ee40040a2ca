"""What the unit and its competent department do on a ticket: measures, report with evidence, urging."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.decorators import actor_of, requires
from records.actions.attachments import UploadRefused, attachments_of, store_upload, upload_url
from records.actions.drafts import draft_url, load_draft, save_draft, typed
from records.state import Refused
from records.web import perform
from rectification import actions
from rectification.actions.proceedings import draft_key, next_report_part
from rectification.forms import MeasureFormSet, ReportForm, UrgeForm
from rectification.models import Ticket
from rectification.pages import guide, ticket_page
from rectification.permissions import Permission
from rectification.views.tickets import ticket_of
from rectification.workflow import TICKET

MORE = 3


@requires(Permission.REPORT, writes=True)
def measures(request: HttpRequest, pk: int) -> HttpResponse:
    """Lines of measures; "再加几行" comes back with more empty lines and everything typed."""
    actor, ticket = actor_of(request), ticket_of(request, pk)
    formset = _measures(request, ticket)
    if request.method == "POST" and "more" not in request.POST and formset.is_valid():
        lines = formset.lines()
        if perform(request, lambda: actions.save_measures(ticket, by=actor, lines=lines), done="整改措施已保存。"):
            return redirect(ticket)
    wrong = request.method == "POST" and "more" not in request.POST
    context = {"ticket": ticket, "formset": formset, "guide": guide(ticket_page(ticket, actor))}
    return render(request, "rectification/measures_form.html", context, status=422 if wrong else 200)


def _measures(request: HttpRequest, ticket: Ticket) -> Any:
    initial = list(ticket.measures.values("text", "owner_name", "planned_on", "done_on"))
    if request.method != "POST":
        formset = MeasureFormSet(initial=initial)
        formset.extra = max(1, MORE - len(initial))
        return formset
    data = request.POST.copy()
    if "more" in data:
        total = data.get("form-TOTAL_FORMS", "0")
        data["form-TOTAL_FORMS"] = str((int(total) if total.isdigit() else 0) + MORE)
    return MeasureFormSet(data, initial=initial)


@requires(Permission.REPORT, writes=True)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Typed text is kept while typing, files are drafts of the unit until it submits; "save" keeps without submitting."""
    actor, ticket = actor_of(request), ticket_of(request, pk)
    prefetch_related_objects([ticket], "reports")
    part = next_report_part(ticket)
    draft = load_draft(by=actor, key=draft_key(ticket))
    form = ReportForm(request.POST or None, request.FILES or None, initial=typed(draft).dict() if draft else {})
    if "save" in request.POST:
        form.fields["text"].required = False
        if form.is_valid() and _take_files(request, form, ticket, part):
            save_draft(by=actor, key=draft_key(ticket), data={"text": [form.cleaned_data["text"]]})
            messages.success(request, "草稿已保存，只有您本人能看到；报送前督导办看不到。")
            return redirect("rectification:report", pk=ticket.pk)
    elif request.method == "POST" and form.is_valid() and _take_files(request, form, ticket, part):
        text = form.cleaned_data["text"]
        if perform(
            request, lambda: actions.submit_report(ticket, by=actor, text=text), done="整改报告已报送，等待核查。"
        ):
            return redirect(ticket)
    context = {
        "ticket": ticket, "form": form, "guide": guide(ticket_page(ticket, actor)), "draft": draft,
        "files": list(attachments_of(ticket, part)), "autosave_url": draft_url(draft_key(ticket)),
        "upload_url": upload_url(ticket, part), "refused": TICKET.refusal(ticket, "report", actor),
    }  # fmt: skip
    return render(request, "rectification/report_form.html", context, status=422 if form.errors else 200)


def _take_files(request: HttpRequest, form: ReportForm, ticket: Ticket, part: str) -> bool:
    """Store what came with the form as drafts; a refused file is said at its field, the others are kept."""
    refused = TICKET.refusal(ticket, "report", actor_of(request))
    if refused is not None:
        messages.error(request, str(refused))
        return False
    for upload in form.cleaned_data["evidence"]:
        try:
            store_upload(upload, root=ticket, by=actor_of(request), part=part, filed=False)
        except UploadRefused as error:
            form.add_error("evidence", str(error))
    return not form.errors


@requires(Permission.URGE, writes=True)
def urge(request: HttpRequest, pk: int) -> HttpResponse:
    actor, ticket = actor_of(request), ticket_of(request, pk)
    form = UrgeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.urge(ticket, by=actor, note=form.cleaned_data["note"])
        except Refused as error:
            form.add_error(None, str(error.refusal))
        else:
            messages.success(request, "督促情况已登记，责任单位和督导办会收到。")
            return redirect(ticket)
    context = {
        "form": form,
        "ticket": ticket,
        "title": "登记督促情况",
        "submit_label": "登记",
        "keep": f"urge:{ticket.pk}",
    }
    return render(request, "rectification/ticket_step.html", context, status=422 if form.errors else 200)
