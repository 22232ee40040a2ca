"""Complaints in the office: the register, one complaint, what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from accounts.models import Membership
from accounts.personal import mask_name
from inspections.actions import complaints as acts
from inspections.complaint_forms import AnswerForm, FoundForm, RecusalForm, TransferForm
from inspections.exports import COMPLAINT_COLUMNS, complaints
from inspections.filters import ComplaintFilter
from inspections.models import Complaint, ComplaintRecusal
from inspections.permissions import Permission
from inspections.workflow import COMPLAINT
from records import clock
from records.actions.attachments import attachments_of
from records.lists import listing
from records.web import Button, buttons, deadlines_of, perform, timeline
from supervision.models import School

FORMS = ("transfer", "propose")


@requires(Permission.VIEW_COMPLAINTS)
def complaint_list(request: HttpRequest) -> HttpResponse:
    context = listing(
        request, complaints(actor_of(request)), columns=COMPLAINT_COLUMNS, default_sort="-received_at",
        filterset_class=ComplaintFilter, export="complaints",
    )  # fmt: skip
    return render(request, "inspections/complaint_list.html", context)


def _complaint(request: HttpRequest, pk: int) -> Complaint:
    rows = Complaint.objects.visible_to(actor_of(request)).select_related("subject_org", "author_org", "problem")
    found: Complaint = get_object_or_404(rows, pk=pk)
    return found


@requires(Permission.VIEW_COMPLAINTS)
def complaint_detail(request: HttpRequest, pk: int) -> HttpResponse:
    actor, complaint = actor_of(request), _complaint(request, pk)
    contact, deadlines = acts.contact_of(complaint, actor), deadlines_of(complaint)
    context = {
        "complaint": complaint, "files": list(attachments_of(complaint)), "deadlines": deadlines,
        "deadline": deadlines[0] if deadlines else None,
        "actions": [*buttons(COMPLAINT, complaint, actor, "inspections:complaint_move", forms=FORMS), *_further(complaint, actor)],
        "entries": timeline(complaint), "contact": contact, "contact_name": mask_name(contact.name) if contact else "",
        "may_lift": actor.can(Permission.ANSWER_COMPLAINTS) and actor.division_code == complaint.owner_code,
        "recusals": list(ComplaintRecusal.objects.visible_to(actor).filter(complaint=complaint).select_related("person")),
    }  # fmt: skip
    return render(request, "inspections/complaint_detail.html", context)


def _further(complaint: Complaint, actor: Actor) -> list[Button]:
    """What is no move of the table: a recusal, a line in the ledger."""
    if not actor.can(Permission.HANDLE_COMPLAINTS) or actor.division_code != complaint.owner_code:
        return []
    found = []
    if complaint.accepted_at and complaint.subject_org_id and complaint.problem_id is None:
        found.append(Button("登记为问题", _url("complaint_problem", complaint), tone="secondary", is_link=True))
    if complaint.finished_at is None:
        found.append(Button("决定回避", _url("complaint_recuse", complaint), tone="secondary", is_link=True))
    return found


def _url(name: str, complaint: Complaint) -> str:
    return reverse(f"inspections:{name}", args=[complaint.pk])


@requires(Permission.HANDLE_COMPLAINTS, Permission.ANSWER_COMPLAINTS, writes=True)
def complaint_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The moves of the table; passing on and answering have a form of their own."""
    actor, complaint = actor_of(request), _complaint(request, pk)
    if name in FORMS:
        return _with_form(request, complaint, name)
    reason = request.POST.get("reason", "")
    moves: dict[str, tuple[Callable[[], Any], str]] = {
        "accept": (lambda: acts.accept_complaint(complaint, by=actor), "已受理，办理期限从今天起算。"),
        "decline": (lambda: acts.decline_complaint(complaint, by=actor, reason=reason), "已决定不予受理。"),
        "rework": (lambda: acts.rework(complaint, by=actor, reason=reason), "已退回重办。"),
        "finish": (lambda: acts.finish_complaint(complaint, by=actor), "已办结，投诉人可以查询到答复。"),
    }
    if name not in moves:
        raise Http404("没有这个步骤。")
    if request.method == "POST":
        act, done = moves[name]
        perform(request, act, done=done)
    return redirect(complaint)


def _with_form(request: HttpRequest, complaint: Complaint, name: str) -> HttpResponse:
    actor = actor_of(request)
    form: Any
    if name == "transfer":
        form, title = TransferForm(request.POST or None), "转送"
        act, done = lambda: acts.transfer_complaint(complaint, by=actor, **form.cleaned_data), "已转送。"
    else:
        form, title = AnswerForm(request.POST or None, initial={"answer": complaint.answer}), "拟写答复"
        act, done = lambda: acts.propose_answer(complaint, by=actor, **form.cleaned_data), "已送审。"
    if request.method == "POST" and form.is_valid() and perform(request, act, done=done):
        return redirect(complaint)
    return _step(request, complaint, form, title)


def _step(request: HttpRequest, complaint: Complaint, form: Any, title: str) -> HttpResponse:
    context = {"form": form, "complaint": complaint, "title": title,
               "submit_label": "送审" if isinstance(form, AnswerForm) else title}  # fmt: skip
    return render(request, "inspections/complaint_step.html", context, status=422 if form.errors else 200)


@requires(Permission.HANDLE_COMPLAINTS, writes=True)
def complaint_recuse(request: HttpRequest, pk: int) -> HttpResponse:
    actor, complaint = actor_of(request), _complaint(request, pk)
    members = Membership.objects.visible_to(actor).filter(organization_id=complaint.author_org_id)
    form = RecusalForm(request.POST or None, members=list(members.valid_on(clock.today()).select_related("user")))
    if request.method == "POST" and form.is_valid():
        person, reason = form.chosen(), form.cleaned_data["reason"]
        if perform(
            request, lambda: acts.recuse(complaint, by=actor, person=person, reason=reason), done="已决定回避。"
        ):
            return redirect("inspections:complaint_list" if person.user_id == actor.user_id else complaint)
    return _step(request, complaint, form, "决定回避")


@requires(Permission.ANSWER_COMPLAINTS, writes=True)
def complaint_lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody back in whom only his name in the letter kept away."""
    actor, complaint, asked = actor_of(request), _complaint(request, pk), request.POST.get("recusal", "")
    rows = ComplaintRecusal.objects.visible_to(actor).filter(complaint=complaint)
    found = rows.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 18 else None
    if request.method == "POST" and found is not None:
        perform(request, lambda: acts.lift_recusal(found, by=actor), done="已解除回避。")
    return redirect(complaint)


@requires(Permission.HANDLE_COMPLAINTS, writes=True)
def complaint_problem(request: HttpRequest, pk: int) -> HttpResponse:
    actor, complaint = actor_of(request), _complaint(request, pk)
    form = FoundForm(request.POST or None, initial={"severity": "general"})
    if request.method == "POST" and form.is_valid():
        made: list[Any] = []
        if perform(request, lambda: made.append(acts.make_problem(complaint, by=actor, **form.cleaned_data)),
                   done="已登记为问题。"):  # fmt: skip
            return redirect(made[0])
    return _step(request, complaint, form, "登记为问题")


@requires(Permission.HANDLE_COMPLAINTS)
def complaint_code(request: HttpRequest, pk: int) -> HttpResponse:
    """A sheet for the school's gate: the QR code leads to the form with the school chosen already."""
    school = get_object_or_404(School.objects.visible_to(actor_of(request)).select_related("organization"), pk=pk)
    url = f"{settings.SITE_URL}{reverse('public:complaint')}?unit={school.organization_id}"
    picture = segno.make(url, error="m").svg_inline(scale=8, border=2, svgclass="qr", lineclass="")
    return render(request, "inspections/complaint_code.html", {"school": school, "picture": picture, "url": url})
