"""Forms of the archive."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.actors import Actor
from records import clock
from records.filetypes import ACCEPT, TAKEN
from records.models import ArchiveFile, ArchiveTransfer
from records.models.deadlines import BasisKind


def _file(label: str, help_text: str) -> forms.FileField:
    return forms.FileField(label=label, help_text=help_text, widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}))


class ScanForm(forms.Form):
    """A paper that is only on paper."""

    title = forms.CharField(label="题名", max_length=200)
    responsible = forms.CharField(label="责任者", max_length=200, required=False)
    number = forms.CharField(label="文号", max_length=60, required=False)
    dated = forms.DateField(label="日期", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    upload = _file("扫描件", f"{TAKEN}；单个文件不超过20 MB。")


class RetentionForm(forms.Form):
    """How long an office keeps a kind of file."""

    years = forms.TypedChoiceField(label="保管期限", choices=[("", "永久"), (30, "30年"), (10, "10年")], coerce=int,
                                   empty_value=None, required=False, help_text="不得短于上级规定的期限。")  # fmt: skip
    basis = forms.CharField(
        label="依据",
        max_length=200,
        help_text="文件名称和条款，如经同级档案主管部门审查的文件材料归档范围和保管期限表。",
    )
    basis_kind = forms.ChoiceField(label="依据的性质", choices=BasisKind.choices, initial=BasisKind.LOCAL_PRACTICE)


class TransferForm(forms.ModelForm):
    """Which closed files went where, with the list that the archive signed."""

    chosen = forms.ModelMultipleChoiceField(
        ArchiveFile.objects.none(), label="移交的案卷", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选定一卷已归档的案卷。"},
    )  # fmt: skip
    receipt = _file("签收的移交清册（扫描件）", "先打印移交清册，双方签字盖章后扫描上传。")

    class Meta:
        model = ArchiveTransfer
        fields = ["receiver_kind", "receiver", "received_by", "handed_on", "note"]
        widgets = {"handed_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].queryset = ArchiveFile.objects.visible_to(actor).closed().order_by("number")  # type: ignore[attr-defined]
        self.order_fields(["chosen", "receiver_kind", "receiver", "received_by", "handed_on", "receipt", "note"])

    def clean_handed_on(self) -> Any:
        day = self.cleaned_data["handed_on"]
        if day > clock.today():
            raise forms.ValidationError("移交日期不能晚于今天；移交以后再登记。")
        return day
