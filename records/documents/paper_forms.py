"""Forms of a paper's way: countersigners, approval on paper, the scan of the stamped paper, delegations, the office's steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from accounts.forms import DayInput
from accounts.models import Membership, Organization
from records import clock
from records.documents.kinds import DocumentKind
from records.models import OfficePaper, PaperSteps


class CountersignerForm(forms.Form):
    """Whom to ask: another organization, or a person of the own office."""

    signer = forms.ChoiceField(label="会签单位或人员")

    def __init__(self, *args: Any, bodies: Iterable[Organization], people: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bodies, self.people = {f"o{o.pk}": o for o in bodies}, {f"m{m.pk}": m for m in people}
        field = self.fields["signer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "请选择"),
            ("其他单位", [(key, body.name) for key, body in self.bodies.items()]),
            ("本单位人员", [(key, f"{m.user} {m.get_role_display()}") for key, m in self.people.items()]),
        ]

    def chosen(self) -> tuple[Organization, Membership | None]:
        key = self.cleaned_data["signer"]
        member = self.people.get(key)
        return (member.organization, member) if member else (self.bodies[key], None)


class ArrangementForm(forms.Form):
    in_order = forms.ChoiceField(label="会签方式", choices=[("", "同时会签"), ("1", "按次序依次会签")], required=False)
    until = forms.DateField(
        label="会签期限", required=False, widget=DayInput, help_text="其他单位在这一天以前可以查看这份文稿；不填则到会签完毕移出名单为止。"
    )  # fmt: skip


class PaperApprovalForm(forms.Form):
    """Who approved on paper and when. There is no field for a number: whoever sends one is refused."""

    approver = forms.ChoiceField(label="签发人")
    on = forms.DateField(label="签发日期", widget=DayInput, help_text="以签发单上的日期为准，即公文的成文日期。")
    scan = forms.FileField(label="签发单扫描件", help_text="PDF 或图片，须看得清签名和日期。")
    onward = forms.BooleanField(label="成文用印后即印发送达", required=False, initial=True)

    def __init__(self, *args: Any, people: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(m.pk): m for m in people}
        field = self.fields["approver"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *((pk, f"{m.user} {m.get_role_display()}") for pk, m in self.people.items())]

    def clean(self) -> dict[str, Any]:
        if self.data.get("number"):
            raise forms.ValidationError("文号由系统按序取得，不能手工填写。")
        return super().clean() or {}

    def chosen(self) -> Membership:
        return self.people[self.cleaned_data["approver"]]


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; what each one is, is looked at when it is stored."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, (list, tuple)) else [data]
        return [super(FilesField, self).clean(one, initial) for one in given or [None]]


class ScanForm(forms.Form):
    """The scan of the stamped paper, one PDF or a picture a page, in the order of the pages."""

    sheets = FilesField(
        label="用印扫描件", widget=SeveralFiles(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
        help_text="一个 PDF，或每页一张图片（按页码顺序选择）。须包含全部页面，首末页的二维码和印章要清楚。",
    )  # fmt: skip


class DelegationForm(forms.Form):
    """To whom, what, from when to when, and why."""

    receiver = forms.ChoiceField(label="受托人")
    words = forms.MultipleChoiceField(label="授权事项", widget=forms.CheckboxSelectMultiple)
    valid_from = forms.DateField(label="起始日期", widget=DayInput)
    valid_until = forms.DateField(label="截止日期", widget=DayInput, help_text="当日仍有效。")
    reason = forms.CharField(label="授权事由", max_length=200, help_text="如：外出学习。")

    def __init__(self, *args: Any, people: Iterable[Membership], words: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(m.pk): m for m in people}
        receiver, lent = self.fields["receiver"], self.fields["words"]
        assert isinstance(receiver, forms.ChoiceField) and isinstance(lent, forms.MultipleChoiceField)
        receiver.choices = [
            ("", "请选择"),
            *((pk, f"{m.user} {m.get_role_display()}") for pk, m in self.people.items()),
        ]
        lent.choices = list(words.items())
        self.fields["valid_from"].initial = clock.today
        if len(words) == 1:
            lent.initial = list(words)

    def chosen(self) -> dict[str, Any]:
        return self.cleaned_data | {"receiver": self.people[self.cleaned_data["receiver"]]}


class PaperSettingsForm(forms.Form):
    """The steps of every kind, and how the office seals."""

    seal_way = forms.ChoiceField(
        label="用印方式", required=False, choices=[("", "自动：有签章证书的用电子签章，没有的打印盖章"), *OfficePaper.SealWay.choices],
        help_text="改动从下一份签发的公文起使用。",
    )  # fmt: skip

    def __init__(self, *args: Any, people: Iterable[Membership], steps: Iterable[PaperSteps], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {row.kind: row for row in steps}
        choices = [("", "除拟稿人外均可"), *((str(m.user_id), str(m.user)) for m in people)]
        for kind in DocumentKind:
            row = known.get(kind) or PaperSteps(kind=kind)
            self.fields[f"{kind}_check"] = forms.BooleanField(
                label="须核稿", required=False, initial=row.check_required
            )
            self.fields[f"{kind}_checker"] = forms.ChoiceField(
                label="核稿人", required=False, choices=choices, initial=str(row.checker_id or "")
            )
            self.fields[f"{kind}_countersign"] = forms.BooleanField(
                label="须会签", required=False, initial=row.countersign_required
            )

    def rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """For the page: a kind's name and its three fields."""
        return [
            (kind.label, [self[f"{kind}_check"], self[f"{kind}_checker"], self[f"{kind}_countersign"]])
            for kind in DocumentKind
        ]

    def chosen(self) -> dict[str, dict[str, Any]]:
        typed = self.cleaned_data
        return {
            kind.value: {
                "check_required": typed[f"{kind}_check"], "countersign_required": typed[f"{kind}_countersign"],
                "checker_id": int(typed[f"{kind}_checker"]) if typed[f"{kind}_checker"] else None,
            }
            for kind in DocumentKind
        }  # fmt: skip
