"""What the pages of this room send. The visit's form is one flat set of names, so that it works without JavaScript,
saves itself field by field, and two devices' versions can be laid side by side.

Names: the visit's own fields; `a-<item>` and `n-<item>`, a question's answer and note; `f-<key>-<field>`, a finding's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.datastructures import MultiValueDict

from accounts.actors import Actor
from inspections.models import AnswerKind, Finding, InstrumentItem, InstrumentVersion, PlannedVisit, RoutineVisit
from records import clock

METHODS = ("lessons", "papers", "meetings", "talks", "questionnaires", "walks")
METHOD_UNITS = {
    "lessons": "节",
    "papers": "份",
    "meetings": "次",
    "talks": "人次",
    "questionnaires": "份",
    "walks": "次",
}
FINDING_FIELDS = ("group_code", "item", "description", "severity", "disposition", "resolved_note")
FINDING_NAME = re.compile(r"^f-([0-9a-f-]{36})-([a-z_]+)$")
LONGEST_TEXT = 5000
MOST_FINDINGS = 60
COUNT_LIMIT = 2000


class VisitForm(forms.ModelForm):
    """The visit's own fields. All may be empty while drafting; only what is no date, time or number is refused."""

    class Meta:
        model = RoutineVisit
        fields = ["visited_on", "time_from", "time_until", *METHODS, "good_practice", "overall"]
        widgets = {
            "visited_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "time_from": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            "time_until": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            "good_practice": forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_TEXT}),
            "overall": forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_TEXT}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in METHODS:
            self.fields[name].required = False
            self.fields[name].validators.append(MaxValueValidator(COUNT_LIMIT, f"不能超过{COUNT_LIMIT}，请核对。"))
            self.fields[name].widget.attrs.update({"inputmode": "numeric", "min": "0", "max": str(COUNT_LIMIT)})
        for name in ("good_practice", "overall"):
            self.fields[name].max_length = LONGEST_TEXT  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        # Not super().clean(): it would ask the database about each constraint at each save while one types.
        cleaned = self.cleaned_data
        for name in METHODS:
            if name not in self.errors and cleaned.get(name) is None:
                cleaned[name] = 0
        return cleaned


@dataclass(frozen=True)
class VisitEntry:
    """What one save brings: the base it started from, and the parts of the form that were in it.

    `answers`: item id → (value, note). `findings`: key → the fields sent. `companions` is None when not asked.
    """

    revision: int
    editor: str
    answers: dict[int, tuple[Any, str]] = field(default_factory=dict)
    findings: dict[UUID, dict[str, str]] = field(default_factory=dict)
    companions: set[int] | None = None


def read_entry(data: MultiValueDict[str, str], items: list[InstrumentItem]) -> VisitEntry:
    """Read a form; what was not in it is left alone. A question was in it when its note field was."""
    answers = {
        item.pk: (answer_value(item, data.getlist(f"a-{item.pk}")), str(data[f"n-{item.pk}"])[:LONGEST_TEXT])
        for item in items
        if f"n-{item.pk}" in data
    }
    revision = str(data.get("revision", ""))
    return VisitEntry(
        revision=int(revision) if revision.isdigit() and len(revision) < 10 else -1,
        editor=str(data.get("editor", ""))[:36],
        answers=answers,
        findings=_findings(data),
        companions=_companions(data),
    )


def _companions(data: MultiValueDict[str, str]) -> set[int] | None:
    if "companions-asked" not in data:
        return None
    return {int(v) for v in data.getlist("companions") if v.isdigit() and len(v) < 18}


def _findings(data: MultiValueDict[str, str]) -> dict[UUID, dict[str, str]]:
    found: dict[UUID, dict[str, str]] = {}
    for name in data:
        match = FINDING_NAME.match(name)
        if match is None or match[2] not in FINDING_FIELDS:
            continue
        try:
            key = UUID(match[1])
        except ValueError:
            continue
        if key in found or len(found) < MOST_FINDINGS:
            found.setdefault(key, {})[match[2]] = str(data[name])[:LONGEST_TEXT]
    return found


def answer_value(item: InstrumentItem, raw: list[str]) -> Any:
    """The stored value of what was sent: by kind, None for nothing. A number that is none stays as it was typed."""
    texts = [r.strip() for r in raw if r.strip()]
    if not texts:
        return None
    readers: dict[str, Callable[[], Any]] = {
        AnswerKind.MULTI: lambda: [t for t in texts if t in choice_labels(item)],
        AnswerKind.CHOICE: lambda: texts[0] if texts[0] in choice_labels(item) else None,
        AnswerKind.SCALE: lambda: int(texts[0]) if texts[0] in choice_labels(item) else None,
        AnswerKind.YES_NO: lambda: {"yes": True, "no": False}.get(texts[0]),
        AnswerKind.NUMBER: lambda: _number(texts[0]),
        AnswerKind.TEXT: lambda: texts[0][:LONGEST_TEXT],
    }
    value = readers[AnswerKind(item.kind)]()
    return None if value == [] else value


def _number(text: str) -> int | float | str:
    plain = text.replace("，", ",").replace(",", "")
    if re.fullmatch(r"\d{1,9}", plain):
        return int(plain)
    return float(plain) if re.fullmatch(r"\d{1,9}\.\d{1,4}", plain) else text[:60]


def choice_labels(item: InstrumentItem) -> dict[str, str]:
    """Value → words of a question's choices; a scale's steps are numbered from 1."""
    if item.kind == AnswerKind.SCALE:
        return {str(n): str(c["label"]) for n, c in enumerate(item.choices, 1)}
    return {str(c["value"]): str(c["label"]) for c in item.choices}


def wire_value(item: InstrumentItem, value: Any) -> list[str]:
    """The inverse of `answer_value`: what the form would send for a stored value."""
    if value is None:
        return []
    if item.kind == AnswerKind.YES_NO:
        return ["yes" if value else "no"]
    return [str(v) for v in value] if isinstance(value, list) else [str(value)]


# --- starting, planning, instruments ------------------------------------------------------------------------------


class StartForm(forms.Form):
    """Which school, and when. `schools`: (organization id, name) of those the inspector may choose."""

    school = forms.TypedChoiceField(label="学校", coerce=int, error_messages={"invalid_choice": "请从列表中选择学校。"})
    visited_on = forms.DateField(label="督导日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))

    def __init__(self, *args: Any, schools: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].choices = [("", "请选择"), *schools]  # type: ignore[attr-defined]
        self.fields["visited_on"].initial = clock.today()

    def clean_visited_on(self) -> Any:
        day = self.cleaned_data["visited_on"]
        if day > clock.today():
            raise forms.ValidationError("督导日期不能晚于今天。尚未进行的督导请列入月度计划。")
        return day


class PlanRowForm(forms.ModelForm):
    """One school's line of the month plan."""

    class Meta:
        model = PlannedVisit
        fields = ["planned_on", "purpose", "announced"]
        widgets = {"planned_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}

    chosen = forms.BooleanField(label="列入计划", required=False)

    def __init__(self, *args: Any, month: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.month = month
        self.fields["planned_on"].widget.attrs.update({"min": month.first.isoformat(), "max": month.last.isoformat()})

    def clean_planned_on(self) -> Any:
        day = self.cleaned_data.get("planned_on")
        if day and not self.month.first <= day <= self.month.last:
            raise forms.ValidationError(f"请填写{self.month.label}内的日期。")
        return day


class ItemForm(forms.ModelForm):
    """One question of a version in the making; choices one a line."""

    options = forms.CharField(
        label="选项", required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=2000,
        help_text="单选、多选、分级题填写，每行一个；分级题由低到高。",
    )  # fmt: skip

    class Meta:
        model = InstrumentItem
        fields = ["code", "group_code", "group", "label", "kind", "options", "unit", "required", "guidance", "order"]

    def __init__(self, *args: Any, version: InstrumentVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.version = version
        if self.instance.choices:
            self.fields["options"].initial = "\n".join(str(c["label"]) for c in self.instance.choices)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        lines = list(dict.fromkeys(line.strip() for line in cleaned.get("options", "").splitlines() if line.strip()))
        kind = cleaned.get("kind")
        if kind in (AnswerKind.CHOICE, AnswerKind.MULTI, AnswerKind.SCALE):
            if len(lines) < 2:
                self.add_error("options", "请至少填写两个选项，每行一个。")
            self.instance.choices = [{"value": str(n), "label": line[:80]} for n, line in enumerate(lines, 1)]
        else:
            self.instance.choices = []
        if kind != AnswerKind.NUMBER:
            cleaned["unit"] = ""
        # The version is no field of the form, so Django does not ask for the constraint's fields together.
        if self.instance.version.items.filter(code=cleaned.get("code")).exclude(pk=self.instance.pk).exists():
            self.add_error("code", "编号重复。")
        return cleaned


class VersionForm(forms.ModelForm):
    class Meta:
        model = InstrumentVersion
        fields = ["note"]


FINDING_CHOICES = {"severity": Finding.Severity, "disposition": Finding.Disposition}


def wire(visit: RoutineVisit, items: list[InstrumentItem]) -> dict[str, list[str]]:
    """The visit as its form would send it now: names to lists of values. Four queries."""
    form = VisitForm(instance=visit)
    sent: dict[str, list[str]] = {}
    for bound in form:
        shown = bound.field.widget.format_value(bound.value())
        sent[bound.html_name] = [str(shown)] if shown not in (None, "") else []
    answers = {a.item_id: a for a in visit.answers.all()}
    for item in items:
        answer = answers.get(item.pk)
        sent[f"a-{item.pk}"] = wire_value(item, answer.value) if answer else []
        sent[f"n-{item.pk}"] = [answer.note] if answer and answer.note else []
    for finding in visit.findings.all():
        sent |= finding_wire(finding)
    sent["companions"] = [str(c.person_id) for c in visit.companions.all()]
    return sent


def finding_wire(finding: Finding) -> dict[str, list[str]]:
    values = {
        "group_code": finding.group_code, "item": str(finding.item_id or ""), "description": finding.description,
        "severity": finding.severity, "disposition": finding.disposition, "resolved_note": finding.resolved_note,
    }  # fmt: skip
    return {f"f-{finding.key}-{name}": [value] if value else [] for name, value in values.items()}


def may_write(visit: RoutineVisit, actor: Actor) -> bool:
    """Whether the page is the editor: the inspector's own visit, not handed in."""
    return visit.is_open and visit.inspector_id == actor.user_id
