"""Routine visits, plans and complaints for programs. Who wrote a complaint is nowhere in it."""

from __future__ import annotations

from typing import Any

from accounts.actors import Actor
from accounts.api import fields as f
from accounts.api.bodies import plain
from accounts.api.resources import Resource
from inspections.actions import complaints as acts
from inspections.actions import visits as actions
from inspections.complaint_forms import AnswerForm, TransferForm
from inspections.filters import ComplaintFilter, VisitFilter
from inspections.models import Complaint, PlannedVisit, RoutineVisit
from inspections.permissions import Permission as P
from inspections.workflow import COMPLAINT, VISIT
from records.api.roots import DEADLINES, HISTORY, TENANCY
from records.api.transitions import move, options, simple, with_values

READERS = (P.VIEW_VISITS, P.READ_SERVED_VISITS)
VISIT_MOVES = [
    move(VISIT, "submit", simple(actions.submit_visit)),
    move(VISIT, "accept", simple(actions.accept_visit)),
    move(VISIT, "return", simple(actions.return_visit, with_reason=True)),
]
FINDING = f.record(
    group_code=f.STRING, description=f.STRING, severity=f.STRING, disposition=f.STRING, resolved_note=f.STRING
)


def _visits(actor: Actor) -> Any:
    """To a unit its own, as on its page."""
    rows = RoutineVisit.objects.visible_to(actor)
    own = not actor.can(P.VIEW_VISITS) and actor.organization_id
    return rows.filter(subject_org_id=actor.organization_id) if own else rows


VISITS = Resource(
    name="visits", title="经常性督导记录", room="inspections", words=READERS, rows=_visits, filterset=VisitFilter,
    order="-visited_on",
    fields=(
        f.day("visited_on", "督导日期", sort=True), f.text("inspector_name", "督学"),
        f.number("finding_count", "发现问题数", sort=True), *f.coded("state", "状态", RoutineVisit.State.choices, sort=True),
        f.long_text("overall", "总体意见"), f.long_text("good_practice", "典型经验"), *TENANCY,
    ),
    parts=(
        options(VISIT, VISIT_MOVES),
        f.Part("findings", "发现的问题", f.listed(FINDING), lambda v, actor: list(v.findings.values(*FINDING["properties"])),
               inline=False, words=(P.VIEW_VISITS,)),
        f.Part("history", "经过", HISTORY.schema, HISTORY.get, inline=False, words=(P.VIEW_VISITS,)),
    ),
    deeds=VISIT_MOVES,
)  # fmt: skip
PLANS = Resource(
    name="planned-visits", title="督导计划", room="inspections", words=(P.VIEW_PLANS, P.READ_SERVED_VISITS),
    rows=lambda actor: PlannedVisit.objects.visible_to(actor), order="-month",
    fields=(
        f.day("month", "月份", sort=True), f.day("planned_on", "拟定日期", sort=True), f.text("inspector_name", "督学"),
        f.text("purpose", "重点"), f.flag("announced", "预先通知学校"), f.moment("cancelled_at", "取消时间"), *TENANCY,
    ),
)  # fmt: skip
COMPLAINT_MOVES = [
    move(COMPLAINT, "accept", simple(acts.accept_complaint)),
    move(COMPLAINT, "decline", simple(acts.decline_complaint, with_reason=True)),
    move(COMPLAINT, "transfer", with_values(acts.transfer_complaint), plain(TransferForm)),
    move(COMPLAINT, "propose", with_values(acts.propose_answer), plain(AnswerForm)),
    move(COMPLAINT, "rework", simple(acts.rework, with_reason=True)),
    move(COMPLAINT, "finish", simple(acts.finish_complaint)),
]
COMPLAINTS = Resource(
    name="complaints", title="投诉举报", room="inspections", words=(P.VIEW_COMPLAINTS,), filterset=ComplaintFilter,
    order="-received_at", rows=lambda actor: Complaint.objects.visible_to(actor),
    fields=(
        f.text("number", "编号", sort=True), *f.coded("category", "类别", Complaint.Category.choices, sort=True),
        *f.coded("channel", "渠道", Complaint.Channel.choices), *f.coded("state", "状态", Complaint.State.choices, sort=True),
        f.text("unit_text", "来件所称单位"), f.long_text("text", "内容"), f.long_text("answer", "答复"),
        f.moment("received_at", "收到时间", sort=True), f.moment("finished_at", "办结时间", sort=True), *TENANCY,
    ),
    parts=(DEADLINES, options(COMPLAINT, COMPLAINT_MOVES), HISTORY),
    deeds=COMPLAINT_MOVES,
)  # fmt: skip
RESOURCES = (VISITS, PLANS, COMPLAINTS)
