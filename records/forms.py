"""Forms of this room."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from records.documents.kinds import DocumentKind, kind_of

SERIES = re.compile(r"[\u4e00-\u9fff]{2,20}")


class SeriesForm(forms.Form):
    """机关代字 of an office, a field for each kind of document; an empty one takes no number. Where the standard knows a
    special format, whether the office uses it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in DocumentKind:
            self.fields[kind.value] = forms.CharField(
                label=f"{kind.label}的机关代字",
                required=False,
                max_length=20,
                help_text="如“五政教督办”，文号即为：五政教督办〔2026〕1号。",
            )
            layouts = kind_of(kind).layouts
            if len(layouts) > 1:
                self.fields[f"layout-{kind.value}"] = forms.ChoiceField(
                    label=f"{kind.label}的版式", required=False, choices=[(one.value, one.label) for one in layouts],
                    help_text=f"{layouts[1].label}属本地惯例，按本单位做法选用；已拟的文稿不变。",
                )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for kind in DocumentKind:
            code = str(cleaned.get(kind.value, "")).strip()
            cleaned[kind.value] = code
            if code and not SERIES.fullmatch(code):
                self.add_error(kind.value, "机关代字为2至20个汉字，不含括号、年份和序号。")
            if not code and cleaned.get(f"layout-{kind.value}", "official") not in ("", "official"):
                self.add_error(kind.value, "选用特定版式的，请先填写机关代字。")
        return cleaned

    def codes(self) -> dict[str, str]:
        return {kind.value: self.cleaned_data[kind.value] for kind in DocumentKind}

    def layouts(self) -> dict[str, str]:
        """Only those that the page showed."""
        names = {kind.value: f"layout-{kind.value}" for kind in DocumentKind}
        return {kind: self.cleaned_data[name] for kind, name in names.items() if self.cleaned_data.get(name)}
