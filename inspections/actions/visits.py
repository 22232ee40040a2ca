"""A routine visit from its start to the school's desk. Every action takes `by`, the actor, and is atomic."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor, Role
from accounts.models import Organization
from inspections.actions.consequences import register_findings, tell_of_submission
from inspections.forms import FINDING_CHOICES, VisitEntry
from inspections.instruments import version_for
from inspections.missing import missing_of
from inspections.models import Finding, InstrumentItem, PlannedVisit, RoutineVisit, VisitAnswer, VisitCompanion
from inspections.workflow import VISIT, own_visit
from inspectors.models import Inspector
from records import clock
from records.actions.attachments import attachments_of, file_attachments
from records.models import Category
from records.notices.notify import notify
from records.state import AlreadyDone, Refusal, Refused, lock, log


class Conflict(Refused):
    """The form was saved from elsewhere since this save's base was read. Nothing has been written."""

    def __init__(self, visit: RoutineVisit) -> None:
        when = clock.local(visit.saved_at).strftime("%H:%M") if visit.saved_at else ""
        super().__init__(Refusal(f"这份记录{when}已在另一台设备或另一个页面上保存过，两份内容都已保留，请核对合并。"))
        self.visit = visit


class Incomplete(Refused):
    """Submitted too early; `missing` says what is missing where."""

    def __init__(self, missing: list[Any]) -> None:
        super().__init__(Refusal(f"还有{len(missing)}处没有填完，补齐后再提交。"))
        self.missing = missing


@transaction.atomic
def start_visit(*, by: Actor, school: Organization, visited_on: date, plan: PlannedVisit | None = None) -> RoutineVisit:
    """Open a draft on the instrument in force for the actor's office. An open draft of his for the same school and day
    is given back instead of a second one. Refused when the plan is another's, cancelled or already carried out."""
    if plan is not None:
        _check_plan(plan, by, school)
    own = RoutineVisit.objects.visible_to(by).filter(
        inspector_id=by.user_id, subject_org=school, visited_on=visited_on, state=RoutineVisit.State.DRAFT
    )
    existing: RoutineVisit | None = own.first() if plan is None else None
    if existing is not None:
        return existing
    visit = RoutineVisit(
        owner_code=by.division_code, author_org_id=by.organization_id, subject_code=school.division_id, subject_org=school,
        created_at=clock.now(), created_by_id=by.user_id, inspector_id=by.user_id or 0, inspector_name=by.display_name,
        plan=plan, version=version_for(by), visited_on=visited_on,
    )  # fmt: skip
    visit.save(force_insert=True)
    log(visit, by=by, name="create", label="开始督导记录", source="", target=visit.state)
    return visit


def _check_plan(plan: PlannedVisit, by: Actor, school: Organization) -> None:
    locked = PlannedVisit.objects.visible_to(by).select_for_update(of=("self",)).get(pk=plan.pk)
    if locked.inspector_id != by.user_id or locked.subject_org_id != school.pk:
        raise Refused(Refusal("这项计划安排给其他督学，请由其本人开始督导记录。"))
    if locked.cancelled_at is not None:
        raise Refused(Refusal("这项计划已取消。"))
    done = RoutineVisit.objects.visible_to(by).filter(plan=locked).first()
    if done is not None:
        raise AlreadyDone(Refusal(f"这项计划已有{done.visited_on:%-m月%-d日}的督导记录。"))


def _open(visit: RoutineVisit, by: Actor) -> RoutineVisit:
    """The locked row, when the actor may still write it."""
    row: RoutineVisit = lock(visit)
    refused = own_visit(row, by)
    if refused is not None:
        raise Refused(refused)
    if not row.is_open:
        raise AlreadyDone(Refusal(f"这份记录已提交，当前为“{VISIT.label(row).label}”，不能再修改。"))
    return row


@transaction.atomic
def save_visit(
    visit: RoutineVisit, *, by: Actor, entry: VisitEntry, fields: Mapping[str, Any], items: list[InstrumentItem]
) -> RoutineVisit:
    """Save what the form brought, complete or not. `fields`: cleaned values of VisitForm. `items`: the version's.

    Raises Conflict when another page saved since `entry.revision`; the same page may repeat itself.
    """
    row = _open(visit, by)
    if entry.revision != row.revision and (not entry.editor or entry.editor != row.saved_from):
        raise Conflict(row)
    for name, value in fields.items():
        setattr(row, name, value)
    _save_answers(row, entry.answers)
    _save_findings(row, entry.findings, items)
    if entry.companions is not None:
        _save_companions(row, entry.companions, by)
    row.revision, row.saved_from, row.saved_at = row.revision + 1, entry.editor, clock.now()
    row.save()
    return row


def _save_answers(row: RoutineVisit, answers: Mapping[int, tuple[Any, str]]) -> None:
    stored = {a.item_id: a for a in VisitAnswer.objects.filter(visit=row)}
    changed = []
    for item_id, (value, note) in answers.items():
        answer = stored.get(item_id)
        if answer is None:
            if value is None and not note:
                continue
            answer = VisitAnswer(visit=row, item_id=item_id)
        elif (
            answer.value == value and answer.note == note and isinstance(answer.value, bool) == isinstance(value, bool)
        ):
            continue
        answer.value, answer.note = value, note
        changed.append(answer)
    VisitAnswer.objects.bulk_create([a for a in changed if a.pk is None])
    VisitAnswer.objects.bulk_update([a for a in changed if a.pk is not None], ["value", "note"])


def _save_findings(row: RoutineVisit, sent: Mapping[UUID, Mapping[str, str]], items: list[InstrumentItem]) -> None:
    stored = {f.key: f for f in Finding.objects.filter(visit=row)}
    groups = {i.group_code for i in items}
    by_id = {str(i.pk): i for i in items}
    for key, values in sent.items():
        finding = stored.get(key) or Finding(visit=row, key=key, group_code=values.get("group_code", ""))
        if finding.group_code not in groups:
            continue
        before = (finding.item_id, finding.description, finding.severity, finding.disposition, finding.resolved_note)
        for name in ("description", "resolved_note"):
            setattr(finding, name, values.get(name, getattr(finding, name)))
        for name, choices in FINDING_CHOICES.items():
            value = values.get(name, getattr(finding, name))
            setattr(finding, name, value if value in choices.values else "")
        if "item" in values:
            item = by_id.get(values["item"])
            finding.item = item if item is not None and item.group_code == finding.group_code else None
        after = (finding.item_id, finding.description, finding.severity, finding.disposition, finding.resolved_note)
        if finding.pk is None and not any(after) and not attachments_of(row, finding.part).exists():
            continue  # a sheet that was opened and left empty
        if finding.pk is None or before != after:
            finding.save()


def _save_companions(row: RoutineVisit, wanted: set[int], by: Actor) -> None:
    """Only inspectors of the actor's own office; who went along before and has left stays."""
    there = {c.person_id: c for c in VisitCompanion.objects.filter(visit=row)}
    for person in set(there) - wanted:
        there[person].delete()
    new = wanted - set(there) - {by.user_id}
    if new:
        known = Inspector.objects.visible_to(by).filter(division_code=by.division_code, user_id__in=new)
        people = {i.user_id: str(i.user) for i in known.select_related("user")}
        VisitCompanion.objects.bulk_create([VisitCompanion(visit=row, person_id=p, name=n) for p, n in people.items()])


@transaction.atomic
def remove_finding(visit: RoutineVisit, *, by: Actor, key: UUID) -> None:
    """Take a finding out of a visit still being written, with the pictures that were not handed in."""
    row = _open(visit, by)
    finding = Finding.objects.filter(visit=row, key=key).first()
    if finding is None:
        return
    attachments_of(row, finding.part).filter(filed_at__isnull=True, organization_id=by.organization_id).delete()
    finding.delete()


@transaction.atomic
def discard_visit(visit: RoutineVisit, *, by: Actor) -> None:
    """Throw away a draft that was never handed in."""
    row = _open(visit, by)
    if row.filed_at is not None:
        raise Refused(Refusal("这份记录提交过，只能修改后再提交，不能删除。"))
    attachments_of(row).delete()
    row.delete()


@transaction.atomic
def submit_visit(visit: RoutineVisit, *, by: Actor) -> RoutineVisit:
    """Hand the visit in: from here on its text is locked. Raises Incomplete with what is missing where."""
    missing = missing_of(visit)
    if missing:
        raise Incomplete(missing)
    now = clock.now()
    refused = VISIT.refusal(visit, "submit", by)
    if refused is None:
        VisitAnswer.objects.filter(visit=visit).update(filed_at=now)
        Finding.objects.filter(visit=visit).update(filed_at=now)
    findings = list(Finding.objects.filter(visit=visit))
    row: RoutineVisit = VISIT.move(
        visit, "submit", by=by, filed_at=visit.filed_at or now, submitted_at=now, submitted_by_id=by.user_id,
        finding_count=len(findings), facts={"revision": visit.revision, "findings": len(findings)},
    )  # fmt: skip
    file_attachments(row, "", by)
    tell_of_submission(row, findings, by=by)
    return row


@transaction.atomic
def return_visit(visit: RoutineVisit, *, by: Actor, reason: str) -> RoutineVisit:
    """Give it back to its inspector with what has to be changed."""
    row: RoutineVisit = VISIT.move(visit, "return", by=by, reason=reason)
    notify(
        row, by=by, key=f"returned:{row.revision}", category=Category.RETURNED, users=[row.inspector_id], title=f"督导记录被退回：{row.subject_org}",
        body=f"退回理由：{reason.strip()}",
    )  # fmt: skip
    return row


@transaction.atomic
def accept_visit(visit: RoutineVisit, *, by: Actor) -> RoutineVisit:
    """Accept and serve: the school sees it from now on, and what must be put right enters the ledger."""
    now = clock.now()
    row: RoutineVisit = VISIT.move(visit, "accept", by=by, served_at=now, accepted_at=now, accepted_by_id=by.user_id)
    register_findings(row, by=by)
    day = row.visited_on
    notify(
        row, by=by, key="served", category=Category.NEWS, organizations=[row.school.pk], roles=[Role.UNIT_CONTACT],
        title=f"{day.month}月{day.day}日督导的记录已送达", body="请查看督导发现的问题和典型经验，以及接下来要做的事。",
    )  # fmt: skip
    return row
