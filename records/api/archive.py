"""The archive: files of finished matters with their catalogues, handing over, how long is kept."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.actors import Actor
from accounts.api import fields as f
from accounts.api.bodies import invalid, lines, plain
from accounts.api.resources import Deed, Resource
from records.actions import archive as acts
from records.actions.attachments import visible_root
from records.api.transitions import move, options, simple
from records.archive.forms import ScanForm, TransferForm
from records.archive.lists import ArchiveFilter
from records.archive.registry import kind_label
from records.archive.workflow import ARCHIVE
from records.models import ArchiveFile, ArchiveItem, ArchiveTransfer, RetentionRule
from records.models.deadlines import BasisKind
from records.permissions import Permission as P
from records.state import Refusal, Refused
from records.views.archive_items import MOST
from records.web import timeline

ITEM = f.record(
    id=f.INTEGER, position=f.INTEGER, title=f.STRING, responsible=f.STRING, number=f.STRING, dated=f.DAY, remarks=f.STRING,
    is_scan=f.BOOLEAN, mime=f.STRING, sha256=f.STRING, left_out=f.BOOLEAN, left_out_reason=f.STRING,
)  # fmt: skip


def _items(file: ArchiveFile, actor: Actor) -> list[dict[str, Any]]:
    return list(ArchiveItem.objects.visible_to(actor).filter(file=file).values(*ITEM["properties"]))


EVENT = f.record(at=f.MOMENT, what=f.STRING, who=f.STRING, as_whom=f.STRING, note=f.STRING)


def _history(file: ArchiveFile, actor: Actor) -> list[dict[str, Any]]:
    return [{"at": e.at, "what": e.what, "who": e.who, "as_whom": e.as_whom, "note": e.note} for e in timeline(file)]


class OpenForm(forms.Form):
    """Which finished matter."""

    root_kind = forms.CharField(label="事项类别", max_length=60, help_text="如 rectification.ticket。")
    root_id = forms.IntegerField(label="事项编号", min_value=1, max_value=2**62)


def _open(actor: Actor, on: Any, form: Any) -> ArchiveFile:
    root = visible_root(form.cleaned_data["root_kind"], form.cleaned_data["root_id"], actor)
    if root is None:
        raise invalid({"root_id": ["没有这个事项，或者您看不到它。"]})
    return acts.open_file(root, by=actor)


class LineForm(forms.Form):
    """A line of the catalogue: its place and remark."""

    item = forms.IntegerField(label="卷内文件编号", min_value=1, max_value=2**62)
    position = forms.IntegerField(label="序号", min_value=1, max_value=MOST)
    remarks = forms.CharField(label="备注", max_length=200, required=False)


class BaseLines(forms.BaseFormSet):
    def lines(self) -> list[dict[str, Any]]:
        return [form.cleaned_data for form in self.forms if form.cleaned_data.get("item")]


LineFormSet = forms.formset_factory(LineForm, formset=BaseLines, extra=0, max_num=MOST, absolute_max=MOST)


def _arrange(actor: Actor, on: Any, form: Any) -> None:
    found = form.lines()
    order = {line["item"]: line["position"] for line in found}
    acts.arrange(on, by=actor, order=order, remarks={line["item"]: line["remarks"] for line in found})


class ItemForm(forms.Form):
    item = forms.IntegerField(label="卷内文件编号", min_value=1, max_value=2**62)


class LeaveOutForm(ItemForm):
    reason = forms.CharField(label="理由", max_length=300, error_messages={"required": "不归档须写明理由。"})


def _leave_out(actor: Actor, on: Any, form: Any) -> None:
    item = ArchiveItem.objects.visible_to(actor).filter(file=on, pk=form.cleaned_data["item"]).first()
    if item is None:
        raise invalid({"item": ["案卷中没有这份文件，请按卷内目录填写编号。"]})
    acts.leave_out(on, item, by=actor, reason=form.cleaned_data.get("reason", ""))


def _scan(actor: Actor, on: Any, form: Any) -> None:
    values = dict(form.cleaned_data)
    acts.add_scan(on, values.pop("upload"), by=actor, **values)


def _refresh(actor: Actor, on: Any, form: Any) -> None:
    root = visible_root(on.root_kind, on.root_id, actor)
    if root is None:
        raise Refused(Refusal("原事项已经看不到了，不能重新读取。"))
    acts.refresh(on, root, by=actor)


FILE_MOVES = [
    move(ARCHIVE, "close", simple(acts.close_file)),
    move(ARCHIVE, "reopen", simple(acts.reopen_file, with_reason=True)),
]
FILES = Resource(
    name="archive-files", title="案卷", room="records", words=(P.VIEW_ARCHIVE,), filterset=ArchiveFilter, order="-opened_at",
    rows=lambda actor: ArchiveFile.objects.visible_to(actor), help="卷内文件和合订本在案卷页面上取。",
    fields=(
        f.text("number", "档号"), f.text("title", "案卷题名", sort=True), f.text("root_kind", "事项类别"),
        f.Field("root_kind_label", {"type": "string", "description": "事项类别（名称）"}, ("root_kind",), kind_label),
        f.number("root_id", "事项编号"), f.text("subject_name", "对象单位"), f.number("year", "归档年度", sort=True),
        *f.coded("state", "状态", ArchiveFile.State.choices, sort=True), f.number("retention_years", "保管年数", null=True),
        f.text("retention_basis", "保管期限依据"), f.day("expires_on", "保管期满日期"), f.moment("opened_at", "立卷时间", sort=True),
        f.moment("closed_at", "归档时间"), f.number("edition", "归档次数"), f.number("transfer", "移交编号", column="transfer_id", null=True),
        f.text("prepare_error", "生成失败的原因"),
    ),
    parts=(
        f.Part("items", "卷内目录", f.listed(ITEM), _items), options(ARCHIVE, FILE_MOVES),
        f.Part("history", "经过", f.listed(EVENT), _history, inline=False),
    ),
    create=Deed("create", "立卷", _open, (P.KEEP_ARCHIVE,), plain(OpenForm), help="同一事项只立一卷：已有的返回原案卷。"),
    deeds=(
        *FILE_MOVES,
        Deed("arrange", "排列卷内文件", _arrange, (P.KEEP_ARCHIVE,), lines(LineFormSet)),
        Deed("leave-out", "列为不归档", _leave_out, (P.KEEP_ARCHIVE,), plain(LeaveOutForm)),
        Deed("take-in", "恢复归档", _leave_out, (P.KEEP_ARCHIVE,), plain(ItemForm)),
        Deed("add-scan", "补充扫描件", _scan, (P.KEEP_ARCHIVE,), plain(ScanForm), takes_files=True),
        Deed("refresh", "重新读取材料", _refresh, (P.KEEP_ARCHIVE,)),
    ),
)  # fmt: skip


def _transfer_form(data: Any, files: Any, actor: Actor, on: Any) -> TransferForm:
    return TransferForm(data, files, actor=actor)


def _hand_over(actor: Actor, on: Any, form: Any) -> ArchiveTransfer:
    values = dict(form.cleaned_data)
    chosen, receipt = list(values.pop("chosen")), values.pop("receipt")
    return acts.hand_over(chosen, by=actor, values=values, receipt=receipt)


HANDED = f.record(id=f.INTEGER, number=f.STRING, title=f.STRING)


def _handed(transfer: ArchiveTransfer, actor: Actor) -> list[dict[str, Any]]:
    rows = ArchiveFile.objects.visible_to(actor).filter(transfer=transfer).order_by("number")
    return list(rows.values(*HANDED["properties"]))


TRANSFERS = Resource(
    name="archive-transfers", title="档案移交", room="records", words=(P.VIEW_ARCHIVE,), order="-handed_on",
    rows=lambda actor: ArchiveTransfer.objects.visible_to(actor),
    fields=(
        f.day("handed_on", "移交日期", sort=True), *f.coded("receiver_kind", "接收单位类别", ArchiveTransfer.Receiver.choices),
        f.text("receiver", "接收单位"), f.text("received_by", "接收人"), f.text("note", "备注"), f.text("receipt_name", "签收的移交清册"),
        f.moment("recorded_at", "登记时间", sort=True), f.person("recorded_by", "登记人"),
    ),
    parts=(f.Part("files", "移交的案卷", f.listed(HANDED), _handed),),
    create=Deed("create", "登记移交", _hand_over, (P.CLOSE_ARCHIVE,), _transfer_form, takes_files=True),
)  # fmt: skip
RETENTION = Resource(
    name="retention-rules", title="保管期限", room="records", words=(P.VIEW_ARCHIVE,), order="kind",
    rows=lambda actor: RetentionRule.objects.visible_to(actor),
    help="division_code 最近的一条起作用。本单位的期限由负责人在“保管期限”页面规定。",
    fields=(
        f.text("kind", "案卷类别", sort=True), f.Field("kind_label", {"type": "string", "description": "案卷类别（名称）"}, ("kind",), kind_label),
        f.number("years", "保管年数，空为永久", column="years", null=True), f.number("division_code", "适用区划", null=True),
        f.text("basis", "依据"), *f.coded("basis_kind", "依据的性质", BasisKind.choices),
    ),
)  # fmt: skip
RESOURCES = (FILES, TRANSFERS, RETENTION)
