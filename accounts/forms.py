from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils import timezone

from accounts.actions import mixture
from accounts.actors import Role
from accounts.appointments import ENDS_BEFORE_IT_BEGINS, offered_roles
from accounts.models import Membership, Organization, User
from accounts.models.user import phone_validator
from accounts.personal import hide

# Neutral: the account that has it may belong to another division.
TAKEN = "该{}不能使用，请核对。如此人在其他单位已有账号，请由上级安全管理员为其增加身份。"
username_validator = RegexValidator(r"^[A-Za-z][A-Za-z0-9._-]{2,39}$", "以字母开头，3至40位字母、数字或 . _ - 。")


class SignInForm(LoginForm):  # type: ignore[misc]
    """One field for the user name or the phone number."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "用户名或手机号码"
        self.fields["login"].widget.attrs.update({"autocomplete": "username", "placeholder": ""})
        self.fields["password"].widget.attrs.update({"placeholder": ""})
        self.fields.pop("remember", None)


class DayInput(forms.DateInput):
    """The browser's own date field; its value is ISO whatever the page's language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def name_blanks(form: forms.BaseForm) -> None:
    """ "请选择" instead of Django's dashes in every select of a form."""
    for field in form.fields.values():
        choices = getattr(field, "choices", None)
        if isinstance(field, forms.TypedChoiceField) and choices and next(iter(choices))[0] == "":
            field.choices = [("", "请选择"), *list(choices)[1:]]


class NameForm(forms.ModelForm):
    """Who the person is."""

    class Meta:
        model = User
        fields = ["full_name", "phone"]
        help_texts = {"phone": "可用于登录；没有可留空。"}
        error_messages = {"phone": {"unique": TAKEN.format("手机号码")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hide(self, "phone")

    def clean_phone(self) -> str | None:
        return (self.cleaned_data.get("phone") or "").strip() or None


class MembershipForm(forms.ModelForm):
    """As what somebody will act at one unit, which is fixed before the form opens."""

    valid_from = forms.DateField(label="起始日期", widget=DayInput)
    valid_until = forms.DateField(
        label="截止日期", widget=DayInput, required=False, help_text="长期有效可留空；当日仍有效。"
    )

    class Meta:
        model = Membership
        fields = ["role", "title", "valid_from", "valid_until"]

    def __init__(self, *args: Any, organization: Organization, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organization, self.person = organization, user or User()
        self.fields["role"] = forms.ChoiceField(
            label="角色",
            choices=[(r.value, r.label) for r in offered_roles(organization.kind)],
            widget=forms.RadioSelect,
        )
        self.fields["title"].help_text = "如：副主任、专职督学、办公室主任。"
        if not self.is_bound:
            self.initial.setdefault("valid_from", timezone.localdate())

    def _get_validation_exclusions(self) -> set[str]:
        # The constraints name person and unit, which are fixed and no fields of the form.
        fixed = {"user", "organization", "division_code"} if self.person.pk else set()
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - fixed

    def clean_role(self) -> str:
        role = str(self.cleaned_data["role"])
        if conflict := mixture(self.person, role):
            raise ValidationError(conflict)
        return role

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        begins, ends = cleaned.get("valid_from"), cleaned.get("valid_until")
        if begins and ends and ends < begins:
            self.add_error("valid_until", ENDS_BEFORE_IT_BEGINS)
        return cleaned


class PersonForm(MembershipForm):
    """A new account with its first identity."""

    username = forms.CharField(label="用户名", max_length=40, validators=[username_validator],
                               help_text="登录用，以后不能修改。以字母开头，可用字母、数字和 . _ - 。")  # fmt: skip
    full_name = forms.CharField(label="姓名", max_length=60)
    phone = forms.CharField(label="手机号码", max_length=11, required=False, validators=[phone_validator],
                            help_text="可用于登录；没有可留空。")  # fmt: skip
    field_order = ["full_name", "username", "phone", "role", "title", "valid_from", "valid_until"]

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"])
        if User.taken(username=username):
            raise ValidationError(TAKEN.format("用户名"))
        return username

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"]).strip()
        if phone and User.taken(phone=phone):
            raise ValidationError(TAKEN.format("手机号码"))
        return phone


class EndForm(forms.Form):
    """The last day of an identity."""

    on = forms.DateField(label="最后一日", widget=DayInput, help_text="当日仍有效，次日起不能再用此身份。")


class PeopleFilter(forms.Form):
    """Filters of the people page, read from the address."""

    q = forms.CharField(label="姓名、用户名或手机号码", required=False, max_length=60)
    unit = forms.CharField(label="单位", required=False, max_length=60)
    role = forms.ChoiceField(label="角色", required=False, choices=[("", "全部"), *Role.choices])
    status = forms.ChoiceField(
        label="账号", required=False, choices=[("", "全部"), ("active", "启用"), ("inactive", "停用")]
    )


class UnitFilter(forms.Form):
    """Look for the unit that a person will act for."""

    q = forms.CharField(label="单位名称", required=False, max_length=60)
    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *Organization.Kind.choices])
