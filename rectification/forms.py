"""Forms of this room: no state, no tenancy column in any of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from accounts.actors import Actor, OrganizationKind, division_chain
from accounts.models import Membership, Organization, User
from records import clock
from rectification.categories import choices_of, tree_of
from rectification.models import Problem, ProblemCategory, Verification
from rectification.relapses import Candidate

LONGEST = 20_000


def text_area(rows: int, **attrs: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attrs})


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; each is checked by its content when it is stored."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, (list, tuple)) else [data]
        return [one for one in (super(FilesField, self).clean(item, initial) for item in given) if one]


class ProblemForm(forms.ModelForm):
    """A problem entered by hand: from a letter, a call, a paper."""

    class Meta:
        model = Problem
        fields = [
            "subject_org",
            "title",
            "description",
            "category",
            "item_label",
            "severity",
            "found_on",
            "source_label",
        ]
        widgets = {"description": text_area(4), "found_on": day_input(), "severity": forms.RadioSelect}
        labels = {"subject_org": "学校"}

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        schools = Organization.objects.visible_to(actor).filter(kind=OrganizationKind.SCHOOL, closed_on=None)
        self.fields["subject_org"] = forms.ModelChoiceField(schools, label="学校", empty_label="请选择")
        self.fields["severity"] = forms.ChoiceField(
            label="程度", choices=Problem.Severity.choices, widget=forms.RadioSelect, required=False,
            help_text="不选的，按分类的默认程度；分类没有默认的，记为“一般”。",
        )  # fmt: skip
        self.fields["category"] = CategoryField(actor)
        self.fields["source_label"].help_text = "如：11月3日群众来信、市级交办。"

    def clean_found_on(self) -> date:
        day: date = self.cleaned_data["found_on"]
        if day > clock.today():
            raise forms.ValidationError("发现日期不能晚于今天。")
        return day


class CategoryField(forms.TypedChoiceField):
    """A category that is in use and binds the actor's division, offered as a tree; cleaned to the row or None."""

    def __init__(self, actor: Actor, *, without: int | None = None, retired: int | None = None, **kwargs: Any) -> None:
        rows = ProblemCategory.objects.visible_to(actor).binding_on(actor.division_code)
        offered = [c for c in rows if c.pk != without and (c.retired_on is None or c.pk == retired)]
        self.rows = {c.pk: c for c in offered}
        choices = [("", "未分类"), *choices_of(tree_of(offered))]
        settings: dict[str, Any] = {
            "label": "分类",
            "required": False,
            "choices": choices,
            "coerce": self.row,
            "empty_value": None,
        }
        super().__init__(**(settings | kwargs))

    def row(self, value: str) -> ProblemCategory:
        found: ProblemCategory = self.rows[int(value)]
        return found

    def prepare_value(self, value: Any) -> Any:
        return value.pk if isinstance(value, ProblemCategory) else value


class ClassifyForm(forms.Form):
    severity = forms.ChoiceField(label="程度", choices=Problem.Severity.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label="说明", max_length=500, required=False, widget=text_area(2))

    def __init__(self, *args: Any, actor: Actor, problem: Problem, **kwargs: Any) -> None:
        begin = {"severity": problem.severity, "category": problem.category_id or ""}
        kwargs["initial"] = begin
        super().__init__(*args, **kwargs)
        self.fields["category"] = CategoryField(actor, retired=problem.category_id)
        self.order_fields(["category", "severity", "reason"])


class CategoryForm(forms.ModelForm):
    """A category of the office's own. Without a text it stands on, it is local practice and says so."""

    class Meta:
        model = ProblemCategory
        fields = ["parent", "code", "label", "basis", "basis_kind", "severity", "order"]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["parent"] = CategoryField(
            actor, without=self.instance.pk, label="上级分类", required=True,
            help_text="放在国家或上级分类之下，上级督导办才能合并统计。",
        )  # fmt: skip
        self.fields["code"].help_text = "字母、数字和短横线，本区划内不重复。"
        self.fields["basis"].help_text = "法规或文件的名称、文号、条款；没有文件依据的写“本地惯例”。"
        self.fields["severity"].required = False

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        if not re.fullmatch(r"[A-Za-z0-9-]+", code):
            raise forms.ValidationError("代码只能用字母、数字和短横线。")
        own = ProblemCategory.objects.visible_to(self.actor).filter(division_code=self.actor.division_code)
        others = own.filter(code=code).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError("本区划已有这个代码，请换一个。")
        return code


class RelapseForm(forms.Form):
    """Which earlier problem has come back. The suggestions are ranked; nothing is chosen beforehand."""

    earlier = forms.TypedChoiceField(
        label="是哪个问题的反弹",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "请选定一个已销号的问题。"},
    )
    reason = forms.CharField(
        label="理由", max_length=1000, widget=text_area(3), help_text="写明为什么认定是同一问题再次出现。",
        error_messages={"required": "请写明认定反弹的理由。"},
    )  # fmt: skip

    def __init__(self, *args: Any, offered: Sequence[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["earlier"].choices = [(c.problem.pk, f"{c.problem.title}（{c.why}）") for c in offered]  # type: ignore[attr-defined]
        self.found = {c.problem.pk: c.problem for c in offered}

    def chosen(self) -> Problem:
        return self.found[self.cleaned_data["earlier"]]


class TicketForm(forms.Form):
    """Open a ticket from problems of one unit, or change its draft."""

    problems = forms.ModelMultipleChoiceField(
        Problem.objects.none(), label="列入的问题", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选定一个问题。"},
    )  # fmt: skip
    title = forms.CharField(label="事由", max_length=120, help_text="用一句话说明，通知书的标题由它组成。")
    demand = forms.CharField(
        label="整改要求",
        max_length=LONGEST,
        widget=text_area(8),
        help_text="每段一行。写明要改成什么样、由谁负责、以什么为证。",
    )
    department = forms.ModelChoiceField(
        Organization.objects.none(), label="主管部门", required=False, empty_label="没有主管部门",
        help_text="通知书抄送主管部门，由其指导督促落实整改。",
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, problems: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = division_chain(actor.division_code)
        self.fields["department"].queryset = Organization.objects.visible_to(actor).filter(  # type: ignore[attr-defined]
            kind=OrganizationKind.DEPARTMENT, division_id__in=places, closed_on=None
        )
        if problems is None:
            del self.fields["problems"]
        else:
            self.fields["problems"].queryset = problems  # type: ignore[attr-defined]


class VerifierForm(forms.Form):
    """Who verifies: one of the office's staff and inspectors, or nobody in particular."""

    verifier = forms.TypedChoiceField(label="核查人", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, members: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people: dict[int, User] = {}
        choices: list[tuple[str, str]] = [("", "不指定（责任督学或本办工作人员均可核查）")]
        for member in members:
            self.people[member.user_id] = member.user
            choices.append((str(member.user_id), f"{member.user.full_name}（{member.get_role_display()}）"))
        self.fields["verifier"].choices = choices  # type: ignore[attr-defined]

    def chosen(self) -> User | None:
        return self.people.get(self.cleaned_data["verifier"])


class MeasureForm(forms.Form):
    """One line of measures. A line left empty altogether is no line."""

    text = forms.CharField(label="措施", max_length=500, widget=text_area(2))
    owner_name = forms.CharField(label="责任人", max_length=60)
    planned_on = forms.DateField(label="计划完成日期", widget=day_input())
    done_on = forms.DateField(label="实际完成日期", required=False, widget=day_input())

    def clean_done_on(self) -> date | None:
        day: date | None = self.cleaned_data.get("done_on")
        if day and day > clock.today():
            raise forms.ValidationError("实际完成日期不能晚于今天，未完成的请留空。")
        return day


class BaseMeasureFormSet(forms.BaseFormSet):
    def lines(self) -> list[dict[str, Any]]:
        """The lines that were filled in and not taken out, in their order."""
        kept = [f for f in self.forms if f.has_changed() or f.initial]
        return [
            {name: f.cleaned_data.get(name) for name in ("text", "owner_name", "planned_on", "done_on")}
            for f in kept
            if f.cleaned_data.get("text") and not f.cleaned_data.get("DELETE")
        ]


MeasureFormSet = forms.formset_factory(
    MeasureForm, formset=BaseMeasureFormSet, extra=0, can_delete=True, max_num=50, absolute_max=60
)


class ReportForm(forms.Form):
    text = forms.CharField(
        label="整改情况", max_length=LONGEST, widget=text_area(12),
        help_text="逐项写明已做了什么、结果怎样、还有什么没有做完及原因。",
        error_messages={"required": "请填写整改情况。"},
    )  # fmt: skip
    evidence = FilesField(
        label="佐证材料（照片、文件）",
        required=False,
        help_text="整改后的照片、制度、记录等，可多选；单个文件不超过20 MB。",
    )


class VerifyForm(forms.Form):
    passed = forms.TypedChoiceField(
        label="核查结论", choices=[("1", "核查通过"), ("0", "退回整改")], coerce=lambda v: v == "1", widget=forms.RadioSelect,
        error_messages={"required": "请选择核查结论。"},
    )  # fmt: skip
    method = forms.ChoiceField(
        label="核查方式", choices=Verification.Method.choices, widget=forms.RadioSelect,
        error_messages={"required": "请选择核查方式。"},
    )  # fmt: skip
    note = forms.CharField(
        label="核查意见", max_length=4000, widget=text_area(6), help_text="写明看了什么、是否属实；退回的写明哪些没有改到位。",
        error_messages={"required": "请写明核查情况。"},
    )  # fmt: skip


class UrgeForm(forms.Form):
    note = forms.CharField(
        label="督促情况", max_length=2000, widget=text_area(5), help_text="何时、以何种方式督促，责任单位如何答复。",
        error_messages={"required": "请写明怎样督促的和结果。"},
    )  # fmt: skip


class OrderForm(forms.Form):
    reason = forms.CharField(
        label="督办事由", max_length=2000, widget=text_area(5),
        help_text="写明哪些问题整改不到位、不及时。通知书送达、签收、期限和提醒的事实由系统写入公文，不必重复。",
        error_messages={"required": "请写明督办事由。"},
    )  # fmt: skip


class NoteForm(forms.Form):
    text = forms.CharField(label="内部意见", max_length=2000, widget=text_area(3), help_text="只有本督导办能看到。")
