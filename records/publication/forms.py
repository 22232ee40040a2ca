"""Forms of publication: what is proposed, what is decided on a photo."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from records import clock
from records.documents.papers import as_text, from_text
from records.models import Document, Publication, RedactionFlag

LONGEST_TEXT = 60_000
TEXT_HELP = "每行一段；以“一、”“（一）”开头的行排成标题；表格一行写一行，格子之间用竖线隔开，如：| 区县 | 学校数 |。"
MOST_BOXES = 40
NOTICE_DAYS = 7


def _day(label: str, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class PublicationForm(forms.Form):
    """The text to be made public and its days. With `publication` it is changed, else proposed, from `document` or freely."""

    kind = forms.ChoiceField(label="类别", choices=Publication.Kind.choices, widget=forms.RadioSelect)
    title = forms.CharField(label="标题", max_length=200)
    body = forms.CharField(
        label="正文", max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 16}), help_text=TEXT_HELP
    )
    shows_from = _day("公开起始日")
    shows_until = _day("公开截止日", required=False, help_text="当日仍公开。公示必须填写，其他不填则长期公开。")
    reason = forms.CharField(
        label="主动公开的理由", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="公文的公开属性为“依申请公开”时必须填写。",
    )  # fmt: skip
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, document: Document | None = None, publication: Publication | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.document, self.publication = document, publication
        if document is None or document.publicity != Document.Publicity.ON_REQUEST:
            del self.fields["reason"]
        if publication is not None:
            del self.fields["kind"]
            self.fields.pop("reason", None)

    @staticmethod
    def begin(document: Document | None) -> dict[str, Any]:
        """What a proposal begins with: the paper's own words, from today."""
        today = clock.today()
        text = as_text(document.content.get("paragraphs", ())) if document is not None else ""
        kind = Publication.Kind.NOTICE if document is None else Publication.Kind.RESULT
        until = today + timedelta(days=NOTICE_DAYS) if document is None else None
        title = document.title if document is not None else ""
        return {"kind": kind, "title": title, "body": text, "shows_from": today, "shows_until": until}

    @staticmethod
    def of(publication: Publication) -> dict[str, Any]:
        return {
            "title": publication.title, "body": as_text(publication.blocks), "shows_from": publication.shows_from,
            "shows_until": publication.shows_until,
        }  # fmt: skip

    def clean_title(self) -> str:
        return " ".join(str(self.cleaned_data["title"]).split())

    def clean_body(self) -> list[dict[str, Any]]:
        before = self.document.content.get("paragraphs", ()) if self.document is not None else ()
        if self.publication is not None:
            before = self.publication.blocks
        try:
            return from_text(self.cleaned_data["body"], before)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("shows_from"), cleaned.get("shows_until")
        kind = self.publication.kind_of if self.publication is not None else cleaned.get("kind")
        if begins and ends and ends < begins:
            self.add_error("shows_until", "公开截止日不能早于起始日。")
        if ends and ends < clock.today() and "shows_until" not in self.errors:
            self.add_error("shows_until", "公开截止日已过，请填写今天或以后的日期。")
        if kind == Publication.Kind.NOTICE and not ends and "shows_until" not in self.errors:
            self.add_error("shows_until", "公示必须有截止日。")
        return cleaned


class PhotoForm(forms.Form):
    """What is covered on a photo: a line a rectangle, in percent of its width and height, from the upper left corner."""

    decision = forms.ChoiceField(choices=[(d.value, d.label) for d in RedactionFlag.Decision if d.value])
    boxes = forms.CharField(required=False, max_length=4000)
    blurred = forms.BooleanField(required=False)
    caption = forms.CharField(required=False, max_length=100)
    reason = forms.CharField(required=False, max_length=300)

    def clean_boxes(self) -> list[list[int]]:
        lines = [line.strip() for line in self.cleaned_data["boxes"].splitlines() if line.strip()]
        if len(lines) > MOST_BOXES:
            raise forms.ValidationError(f"一张照片最多标{MOST_BOXES}处。")
        return [_box(line) for line in lines]


def _box(line: str) -> list[int]:
    """[left, top, width, height] in thousandths from “10,20,30,15” in percent."""
    wrong = forms.ValidationError(f"遮盖区域“{line[:30]}”应为四个百分数：左,上,宽,高，如 10,20,30,15。")
    parts = line.replace("，", ",").replace("%", "").split(",")
    try:
        left, top, width, height = (round(float(part) * 10) for part in parts)
    except (ValueError, OverflowError) as error:
        raise wrong from error
    if not (0 <= left < 1000 and 0 <= top < 1000 and width > 0 and height > 0):
        raise wrong
    return [left, top, min(width, 1000 - left), min(height, 1000 - top)]


def boxes_as_text(boxes: list[list[int]]) -> str:
    """The inverse of what PhotoForm reads."""
    return "\n".join(",".join(f"{part / 10:g}" for part in box) for box in boxes)
