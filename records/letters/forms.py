"""The form of a batch of letters: kind, title and text with blanks, and the rows pasted from a table."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.actors import Actor
from accounts.models import Organization
from records.actions.drafting import content_of, lines_of
from records.documents.draft_forms import BODY_HELP, LONGEST_TEXT
from records.documents.kinds import DocumentKind, kind_of
from records.documents.papers import as_text as body_text
from records.documents.papers import from_text
from records.documents.service_forms import organizations_named
from records.letters.rows import MOST_LETTERS, as_text, asked_in, read_rows
from records.models import DocumentTemplate, LetterBatch

BLANKS_HELP = "各单位不同的内容写成{{ 名称 }}，如{{ 学生人数 }}；{{ 主送单位 }}、{{ 称谓 }}由系统填写。"
SHOWN_FAULTS = 30


class LetterBatchForm(forms.Form):
    kind = forms.ChoiceField(label="文种")
    title = forms.CharField(label="标题", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
    body = forms.CharField(
        label="正文",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=f"{BLANKS_HELP}{BODY_HELP}",
    )
    attachments = forms.CharField(
        label="附件名称",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="每行一个。",
    )
    contact_note = forms.CharField(label="附注", required=False, max_length=200)
    rows = forms.CharField(
        label="主送单位名单", max_length=1_000_000, widget=forms.Textarea(attrs={"rows": 10}),
        help_text="从表格中复制粘贴，每行一个单位全称。正文有各单位不同的内容时，第一行为表头：单位名称、各项名称。",
    )  # fmt: skip

    def __init__(self, by: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.recipients: list[tuple[Organization, dict[str, str]]] = []
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (k.value, k.label) for k in DocumentKind if kind_of(k).needs_service and kind_of(k).needs_number
        ]

    @staticmethod
    def begin(batch: LetterBatch) -> dict[str, Any]:
        content = batch.content
        rows = [(letter.recipient.name, letter.values) for letter in batch.letters.select_related("recipient")]
        return {
            "kind": batch.kind_of, "title": batch.title, "body": body_text(content.get("paragraphs", ())),
            "attachments": "\n".join(content.get("attachments", ())), "contact_note": content.get("contact_note", ""),
            "rows": as_text(batch.columns, rows),
        }  # fmt: skip

    def clean_title(self) -> str:
        return " ".join(str(self.cleaned_data["title"]).split())

    def clean_body(self) -> str:
        try:
            from_text(self.cleaned_data["body"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return str(self.cleaned_data["body"])

    def columns(self) -> list[str]:
        return asked_in(
            *(str(self.cleaned_data.get(name, "")) for name in ("title", "body", "attachments", "contact_note"))
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        rows, faults = read_rows(cleaned["rows"], self.columns())
        if len(rows) > MOST_LETTERS:
            faults = [f"一批最多{MOST_LETTERS}件，名单有{len(rows)}行，请分批办理。"]
        if not rows and not faults:
            faults = ["名单里还没有单位。"]
        if not faults:
            found, unknown = organizations_named([row.name for row in rows], self.by)
            faults = [f"第{rows[n - 1].place}行“{name}”：{why}。" for n, name, why in unknown]
            self.recipients = list(zip(found, (row.values for row in rows), strict=False))
            lo, hi = self.by.range
            faults += [
                f"“{o.name}”不在本区划范围内，不能批量发文。"
                for o, _ in self.recipients
                if not lo <= o.division_id <= hi
            ]
        if faults:
            more = [f"还有{len(faults) - SHOWN_FAULTS}处问题。"] if len(faults) > SHOWN_FAULTS else []
            self.add_error("rows", forms.ValidationError([*faults[:SHOWN_FAULTS], *more]))
        return cleaned

    def content(self) -> dict[str, Any]:
        """As Document.content; the recipient is a blank that each letter fills in."""
        typed = self.cleaned_data
        office = Organization.objects.visible_to(self.by).get(pk=self.by.organization_id)
        words = DocumentTemplate(
            body=typed["body"], attachments=typed["attachments"], contact_note=typed["contact_note"]
        )
        return content_of(words, office, (), (), "{{ 主送单位 }}") | {"attachments": lines_of(typed["attachments"])}
