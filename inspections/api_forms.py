"""Bodies of visits and plans for programs: what the pages send as one flat form, read by the same readers."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.datastructures import MultiValueDict

from accounts.actors import Actor
from accounts.api import bodies
from accounts.api.fields import INTEGER, STRING, Schema, listed
from inspections.coverage import schools_for
from inspections.forms import (
    FINDING_CHOICES,
    FINDING_FIELDS,
    LONGEST_TEXT,
    MOST_FINDINGS,
    PlanRowForm,
    StartForm,
    VisitEntry,
    VisitForm,
    answer_value,
    read_entry,
    wire_value,
)
from inspections.instruments import items_of
from inspections.models import AnswerKind, InstrumentItem, PlannedVisit, RoutineVisit
from inspections.months import Month

WHOLE = 2**62
ANSWER: Schema = {
    "type": "object", "required": ["item"], "additionalProperties": False,
    "properties": {"item": INTEGER, "value": {"description": "按题型：是否、数字、文字、选项的 value 或其列表；null 清空"},
                   "note": STRING | {"maxLength": LONGEST_TEXT}},
}  # fmt: skip
FINDING: Schema = {
    "type": "object", "additionalProperties": False,
    "properties": {
        "key": STRING | {"format": "uuid", "description": "不写即新增"}, "group_code": STRING, "item": INTEGER | {"nullable": True},
        "description": STRING | {"maxLength": LONGEST_TEXT}, "resolved_note": STRING | {"maxLength": LONGEST_TEXT},
        **{name: STRING | {"enum": ["", *choices.values]} for name, choices in FINDING_CHOICES.items()},
    },
}  # fmt: skip
PARTS: dict[str, Schema] = {
    "revision": INTEGER | {"description": "所据的 revision：其间有人保存过即拒绝；不写则以现在的为准"},
    "answers": listed(ANSWER), "findings": listed(FINDING),
    "removed_findings": listed(STRING | {"format": "uuid"}), "companions": listed(INTEGER, "随行督学的人员编号，整体替换"),
}  # fmt: skip


class VisitBody:
    """A JSON object of the visit's own fields, answers and findings. What it does not name is left alone. `entry`,
    `values` and `removed` are what save_visit and remove_finding take."""

    def __init__(self, given: Any, visit: RoutineVisit | None) -> None:
        self.given, self.visit = given, visit
        self.fields: dict[str, Any] = dict(VisitForm.base_fields) | dict.fromkeys(PARTS)
        self.errors: dict[str, list[str]] = {}
        self.removed: list[UUID] = []
        self.values: dict[str, Any] = {}

    def schema(self) -> Schema:
        own = {name: bodies.describe(field) for name, field in VisitForm.base_fields.items()}
        return {"type": "object", "additionalProperties": False, "properties": own | PARTS}

    def is_valid(self) -> bool:
        assert self.visit is not None
        self.items = {item.pk: item for item in items_of(self.visit.version)}
        own = bodies.typed({name: value for name, value in self.given.items() if name not in PARTS})
        sent: MultiValueDict[str, str] = MultiValueDict()
        self._answers(sent)
        self._findings(sent)
        self._people(sent)
        form = VisitForm(own, instance=RoutineVisit(visited_on=self.visit.visited_on))
        form.is_valid()
        self.errors |= {name: [str(e) for e in said] for name, said in form.errors.items() if name in own}
        self.values = {name: value for name, value in form.cleaned_data.items() if name in own}
        revision = self.given.get("revision")
        if revision is not None and not _whole(revision):
            self._wrong("revision", "应为整数。")
        sent["revision"] = str(self.visit.revision if revision is None else revision)
        if not self.errors:
            self.entry: VisitEntry = read_entry(sent, list(self.items.values()))
        return not self.errors

    def _wrong(self, name: str, said: str) -> None:
        self.errors.setdefault(name, []).append(said)

    def _objects(self, name: str, known: set[str]) -> list[tuple[str, dict[str, Any]]]:
        given = self.given.get(name)
        if given is None:
            return []
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
            self._wrong(name, "应为一个列表，每项是一个对象。")
            return []
        for n, one in enumerate(given):
            for strange in set(one) - known:
                self._wrong(f"{name}[{n}].{strange}", "没有这个字段。")
        return [(f"{name}[{n}]", one) for n, one in enumerate(given)]

    def _answers(self, sent: MultiValueDict[str, str]) -> None:
        for place, one in self._objects("answers", {"item", "value", "note"}):
            item = self.items.get(one["item"]) if _whole(one.get("item")) else None
            if item is None:
                self._wrong(f"{place}.item", "督导工具里没有这道题，编号见 answers。")
                continue
            sent.setlist(f"a-{item.pk}", self._value(place, item, one.get("value")))
            sent[f"n-{item.pk}"] = self._text(place, one, "note")

    def _value(self, place: str, item: InstrumentItem, value: Any) -> list[str]:
        wanted = {AnswerKind.YES_NO: bool, AnswerKind.MULTI: list}.get(AnswerKind(item.kind))
        parts = value if isinstance(value, list) else [value]
        plain = all(isinstance(part, (str, int, float)) for part in parts)
        if value is None:
            return []
        if (
            not plain
            or (wanted is not None and not isinstance(value, wanted))
            or (wanted is not list and isinstance(value, list))
        ):
            self._wrong(f"{place}.value", f"“{item}”是{item.get_kind_display()}，值的类型不对。")
            return []
        raw = wire_value(item, value)
        read = answer_value(item, raw)
        if (
            read is None
            or (isinstance(read, list) and len(read) < len(raw))
            or (item.kind == AnswerKind.NUMBER and isinstance(read, str))
        ):
            self._wrong(f"{place}.value", f"“{str(value)[:40]}”不是“{item}”可以填的值。")
        return raw

    def _text(self, place: str, one: dict[str, Any], name: str) -> str:
        value = one.get(name, "")
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            self._wrong(f"{place}.{name}", f"应为{LONGEST_TEXT}字以内的文字。")
            return ""
        return value

    def _findings(self, sent: MultiValueDict[str, str]) -> None:
        groups = {item.group_code for item in self.items.values()}
        found = self._objects("findings", {"key", *FINDING_FIELDS})
        if len(found) > MOST_FINDINGS:
            self._wrong("findings", f"一次最多{MOST_FINDINGS}项。")
        for place, one in found:
            key = _uuid(one["key"]) if "key" in one else uuid4()
            if key is None:
                self._wrong(f"{place}.key", "应为UUID。")
                continue
            if ("key" not in one or "group_code" in one) and one.get("group_code") not in groups:
                self._wrong(f"{place}.group_code", f"应为督导事项编号：{'、'.join(sorted(groups))}。")
            for name in (set(one) & set(FINDING_FIELDS)) - {"item"}:
                value = self._text(place, one, name)
                if name in FINDING_CHOICES and value and value not in FINDING_CHOICES[name].values:
                    self._wrong(f"{place}.{name}", f"可填：{'、'.join(FINDING_CHOICES[name].values)}。")
                sent[f"f-{key}-{name}"] = value
            if "item" in one:
                sent[f"f-{key}-item"] = str(one["item"] or "")

    def _people(self, sent: MultiValueDict[str, str]) -> None:
        for name in ("companions", "removed_findings"):
            if not isinstance(self.given.get(name, []), list):
                self._wrong(name, "应为一个列表。")
                return
        if "companions" in self.given:
            people = self.given["companions"]
            if not all(map(_whole, people)):
                self._wrong("companions", "应为人员编号的列表。")
            sent["companions-asked"] = "1"
            sent.setlist("companions", [str(pk) for pk in people])
        keys = [_uuid(one) for one in self.given.get("removed_findings", [])]
        if None in keys:
            self._wrong("removed_findings", "应为UUID的列表。")
        self.removed = [key for key in keys if key is not None]


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < WHOLE


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) and len(text) == 36 else None
    except ValueError:
        return None


visit_body = bodies.by_json(lambda data, files, actor, on: VisitBody(data, on))


def start_form(data: Any, files: Any, actor: Actor, on: Any) -> StartForm:
    if data is None:
        form = StartForm(None, schools=[])
        form.fields["school"] = forms.IntegerField(label="学校", min_value=1)
        return form
    schools = schools_for(actor).order_by("organization__name").values_list("organization_id", "organization__name")
    return StartForm(data, schools=list(schools))


class PlanForm(PlanRowForm):
    """One school's line of an inspector's month."""

    month = forms.RegexField(r"^20\d\d-(0[1-9]|1[0-2])$", label="月份", max_length=7, help_text="如 2026-12。")
    inspector = forms.IntegerField(
        label="督学的人员编号", required=False, min_value=1, max_value=2**31 - 1, help_text="不写即本人。"
    )
    school = forms.IntegerField(label="学校的单位编号", min_value=1, max_value=2**31 - 1)


def plan_form(data: Any, files: Any, actor: Actor, on: Any) -> PlanForm:
    month = Month.read(data.get("month", "") if data is not None else "")
    form = PlanForm(data, instance=PlannedVisit(), month=month)
    del form.fields["chosen"]
    return form


def plan_change_form(data: Any, files: Any, actor: Actor, on: Any) -> PlanRowForm:
    plan = on or PlannedVisit()
    form = PlanRowForm(data, instance=plan, month=Month.of(plan.month) if on else Month.read(""))
    del form.fields["chosen"]
    return form


class SentRecusal(forms.Form):
    recusal = forms.IntegerField(label="回避的编号", min_value=1, max_value=WHOLE)


__all__ = ["PlanForm", "SentRecusal", "VisitBody", "plan_change_form", "plan_form", "start_form", "visit_body"]
