"""Forms about time: an extension, a pause, a term, a holiday notice, an office's own rule."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.actors import Actor
from records import clock
from records.actions import deadlines as acts
from records.models import Attachment, Deadline, DeadlineChange

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
