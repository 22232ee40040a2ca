"""Forms of this room."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from records.kinds import DocumentKind
from records.models import Document
from records.papers import as_text, from_text

LONGEST_TEXT = 60_000
BODY_HELP = "每行一段。以“一、”“（一）”“1.”“（1）”开头的行按公文层次排成标题；表格一行写一行，格子之间用竖线隔开，如：| 序号 | 问题 |。"


class DraftTextForm(forms.Form):
    """The text of a document while it is a draft. `content()` is what Document.content then holds."""

    title = forms.CharField(
        label="标题",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="由发文事由和文种组成，不加书名号。",
    )
    body = forms.CharField(
        label="正文", max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 22}), help_text=BODY_HELP
    )
    attachments = forms.CharField(
        label="附件名称",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="每行一个，没有可不填。",
    )
    contact_note = forms.CharField(
        label="附注", required=False, max_length=200, help_text="如：联系人：李明，电话：0871-12345678。"
    )
    publicity = forms.ChoiceField(
        label="公开属性",
        choices=Document.Publicity.choices,
        widget=forms.RadioSelect,
        help_text="拟稿时确定，签发前可改。",
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, document: Document, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document = document

    @staticmethod
    def begin(document: Document) -> dict[str, Any]:
        """The initial values of a document's text."""
        content = document.content
        return {
            "title": document.title, "body": as_text(content.get("paragraphs", ())), "publicity": document.publicity,
            "attachments": "\n".join(content.get("attachments", ())), "contact_note": content.get("contact_note", ""),
        }  # fmt: skip

    def clean_title(self) -> str:
        return " ".join(str(self.cleaned_data["title"]).split())

    def clean_body(self) -> list[dict[str, Any]]:
        try:
            return from_text(self.cleaned_data["body"], self.document.content.get("paragraphs", ()))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def content(self) -> dict[str, Any]:
        names = [line.strip() for line in self.cleaned_data["attachments"].splitlines() if line.strip()]
        before: dict[str, Any] = self.document.content
        return before | {
            "paragraphs": self.cleaned_data["body"], "attachments": names,
            "contact_note": self.cleaned_data["contact_note"],
        }  # fmt: skip


SERIES = re.compile(r"[\u4e00-\u9fff]{2,20}")


class SeriesForm(forms.Form):
    """机关代字 of an office, a field for each kind of document; an empty one takes no number."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in DocumentKind:
            self.fields[kind.value] = forms.CharField(
                label=f"{kind.label}的机关代字",
                required=False,
                max_length=20,
                help_text="如“五政教督办”，文号即为：五政教督办〔2026〕1号。",
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for kind in DocumentKind:
            code = str(cleaned.get(kind.value, "")).strip()
            cleaned[kind.value] = code
            if code and not SERIES.fullmatch(code):
                self.add_error(kind.value, "机关代字为2至20个汉字，不含括号、年份和序号。")
        return cleaned
