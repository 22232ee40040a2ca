"""Forms of drafting: the text of a paper, a new one from a template, the template itself."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from accounts.actors import Actor
from accounts.models import Organization
from records.actions.drafting import asked_of, attendance_of, lines_of
from records.actions.templates import strange_blanks
from records.documents.addressees import UnknownAddressee, find
from records.documents.blanks import fill, fill_content, open_blanks, unknown_in
from records.documents.kinds import blanks_of, kind_of
from records.documents.papers import as_text, from_text, layout_of
from records.models import Document, DocumentTemplate
from records.rendering.papers import Layout

LONGEST_TEXT = 60_000
BODY_HELP = "每行一段。以“一、”“（一）”“1.”“（1）”开头的行按公文层次排成标题；表格一行写一行，格子之间用竖线隔开，如：| 序号 | 问题 |。"
ATTENDANCE_HELP = "每行一类，如：出席：王建国、李明。没有请假、列席人员的不写。"
URGENCY = (("", "不标注"), ("加急", "加急"), ("特急", "特急"))
COPY_NUMBER = re.compile(r"\d{6}")


def area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def add_blanks(form: forms.Form, names: list[str], kind: str) -> None:
    """A field for each blank; one left empty stays open in the text."""
    meanings = blanks_of(kind)
    for name in names:
        form.fields[f"blank-{name}"] = forms.CharField(
            label=name, required=False, max_length=500, help_text=meanings.get(name, "")
        )


def blanks_in(form: forms.Form) -> dict[str, str]:
    given = {
        name.removeprefix("blank-"): value for name, value in form.cleaned_data.items() if name.startswith("blank-")
    }
    return {name: " ".join(str(value).split()) for name, value in given.items() if value}


class BlankFields(forms.Form):
    @property
    def blank_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("blank-")]


class DraftTextForm(BlankFields):
    """The text of a document while it is a draft. `content()` is what Document.content then holds."""

    title = forms.CharField(
        label="标题", max_length=200, widget=area(2), help_text="由发文事由和文种组成，不加书名号。"
    )
    recipient = forms.CharField(
        label="主送机关", required=False, max_length=2000, widget=area(1),
        help_text="纸面上的写法，用全称、规范化简称或统称。改写法不改变送达对象。",
    )  # fmt: skip
    body = forms.CharField(label="正文", max_length=LONGEST_TEXT, widget=area(22), help_text=BODY_HELP)
    attachments = forms.CharField(
        label="附件名称", required=False, max_length=4000, widget=area(2), help_text="每行一个，没有可不填。"
    )
    attendance = forms.CharField(
        label="参会人员", required=False, max_length=4000, widget=area(3), help_text=ATTENDANCE_HELP
    )
    contact_note = forms.CharField(
        label="附注", required=False, max_length=200, help_text="如：联系人：李明，电话：0871-12345678。"
    )
    copies_to = forms.CharField(
        label="抄送", required=False, max_length=2000, widget=area(1), help_text="纸面上的写法，单位之间用逗号隔开。"
    )
    urgency = forms.ChoiceField(label="紧急程度", required=False, choices=URGENCY)
    copy_number = forms.CharField(label="份号", required=False, max_length=6, help_text="6位数字，一般不标注。")
    layout = forms.ChoiceField(label="版式", required=False)
    publicity = forms.ChoiceField(
        label="公开属性", choices=Document.Publicity.choices, widget=forms.RadioSelect,
        help_text="拟稿时确定，签发前可改。",
    )  # fmt: skip
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, document: Document, *args: Any, layout: str = "", **kwargs: Any) -> None:
        """`layout`: the special format that the office has chosen for this kind, where it has."""
        super().__init__(*args, **kwargs)
        self.document = document
        kind = kind_of(document.kind_of)
        if kind.code != "minutes":
            del self.fields["attendance"]
        wanted = {Layout.OFFICIAL, layout_of(document.content), Layout(layout or Layout.OFFICIAL)}
        offered = [one for one in kind.layouts if one in wanted]
        if len(offered) > 1:
            names = [(one.value, one.label + ("" if one is Layout.OFFICIAL else "（本地惯例）")) for one in offered]
            self.fields["layout"].choices = names  # type: ignore[attr-defined]
        else:
            del self.fields["layout"]
        add_blanks(self, open_blanks(document.kind_of, document.title, document.content), document.kind_of)

    @property
    def has_layouts(self) -> bool:
        return "layout" in self.fields

    @staticmethod
    def begin(document: Document) -> dict[str, Any]:
        """The initial values of a document's text."""
        content = document.content
        same = ("recipient", "contact_note", "copies_to", "urgency", "copy_number")
        return {name: content.get(name, "") for name in same} | {
            "title": document.title, "body": as_text(content.get("paragraphs", ())), "publicity": document.publicity,
            "attachments": "\n".join(content.get("attachments", ())), "layout": layout_of(content).value,
            "attendance": "\n".join(f"{label}：{names}" for label, names in content.get("attendance", ())),
        }  # fmt: skip

    def clean_title(self) -> str:
        return " ".join(str(self.cleaned_data["title"]).split())

    def clean_body(self) -> list[dict[str, Any]]:
        try:
            return from_text(self.cleaned_data["body"], self.document.content.get("paragraphs", ()))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_attendance(self) -> list[list[str]]:
        try:
            return attendance_of(self.cleaned_data["attendance"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_copy_number(self) -> str:
        number = str(self.cleaned_data["copy_number"])
        if number and not COPY_NUMBER.fullmatch(number):
            raise forms.ValidationError("份号为6位阿拉伯数字，如：000001。")
        return number

    def filled_title(self) -> str:
        return fill(self.cleaned_data["title"], blanks_in(self))[:200]

    def content(self) -> dict[str, Any]:
        """What was typed over what was there; a field that the page did not show stays as it was."""
        typed = self.cleaned_data
        shown = {name for name in self.fields if self.add_prefix(name) in self.data}
        one_line = ("recipient", "contact_note", "copies_to", "urgency", "copy_number", "layout")
        given: dict[str, Any] = {name: " ".join(str(typed[name]).split()) for name in one_line if name in shown}
        given["paragraphs"] = typed["body"]
        if "attachments" in shown:
            given["attachments"] = lines_of(typed["attachments"])
        if "attendance" in shown:
            given["attendance"] = typed["attendance"]
        before: dict[str, Any] = self.document.content
        return fill_content(before | given, blanks_in(self))


class NewDraftForm(BlankFields):
    """A new paper from a template: to whom, a copy to whom, and the blanks that are known already."""

    recipient = forms.CharField(
        label="主送单位", required=False, max_length=200, widget=forms.TextInput(attrs={"list": "units", "autocomplete": "off"}),
        help_text="填写全称，可从提示中选择。",
    )  # fmt: skip
    recipients = forms.CharField(
        label="其他主送单位",
        required=False,
        max_length=20_000,
        widget=area(2),
        help_text="每行一个单位，各自送达、各自签收。",
    )
    addressed = forms.CharField(
        label="主送机关的写法",
        required=False,
        max_length=200,
        help_text="用统称时填写，如：各中小学校。不填即列出各单位名称。",
    )
    copies_to = forms.CharField(
        label="抄送单位", required=False, max_length=20_000, widget=area(2), help_text="每行一个单位。"
    )

    def __init__(self, template: DocumentTemplate, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.template, self.actor = template, actor
        self.fields["recipient"].required = kind_of(template.kind).needs_service
        add_blanks(self, asked_of(template), template.kind)

    def _found(self, *fields: str) -> list[Organization]:
        names = [line for field in fields for line in lines_of(str(self.cleaned_data.get(field, "")))]
        try:
            return find(names, self.actor)
        except UnknownAddressee as error:
            raise forms.ValidationError(str(error)) from error

    def clean_recipient(self) -> list[Organization]:
        return self._found("recipient")

    def clean_recipients(self) -> list[Organization]:
        return self._found("recipients")

    def clean_copies_to(self) -> list[Organization]:
        return self._found("copies_to")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        addressed = [*cleaned.get("recipient", []), *cleaned.get("recipients", [])]
        cleaned["all_recipients"] = list(dict.fromkeys(addressed))
        twice = set(addressed) & set(cleaned.get("copies_to", []))
        if twice:
            self.add_error("copies_to", f"{'、'.join(sorted(o.name for o in twice))}已是主送单位，不再抄送。")
        if any(o.pk == self.actor.organization_id for o in [*addressed, *cleaned.get("copies_to", [])]):
            self.add_error(None, "主送、抄送单位不能是本单位。")
        return cleaned

    def blanks(self) -> dict[str, str]:
        return blanks_in(self)


class TemplateForm(forms.ModelForm):
    """The office's own template. `seen`: the mark of the text that the change began with."""

    seen = forms.CharField(widget=forms.HiddenInput)

    class Meta:
        model = DocumentTemplate
        fields = ["name", "note", "title", "body", "attachments", "attendance", "contact_note"]
        widgets = {"title": area(2), "body": area(18), "attachments": area(2), "attendance": area(3)}
        help_texts = {"body": BODY_HELP, "attachments": "每行一个，没有可不填。", "attendance": ATTENDANCE_HELP}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].max_length = LONGEST_TEXT  # type: ignore[attr-defined]
        if self.instance.kind != "minutes":
            del self.fields["attendance"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("title", "body", "attachments", "attendance", "contact_note"):
            strange = unknown_in(self.instance.kind, str(cleaned.get(name, "")))
            if strange:
                self.add_error(name, strange_blanks(strange))
        for name, read in (("body", from_text), ("attendance", attendance_of)):
            try:
                read(str(cleaned.get(name, "")))  # type: ignore[operator]
            except ValueError as error:
                self.add_error(name, str(error))
        return cleaned

    def texts(self) -> dict[str, str]:
        names = ("title", "body", "attachments", "attendance", "contact_note")
        return {name: str(self.cleaned_data[name]) for name in names if name in self.cleaned_data}
