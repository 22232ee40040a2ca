from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.actors import Actor, OrganizationKind, division_chain
from accounts.forms import DayInput, name_blanks
from accounts.models import Division, Organization
from accounts.personal import hide
from supervision.models import Committee, CommitteeMember, MemberUnit, School, UnitContact
from supervision.rules import profile_faults
from supervision.townships import named, townships_of

BODY = ("name", "short_name", "code", "division", "competent_department", "opened_on", "closed_on")
# Neutral: the school that has it may belong to another office (tenancy.md §6).
CODE_TAKEN = "该标识码不能使用，请核对。"


class SchoolForm(forms.ModelForm):
    """A school with the fields of its organization. `county` says where it stands, `division` who manages it."""

    name = forms.CharField(label="学校全称", max_length=200, help_text="与办学许可证或事业单位法人证书一致。")
    short_name = forms.CharField(label="简称", max_length=60, required=False)
    code = forms.CharField(label="学校（机构）标识码", max_length=20, required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"}),
                           help_text="10位数字，终身不变；尚未取得时可留空。")  # fmt: skip
    division = forms.TypedChoiceField(
        label="管理区划", coerce=int, help_text="由哪一级督导办督导，与学校所在地可以不同。"
    )
    county = forms.TypedChoiceField(label="所在县（市、区）", coerce=int, required=False, empty_value=None)
    competent_department = forms.ModelChoiceField(
        label="主管部门", queryset=Organization.objects.none(), required=False, empty_label="请选择"
    )
    opened_on = forms.DateField(label="设立日期", widget=DayInput, required=False)
    closed_on = forms.DateField(label="撤销日期", widget=DayInput, required=False,
                                help_text="停办、合并后填写；不再安排督导，记录保留。")  # fmt: skip

    class Meta:
        model = School
        fields = ["stage", "ownership", "approving_authority", "township", "address", "longitude", "latitude",
                  "head_name", "pupils", "classes", "teachers"]  # fmt: skip
        help_texts = {
            "approving_authority": "民办学校必填：颁发办学许可证的机关。",
            "longitude": "如 102.704567", "latitude": "如 25.043890",
        }  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_blanks(self)
        places = list(Division.within(actor.division_code))
        self.counties = [p for p in places if p.level == Division.Level.COUNTY]
        self._offer("division", places, must_choose=True)
        self._offer("county", self.counties, must_choose=False)
        departments = Organization.objects.visible_to(actor).filter(kind=OrganizationKind.DEPARTMENT)
        self.fields["competent_department"].queryset = departments.order_by("-division_id", "pk")  # type: ignore[attr-defined]
        self.fields["township"].widget.attrs.update({"list": "townships", "autocomplete": "off"})
        if self.instance.pk and not self.is_bound:
            self._fill()

    def _offer(self, name: str, places: Sequence[Division], *, must_choose: bool) -> None:
        """A county's office has nothing to choose: the field is filled and out of the way."""
        choices = [(p.pk, f"{p.name}（{p.pk}）") for p in places]
        if len(choices) == 1:
            self.fields[name].widget = forms.HiddenInput()
            self.fields[name].initial = choices[0][0]
        else:
            choices = [("", "请选择" if must_choose else "不在以下县（市、区）"), *choices]  # type: ignore[list-item]
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _fill(self) -> None:
        body = self.instance.organization
        plain = [name for name in BODY if name not in ("division", "competent_department")]
        self.initial.update({name: getattr(body, name) for name in plain})
        self.initial.update({"division": body.division_id, "competent_department": body.competent_department_id})
        if self.instance.township_code:
            self.initial["county"] = self.instance.township_code // 1000

    @property
    def township_choices(self) -> Sequence[Any]:
        """The townships to offer now: of the county chosen, or of the only one there is."""
        chosen = self["county"].value()
        return townships_of(int(chosen)) if str(chosen or "").isdecimal() else ()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        position = {"longitude", "latitude"}
        judged = {k: v for k, v in cleaned.items() if not (k in position and position & set(self.errors))}
        bad = set(self.errors)
        for name, sentence in profile_faults(judged):
            if name in self.fields and name not in bad:
                self.add_error(name, sentence)
        self._check_place(cleaned)
        self._check_department(cleaned)
        return cleaned

    def _check_place(self, cleaned: dict[str, Any]) -> None:
        county, name = cleaned.get("county"), (cleaned.get("township") or "").strip()
        self.township = named(county, name) if county and name else None
        if name and county and townships_of(county) and self.township is None:
            self.add_error("township", "所选县（市、区）没有这个乡镇（街道），请从列表中选择；不能确定时可留空。")
        if name and not county and any(townships_of(p.pk) for p in self.counties):
            self.add_error("county", "填写乡镇（街道）时，请选择所在县（市、区）。")

    def _check_department(self, cleaned: dict[str, Any]) -> None:
        department, division = cleaned.get("competent_department"), cleaned.get("division")
        if department and division and department.division_id not in division_chain(division):
            self.add_error("competent_department", "主管部门须是管理区划本级或其上级的部门。")

    @property
    def body(self) -> dict[str, Any]:
        """Fields of the organization, cleaned."""
        facts = {name: self.cleaned_data[name] for name in BODY}
        return facts | {"division": Division(pk=facts["division"])}

    @property
    def profile(self) -> dict[str, Any]:
        """Fields of the school, cleaned."""
        facts = {name: self.cleaned_data[name] for name in self._meta.fields or ()}
        return facts | {"township_code": self.township.code if self.township else None}


class ContactForm(forms.ModelForm):
    class Meta:
        model = UnitContact
        fields = ["name", "post", "phone", "is_primary"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hide(self, "phone")


class UnitForm(forms.ModelForm):
    """A government or a department."""

    kind = forms.ChoiceField(
        label="类别",
        choices=[(k.value, k.label) for k in (OrganizationKind.GOVERNMENT, OrganizationKind.DEPARTMENT)],
        widget=forms.RadioSelect,
    )
    opened_on = forms.DateField(label="设立日期", widget=DayInput, required=False)
    closed_on = forms.DateField(label="撤销日期", widget=DayInput, required=False)

    class Meta:
        model = Organization
        fields = ["kind", "name", "short_name", "division", "opened_on", "closed_on"]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"].queryset = Division.within(actor.division_code)  # type: ignore[attr-defined]
        self.fields["division"].initial = actor.division_code
        if self.instance.pk:
            # What it is and whose it is stays: schools and papers point at it.
            self.fields["kind"].disabled = self.fields["division"].disabled = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        opened, closed = cleaned.get("opened_on"), cleaned.get("closed_on")
        if opened and closed and closed < opened:
            self.add_error("closed_on", "撤销日期不能早于设立日期。")
        return cleaned


class CommitteeForm(forms.ModelForm):
    established_on = forms.DateField(label="成立日期", widget=DayInput, required=False)

    class Meta:
        model = Committee
        fields = ["name", "established_on"]


class SeatForm(forms.ModelForm):
    """What members and member units share: the committee is fixed, dates are in order."""

    late = "结束日期不能早于开始日期。"

    def __init__(self, *args: Any, committee: Committee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_blanks(self)
        self.instance.committee, self.instance.division_code = committee, committee.division_code

    def _get_validation_exclusions(self) -> set[str]:
        # The constraints name the committee, which is fixed and no field of the form.
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {"committee", "division_code"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        begins, ends = cleaned.get("valid_from"), cleaned.get("valid_until")
        if begins and ends and ends < begins:
            self.add_error("valid_until", self.late)
        return cleaned


class MemberForm(SeatForm):
    late = "免职日期不能早于任职日期。"
    valid_from = forms.DateField(label="任职日期", widget=DayInput)
    valid_until = forms.DateField(
        label="免职日期", widget=DayInput, required=False, help_text="在任请留空；当日仍在任。"
    )

    class Meta:
        model = CommitteeMember
        fields = ["position", "person_name", "post", "valid_from", "valid_until"]


class MemberUnitForm(SeatForm):
    """A member unit by name, with its liaison. The unit's organization is made with it, or kept."""

    late = "退出日期不能早于加入日期。"
    unit_name = forms.CharField(label="单位名称", max_length=200)
    valid_from = forms.DateField(label="加入日期", widget=DayInput)
    valid_until = forms.DateField(label="退出日期", widget=DayInput, required=False, help_text="仍是成员单位请留空。")
    field_order = ["unit_name", "order", "liaison_name", "liaison_post", "liaison_phone", "valid_from", "valid_until"]

    class Meta:
        model = MemberUnit
        fields = ["order", "liaison_name", "liaison_post", "liaison_phone", "valid_from", "valid_until"]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        hide(self, "liaison_phone")
        if self.instance.pk:
            self.fields["unit_name"].initial = self.instance.organization.name
            self.fields["unit_name"].disabled = True

    def clean_unit_name(self) -> str:
        name = str(self.cleaned_data["unit_name"]).strip()
        if self.instance.pk:
            return name
        current = MemberUnit.objects.visible_to(self.actor).filter(
            committee=self.instance.committee, organization__name=name, valid_until__isnull=True
        )
        if current.exists():
            raise ValidationError("该单位已是成员单位。")
        return name
