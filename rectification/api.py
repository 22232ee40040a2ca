"""Problems, tickets, orders and categories for programs."""

from __future__ import annotations

from typing import Any

from accounts.actors import Actor
from accounts.api import bodies
from accounts.api import fields as f
from accounts.api.resources import Deed, Resource
from records.api.files import FILES, upload
from records.api.roots import DEADLINES, HISTORY, TENANCY
from records.api.transitions import move, options, reason_form, simple, with_values
from rectification import actions, forms
from rectification.actions.proceedings import next_report_part
from rectification.actions.tickets import possible_verifiers
from rectification.exports import ledger
from rectification.filters import OrderFilter, ProblemFilter, TicketFilter
from rectification.models import InternalNote, Problem, ProblemCategory, SupervisoryOrder, Ticket
from rectification.permissions import Permission as P
from rectification.relapses import candidates
from rectification.workflow import PROBLEM, TICKET

SEES_PROBLEMS, SEES_TICKETS = (P.VIEW_PROBLEMS,), (P.VIEW_TICKETS,)


# --- problems ---------------------------------------------------------------------------------------------------------


def _open_problems(actor: Actor) -> Any:
    rows = Problem.objects.visible_to(actor).filter(owner_code=actor.division_code, state=Problem.State.OPEN)
    return rows.select_related("subject_org__competent_department")  # what the ticket is opened with


def _link(actor: Actor, problem: Any, form: Any) -> None:
    actions.link_relapse(problem, by=actor, earlier=form.chosen(), reason=form.cleaned_data["reason"])


PROBLEM_MOVES = [
    move(PROBLEM, "dismiss", simple(actions.dismiss_problem, with_reason=True)),
    move(PROBLEM, "resume", simple(actions.resume_problem, with_reason=True)),
]
PROBLEMS = Resource(
    name="problems", title="问题", room="rectification", words=SEES_PROBLEMS, rows=ledger, filterset=ProblemFilter,
    order="-found_on",
    fields=(
        f.text("title", "问题", sort=True), f.long_text("description", "具体情况"), *f.coded("severity", "程度", Problem.Severity.choices, sort=True),
        *f.coded("state", "状态", Problem.State.choices, sort=True), f.day("found_on", "发现日期", sort=True),
        f.ref("category", "分类", shown="label"), f.text("item_label", "涉及督导事项"), f.text("source_label", "来源"),
        f.ref("ticket", "整改单", shown="number"), f.happened("relapse", "是否反弹", column="relapse_of_id"), *TENANCY,
    ),
    parts=(options(PROBLEM, PROBLEM_MOVES), HISTORY, FILES),
    create=Deed(
        "create", "登记问题", lambda actor, on, form: actions.register_problem(by=actor, **form.cleaned_data),
        (P.REGISTER_PROBLEMS,), lambda data, files, actor, on: forms.ProblemForm(data, actor=actor),
    ),
    deeds=(
        *PROBLEM_MOVES,
        Deed("classify", "分类", with_values(actions.classify), (P.KEEP_LEDGER,),
             lambda data, files, actor, on: forms.ClassifyForm(data, actor=actor, problem=on or Problem())),
        Deed("link-relapse", "认定反弹", _link, (P.KEEP_LEDGER,),
             lambda data, files, actor, on: forms.RelapseForm(data, offered=candidates(on, actor) if on else [])),
        Deed("unlink-relapse", "撤销反弹认定", simple(actions.unlink_relapse, with_reason=True), (P.KEEP_LEDGER,), reason_form),
    ),
)  # fmt: skip

# --- tickets ----------------------------------------------------------------------------------------------------------


def _open(actor: Actor, on: Any, form: Any) -> Ticket:
    values = dict(form.cleaned_data)
    return actions.open_ticket(by=actor, problems=list(values.pop("problems")), **values)


def _change_form(data: Any, files: Any, actor: Actor, on: Any) -> Any:
    held = {"title": on.title, "demand": on.demand, "department": on.department_id} if on else {}
    return forms.TicketForm(data, actor=actor, initial=held)


def _verifier_form(data: Any, files: Any, actor: Actor, on: Any) -> Any:
    return forms.VerifierForm(data, members=possible_verifiers(actor).select_related("user"))


def _report(actor: Actor, ticket: Any, form: Any) -> None:
    actions.submit_report(ticket, by=actor, text=form.cleaned_data["text"])


def _report_form(data: Any, files: Any, actor: Actor, on: Any) -> Any:
    """Its evidence is handed in with it: what was uploaded to the ticket before."""
    form = forms.ReportForm(data)
    del form.fields["evidence"]
    return form


def _evidence_of(ticket: Any, asked: str, actor: Actor) -> str:
    """A unit's files belong to the report that it writes next."""
    return next_report_part(ticket) if actor.organization_id == ticket.subject_org_id else asked


def _measures(actor: Actor, ticket: Any, form: Any) -> None:
    actions.save_measures(ticket, by=actor, lines=form.lines())


def _verify(*, passed: bool) -> tuple[Any, Any]:
    """The page's one form decides between both; here the transition does."""

    def act(actor: Actor, ticket: Any, form: Any) -> None:
        actions.verify(ticket, by=actor, passed=passed, **form.cleaned_data)

    def form(data: Any, files: Any, actor: Actor, on: Any) -> Any:
        made = forms.VerifyForm(data)
        del made.fields["passed"]
        return made

    return act, form


TICKET_MOVES = [
    move(TICKET, "submit", simple(actions.submit_notice)),
    move(TICKET, "withdraw", simple(actions.withdraw_ticket, with_reason=True)),
    move(TICKET, "sign", simple(actions.sign_for)),
    move(TICKET, "report", _report, _report_form, help="佐证材料先用 POST …/files/ 逐个上传，随报告一并报送。"),
    move(TICKET, "verify", *_verify(passed=True)),
    move(TICKET, "return", *_verify(passed=False)),
    move(TICKET, "recheck", simple(actions.recheck, with_reason=True)),
    move(TICKET, "close", simple(actions.close)),
]
MEASURE = f.record(text=f.STRING, owner_name=f.STRING, planned_on=f.DAY, done_on=f.DAY)
REPORT = f.record(n=f.INTEGER, text=f.STRING, submitted_at=f.MOMENT, submitted_as=f.STRING)
NOTE = f.record(id=f.INTEGER, text=f.STRING, written_at=f.MOMENT, written_as=f.STRING)


def _notes(ticket: Any, actor: Actor) -> list[dict[str, Any]]:
    return list(InternalNote.objects.visible_to(actor).filter(ticket=ticket).values(*NOTE["properties"]))


TICKETS = Resource(
    name="tickets", title="整改单", room="rectification", words=SEES_TICKETS, filterset=TicketFilter, order="-created_at",
    rows=lambda actor: Ticket.objects.visible_to(actor),
    fields=(
        f.text("number", "编号"), f.text("title", "事由", sort=True), f.long_text("demand", "整改要求"),
        *f.coded("severity", "程度", Problem.Severity.choices, sort=True),
        *f.coded("state", "状态", Ticket.State.choices, sort=True), f.moment("due_at", "当前环节期限", sort=True),
        f.ref("department", "主管部门"), f.person("verifier", "核查人"), f.ref("notice", "整改通知书", shown="number").apart(),
        f.moment("signed_at", "签收时间"), f.moment("closed_at", "销号时间"), *TENANCY,
    ),
    parts=(
        f.Part("problems", "列入的问题", f.listed(f.record(id=f.INTEGER, title=f.STRING)),
               lambda ticket, actor: list(ticket.problems.values("id", "title"))),
        f.Part("measures", "整改措施", f.listed(MEASURE), lambda t, actor: list(t.measures.values(*MEASURE["properties"]))),
        f.Part("reports", "整改报告", f.listed(REPORT), lambda t, actor: list(t.reports.values(*REPORT["properties"]))),
        DEADLINES, options(TICKET, TICKET_MOVES), HISTORY, FILES,
        f.Part("notes", "内部意见", f.listed(NOTE), _notes, inline=False, words=(P.WRITE_NOTES,)),
    ),
    create=Deed("create", "开具整改单", _open, (P.OPEN_TICKETS,),
                lambda data, files, actor, on: forms.TicketForm(data, actor=actor, problems=_open_problems(actor))),
    change=Deed("change", "修改整改单", with_values(actions.change_ticket), (P.OPEN_TICKETS,), _change_form),
    deeds=(
        *TICKET_MOVES,
        upload(_evidence_of, help="责任单位上传的列入下一份整改报告，报送时一并提交。"),
        Deed("assign-verifier", "指定核查人", lambda actor, t, form: actions.assign_verifier(t, by=actor, verifier=form.chosen()),
             (P.OPEN_TICKETS,), _verifier_form),
        Deed("measures", "填写整改措施", _measures, (P.REPORT,), bodies.lines(forms.MeasureFormSet), path="measures"),
        Deed("urge", "登记督促情况", with_values(actions.urge), (P.URGE,), bodies.plain(forms.UrgeForm)),
        Deed("order", "拟制督办单", lambda actor, t, form: _drafted(t, actor, form), (P.DRAFT_ORDERS,), bodies.plain(forms.OrderForm)),
        Deed("note", "填写内部意见", lambda actor, t, form: _noted(t, actor, form), (P.WRITE_NOTES,), bodies.plain(forms.NoteForm)),
    ),
)  # fmt: skip


def _drafted(ticket: Any, actor: Actor, form: Any) -> None:
    actions.draft_order(ticket, by=actor, reason=form.cleaned_data["reason"])


def _noted(ticket: Any, actor: Actor, form: Any) -> None:
    actions.write_note(ticket, by=actor, text=form.cleaned_data["text"])


# --- orders and categories --------------------------------------------------------------------------------------------

ORDERS = Resource(
    name="orders", title="督办单", room="rectification", words=SEES_TICKETS, filterset=OrderFilter, order="-created_at",
    rows=lambda actor: SupervisoryOrder.objects.visible_to(actor),
    fields=(
        f.ref("ticket", "整改单", shown="number"), f.number("n", "第几次督办"), f.long_text("reason", "督办事由", column="reason_text"),
        f.ref("document", "督办单公文", shown="number"), *f.coded("state", "状态", SupervisoryOrder.State.choices, sort=True),
        f.day("answer_by", "要求答复", sort=True), *TENANCY,
    ),
    parts=(DEADLINES, HISTORY),
)  # fmt: skip


def _category_form(data: Any, files: Any, actor: Actor, on: Any) -> Any:
    return forms.CategoryForm(data, instance=on or ProblemCategory(), actor=actor)


def _save_category(actor: Actor, on: Any, form: Any) -> Any:
    return actions.save_category(form.instance, by=actor, values=form.cleaned_data)


CATEGORIES = Resource(
    name="problem-categories", title="问题分类", room="rectification", words=(P.KEEP_LEDGER,), order="order",
    rows=lambda actor: ProblemCategory.objects.visible_to(actor).binding_on(actor.division_code),
    fields=(
        f.text("code", "代码", sort=True), f.text("label", "名称"), f.ref("parent", "上级分类", shown="label"),
        f.text("basis", "依据"), f.number("order", "顺序", sort=True), f.number("division_code", "区划", null=True),
        f.day("retired_on", "停用日期"),
    ),
    create=Deed("create", "新增分类", _save_category, (P.KEEP_LEDGER,), _category_form),
    change=Deed("change", "修改分类", _save_category, (P.KEEP_LEDGER,), _category_form),
    deeds=(Deed("retire", "停用或重新启用", simple(actions.retire_category), (P.KEEP_LEDGER,)),),
)  # fmt: skip
RESOURCES = (PROBLEMS, TICKETS, ORDERS, CATEGORIES)
