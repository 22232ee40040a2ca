"""A person's own inbox, jobs and imports, and what an office writes down of its people: lent words, hand-overs, what was
opened to outsiders; the audit administrator's trail."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.actors import Actor
from accounts.api import fields as f
from accounts.api.bodies import invalid
from accounts.api.resources import Deed, Resource
from accounts.models import Delegation, Membership, User
from accounts.permissions import Permission as A
from records.actions import delegations
from records.actions.handover import hand_over
from records.documents.paper_forms import DelegationForm
from records.filters import AuditFilter, InboxFilter
from records.handovers.forms import HandoverForm
from records.imports.importers import importer_of, importers
from records.imports.work import begin_writing, bring
from records.lost_jobs import run_again
from records.models import AuditEntry, FigureCheck, FigureDifference, GrantEntry, Handover, Import, Job, Notification
from records.notices import inbox
from records.permissions import Permission as P
from records.uploads import clean_name
from records.views.handover import colleagues_of, successors_of
from records.views.imports import ImportForm, importer_for


def _mark_read(actor: Actor, on: Any, form: Any) -> None:
    inbox.mark_read(on)


NOTIFICATIONS = Resource(
    name="notifications", title="收件箱", room="records", words=(P.READ_INBOX,), filterset=InboxFilter, order="-created_at",
    rows=lambda actor: Notification.objects.visible_to(actor), help="查看不等于已读：读过的用 mark-read 标记。",
    fields=(
        f.text("title", "标题"), f.long_text("body", "内容"), *f.coded("category", "类别", Notification.Category.choices),
        f.flag("urgent", "紧急"), f.text("root_kind", "事项类别"), f.number("root_id", "事项编号", null=True),
        f.moment("created_at", "时间", sort=True), f.moment("read_at", "阅读时间"),
    ),
    deeds=(Deed("mark-read", "标为已读", _mark_read, (P.READ_INBOX,)),),
)  # fmt: skip

# --- jobs and imports -------------------------------------------------------------------------------------------------

FAULT = f.record(place=f.STRING, value=f.STRING, cure=f.STRING)


def _faults(job: Job | None) -> list[dict[str, str]]:
    return [{name: str(fault.get(name, "")) for name in FAULT["properties"]} for fault in (job.faults if job else [])]


def _job_faults(job: Job, actor: Actor) -> list[dict[str, str]]:
    return _faults(job)


def _again(actor: Actor, on: Any, form: Any) -> None:
    run_again(on, by=actor)


JOBS = Resource(
    name="jobs", title="任务", room="records", words=(P.USE_JOBS,), order="-created_at",
    rows=lambda actor: Job.objects.visible_to(actor),
    fields=(
        f.text("title", "事项"), f.text("kind", "类别"), *f.coded("state", "状态", Job.State.choices, sort=True),
        f.number("total", "总数"), f.number("done", "已处理"), f.number("fault_count", "未办成"), f.text("note", "说明"),
        f.text("result_name", "结果文件"), f.number("result_size", "结果文件字节数", null=True), f.flag("may_run_again", "可以重新运行"),
        f.moment("created_at", "发起时间", sort=True), f.moment("finished_at", "结束时间"),
    ),
    parts=(f.Part("faults", "未办成的", f.listed(FAULT), _job_faults, inline=False),),
    deeds=(Deed("again", "重新运行", _again, (P.USE_JOBS,)),),
)  # fmt: skip


def _import_form(data: Any, files: Any, actor: Actor, on: Any) -> ImportForm:
    """The page's form, whose kind the page has in its address."""
    form = ImportForm(data, files)
    kind = forms.ChoiceField(label="内容", choices=[(i.kind, i.title) for i in importers()])
    form.fields = {"kind": kind, **form.fields}
    return form


def _bring(actor: Actor, on: Any, form: Any) -> Import:
    importer, file = importer_for(form.cleaned_data["kind"], actor), form.cleaned_data["file"]
    return bring(importer, by=actor, file=file, name=clean_name(file.name))


def _import_faults(made: Import, actor: Actor) -> list[dict[str, str]]:
    return _faults(made.check_job)


def _write(actor: Actor, on: Any, form: Any) -> None:
    importer_for(on.kind, actor)
    begin_writing(on, by=actor)


def _kind_label(kind: str) -> str:
    importer = importer_of(kind)
    return importer.title if importer else kind


COUNTS: f.Schema = {
    "type": "object",
    "additionalProperties": {"type": "integer"},
    "description": "新增、修改、不变、有误各几行",
}
IMPORTS = Resource(
    name="imports", title="表格导入", room="records", words=(P.USE_JOBS,), order="-uploaded_at",
    rows=lambda actor: Import.objects.visible_to(actor),
    help="上传后先检查，checked_at 有值即检查完毕；没有问题的用 write 写入。填表模板在“表格导入”页面下载。",
    fields=(
        f.text("kind", "内容"), f.Field("kind_label", {"type": "string", "description": "内容（名称）"}, ("kind",), _kind_label),
        f.text("name", "文件"), f.number("size", "字节数"), f.moment("uploaded_at", "上传时间", sort=True), f.moment("checked_at", "检查时间"),
        f.Field("counts", COUNTS, ("counts",)), f.number("fault_count", "问题数"), f.moment("written_at", "导入时间"),
        f.number("check_job", "检查任务", column="check_job_id", null=True), f.number("write_job", "导入任务", column="write_job_id", null=True),
    ),
    parts=(f.Part("faults", "须改正的内容", f.listed(FAULT), _import_faults, inline=False),),
    create=Deed("create", "上传表格", _bring, (P.USE_JOBS,), _import_form, takes_files=True),
    deeds=(Deed("write", "写入已检查的表格", _write, (P.USE_JOBS,)),),
)  # fmt: skip

# --- an office's people -----------------------------------------------------------------------------------------------


def _delegation_form(data: Any, files: Any, actor: Actor, on: Any) -> DelegationForm:
    if data is None:
        form = DelegationForm(people=[], words={})
        form.fields["receiver"].choices = form.fields["words"].choices = []  # type: ignore[attr-defined]
        return form
    return DelegationForm(data, people=delegations.receivers(actor), words=delegations.words_to_lend(actor))


def _lend(actor: Actor, on: Any, form: Any) -> Delegation:
    return delegations.give(by=actor, **form.chosen())


def _take_back(actor: Actor, on: Any, form: Any) -> Delegation:
    return delegations.revoke(on, by=actor)


DELEGATIONS = Resource(
    name="delegations", title="授权代签", room="records", words=(A.VIEW_DELEGATIONS,), order="-valid_until",
    rows=lambda actor: Delegation.objects.visible_to(actor),
    fields=(
        f.ref("giver", "授权人", shown="user__full_name"), f.ref("receiver", "受托人", shown="user__full_name"),
        f.Field("words", f.listed(f.STRING, "授权事项"), ("words",)), f.text("reason", "授权事由"), f.day("valid_from", "起始日期"),
        f.day("valid_until", "截止日期", sort=True), f.moment("given_at", "办理时间", sort=True), f.moment("revoked_at", "撤回时间"),
    ),
    create=Deed("create", "授权代签", _lend, (A.DELEGATE,), _delegation_form, help="receiver 为受托人的身份编号。"),
    deeds=(Deed("revoke", "撤回授权", _take_back, (A.VIEW_DELEGATIONS,)),),
)  # fmt: skip


def _handover_form(data: Any, files: Any, actor: Actor, on: Any) -> HandoverForm:
    """The page's form; whose work and who takes it the page has chosen before."""
    form = HandoverForm(data)
    who = forms.ModelChoiceField(colleagues_of(actor), label="离岗人员的身份编号")
    to = forms.ModelChoiceField(
        User.objects.visible_to(actor), label="接任人员编号", help_text="须是本办公室的在岗人员。"
    )
    form.fields = {"membership": who, "successor": to, **form.fields}
    return form


def _hand_over(actor: Actor, on: Any, form: Any) -> Handover:
    values = dict(form.cleaned_data)
    gone: Membership = values.pop("membership")
    to: User = values.pop("successor")
    if to not in successors_of(actor, gone):
        raise invalid({"successor": ["接任人员须是本办公室其他在岗人员。"]})
    return hand_over(gone, to=to, by=actor, **values)


PASSED = f.listed(f.record(label=f.STRING, count=f.INTEGER), "移交事项")
HANDOVERS = Resource(
    name="handovers", title="离岗移交", room="records", words=(P.VIEW_HANDOVERS,), order="-done_at",
    rows=lambda actor: Handover.objects.visible_to(actor), help="移交哪些事项，请先在页面上预览。",
    fields=(
        f.text("person_name", "离岗人员"), f.text("successor_name", "接任人员"), f.ref("organization", "单位"), f.text("reason", "事由"),
        f.Field("passed", PASSED, ("passed",), lambda rows: [{"label": label, "count": int(n)} for label, n in rows]),
        f.day("last_day", "最后一日"), f.moment("done_at", "办理时间", sort=True), f.text("done_by_name", "办理人"),
    ),
    create=Deed("create", "离岗移交", _hand_over, (P.HAND_OVER,), _handover_form),
)  # fmt: skip
GRANTS = Resource(
    name="grant-entries", title="对外开放记录", room="records", words=(P.GRANT_ACCESS,), order="-at",
    rows=lambda actor: GrantEntry.objects.visible_to(actor), help="开放和收回在该事项的页面上办理：对方的初始密码只显示给办理人。",
    fields=(
        f.person("person", "外部人员"), f.text("root_kind", "事项类别"), f.number("root_id", "事项编号"), f.text("purpose", "事由"),
        f.day("until", "截止日期"), f.flag("download", "可下载文件"), f.flag("ended", "收回"), f.text("reason", "理由"),
        f.moment("at", "时间", sort=True), f.text("by_name", "办理人"),
    ),
)  # fmt: skip

# --- what administrators read -----------------------------------------------------------------------------------------

AUDIT = Resource(
    name="audit-entries", title="审计记录", room="records", words=(P.READ_AUDIT,), filterset=AuditFilter, order="-at", pk="uuid",
    rows=lambda actor: AuditEntry.objects.visible_to(actor),
    fields=(
        f.moment("at", "时间", sort=True), *f.coded("action", "行为", AuditEntry.Action.choices), f.text("person_name", "人员"),
        f.text("acting_as", "身份"), f.number("division_code", "区划"), f.text("object_kind", "对象类别"), f.text("object_id", "对象编号"),
        f.text("detail", "说明"), f.flag("succeeded", "成功"), f.text("address", "地址", null=True),
    ),
)  # fmt: skip
DIFFERENCE = f.record(measure=f.STRING, place_code=f.INTEGER, at=f.MOMENT)


def _differences(check: FigureCheck, actor: Actor) -> list[dict[str, Any]]:
    rows = FigureDifference.objects.visible_to(actor).filter(run=check).order_by("place_code", "measure", "at", "pk")
    return list(rows.values(*DIFFERENCE["properties"])[:200])


CHECKS = Resource(
    name="figure-checks", title="汇总数核对", room="records", words=(P.VIEW_FIGURE_CHECKS,), order="-at",
    rows=lambda actor: FigureCheck.objects.visible_to(actor),
    fields=(f.moment("at", "核对时间", sort=True), f.Field("seconds", {"type": "number", "description": "用时（秒）"}, ("seconds",)),
            f.number("keys", "汇总数条数")),
    parts=(f.Part("differences", "不一致的", f.listed(DIFFERENCE), _differences),),
)  # fmt: skip
RESOURCES = (NOTIFICATIONS, JOBS, IMPORTS, DELEGATIONS, HANDOVERS, GRANTS, AUDIT, CHECKS)
