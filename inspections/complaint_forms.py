"""Forms of complaints: what the public sends, and what the handling office writes."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Membership
from inspections.models import Complaint
from rectification.models import Problem

MOST_FILES = 9
LONGEST_TEXT = 5000
SHORTEST_TEXT = 10


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once, cleaned to a list; their contents are looked at when they are taken in."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = [f for f in (data if isinstance(data, list | tuple) else [data]) if f]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(f"一次最多{MOST_FILES}个附件，您选了{len(files)}个。请挑选最能说明情况的。")
        return files


class ComplaintForm(forms.Form):
    """What somebody sends. `units` are the schools of the chosen division; the text is kept when anything is wrong."""

    unit = forms.ChoiceField(label="反映的学校", required=False)
    unit_text = forms.CharField(label="单位名称", max_length=200, required=False,
                                help_text="名单里没有的，请在这里写明单位名称。")  # fmt: skip
    category = forms.ChoiceField(label="反映哪方面的问题", choices=Complaint.Category.choices, widget=forms.RadioSelect,
                                 error_messages={"required": "请选择一项，拿不准的选“其他”。"})  # fmt: skip
    text = forms.CharField(
        label="具体情况", min_length=SHORTEST_TEXT, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="时间、地点、经过。请不要写未成年人的姓名。",
        error_messages={"required": "请写明时间、地点和经过。",
                        "min_length": f"请写得具体一些，至少{SHORTEST_TEXT}个字。"},
    )  # fmt: skip
    evidence = FilesField(label="照片或文件", required=False, help_text=f"可不传，最多{MOST_FILES}个。")
    contact_name = forms.CharField(label="您的姓名", max_length=60, required=False)
    contact_phone = forms.CharField(label="联系电话", max_length=20, required=False)

    def __init__(self, *args: Any, units: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *((str(pk), name) for pk, name in units)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("unit") and not cleaned.get("unit_text", "").strip():
            self.add_error("unit", "请选择学校，或写明单位名称。")
        return cleaned


class TransferForm(forms.Form):
    upward = forms.BooleanField(label="转送上一级督导办", required=False,
                                help_text="反映本办或本办人员的，应当转送上一级。")  # fmt: skip
    to = forms.CharField(
        label="转送单位", max_length=200, required=False, help_text="不属于教育督导职责的，写明主管机关。"
    )
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
                             help_text="投诉人能够查询到。")  # fmt: skip


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label="查办结果和答复", max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="投诉人凭编号和查询码看到的就是这些文字。不要写出其他当事人的个人信息。",
    )  # fmt: skip


class RecusalForm(forms.Form):
    """Who of the office is kept away. The memberships offered are the office's own."""

    person = forms.ChoiceField(label="回避人员")
    reason = forms.CharField(label="理由", max_length=300, help_text="如：被反映的人员、与被反映单位有利害关系。")

    def __init__(self, *args: Any, members: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = {str(m.pk): m for m in members}
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "请选择"),
            *((k, f"{m.user.full_name}（{m.get_role_display()}）") for k, m in self.members.items()),
        ]

    def chosen(self) -> Membership:
        return self.members[self.cleaned_data["person"]]


class FoundForm(forms.Form):
    """A problem that the complaint led to, in the office's own words."""

    title = forms.CharField(label="问题", max_length=120)
    description = forms.CharField(
        label="查实的情况", widget=forms.Textarea(attrs={"rows": 4}), max_length=LONGEST_TEXT,
        help_text="责任单位会看到。只写查实的事实，不要引用来信，不要透露有人投诉。",
    )  # fmt: skip
    severity = forms.ChoiceField(label="程度", choices=Problem.Severity.choices, widget=forms.RadioSelect)
