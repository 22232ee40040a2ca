"""Forms about time: an extension, a pause, a term, a holiday notice, an office's own rule."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db import transaction

from accounts.actors import Actor
from records import clock
from records.actions import deadlines as acts
from records.actions.attachments import store_upload
from records.actions.rules import OwnRule
from records.models import Attachment, Deadline, DeadlineChange, DeadlineRule
from records.models.deadlines import BasisKind
from records.timing.calendars import DAY, FIRST_YEAR, LAST_YEAR, Amount, Unit
from records.timing.holiday_notices import LONGEST_TEXT
from records.timing.periods import Period

LONGEST_REASON = 2000


def day_field(label: str, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


def reason_field(label: str, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 4}), **more)


class ChangeForm(forms.Form):
    """What both kinds of request ask: why, and a paper that shows it."""

    reason = reason_field("理由", help_text="写明什么原因、影响了哪些工作、还需要多久。")
    file = forms.FileField(label="证明材料", required=False, help_text="如工期证明、放假通知、病假证明，没有可不传。")

    def __init__(self, deadline: Deadline, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deadline = deadline
        self.rule = acts.rule_behind(deadline)

    def ask(self, *, root: Any, by: Actor, attachment: Attachment | None) -> DeadlineChange:
        raise NotImplementedError

    def ask_with_file(self, *, root: Any, by: Actor) -> DeadlineChange:
        """Ask, with the attached file or without; a refusal of either (Refused, UploadRefused) takes the other back."""
        upload = self.cleaned_data.get("file")
        with transaction.atomic():
            part = f"deadline:{self.deadline.pk}"
            file = store_upload(upload, root=root, by=by, part=part, filed=True) if upload else None
            return self.ask(root=root, by=by, attachment=file)


class ExtensionForm(ChangeForm):
    amount = forms.IntegerField(label="延长多少", min_value=1)
    late_ground = reason_field(
        "为什么没有在期限内申请", help_text="期限已经届满，须写明正当理由；批准后记录会同时保留原来的截止日。"
    )
    field_order = ("amount", "reason", "late_ground", "file")

    def __init__(self, deadline: Deadline, *args: Any, **kwargs: Any) -> None:
        super().__init__(deadline, *args, **kwargs)
        most = self.rule.longest_extension
        self.fields["amount"].help_text = f"单位与原期限相同，每次最多{most.label}。"
        self.fields["amount"].widget.attrs["max"] = most.amount
        if not deadline.is_overdue:
            del self.fields["late_ground"]

    def ask(self, *, root: Any, by: Actor, attachment: Attachment | None) -> DeadlineChange:
        data = self.cleaned_data
        return acts.ask_extension(self.deadline, root=root, by=by, amount=data["amount"], reason=data["reason"],
                                  late_ground=data.get("late_ground", ""), attachment=attachment)  # fmt: skip


class PauseForm(ChangeForm):
    starts = day_field("中止的第一天")
    ends = day_field("中止的最后一天", help_text="到这一天为止，次日自动恢复计算；原因提前消除的，可以提前恢复。")
    field_order = ("starts", "ends", "reason", "file")

    def __init__(self, deadline: Deadline, *args: Any, **kwargs: Any) -> None:
        super().__init__(deadline, *args, **kwargs)
        self.fields["starts"].initial = clock.today

    def ask(self, *, root: Any, by: Actor, attachment: Attachment | None) -> DeadlineChange:
        data = self.cleaned_data
        return acts.ask_pause(self.deadline, root=root, by=by, starts=data["starts"], ends=data["ends"],
                              reason=data["reason"], attachment=attachment)  # fmt: skip


class PeriodForm(forms.Form):
    """The calculator: a rule, or an amount by hand, from a day on; with an extension and a pause where there are any."""

    rule = forms.ChoiceField(label="期限规则", required=False)
    amount = forms.IntegerField(label="或自填数额", required=False, min_value=1, max_value=3650)
    unit = forms.ChoiceField(
        label="单位", required=False,
        choices=[(Unit.CALENDAR_DAY.value, "日"), (Unit.WORKING_DAY.value, "个工作日"), (Unit.MONTH.value, "个月"),
                 (Unit.SCHOOL_TERM.value, "个学期")],
    )  # fmt: skip
    start = day_field("起算日（当日不计）")
    extension = forms.IntegerField(label="延长（同一单位）", required=False, min_value=1, max_value=3650)
    paused_from = day_field("中止的第一天", required=False)
    paused_to = day_field("中止的最后一天", required=False)

    def __init__(self, rules: list[DeadlineRule], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = {rule.code: rule for rule in rules if rule.unit != Unit.HOUR}
        choices = [(rule.code, f"{rule.label}：{rule.length.label}") for rule in self.rules.values()]
        field = self.fields["rule"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "（不用规则）"), *choices]
        self.fields["start"].initial = clock.today

    def clean_start(self) -> date:
        start: date = self.cleaned_data["start"]
        if not FIRST_YEAR <= start.year <= LAST_YEAR:
            raise forms.ValidationError(f"请填写{FIRST_YEAR}年至{LAST_YEAR}年之间的日期。")
        return start

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("rule") and not cleaned.get("amount") and "amount" not in self.errors:
            self.add_error("rule", "请选择期限规则，或自填数额。")
        first, last = cleaned.get("paused_from"), cleaned.get("paused_to")
        if bool(first) is not bool(last) and not {"paused_from", "paused_to"} & set(self.errors):
            self.add_error("paused_to" if first else "paused_from", "中止的第一天和最后一天要一起填写。")
        elif first and last and last < first:
            self.add_error("paused_to", "中止的最后一天不能早于第一天。")
        return cleaned

    @property
    def chosen(self) -> DeadlineRule | None:
        """The rule asked for; by hand there is none behind it."""
        return self.rules.get(self.cleaned_data["rule"])

    def period(self) -> Period:
        data, rule = self.cleaned_data, self.chosen
        amount = rule.length if rule else Amount(data["amount"], Unit(data["unit"] or Unit.CALENDAR_DAY))
        pauses = ((data["paused_from"], data["paused_to"]),) if data.get("paused_from") else ()
        return Period(
            amount, rule.move_last_day if rule else False, tuple(filter(None, [data.get("extension")])), pauses
        )


class OwnRuleForm(forms.Form):
    """An office's own period. The unit and the start are the rule's."""

    amount = forms.IntegerField(label="数额", min_value=1, max_value=3650)
    move_last_day = forms.BooleanField(label="末日为休息日的，顺延至下一工作日", required=False)
    basis = forms.CharField(label="依据", max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
                            help_text="文件名称、文号和条款；没有文件的，写明理由。")  # fmt: skip
    basis_kind = forms.ChoiceField(label="依据的性质", choices=BasisKind.choices, widget=forms.RadioSelect,
                                   help_text="不是法规、规范性文件明文规定的，一律选“本地惯例”，不会显示为法定期限。")  # fmt: skip
    valid_from = day_field("从哪天起用", help_text="正在计算的期限仍按开出时的规则，不受影响。")
    least = forms.IntegerField(label="下级不得少于", min_value=1, max_value=3650, required=False)
    most = forms.IntegerField(label="下级不得多于", min_value=1, max_value=3650, required=False)
    fixed = forms.BooleanField(label="下级不能另行规定", required=False)

    def __init__(self, rule: DeadlineRule, has_offices_below: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].help_text = f"单位不变；现行规则为{rule.length.label}。"
        self.fields["valid_from"].initial = clock.today
        if not has_offices_below:
            for name in ("least", "most", "fixed"):
                del self.fields[name]

    def own(self) -> OwnRule:
        data = self.cleaned_data
        return OwnRule(
            amount=data["amount"], move_last_day=data["move_last_day"], basis=data["basis"], basis_kind=data["basis_kind"],
            valid_from=data["valid_from"], least=data.get("least"), most=data.get("most"), overridable=not data.get("fixed"),
        )  # fmt: skip


class TermForm(forms.Form):
    name = forms.CharField(label="学期", max_length=40, help_text="如“2026年秋季学期”。")
    starts = day_field("开学日期")
    ends = day_field("放假前最后一天")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts"), cleaned.get("ends")
        if first and last and not first < last <= first + 300 * DAY:
            self.add_error("ends", "最后一天应当在开学之后、300天之内。")
        return cleaned


class NoticeForm(forms.Form):
    """The text of a holiday notice, or a table."""

    year = forms.IntegerField(label="哪一年", min_value=2024, max_value=2099)
    title = forms.CharField(label="通知名称", max_length=120)
    number = forms.CharField(label="文号", max_length=60, help_text="如“国办发明电〔2025〕7号”。")
    text = forms.CharField(
        label="通知正文，或从表格中复制的日期", max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 12}),
        help_text="粘贴写有各节日安排的各行；也可以粘贴表格，一行一天：2027-10-01，休息，国庆节。",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = clock.today().year + 1
        self.fields["year"].initial = year
        self.fields["title"].initial = f"国务院办公厅关于{year}年部分节假日安排的通知"
