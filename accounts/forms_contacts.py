"""Forms of stewards, invitations, claiming, and of acts that need a reason."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from accounts.actors import OrganizationKind
from accounts.forms import DayInput
from accounts.invitations import KINDS, MOST_DAYS, Printing
from accounts.models import Invitation, User
from accounts.models.user import phone_validator

telephone_validator = RegexValidator(r"^[0-9+ ()（）－-]{7,30}$", "请填写电话号码，如：0871-65123456。")


class StewardForm(forms.Form):
    """From when and, where it is known, to when."""

    valid_from = forms.DateField(label="起始日期", widget=DayInput)
    valid_until = forms.DateField(
        label="截止日期", widget=DayInput, required=False, help_text="长期有效可留空；当日仍有效。"
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        begins, ends = cleaned.get("valid_from"), cleaned.get("valid_until")
        if begins and ends and ends < begins:
            self.add_error("valid_until", "截止日期不能早于起始日期。")
        return cleaned


class UnitsFilter(forms.Form):
    """Filters of the units whose contacts a steward looks after."""

    q = forms.CharField(label="单位名称", required=False, max_length=60)
    kind = forms.ChoiceField(
        label="类别",
        required=False,
        choices=[("", "全部"), *((k.value, k.label) for k in OrganizationKind if k in KINDS)],
    )
    contact = forms.ChoiceField(
        label="联系人", required=False,
        choices=[("", "全部"), ("none", "没有联系人"), ("invited", "已邀请、待领取"), ("has", "已有联系人")],
    )  # fmt: skip


class InvitationFilter(forms.Form):
    q = forms.CharField(label="单位名称", required=False, max_length=60)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *Invitation.State.choices])


class PrintingForm(forms.Form):
    """What stands on every slip of a print."""

    help_phone = forms.CharField(
        label="咨询电话",
        max_length=30,
        validators=[telephone_validator],
        help_text="印在邀请单上，领取遇到问题时拨打。",
    )
    days = forms.IntegerField(
        label="有效天数", min_value=1, max_value=MOST_DAYS, help_text=f"1至{MOST_DAYS}天，过期后须重新打印。"
    )
    batch = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial.setdefault("batch", uuid.uuid4())
            self.initial.setdefault("days", settings.INVITATION_DAYS)

    def printing(self) -> Printing:
        return Printing(**{name: self.cleaned_data[name] for name in ("help_phone", "days", "batch")})


class SuccessorForm(PrintingForm):
    """Who follows a contact."""

    name = forms.CharField(label="接任人姓名", max_length=60)
    phone = forms.CharField(
        label="接任人手机号码", max_length=11, required=False, validators=[phone_validator],
        help_text="填写后，只有这个号码能领取；不清楚可留空。",
    )  # fmt: skip
    field_order = ["name", "phone", "help_phone", "days", "batch"]


class ClaimForm(forms.Form):
    """The two things that one holds: his number and the sheet."""

    phone = forms.CharField(
        label="手机号码", max_length=11, validators=[phone_validator],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "tel-national"}),
        help_text="以后用它登录。",
    )  # fmt: skip
    code = forms.CharField(
        label="邀请码", max_length=40, help_text="邀请单上的12位字母和数字，不分大小写，横线可以不输。",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "data-claim-code": ""}
        ),
    )  # fmt: skip


class FirstPasswordForm(forms.Form):
    """Who one is, and the password that nobody else knows."""

    full_name = forms.CharField(label="姓名", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label="设置密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html(),
    )  # fmt: skip
    again = forms.CharField(
        label="再输一次密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, phone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phone = phone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        password = cleaned.get("password")
        if password and cleaned.get("again") and password != cleaned["again"]:
            self.add_error("again", "两次输入的密码不一致。")
        if password:
            try:
                validate_password(password, User(full_name=cleaned.get("full_name", ""), phone=self.phone))
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class OwnPasswordForm(FirstPasswordForm):
    """The password alone: who the person is was told by whoever made the account."""

    full_name = None  # type: ignore[assignment]


class SlipsFilter(forms.Form):
    """Filters of the people who have not opened their accounts. `intake`: those whom one spreadsheet brought."""

    q = forms.CharField(label="姓名或用户名", required=False, max_length=60)
    unit = forms.CharField(label="单位", required=False, max_length=60)
    slip = forms.ChoiceField(
        label="领取单", required=False, choices=[("", "全部"), ("none", "还没有打印"), ("printed", "已打印、待领取")]
    )
    intake = forms.IntegerField(label="导入批次", required=False, min_value=1, max_value=2**62)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="事由", max_length=100, help_text="记入审计记录，如：手机遗失，本人持证件到场核实。")
