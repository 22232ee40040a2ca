"""The visit laid out as cards, one an item: for the editor, for reading, and for the school."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from inspections.actions.consequences import CAUSES, FOR_SCHOOL
from inspections.forms import choice_labels, wire_value
from inspections.models import AnswerKind, Finding, InstrumentItem, RoutineVisit
from records.models import Attachment

YES_NO = {"yes": "是", "no": "否"}


@dataclass(frozen=True)
class Question:
    """A question with its answer. `chosen` holds what the form would send; `options` (value, words, chosen)."""

    item: InstrumentItem
    chosen: list[str]
    note: str = ""

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        labels = YES_NO if self.item.kind == AnswerKind.YES_NO else choice_labels(self.item)
        return [(value, words, value in self.chosen) for value, words in labels.items()]

    @property
    def typed(self) -> str:
        return self.chosen[0] if self.chosen else ""

    @property
    def is_one_of(self) -> bool:
        return self.item.kind in (AnswerKind.CHOICE, AnswerKind.SCALE, AnswerKind.YES_NO)

    @property
    def words(self) -> str:
        """The answer as it is read; empty when there is none."""
        if self.item.kind in (AnswerKind.NUMBER, AnswerKind.TEXT):
            return f"{self.typed}{self.item.unit}" if self.typed else ""
        return "、".join(words for _, words, on in self.options if on)


@dataclass
class FindingCard:
    """A finding with its pictures, what it broke, and what its disposition causes."""

    finding: Finding
    item_label: str
    shots: list[Attachment] = field(default_factory=list)
    problem_url: str = ""

    @property
    def causes(self) -> str:
        return CAUSES.get(self.finding.disposition, "")

    @property
    def for_school(self) -> str:
        return FOR_SCHOOL.get(self.finding.disposition, "")


@dataclass
class Card:
    """One item: its questions, what was found wrong, pictures. `blank` is the sheet of a finding not yet made."""

    code: str
    label: str
    questions: list[Question]
    findings: list[FindingCard]
    shots: list[Attachment]
    blank: FindingCard

    @property
    def part(self) -> str:
        return f"item:{self.code}"

    @property
    def answered(self) -> list[Question]:
        return [q for q in self.questions if q.words or q.note]

    @property
    def is_silent(self) -> bool:
        return not (self.answered or self.findings or self.shots)


def cards_of(
    visit: RoutineVisit,
    items: Iterable[InstrumentItem],
    shots: Mapping[str, list[Attachment]],
    problem_urls: Mapping[int, str] | None = None,
) -> list[Card]:
    """Every item of the visit's version in order. Two queries. `shots`: attachments by part."""
    items = list(items)
    answers = {a.item_id: a for a in visit.answers.all()}
    findings = list(visit.findings.select_related("item"))
    cards = []
    for code, label in dict.fromkeys((i.group_code, i.group) for i in items):
        questions = [_question(i, answers.get(i.pk)) for i in items if i.group_code == code]
        found = [
            FindingCard(f, f"{label}：{f.item.label}" if f.item else label, shots.get(f.part, []),
                        (problem_urls or {}).get(f.problem_id or 0, ""))
            for f in findings if f.group_code == code
        ]  # fmt: skip
        blank = FindingCard(Finding(visit=visit, key=uuid4(), group_code=code), label)
        cards.append(Card(code, label, questions, found, shots.get(f"item:{code}", []), blank))
    return cards


def _question(item: InstrumentItem, answer: Any) -> Question:
    return Question(item, wire_value(item, answer.value), answer.note) if answer else Question(item, [])


def by_part(attachments: Iterable[Attachment]) -> dict[str, list[Attachment]]:
    found: dict[str, list[Attachment]] = {}
    for attachment in attachments:
        found.setdefault(attachment.part, []).append(attachment)
    return found
