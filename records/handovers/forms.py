"""Forms of the hand-over page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from accounts.forms import DayInput
from accounts.models import User
from records import clock


class SuccessorForm(forms.Form):
    """Who takes over. `people` have come through the office's own door."""

    successor = forms.TypedChoiceField(label="接任人员", help_text="须是本办公室的在岗人员。")

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_pk = {str(user.pk): user for user in people}
        field = self.fields["successor"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", "请选择"), *((pk, str(user)) for pk, user in by_pk.items())]
        field.coerce = lambda pk: by_pk[str(pk)]
        field.empty_value = None


class HandoverForm(forms.Form):
    """When and why."""

    last_day = forms.DateField(label="最后一日", widget=DayInput, help_text="当日仍可登录办理，次日起身份终止。")
    reason = forms.CharField(label="事由", max_length=200, help_text="如：调任区教育体育局基教科。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial.setdefault("last_day", clock.today())
