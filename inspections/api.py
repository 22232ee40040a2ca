"""Routine visits, plans and complaints for programs: the readers and actions of the pages. Who wrote a complaint is nowhere in
it, not even masked: a name is opened on its page, for a reason that is kept."""

from __future__ import annotations

from typing import Any, cast

from django.shortcuts import get_object_or_404

from accounts.actors import Actor
from accounts.api import fields as f
from accounts.api.bodies import invalid, plain
from accounts.api.problems import Problem, translates
from accounts.api.resources import Deed, Resource
from accounts.models import Membership, Organization
from inspections import api_forms
from inspections.actions import complaints as acts
from inspections.actions import visits as actions
from inspections.actions.plans import PlanRow, save_month_plan
from inspections.complaint_forms import AnswerForm, FoundForm, RecusalForm, TransferForm
from inspections.filters import ComplaintFilter, VisitFilter
from inspections.forms import METHODS, VisitForm
from inspections.instruments import items_of
from inspections.models import Complaint, ComplaintRecusal, PlannedVisit, RoutineVisit
from inspections.months import Month
from inspections.permissions import Permission as P
from inspections.views.plans import inspectors_to_plan, may_plan_in, schools_to_plan
from inspections.views.visits import print_visit
from inspections.workflow import COMPLAINT, VISIT
from records import clock
from records.actions.grants import may_download
from records.api.files import FILES, upload
from records.api.roots import DEADLINES, HISTORY, STARTED, TENANCY
from records.api.transitions import move, options, simple, with_values
from records.state import Refusal, Refused

READERS = (P.VIEW_VISITS, P.READ_SERVED_VISITS)
WRITER, PLANNER = (P.WRITE_VISITS,), (P.PLAN_VISITS,)
VISIT_MOVES = [
    move(VISIT, "submit", simple(actions.submit_visit)),
    move(VISIT, "accept", simple(actions.accept_visit)),
    move(VISIT, "return", simple(actions.return_visit, with_reason=True)),
]
FINDING = f.record(key=f.STRING, group_code=f.STRING, item_id=f.INTEGER | {"nullable": True}, description=f.STRING, severity=f.STRING,
                   disposition=f.STRING, resolved_note=f.STRING)  # fmt: skip
ANSWER = f.record(
    item=f.INTEGER, code=f.STRING, group_code=f.STRING, label=f.STRING, kind=f.STRING, required=f.BOOLEAN,
    choices=f.listed({"type": "object"}), value={"nullable": True}, note=f.STRING,
)  # fmt: skip


def _answers(visit: Any, actor: Actor) -> list[dict[str, Any]]:
    """Every question of the visit's instrument with what was answered."""
    given: dict[Any, Any] = {answer.item_id: answer for answer in visit.answers.all()}
    return [
        {
            "item": item.pk, "code": item.code, "group_code": item.group_code, "label": item.label, "kind": item.kind,
            "required": item.required, "choices": item.choices, "value": given[item.pk].value if item.pk in given else None,
            "note": given[item.pk].note if item.pk in given else "",
        }
        for item in items_of(visit.version)
    ]  # fmt: skip


@translates(actions.Incomplete)
def _incomplete(error: actions.Incomplete) -> Problem:
    """What is missing where, by the card of the page."""
    missing: dict[str, list[str]] = {}
    for one in error.missing:
        missing.setdefault(one.target, []).append(one.text)
    return Problem(409, error.refusal.sentence, kind="incomplete", errors=missing)


def _started(actor: Actor, on: Any, form: Any) -> RoutineVisit:
    school = Organization.objects.visible_to(actor).get(pk=form.cleaned_data["school"])
    return actions.start_visit(by=actor, school=school, visited_on=form.cleaned_data["visited_on"])


def _saved(actor: Actor, visit: Any, form: Any) -> RoutineVisit:
    items = list(form.items.values())
    row = actions.save_visit(visit, by=actor, entry=form.entry, fields=form.values, items=items)
    for key in form.removed:
        actions.remove_finding(row, by=actor, key=key)
    return row


def _discarded(actor: Actor, visit: Any, form: Any) -> RoutineVisit:
    pk = visit.pk
    actions.discard_visit(visit, by=actor)
    visit.pk = pk  # the answer names what is gone
    return cast(RoutineVisit, visit)


def _printed(actor: Actor, visit: Any, form: Any) -> Any:
    if not may_download(actor, visit):
        raise Problem(403, "这份督导记录只可在页面上查阅，没有向您开放下载。", kind="forbidden")
    return print_visit(visit, actor)


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
        f.long_text("overall", "总体意见"), f.long_text("good_practice", "典型经验"),
        f.number("revision", "修订次数"),
        *(f.number(m, str(VisitForm.base_fields[m].label)).apart() for m in METHODS),
        *TENANCY,
    ),
    parts=(
        options(VISIT, VISIT_MOVES), FILES,
        f.Part("answers", "督导内容", f.listed(ANSWER), _answers, inline=False),
        f.Part("findings", "发现的问题", f.listed(FINDING), lambda v, actor: list(v.findings.values(*FINDING["properties"])),
               inline=False),
        f.Part("history", "经过", HISTORY.schema, HISTORY.get, inline=False, words=(P.VIEW_VISITS,)),
    ),
    create=Deed("create", "开始督导记录", _started, WRITER, api_forms.start_form),
    change=Deed("change", "填写督导记录", _saved, WRITER, api_forms.visit_body, help="题目和选项见 answers。照片用 POST …/files/ 上传。"),
    deeds=(
        *VISIT_MOVES,
        Deed("discard", "删除草稿", _discarded, WRITER), Deed("print", "打印督导记录", _printed, READERS, gives=STARTED),
        upload(lambda visit, asked, actor: asked, help="part：item:事项编号，或 finding:问题的key；提交时一并提交。"),
    ),
)  # fmt: skip
BEGUN = f.Part("visit", "督导记录", f.record(id=f.INTEGER, url=f.STRING),
               lambda visit, actor: {"id": visit.pk, "url": f"{VISITS.address}{visit.pk}/"})  # fmt: skip


def _plan_started(actor: Actor, plan: Any, form: Any) -> RoutineVisit:
    """The one that was begun already is given back, as on the page."""
    existing: RoutineVisit | None = RoutineVisit.objects.visible_to(actor).filter(plan=plan).first()
    return existing or actions.start_visit(by=actor, school=plan.subject_org, plan=plan, visited_on=clock.today())


def _plan_line(actor: Actor, on: Any, form: Any) -> PlannedVisit:
    """One school's line; the month's other lines stay."""
    typed, month = form.cleaned_data, form.month
    corps: dict[Any, Any] = {one.user_id: one for one in inspectors_to_plan(actor)}
    inspector = corps.get(typed["inspector"] or actor.user_id)
    school = schools_to_plan(actor, inspector).filter(pk=typed["school"]).first() if inspector else None
    if inspector is None or school is None:
        wrong = "inspector" if inspector is None else "school"
        said = "没有可以为其编制计划的这名督学。" if inspector is None else "这所学校不由该督学负责，不能列入计划。"
        raise invalid({wrong: [said]})
    return _keep_line(actor, inspector.user, month, school.organization, typed)


def _keep_line(actor: Actor, inspector: Any, month: Month, school: Any, typed: Any) -> PlannedVisit:
    if not may_plan_in(month, actor):
        raise Refused(Refusal(f"{month.label}已过，不能再编制计划。"))
    row = PlanRow(
        school=school,
        chosen=True,
        planned_on=typed["planned_on"],
        purpose=typed["purpose"],
        announced=typed["announced"],
    )
    save_month_plan(by=actor, inspector=inspector, month=month, rows=[row])
    standing = PlannedVisit.objects.visible_to(actor).standing()
    return cast(PlannedVisit, standing.get(inspector=inspector, month=month.first, subject_org=school))


def _plan_changed(actor: Actor, plan: Any, form: Any) -> PlannedVisit:
    _refuse_foreign(actor, plan)
    # The form has written on the plan already: the action must see it as it is.
    return _keep_line(actor, plan.inspector, Month.of(plan.month), plan.subject_org, form.cleaned_data)


def _plan_dropped(actor: Actor, plan: Any, form: Any) -> None:
    _refuse_foreign(actor, plan)
    month = Month.of(plan.month)
    if not may_plan_in(month, actor):
        raise Refused(Refusal(f"{month.label}已过，不能再编制计划。"))
    save_month_plan(
        by=actor, inspector=plan.inspector, month=month, rows=[PlanRow(school=plan.subject_org, chosen=False)]
    )


def _refuse_foreign(actor: Actor, plan: Any) -> None:
    """The page offers one's own office's corps alone."""
    if plan.cancelled_at is not None:
        raise Refused(Refusal("这项计划已取消。"))
    if plan.inspector_id not in {one.user_id for one in inspectors_to_plan(actor)}:
        raise Refused(Refusal("只能编制本级督学的计划。"))


PLANS = Resource(
    name="planned-visits", title="督导计划", room="inspections", words=(P.VIEW_PLANS, P.READ_SERVED_VISITS),
    rows=lambda actor: PlannedVisit.objects.visible_to(actor), order="-month",
    fields=(
        f.day("month", "月份", sort=True), f.day("planned_on", "拟定日期", sort=True), f.text("inspector_name", "督学"),
        f.text("purpose", "重点"), f.flag("announced", "预先通知学校"), f.moment("cancelled_at", "取消时间"), *TENANCY,
    ),
    create=Deed("create", "列入月度计划", _plan_line, PLANNER, api_forms.plan_form),
    change=Deed("change", "修改计划", _plan_changed, PLANNER, api_forms.plan_change_form),
    deeds=(
        Deed("cancel", "移出计划", _plan_dropped, PLANNER, help="学校已知道的计划记为取消，其他的删除。"),
        Deed("start", "按计划开始督导记录", _plan_started, WRITER, gives=BEGUN),
    ),
)  # fmt: skip


def _recuse_form(data: Any, files: Any, actor: Actor, on: Any) -> RecusalForm:
    members = Membership.objects.visible_to(actor).filter(organization_id=on.author_org_id if on else None)
    return RecusalForm(data, members=list(members.valid_on(clock.today()).select_related("user")) if on else [])


def _recused(actor: Actor, complaint: Any, form: Any) -> None:
    acts.recuse(complaint, by=actor, person=form.chosen(), reason=form.cleaned_data["reason"])


def _lifted(actor: Actor, complaint: Any, form: Any) -> None:
    rows = ComplaintRecusal.objects.visible_to(actor).filter(complaint=complaint)
    acts.lift_recusal(get_object_or_404(rows, pk=form.cleaned_data["recusal"]), by=actor)


def _recusals(complaint: Any, actor: Actor) -> list[dict[str, Any]]:
    rows = ComplaintRecusal.objects.visible_to(actor).filter(complaint=complaint).select_related("person")
    return [
        {"id": row.pk, "person": str(row.person), "reason": row.reason, "decided_at": row.decided_at} for row in rows
    ]


REGISTERED = f.Part("problem", "登记的问题", f.record(id=f.INTEGER, url=f.STRING),
                    lambda problem, actor: {"id": problem.pk, "url": f"/api/v1/problems/{problem.pk}/"})  # fmt: skip
RECUSAL = f.record(id=f.INTEGER, person=f.STRING, reason=f.STRING, decided_at=f.MOMENT)
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
    parts=(DEADLINES, options(COMPLAINT, COMPLAINT_MOVES), HISTORY, FILES,
           f.Part("recusals", "回避", f.listed(RECUSAL), _recusals, inline=False)),
    deeds=(
        *COMPLAINT_MOVES,
        Deed("recuse", "决定回避", _recused, (P.HANDLE_COMPLAINTS,), _recuse_form, path="recusals"),
        Deed("lift-recusal", "解除自动回避", _lifted, (P.ANSWER_COMPLAINTS,), plain(api_forms.SentRecusal)),
        Deed("problem", "登记为问题", with_values(acts.make_problem), (P.HANDLE_COMPLAINTS,), plain(FoundForm), gives=REGISTERED),
    ),
)  # fmt: skip
RESOURCES = (VISITS, PLANS, COMPLAINTS)
