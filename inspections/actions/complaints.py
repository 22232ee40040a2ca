"""A complaint in the managing office: accepted or not, looked into, answered by two persons (信访工作条例)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import transaction

from accounts.actors import Actor, OrganizationKind, Role, division_chain, system
from accounts.models import Membership, Organization
from accounts.scope import scope
from inspections.models import Complaint, ComplaintContact, ComplaintRecusal, RoutineVisit
from inspections.permissions import Permission
from inspections.workflow import COMPLAINT, PETITIONS
from inspectors.assignments import inspectors_of
from records import clock
from records.models import Category, Delivery, Notification, Outbox
from records.notices.notify import kept_away, notify
from records.outbox import handles, publish
from records.state import Refusal, Refused, lock, log, owning_office
from records.timing.deadlines import meet, open_deadline
from records.timing.rules import COMPLAINT_ACCEPT, COMPLAINT_FINISH
from rectification.actions import register_problem
from rectification.models import Problem

HAND_UP = "inspections.complaint.hand_up"
RECUSED = "inspections.complaint.recused"
FORGOTTEN = "您已回避的事项"
LONGEST_ANSWER = 5000


def accept_complaint(complaint: Complaint, *, by: Actor) -> Complaint:
    """Take it on; from now on the office has the days of the rule to finish it."""
    now = clock.now()
    with transaction.atomic():
        row: Complaint = COMPLAINT.move(complaint, "accept", by=by, accepted_at=now)
        meet(row, COMPLAINT_ACCEPT, by=by, at=now)
        open_deadline(
            row, rule_code=COMPLAINT_FINISH, party_org=row.author_org, title=f"办结投诉举报{row.number}", start=now
        )
        if row.subject_org_id is not None:
            inspectors = inspectors_of(row.subject_org_id).values_list("user_id", flat=True)
            # Without the school: titles leave the house by mail and SMS.
            notify(row, by=by, key="accepted", title="责任区学校有新受理的投诉举报，到校前请了解", users=inspectors,
                   body=row.get_category_display(), category=Category.NEWS)  # fmt: skip
    return row


def decline_complaint(complaint: Complaint, *, by: Actor, reason: str) -> Complaint:
    """Not to be looked into here, with the reason that the sender reads."""
    with transaction.atomic():
        row: Complaint = COMPLAINT.move(complaint, "decline", by=by, reason=reason, answer=reason.strip())
        meet(row, COMPLAINT_ACCEPT, by=by)
    return row


def transfer_complaint(
    complaint: Complaint, *, by: Actor, reason: str, to: str = "", upward: bool = False
) -> Complaint:
    """Pass it to whom it belongs: another body, named for the sender; or (`upward`) the office above, which then has it."""
    above = office_above(complaint.owner_code) if upward else None
    if upward and above is None:
        raise Refused(Refusal("本级之上没有可以转送的督导办，请填写转送的单位。", PETITIONS))
    target = above.name if above is not None else to.strip()
    if not target:
        raise Refused(Refusal("请填写转送给哪个单位。", PETITIONS))
    answer = f"您反映的事项已转送{target}办理。{reason.strip()}"
    with transaction.atomic():
        row: Complaint = COMPLAINT.move(
            complaint, "transfer", by=by, reason=reason, transferred_to=target[:200], answer=answer
        )
        meet(row, COMPLAINT_ACCEPT, by=by)
        if above is not None:
            publish(HAND_UP, key=str(row.pk), root=row, by=by, payload={"to": above.division_id})
    return row


def office_above(code: int) -> Organization | None:
    """The open office next above the division's: the prefecture's, else the province's; None above the province's."""
    above = [c for c in division_chain(code)[1:] if c != code]
    offices = Organization.objects.filter(kind=OrganizationKind.OFFICE, division_id__in=above, closed_on__isnull=True)
    found: Organization | None = offices.order_by("-division_id").first()
    return found


def propose_answer(complaint: Complaint, *, by: Actor, answer: str) -> Complaint:
    """Write what the sender is to be told; another person decides on it."""
    if not answer.strip():
        raise Refused(Refusal("请写明查办结果和答复。", PETITIONS))
    row: Complaint = COMPLAINT.move(
        complaint, "propose", by=by, answer=answer.strip()[:LONGEST_ANSWER], proposed_by_id=by.user_id
    )
    notify(row, by=by, key=f"proposed:{clock.now():%s}", title=f"投诉举报{row.number}的答复待审定",
           organizations=[row.author_org_id], roles=[Role.OFFICE_HEAD], category=Category.TO_SIGN)  # fmt: skip
    return row


def rework(complaint: Complaint, *, by: Actor, reason: str) -> Complaint:
    row: Complaint = COMPLAINT.move(complaint, "rework", by=by, reason=reason)
    notify(row, by=by, key=f"rework:{clock.now():%s}", title=f"投诉举报{row.number}退回重办", body=reason,
           organizations=[row.author_org_id], roles=[Role.OFFICE_STAFF], category=Category.RETURNED)  # fmt: skip
    return row


def finish_complaint(complaint: Complaint, *, by: Actor) -> Complaint:
    """Decide on the answer: the sender reads it from now on, and it is not changed any more."""
    now = clock.now()
    with transaction.atomic():
        row: Complaint = COMPLAINT.move(complaint, "finish", by=by, finished_at=now, finished_by_id=by.user_id)
        meet(row, COMPLAINT_FINISH, by=by, at=now)
    return row


def recuse(complaint: Complaint, *, by: Actor, person: Membership, reason: str) -> ComplaintRecusal:
    """Keep a colleague away from it. Refused where nobody would be left to decide: then it goes to the office above."""
    with transaction.atomic():
        row: Complaint = lock(complaint)
        refused = _recusal_refusal(row, by, person, reason)
        if refused is not None:
            raise Refused(refused)
        recusal, made = ComplaintRecusal.objects.get_or_create(
            complaint=row, person_id=person.user_id, owner_code=row.owner_code,
            defaults={"reason": reason.strip()[:300], "decided_at": clock.now(), "decided_by_id": by.user_id},
        )  # fmt: skip
        if made:
            # Without the name: the trail of a complaint is read by people whom the name does not concern.
            log(row, by=by, name="recuse", label="决定回避", source=row.state, target=row.state)
            publish(RECUSED, key=f"{row.pk}:{recusal.pk}", root=row, by=by, payload={"person": person.user_id})
    return recusal


def lift_recusal(recusal: ComplaintRecusal, *, by: Actor) -> None:
    """A name in the letter was somebody else's, or that of a witness: the head lets the colleague back in."""
    with transaction.atomic():
        row: Complaint = lock(recusal.complaint)
        refused = owning_office(row, by)
        if not by.can(Permission.ANSWER_COMPLAINTS):
            refused = Refusal(f"您当前的身份（{by.role_label}）无权解除回避，由负责人决定。", PETITIONS)
        elif recusal.decided_by_id is not None:
            refused = Refusal("这是人工决定的回避，不能解除。", PETITIONS)
        if refused is not None:
            raise Refused(refused)
        ComplaintRecusal.objects.filter(pk=recusal.pk).delete()
        log(row, by=by, name="lift_recusal", label="解除自动回避", source=row.state, target=row.state)


@handles(RECUSED)
def forget_what_was_told(row: Outbox, actor: Actor) -> None:
    """The lines that the recused person had in his inbox say no more what they were about."""
    with scope(system()):
        lines = Notification.objects.filter(
            user_id=row.payload["person"], root_kind=row.root_kind, root_id=row.root_id, owner_code=row.owner_code
        )
        keys = list(lines.values_list("pk", flat=True))
        Delivery.objects.filter(notification__in=keys).update(title=FORGOTTEN, root_kind="", root_id=None)
        lines.update(title=FORGOTTEN, body="", root_kind="", root_id=None)


def recused_from(complaints: Collection[int]) -> set[tuple[int, int]]:
    """(complaint, person), asked by the scheduler before it tells anybody."""
    return set(ComplaintRecusal.objects.filter(complaint_id__in=complaints).values_list("complaint_id", "person_id"))


kept_away(Complaint._meta.label_lower, recused_from)


def _recusal_refusal(complaint: Complaint, by: Actor, person: Membership, reason: str) -> Refusal | None:
    if not by.can(Permission.HANDLE_COMPLAINTS):
        return Refusal(f"您当前的身份（{by.role_label}）无权决定回避。")
    if not reason.strip():
        return Refusal("请写明回避的理由。", PETITIONS)
    if person.organization_id != complaint.author_org_id:
        return Refusal("只能决定本督导办人员的回避。")
    if not _left(complaint, person, Role.OFFICE_HEAD):
        return Refusal("负责人回避后本办无人审定答复，请将此件转送上一级督导办办理。", PETITIONS)
    return owning_office(complaint, by)


def _left(complaint: Complaint, person: Membership, role: str) -> bool:
    """Whether somebody of the role stays when the person goes. Only the head's going can leave nobody to decide."""
    if person.role != role:
        return True
    away = [person.user_id, *complaint.recusals.values_list("person_id", flat=True)]
    heads = Membership.objects.filter(organization_id=complaint.author_org_id, role=role).valid_on(clock.today())
    return bool(heads.exclude(user_id__in=away).exists())


def make_problem(complaint: Complaint, *, by: Actor, title: str, description: str, severity: str = "") -> Problem:
    """What was found to be true goes into the ledger, in the office's words: nothing of the letter, nothing of its writer,
    not even that there was one. Once: a second call gives the same row."""
    if complaint.subject_org is None:
        raise Refused(Refusal("来件没有对应到单位，不能登记为问题。请先核实单位，在问题台账中手工登记。"))
    if complaint.state not in (Complaint.State.ACCEPTED, Complaint.State.PROPOSED, Complaint.State.FINISHED):
        raise Refused(Refusal("受理后才能登记为问题。", PETITIONS))
    refused = owning_office(complaint, by)
    if refused is not None:
        raise Refused(refused)
    with transaction.atomic():
        row: Complaint = lock(complaint)
        if row.problem is not None:
            return row.problem
        problem = register_problem(
            by=by, subject_org=complaint.subject_org, title=title, description=description, severity=severity
        )
        row.problem = problem
        row.save(update_fields=["problem"])
        log(row, by=by, name="problem", label="登记为问题", source=row.state, target=row.state)
    return problem


def contact_of(complaint: Complaint, actor: Actor) -> ComplaintContact | None:
    """Who wrote, for the handling office's desk; None where nobody said, and for everybody else."""
    if not actor.can(Permission.HANDLE_COMPLAINTS):
        return None
    rows: Any = ComplaintContact.objects.visible_to(actor)
    found: ComplaintContact | None = rows.filter(complaint=complaint).first()
    return found


MOST_SHOWN = 10


def complaints_before(visit: RoutineVisit, actor: Actor) -> list[Complaint]:
    """What was accepted about the school within half a year before the visit, for whoever goes there: the newest first."""
    since = visit.visited_on - timedelta(days=183)
    rows = Complaint.objects.visible_to(actor).filter(
        subject_org_id=visit.subject_org_id, accepted_at__isnull=False, received_at__date__gte=since
    )
    return list(rows.order_by("-received_at")[:MOST_SHOWN])
