"""The form by which a person makes a token for a program."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.api.tokens import ROOMS

DAYS = [("30", "30天"), ("90", "90天"), ("180", "半年"), ("365", "一年")]
REACH = [("", "不用"), ("read", "只读取"), ("write", "读取和办理")]


class TokenForm(forms.Form):
    """Per room nothing, reading, or writing; nothing is chosen beforehand."""

    name = forms.CharField(label="用途", max_length=60, help_text="给自己看的，如“市级数据平台同步”。")
    days = forms.ChoiceField(label="有效期", choices=DAYS, initial="90", widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for room, label in ROOMS.items():
            self.fields[room] = forms.ChoiceField(
                label=label, choices=REACH, required=False, widget=forms.RadioSelect, initial=""
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.get(room) for room in ROOMS):
            raise forms.ValidationError("请至少选定一项可以使用的内容。")
        return cleaned

    def scopes(self) -> list[str]:
        return [f"{room}:{self.cleaned_data[room]}" for room in ROOMS if self.cleaned_data.get(room)]
