"""From the draft to the approver's desk: hand on, check (核稿), send back, take back."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.actors import Actor, Role
from accounts.models import Delegation
from records import clock
from records.actions.countersigning import ask, whose_turn
from records.models import Category, Document
from records.notices.notify import notify
from records.permissions import Permission
from records.workflow import DOCUMENT, next_step, steps_of

S = Document.State
HAND_ON = {S.CHECKING: "send_to_check", S.COUNTERSIGNING: "send_to_countersign", S.SUBMITTED: "submit"}


def send_on(document: Document, *, by: Actor) -> Document:
    """Hand the draft to the next step that its kind takes in this office."""
    with transaction.atomic():
        row: Document = DOCUMENT.move(document, HAND_ON[S(next_step(document))], by=by)
        tell_next(row, by=by)
    return row


def pass_check(document: Document, *, by: Actor, remarks: str = "") -> Document:
    """The checker finds it in order; it goes on to whoever is next."""
    with transaction.atomic():
        checked: dict[str, Any] = {
            "checked_at": clock.now(),
            "checked_by_id": by.user_id,
            "checked_as": f"{by.label} {by.display_name}",
        }
        in_force = document.countersigners.filter(voided_at__isnull=True)
        onward = in_force.filter(opinion="").exists() or (
            steps_of(document).countersign_required and not in_force.exists()
        )
        row: Document = DOCUMENT.move(document, "check_on" if onward else "check", by=by, reason=remarks, **checked)
        tell_next(row, by=by)
    return row


def return_from_check(document: Document, *, by: Actor, reason: str) -> Document:
    """The checker sends it back with his remarks."""
    with transaction.atomic():
        row: Document = DOCUMENT.move(document, "return_from_check", by=by, reason=reason)
        tell_drafter(row, by=by, title=f"核稿退回修改：{row.title}", body=reason)
    return row


def withdraw(document: Document, *, by: Actor) -> Document:
    """Take it back to change it. What was checked and signed stands as long as the text is not touched."""
    withdrawn: Document = DOCUMENT.move(document, "withdraw", by=by)
    return withdrawn


def go_on_countersigning(document: Document, *, by: Actor) -> Document:
    """Somebody has answered: the next in order is asked; when all agree the paper goes to the approver by itself, and
    when only objections are left the office must answer them."""
    if document.state != S.COUNTERSIGNING:
        return document
    with transaction.atomic():
        if whose_turn(document):
            ask(document, by=by)
        elif DOCUMENT.refusal(document, "countersigned", by) is None:
            document = DOCUMENT.move(document, "countersigned", by=by)
            tell_next(document, by=by)
    return document


def finish_countersigning(document: Document, *, by: Actor) -> Document:
    """The office hands it on itself, when nothing is left to be signed."""
    with transaction.atomic():
        row: Document = DOCUMENT.move(document, "countersigned", by=by)
        tell_next(row, by=by)
    return row


def tell_drafter(document: Document, *, by: Actor, title: str, body: str = "") -> None:
    """The drafter; what the scheduler drafted concerns the office's staff."""
    to: dict[str, Any] = {"organizations": [document.author_org_id], "roles": [Role.OFFICE_STAFF]}
    if document.drafted_by_id:
        to = {"users": [document.drafted_by_id]}
    notify(document, by=by, key=f"drafter:{clock.now():%s%f}", category=Category.NEWS, title=title, body=body, **to)


def tell_next(document: Document, *, by: Actor) -> None:
    """Whoever is next learns that it is his turn."""
    key = f"{document.state}:{clock.now():%s%f}"
    if document.state == S.CHECKING:
        checker = steps_of(document).checker_id
        to: dict[str, Any] = {"organizations": [document.author_org_id], "roles": [Role.OFFICE_STAFF, Role.OFFICE_HEAD]}
        if checker:
            to = {"users": [checker]}
        notify(document, by=by, key=key, category=Category.TO_SIGN, title=f"待核稿：{document.title}", **to)
    elif document.state == S.COUNTERSIGNING:
        ask(document, by=by)
    elif document.state == S.SUBMITTED:
        notify(document, by=by, key=key, category=Category.TO_SIGN, title=f"待签发：{document.title}", organizations=[document.author_org_id],
               roles=[Role.OFFICE_HEAD, Role.LEADER], users=delegates(document))  # fmt: skip


def delegates(document: Document) -> list[int]:
    """Who approves today in somebody's stead."""
    today = clock.today()
    rows = Delegation.objects.filter(
        organization_id=document.author_org_id, valid_from__lte=today, valid_until__gte=today, revoked_at__isnull=True,
        words__contains=[Permission.APPROVE_DOCUMENTS.value],
    )  # fmt: skip
    return list(rows.values_list("receiver__user_id", flat=True))
