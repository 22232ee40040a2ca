from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.actors import Actor, Role
from accounts.forms import DayInput, name_blanks
from accounts.models import User
from inspectors.models import DistrictInspector, Inspector, ResponsibilityDistrict
from inspectors.rules import appointment_faults
from records import clock
from supervision.models import School


class PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.full_name}（{obj.username}）"


class InspectorChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.user.full_name}（{obj.get_kind_display()}，{obj.certificate_number}）"


class InspectorForm(forms.ModelForm):
    """An inspector of one's own office. The person has got the identity of an inspector there beforehand."""

    user = PersonChoice(label="人员", queryset=User.objects.none(), empty_label="请选择",
                        help_text="只列出已有本督导办督学身份、尚未登记的人员；没有所需人员时，请安全管理员先设置身份。")  # fmt: skip
    valid_from = forms.DateField(label="聘任日期", widget=DayInput)
    valid_until = forms.DateField(label="聘期届满", widget=DayInput, required=False,
                                  help_text="兼职督学每届任期3年（教育督导条例第六条）；专职督学可留空。")  # fmt: skip

    class Meta:
        model = Inspector
        fields = ["user", "kind", "certificate_number", "phone", "valid_from", "valid_until"]
        help_texts = {"phone": "在学校门口标牌上公布。"}

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        name_blanks(self)
        if self.instance.pk:
            del self.fields["user"]
            return
        self.instance.division_code = actor.division_code
        registered = Inspector.objects.visible_to(actor).filter(division_code=actor.division_code).values("user_id")
        self.fields["user"].queryset = (  # type: ignore[attr-defined]
            User.objects.visible_to(actor)
            .filter(memberships__organization_id=actor.organization_id, memberships__role=Role.INSPECTOR)
            .exclude(pk__in=registered)
            .order_by("full_name")
        )

    def clean_certificate_number(self) -> str:
        number = str(self.cleaned_data["certificate_number"]).strip()
        same = Inspector.objects.visible_to(self.actor).filter(
            division_code=self.instance.division_code, certificate_number=number
        )
        if same.exclude(pk=self.instance.pk).exists():
            raise ValidationError("该督学证号已登记。")
        return number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "valid_until" not in self.errors:
            for name, sentence in appointment_faults(cleaned):
                self.add_error(name, sentence)
        return cleaned


class DistrictForm(forms.ModelForm):
    class Meta:
        model = ResponsibilityDistrict
        fields = ["name"]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        if not self.instance.pk:
            self.instance.division_code = actor.division_code

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        same = ResponsibilityDistrict.objects.visible_to(self.actor).filter(
            division_code=self.instance.division_code, name=name
        )
        if same.exclude(pk=self.instance.pk).exists():
            raise ValidationError("已有同名责任区。")
        return name


class SchoolsForm(forms.Form):
    """The schools of a district: those it has, and those of the division that lie in none."""

    schools = forms.MultipleChoiceField(label="学校", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, offered: list[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offered
        self.fields["schools"].choices = [(str(s.pk), s.organization.name) for s in offered]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["schools"]]


class DutyForm(forms.ModelForm):
    """An inspector for a district, within dates."""

    inspector = InspectorChoice(label="督学", queryset=Inspector.objects.none(), empty_label="请选择")
    valid_from = forms.DateField(label="开始日期", widget=DayInput)
    valid_until = forms.DateField(
        label="结束日期", widget=DayInput, required=False, help_text="未定请留空；当日仍负责。"
    )

    class Meta:
        model = DistrictInspector
        fields = ["inspector", "valid_from", "valid_until"]

    def __init__(self, *args: Any, actor: Actor, district: ResponsibilityDistrict, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.district, self.instance.division_code = district, district.division_code
        current = Inspector.objects.visible_to(actor).filter(division_code=district.division_code)
        self.fields["inspector"].queryset = current.valid_on(clock.today()).select_related("user")  # type: ignore[attr-defined]
        if not self.is_bound:
            self.initial.setdefault("valid_from", clock.today())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        begins, ends = cleaned.get("valid_from"), cleaned.get("valid_until")
        if begins and ends and ends < begins:
            self.add_error("valid_until", "结束日期不能早于开始日期。")
        inspector = cleaned.get("inspector")
        if inspector and inspector.valid_until and begins and begins > inspector.valid_until:
            self.add_error("valid_from", "开始日期晚于该督学的聘期届满日期。")
        return cleaned
