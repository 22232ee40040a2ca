"""Deadlines, what is asked about them, and the rules, terms and days by which they are counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.apps import apps
from django.db.models import Q
from django.http import Http404

from accounts.actors import Actor, Role
from accounts.api import fields as f
from accounts.api.bodies import FormFactory, plain
from accounts.api.filters import narrowed
from accounts.api.resources import Deed, Resource, removing
from records import clock
from records.actions import deadlines as acts
from records.actions import terms as terms_acts
from records.actions.attachments import visible_root
from records.api.transitions import ReasonForm
from records.models import CalendarDay, Deadline, DeadlineChange, DeadlineRule, HolidayNotice, Root, SchoolTerm
from records.models.deadlines import BasisKind
from records.permissions import Permission as P
from records.state import Refusal, Refused
from records.timing.calendars import Unit
from records.timing.period_forms import ExtensionForm, PauseForm, TermForm

READS = (P.VIEW_DEADLINES,)
Kind, Status = DeadlineChange.Kind, DeadlineChange.Status


def root_behind(kind: str, pk: int, actor: Actor) -> Any:
    """The root of a deadline or a request, by its own door; 404 where the actor does not see it."""
    root = visible_root(kind, pk, actor)
    if root is None:
        raise Http404("没有这个事项。")
    return root


def _deadlines(actor: Actor) -> Any:
    """An inspector's office has more business than he sees: only of what is his."""
    rows = Deadline.objects.visible_to(actor)
    if actor.role != Role.INSPECTOR:
        return rows
    seen = Q(pk__in=[])
    for model in apps.get_models():
        if issubclass(model, Root):
            seen |= Q(root_kind=model._meta.label_lower, root_id__in=model.objects.visible_to(actor).values("pk"))
    return rows.filter(seen)


class DeadlineFilter(forms.Form):
    status = forms.ChoiceField(
        label="进展", required=False,
        choices=[("", "全部"), ("open", "计算中"), ("overdue", "已逾期"), ("over", "已完成或取消")],
    )  # fmt: skip
    act = forms.CharField(label="行为", required=False, max_length=60)
    party_org = forms.IntegerField(label="责任单位", required=False, min_value=1, max_value=2**62)


def _narrowed(rows: Any, form: DeadlineFilter) -> Any:
    chosen = form.cleaned_data
    rows = rows.filter(**{name: chosen[name] for name in ("act", "party_org") if chosen.get(name)})
    status = chosen.get("status")
    if status == "over":
        return rows.exclude(met_at__isnull=True, cancelled_at__isnull=True)
    return {"open": rows.open, "overdue": rows.overdue}[status]() if status else rows


CHANGE = f.record(
    id=f.INTEGER, kind=f.STRING, status=f.STRING, what=f.STRING, reason=f.STRING, asked_at=f.MOMENT, asked_by=f.STRING,
    decided_at=f.MOMENT, decided_by=f.STRING, decision_note=f.STRING, new_due_at=f.MOMENT,
)  # fmt: skip


def _changes(deadline: Deadline, actor: Actor) -> list[dict[str, Any]]:
    return [
        {
            "id": c.pk, "kind": c.kind, "status": c.status, "what": c.what, "reason": c.reason, "asked_at": c.asked_at,
            "asked_by": c.asked_by_name, "decided_at": c.decided_at, "decided_by": c.decided_by_name,
            "decision_note": c.decision_note, "new_due_at": c.new_due_at,
        }
        for c in deadline.changes.order_by("-asked_at", "-pk")
    ]  # fmt: skip


def _overdue(due_at: Any, met_at: Any, cancelled_at: Any, paused_on: Any) -> bool:
    return Deadline(due_at=due_at, met_at=met_at, cancelled_at=cancelled_at, paused_on=paused_on).is_overdue


def _asking(kind: str, form: type[ExtensionForm] | type[PauseForm]) -> dict[str, Any]:
    """The page's form of an extension or a pause; its paper may come with it."""

    def made(data: Any, files: Any, actor: Actor, on: Any) -> Any:
        blank = Deadline(rule=DeadlineRule(amount=1, unit=Unit.CALENDAR_DAY), due_at=clock.end_of(clock.today()))
        found = form(on if on is not None else blank, data, files)
        if on is None and "amount" in found.fields:
            # Of a deadline that is over already; the others are not asked for it.
            found.fields["late_ground"] = forms.CharField(
                label="为什么没有在期限内申请", required=False, max_length=2000
            )
        return found

    def check(actor: Actor, on: Any) -> None:
        refused = acts.ask_refusal(on, kind, actor)
        if refused is not None:
            raise Refused(refused)

    def act(actor: Actor, on: Any, filled: Any) -> None:
        filled.ask_with_file(root=root_behind(on.root_kind, on.root_id, actor), by=actor)

    return {
        "act": act,
        "form": made,
        "check": check,
        "words": (P.ASK_DEADLINE_CHANGES,),
        "takes_files": True,
        "file_optional": True,
    }


DEADLINES = Resource(
    name="deadlines", title="期限", room="records", words=READS, rows=_deadlines, order="due_at",
    filterset=narrowed(DeadlineFilter, _narrowed),
    help="本办公室承办事项的期限；单位则为自己须完成的期限。某一事项的全部期限在该事项的 deadlines 中。",
    fields=(
        f.text("title", "事项"), f.text("act", "行为"), *f.coded("party", "责任方", Deadline.Party.choices), f.ref("party_org", "责任单位"),
        f.text("root_kind", "所属事项类别"), f.number("root_id", "所属事项编号"), f.number("subject_code", "对象区划"),
        f.moment("started_at", "起算时间"), f.moment("due_at", "截止时间", sort=True), f.moment("original_due_at", "原截止时间"),
        f.day("paused_on", "中止起日"), f.moment("met_at", "完成时间"), *f.coded("verdict", "结论", Deadline.Verdict.choices),
        f.Field("overdue", {"type": "boolean", "description": "已逾期"}, ("due_at", "met_at", "cancelled_at", "paused_on"), _overdue),
        f.text("rule_label", "规则"), f.text("basis", "依据"), *f.coded("basis_kind", "依据的性质", BasisKind.choices),
        f.flag("provisional", "节假日安排未公布，暂定"), f.moment("cancelled_at", "取消时间"),
    ),
    parts=(f.Part("changes", "延期和中止", f.listed(CHANGE), _changes),),
    deeds=(
        Deed("ask-extension", "申请延期", **_asking(Kind.EXTENSION, ExtensionForm)),
        Deed("ask-pause", "申请中止", **_asking(Kind.PAUSE, PauseForm)),
    ),
)  # fmt: skip

# --- what is asked ----------------------------------------------------------------------------------------------------


def _asked(actor: Actor) -> Any:
    rows = DeadlineChange.objects.visible_to(actor)
    return rows.filter(deadline__in=_deadlines(actor).values("pk")) if actor.role == Role.INSPECTOR else rows


class ChangeFilter(forms.Form):
    kind = forms.ChoiceField(label="种类", required=False, choices=[("", "全部"), *Kind.choices])
    status = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *Status.choices])


def _of_kind(rows: Any, form: ChangeFilter) -> Any:
    return rows.filter(**{name: value for name, value in form.cleaned_data.items() if value})


class NoteForm(forms.Form):
    reason = forms.CharField(label="意见", max_length=2000, required=False)


def _decide(name: str, title: str, act: Callable[..., Any], form: FormFactory | None) -> Deed:
    """As the page offers it; the action says to whom it is refused and why."""

    def done(actor: Actor, on: Any, filled: Any) -> None:
        root = root_behind(on.deadline.root_kind, on.deadline.root_id, actor)
        act(on, root, actor, filled.cleaned_data["reason"] if filled is not None else "")

    return Deed(name, title, done, (P.DECIDE_DEADLINE_CHANGES, P.ASK_DEADLINE_CHANGES), form)


CHANGES = Resource(
    name="deadline-changes", title="延期和中止", room="records", words=(P.ASK_DEADLINE_CHANGES, P.DECIDE_DEADLINE_CHANGES),
    rows=_asked, order="-asked_at", filterset=narrowed(ChangeFilter, _of_kind),
    fields=(
        f.ref("deadline", "期限", shown="title"), *f.coded("kind", "种类", Kind.choices), *f.coded("status", "状态", Status.choices),
        f.number("amount", "延长数额", null=True), f.text("unit", "单位"), f.day("starts", "中止起日"), f.day("ends", "中止止日"),
        f.long_text("reason", "理由"), f.text("late_ground", "逾期申请的理由"), f.moment("asked_at", "申请时间", sort=True),
        f.text("asked_by", "申请人", column="asked_by_name"), f.ref("asked_org", "申请单位"), f.moment("decided_at", "决定时间"),
        f.text("decided_by", "决定人", column="decided_by_name"), f.text("decision_note", "批准意见"),
        f.moment("old_due_at", "原截止时间"), f.moment("new_due_at", "变更后截止时间"), f.moment("closed_at", "恢复计算时间"),
    ),
    deeds=(
        _decide("approve", "批准", lambda c, root, by, reason: acts.approve(c, root=root, by=by, note=reason), plain(NoteForm)),
        _decide("refuse", "不予批准", lambda c, root, by, reason: acts.refuse(c, root=root, by=by, note=reason), plain(ReasonForm)),
        _decide("withdraw", "撤回申请", lambda c, root, by, reason: acts.withdraw(c, root=root, by=by), None),
        _decide("resume", "恢复计算期限", lambda c, root, by, reason: acts.resume(c, root=root, by=by, reason=reason), plain(ReasonForm)),
    ),
)  # fmt: skip

# --- by what it is counted --------------------------------------------------------------------------------------------

RULES = Resource(
    name="deadline-rules", title="期限规则", room="records", words=(P.VIEW_RULES,), order="code",
    rows=lambda actor: DeadlineRule.objects.visible_to(actor),
    help="国家的、上级的和本单位的规则；division_code 最近的一条起作用。本单位的规则由负责人在“期限规则”页面规定。",
    fields=(
        f.text("code", "代码", sort=True), f.text("label", "事项"), *f.coded("party", "责任方", DeadlineRule.Party.choices),
        f.number("amount", "数额"), f.text("unit", "单位"), f.text("start_event", "起算"), f.flag("move_last_day", "末日为休息日时顺延"),
        f.text("basis", "依据"), *f.coded("basis_kind", "依据的性质", BasisKind.choices), f.number("division_code", "适用区划", null=True),
        f.day("valid_from", "起用日期"), f.flag("active", "自行规定"), f.flag("overridable", "下级可以另行规定"),
        f.number("min_amount", "下级不得少于", null=True), f.number("max_amount", "下级不得多于", null=True),
        f.flag("pausable", "可以中止"), f.number("max_extensions", "最多延期次数"), f.number("extension_limit", "每次延期不超过", null=True),
    ),
)  # fmt: skip
NOTICES = Resource(
    name="holiday-notices", title="节假日安排通知", room="records", words=(P.VIEW_RULES,), order="-year",
    rows=lambda actor: HolidayNotice.objects.visible_to(actor), help="载入新的通知须先看过改动，在“工作日历”页面办理。",
    fields=(
        f.number("year", "年份", sort=True), f.text("title", "通知名称"), f.text("number", "文号"), f.long_text("text", "正文"),
        f.number("division_code", "区划"), f.number("changed_days", "改动天数"), f.moment("loaded_at", "载入时间", sort=True),
    ),
)  # fmt: skip


class DayFilter(forms.Form):
    year = forms.IntegerField(label="年份", required=False, min_value=2000, max_value=2999)


def _of_year(rows: Any, form: DayFilter) -> Any:
    year = form.cleaned_data.get("year")
    return rows.filter(day__year=year) if year else rows


DAYS = Resource(
    name="calendar-days", title="工作日历的例外", room="records", words=(P.VIEW_RULES,), order="day",
    rows=lambda actor: CalendarDay.objects.visible_to(actor), filterset=narrowed(DayFilter, _of_year),
    help="只列与国务院办公厅已公布安排不同的日子。",
    fields=(
        f.day("day", "日期", sort=True), f.flag("is_working", "上班"), f.text("name", "名称"), f.text("source", "依据"),
        f.number("division_code", "区划", null=True),
    ),
)  # fmt: skip


def _add_term(actor: Actor, on: Any, form: Any) -> SchoolTerm:
    return terms_acts.add_term(by=actor, **form.cleaned_data)


def _own_term(actor: Actor, on: Any) -> None:
    if on.division_code != actor.division_code:
        raise Refused(Refusal("上级登记的学期由上级督导办删除。"))


TERMS = Resource(
    name="school-terms", title="学期", room="records", words=(P.VIEW_RULES,), order="starts",
    rows=lambda actor: SchoolTerm.objects.visible_to(actor),
    fields=(
        f.text("name", "学期"), f.day("starts", "开学日期", sort=True), f.day("ends", "放假前最后一天"), f.number("division_code", "区划"),
    ),
    create=Deed("create", "登记学期", _add_term, (P.KEEP_CALENDAR,), plain(TermForm)),
    deeds=(Deed("remove", "删除学期", removing(lambda actor, on: terms_acts.remove_term(on, by=actor)), (P.KEEP_CALENDAR,), check=_own_term),),
)  # fmt: skip
RESOURCES = (DEADLINES, CHANGES, RULES, NOTICES, DAYS, TERMS)
