"""The form by which a root is opened to somebody from outside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from records import clock
from records.actions.grants import Guest, Purpose


class GrantForm(forms.Form):
    """`facts()` are the arguments of `grant_access`; `chosen()` the companions that are opened along."""

    full_name = forms.CharField(label="姓名", max_length=60)
    phone = forms.CharField(
        label="手机号码", max_length=11, validators=[RegexValidator(r"^1[3-9]\d{9}$", "请填写11位手机号码。")],
        help_text="用于登录。已有账号的人员用原来的密码登录。",
    )  # fmt: skip
    title = forms.CharField(label="单位和职务", max_length=60, help_text="如：盘龙区督学、市公安局民警。")
    purpose = forms.ChoiceField(label="事由类别", choices=Purpose.choices, widget=forms.RadioSelect)
    until = forms.DateField(label="有效期至", widget=forms.DateInput(attrs={"type": "date"}), help_text="当日仍有效。")
    download = forms.BooleanField(label="可以下载文件", required=False, help_text="不选时只能在页面上查阅。")
    companions = forms.MultipleChoiceField(
        label="一并开放", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="只开放勾选的事项，其他相关内容对方看不到。",
    )  # fmt: skip
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
                             help_text="写明依据的文件或来函，仅本督导办可见。")  # fmt: skip

    def __init__(self, *args: Any, companions: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_ref = {f"{root.kind}:{root.pk}": root for root in companions}
        field = self.fields["companions"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(ref, f"{root._meta.verbose_name}：{root}") for ref, root in self.by_ref.items()]
        if not self.by_ref:
            del self.fields["companions"]

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until < clock.today():
            raise forms.ValidationError("截止日期已经过去，请填写今天或以后的日期。")
        return until

    def chosen(self) -> list[Any]:
        return [self.by_ref[ref] for ref in self.cleaned_data.get("companions", ())]

    def facts(self) -> dict[str, Any]:
        d = self.cleaned_data
        guest = Guest(full_name=d["full_name"].strip(), phone=d["phone"], title=d["title"].strip())
        return {"guest": guest, **{name: d[name] for name in ("purpose", "until", "download", "reason")}}
