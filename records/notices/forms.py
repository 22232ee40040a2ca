"""The two grids of categories and channels: what a person wants, and what an office asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms

from accounts.models import User
from records.models import Category, ChannelKind, NoticeRule, Preference, Reach, SendingHours
from records.models.notifications import OUTSIDE
from records.notices.channels import channel_of, is_on
from records.notices.routing import address_of, usual

HOURS = [(h, f"{h}时") for h in range(24)]


@dataclass(frozen=True)
class Head:
    """A channel as the head of a column: whether messages can leave this way, and for this person where to."""

    kind: str
    label: str
    why_off: str = ""


@dataclass(frozen=True)
class Cell:
    """`fixed`: why the person cannot choose here."""

    name: str
    label: str
    checked: bool
    fixed: str = ""


@dataclass(frozen=True)
class Line:
    category: str
    label: str
    hint: str
    cells: list[Cell]


HINTS = {
    Category.TO_SIGN: "请签收、请签发、请核查",
    Category.DEADLINE: "到期前的提醒",
    Category.RETURNED: "退回修改、补充",
    Category.ESCALATION: "逾期、督办、约谈建议；不汇总，随时单独发送",
    Category.EMERGENCY: "重大教育突发事件；静默时段也发送",
    Category.NEWS: "办结、抄送等",
    Category.ACCOUNT: "账号、身份变动；不汇总",
}


def field_name(category: str, channel: str) -> str:
    return f"{category}-{channel}"


class ReachForm(forms.ModelForm):
    """Where I am reached outside. The phone is the account's, and changed where accounts are kept."""

    class Meta:
        model = Reach
        fields = ["mail", "messenger"]
        help_texts = {"mail": "只发送标题、期限和链接，不含正文。", "messenger": "本省政务即时通讯平台的账号。"}


class PreferenceGrid:
    """What a person gets by which way, and what he may choose. `rules`: those of the offices that bind him."""

    def __init__(self, user: User, reach: Reach, chosen: list[Preference], rules: dict[tuple[str, str], str]) -> None:
        self.user, self.reach, self.rules = user, reach, rules
        self.chosen = {(p.category, p.channel): p.wanted for p in chosen}

    def heads(self) -> list[Head]:
        return [Head(kind.value, str(kind.label), self._why_off(kind)) for kind in OUTSIDE]

    def _why_off(self, kind: ChannelKind) -> str:
        if not is_on(kind):
            return channel_of(kind).off_because
        if address_of(self.user, self.reach, kind):
            return ""
        return "账号未登记手机号码" if kind == ChannelKind.SMS else "请先在下方登记"

    def lines(self) -> list[Line]:
        return [
            Line(c.value, str(c.label), HINTS[c], [self._cell(c, channel) for channel in OUTSIDE]) for c in Category
        ]

    def _cell(self, category: Category, channel: ChannelKind) -> Cell:
        key = (category.value, channel.value)
        label = f"{category.label}：{channel.label}"
        if key in self.rules:
            return Cell(field_name(*key), label, checked=True, fixed=f"{self.rules[key]}规定")
        return Cell(field_name(*key), label, checked=self.chosen.get(key, usual(*key)))

    def wishes(self, data: Any) -> dict[tuple[str, str], bool]:
        """What the posted grid says, without the cells that the office has fixed."""
        keys = [(c.value, ch.value) for c in Category for ch in OUTSIDE if (c.value, ch.value) not in self.rules]
        return {key: bool(data.get(field_name(*key))) for key in keys}


def required_lines(rules: list[NoticeRule]) -> list[Line]:
    """The office's grid: what it asks for."""
    asked = {(r.category, r.channel) for r in rules}
    return [
        Line(c.value, str(c.label), HINTS[c], [
            Cell(field_name(c, ch), f"{c.label}：{ch.label}", checked=(c.value, ch.value) in asked) for ch in OUTSIDE
        ])
        for c in Category
    ]  # fmt: skip


def required_of(data: Any) -> set[tuple[str, str]]:
    return {(c.value, ch.value) for c in Category for ch in OUTSIDE if data.get(field_name(c, ch))}


class HoursForm(forms.ModelForm):
    """When the office's messages leave."""

    mail_hours = forms.TypedMultipleChoiceField(
        label="邮件汇总时间", choices=HOURS, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    sms_hours = forms.TypedMultipleChoiceField(
        label="短信汇总时间", choices=HOURS, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    messenger_hours = forms.TypedMultipleChoiceField(
        label="即时通讯汇总时间", choices=HOURS, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = SendingHours
        fields = ["quiet_from", "quiet_until", "mail_hours", "sms_hours", "messenger_hours"]
        widgets = {
            "quiet_from": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            "quiet_until": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        }
        help_texts = {
            "quiet_until": "静默时段内的消息留到结束时发送，突发事件除外。22:00至7:00为通行做法，可按本地情况调整。"
        }
