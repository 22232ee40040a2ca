"""Forms of service: what is recorded of a paper receipt, kind by kind; who else shall have the paper."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from accounts.actors import Actor
from accounts.models import Organization
from records import clock
from records.actions.receipts import MOST_PROOFS
from records.documents.receipts import RECORDED, Receipt, Witness
from records.models import Document, Service
from records.timing.calendars import Unit

Kind = Service.Kind
POSTING = ("carrier", "tracking", "posted_on")
# The fields of each kind, in the order of its paper form.
FIELDS: dict[str, tuple[str, ...]] = {
    Kind.HANDED_OVER: ("received_at", "received_by", "received_as", "server"),
    Kind.LEFT: ("received_at", "refusal", "server", "witness", "witness_of", "second_witness", "second_witness_of"),
    Kind.POST: (*POSTING, "received_at", "received_by"),
    Kind.SCAN: ("received_at", "received_by", "received_as"),
}
EXPLAINED = {
    Kind.HANDED_OVER: "当面交给受送达单位的人员。凭证可以不传；补登以前的送达须上传。",
    Kind.LEFT: "受送达单位拒收，把公文留在其办公处所。须写明拒收理由，有两名见证人，并上传现场照片或回证扫描件。",
    Kind.POST: "用邮寄的方式送达。可以先登记交寄，妥投后再登记收到时间并上传妥投证明。",
    Kind.SCAN: "受送达单位在纸质送达回证上签收，把扫描件传上来。",
}
PROOF_HELP = f"照片或扫描件，最多{MOST_PROOFS}个。"


class Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; each is checked by its content when it is stored."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, (list, tuple)) else [data]
        return [one for one in (super(FilesField, self).clean(item, initial) for item in given) if one]


def _line(label: str, longest: int, help_text: str = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, required=False, help_text=help_text)


class ReceiptForm(forms.Form):
    """What the office records. What is missing for the kind is said by the rule itself (records.documents.receipts)."""

    received_at = forms.DateTimeField(
        label="收到时间", required=False, help_text="从这一时间起计算相关期限；不能早于印发，不能晚于现在。",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": "请填写日期和时间，如：2026-11-24 10:30。"},
    )  # fmt: skip
    received_by = _line("收件人姓名", 60)
    received_as = _line("收件人职务", 60)
    server = _line("送达人", 60)
    refusal = forms.CharField(
        label="拒收理由", required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )
    witness = _line("见证人", 60, "不能是送达人。")
    witness_of = _line("见证人单位", 120)
    second_witness = _line("第二见证人", 60)
    second_witness_of = _line("第二见证人单位", 120)
    carrier = _line("承运单位", 60, "如：中国邮政。")
    tracking = _line("邮件号", 40)
    posted_on = forms.DateField(
        label="交寄日期", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = _line("备注", 400)
    proofs = FilesField(label="送达凭证", required=False, help_text=PROOF_HELP)

    def __init__(self, service: Service, kind: str, by: Actor, *args: Any, **kwargs: Any) -> None:
        begun = {"server": by.display_name, "carrier": service.carrier, "tracking": service.tracking,
                 "posted_on": service.posted_on, "received_at": clock.now()}  # fmt: skip
        super().__init__(*args, **kwargs)
        self.initial = begun
        self.service, self.kind = service, kind
        kept = (*FIELDS[kind], "note", "proofs")
        self.fields = {name: self.fields[name] for name in kept}

    def receipt(self) -> Receipt:
        typed: dict[str, Any] = {name: self.cleaned_data.get(name) or "" for name in self.fields}
        witnesses = (Witness(typed.pop("witness", ""), typed.pop("witness_of", "")),
                     Witness(typed.pop("second_witness", ""), typed.pop("second_witness_of", "")))  # fmt: skip
        del typed["proofs"]
        moment = typed.pop("received_at") or clock.now()
        issued = self.service.document.issued_at
        # A minute is all that one types: within the minute of the issue it was received after it.
        if issued and moment < issued < moment + timedelta(minutes=1):
            moment = issued
        posted_on = typed.pop("posted_on", None) or None
        return Receipt(self.kind, moment, posted_on=posted_on, witnesses=witnesses, **typed)

    def proof_files(self) -> list[UploadedFile]:
        files: list[UploadedFile] = self.cleaned_data.get("proofs") or []
        return files


def kind_asked(asked: str) -> str:
    return asked if asked in RECORDED else Kind.HANDED_OVER


class DeemedForm(forms.Form):
    """An office's own number of days, with its basis: always local practice, because no text gives one."""

    amount = forms.IntegerField(label="发出后多少日未签收", min_value=1, max_value=365)
    unit = forms.ChoiceField(
        label="单位", choices=[(Unit.WORKING_DAY.value, "工作日"), (Unit.CALENDAR_DAY.value, "日")], widget=forms.RadioSelect,
        initial=Unit.WORKING_DAY.value,
    )  # fmt: skip
    basis = forms.CharField(
        label="依据", max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="如本级印发的公文送达办法。国家层面没有视为送达的规定，因此始终标为“本地惯例”，不会显示为法定期限。",
    )  # fmt: skip


class RecipientsForm(forms.Form):
    """Further recipients by their full names, a line each: copied from a list, not clicked one by one."""

    names = forms.CharField(
        label="受送达单位", widget=forms.Textarea(attrs={"rows": 6}), max_length=20_000,
        help_text="每行一个单位全称，可以从表格中整列复制。",
    )  # fmt: skip

    def __init__(self, document: Document, by: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document, self.by = document, by

    def clean_names(self) -> list[Organization]:
        names = [" ".join(line.split()) for line in self.cleaned_data["names"].splitlines() if line.strip()]
        found, faults = organizations_named(names, self.by)
        if faults:
            raise forms.ValidationError([f"第{n}行“{name}”：{why}" for n, name, why in faults[:20]])
        return found


def organizations_named(names: list[str], by: Actor) -> tuple[list[Organization], list[tuple[int, str, str]]]:
    """The organizations of these full names that `by` sees, in order, and what is wrong with the others:
    (line from 1, name, why). One query."""
    rows = Organization.objects.visible_to(by).open_on(clock.today()).filter(name__in=set(names))
    by_name: dict[str, list[Organization]] = {}
    for row in rows.order_by("pk"):
        by_name.setdefault(row.name, []).append(row)
    found, faults = [], []
    for n, name in enumerate(names, 1):
        same = by_name.get(name, [])
        if len(same) == 1:
            found.append(same[0])
        else:
            faults.append((n, name, "没有这个单位，请核对全称" if not same else "有多个同名单位，无法确定是哪一个"))
    return found, faults
