"""Complaints from the public: kept as they come without a scope, then taken into the register of the managing office.

The sender gets a number and a query code; of the code only the hash is kept. Where the office itself or an inspector is
complained of, the office above gets it (信访工作条例, 回避).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from celery import current_app
from django.core.files.base import File
from django.db import connection, transaction

from accounts.actors import Actor, OrganizationKind, Role, system
from accounts.models import Membership, Organization
from accounts.scope import scope
from inspections.actions.complaints import HAND_UP, office_above
from inspections.models import Complaint, ComplaintContact, ComplaintIntake, ComplaintRecusal
from records import clock
from records.actions.attachments import scan
from records.models import Attachment, Category, Outbox
from records.notices.notify import notify
from records.outbox import handles, office_actor
from records.state import log
from records.storage import put_file
from records.timing.deadlines import open_deadline
from records.timing.rules import COMPLAINT_ACCEPT
from records.uploads import inspect

# 32 signs without those that look alike; ten of them are 50 bits, beyond guessing at the few tries an address has.
SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 10
NAMED = "来件中写有其姓名，收件时自动回避"


@dataclass(frozen=True)
class Receipt:
    """What the sender is shown, once."""

    number: str
    code: str


def receive(
    *,
    division_code: int,
    unit: int | None,
    unit_text: str,
    category: str,
    channel: str,
    text: str,
    contact_name: str = "",
    contact_phone: str = "",
    files: Sequence[File[bytes]] = (),
) -> Receipt:
    """Keep what somebody sent; UploadRefused names a file that cannot be taken, and then nothing is kept."""
    kept = [_file(file) for file in files]
    number = f"TS{clock.today():%Y%m%d}-{_random(6)}"
    code = _random(CODE_LENGTH)
    intake = ComplaintIntake(
        owner_code=division_code, number=number, code_hash=hash_of(code), unit_code=str(unit or ""),
        unit_text=unit_text.strip()[:200], category=category, channel=channel, text=text.strip(),
        contact_name=contact_name.strip()[:60], contact_phone=contact_phone.strip()[:20], files=kept,
        received_at=clock.now(),
    )  # fmt: skip
    intake.save(force_insert=True)
    transaction.on_commit(lambda: current_app.tasks["inspections.tasks.take_in_complaints"].delay(), robust=True)
    return Receipt(number, code)


def _file(upload: File[bytes]) -> dict[str, Any]:
    found = inspect(upload)
    scan(upload, found.name)
    upload.seek(0)
    return {"sha256": put_file(upload), "name": found.name, "mime": found.mime, "size": found.size,
            "category": found.category}  # fmt: skip


def _random(length: int) -> str:
    return "".join(secrets.choice(SIGNS) for _ in range(length))


def hash_of(code: str) -> str:
    """Codes are compared without their spaces, hyphens and case."""
    return hashlib.sha256("".join(c for c in code.upper() if c.isalnum()).encode()).hexdigest()


# --- into the register -----------------------------------------------------------------------------------------------


def take_in(limit: int = 200) -> int:
    """Enter what waits, each in a transaction of its own. Returns how many were entered; a second worker finds none."""
    with scope(system()):
        waiting = list(ComplaintIntake.objects.filter(consumed_at__isnull=True).values_list("pk", flat=True)[:limit])
    return sum(_take_in_one(pk) for pk in waiting)


def _take_in_one(pk: Any) -> int:
    with scope(system()):
        rows = ComplaintIntake.objects.select_for_update(skip_locked=True)
        intake = rows.filter(pk=pk, consumed_at__isnull=True).first()
        if intake is None:
            return 0
        office, subject = _where(intake)
        if office is None:
            return 0  # no office in the whole chain yet: it waits for one
        with scope(office_actor(office.division_id)):
            _enter(intake, office, subject)
        # The register has it now; the letter is not kept twice.
        ComplaintIntake.objects.filter(pk=pk).update(
            consumed_at=clock.now(), text="", contact_name="", contact_phone=""
        )
    return 1


def _where(intake: ComplaintIntake) -> tuple[Organization | None, Organization | None]:
    """The office that handles it and the organization it is about."""
    unit = Organization.objects.filter(pk=int(intake.unit_code)).first() if intake.unit_code else None
    code = unit.division_id if unit is not None else intake.owner_code
    own = _office(code)
    if intake.category == Complaint.Category.SUPERVISORS or (own is not None and _names_every_head(intake.text, own)):
        return (office_above(code) or own), (own or unit)
    return (own or office_above(code)), unit


def _named(text: str, office: Organization) -> list[Membership]:
    """The people of the office whose names stand in the letter: rather one too many kept away than one too few."""
    members = Membership.objects.filter(organization=office).valid_on(clock.today()).select_related("user")
    return [m for m in members if len(m.user.full_name) > 1 and m.user.full_name in text]


def _names_every_head(text: str, office: Organization) -> bool:
    """Then nobody would be left to decide on the answer."""
    heads = Membership.objects.filter(organization=office, role=Role.OFFICE_HEAD).valid_on(clock.today())
    named = {m.user_id for m in _named(text, office)}
    return bool(named) and set(heads.values_list("user_id", flat=True)) <= named and heads.exists()


def _office(code: int) -> Organization | None:
    rows = Organization.objects.filter(kind=OrganizationKind.OFFICE, division_id=code, closed_on__isnull=True)
    found: Organization | None = rows.first()
    return found


def _enter(intake: ComplaintIntake, office: Organization, subject: Organization | None) -> Complaint:
    by = office_actor(office.division_id)
    complaint = _make(
        by=by, office=office, subject=subject, code=subject.division_id if subject else intake.owner_code,
        facts={name: getattr(intake, name) for name in FACTS},
    )  # fmt: skip
    if intake.contact_name or intake.contact_phone:
        contact = {"name": intake.contact_name, "phone": intake.contact_phone}
        ComplaintContact(complaint=complaint, owner_code=complaint.owner_code, **contact).save(force_insert=True)
        Complaint.objects.filter(pk=complaint.pk).update(has_contact=True)
    for file in intake.files:
        Attachment(
            root_kind=complaint.kind, root_id=complaint.pk, organization=office, uploaded_at=intake.received_at,
            filed_at=complaint.created_at, **file,
        ).save(force_insert=True)  # fmt: skip
    return complaint


FACTS = ("number", "code_hash", "category", "channel", "unit_text", "text", "received_at")


def _make(
    *, by: Actor, office: Organization, subject: Organization | None, code: int, facts: dict[str, Any]
) -> Complaint:
    now = clock.now()
    complaint = Complaint(
        owner_code=office.division_id, author_org=office, subject_code=code, subject_org=subject, filed_at=now,
        created_at=now, **facts,
    )  # fmt: skip
    complaint.save(force_insert=True)
    log(complaint, by=by, name="receive", label="收到投诉举报", source="", target=complaint.state)
    _keep_away(complaint, office)
    open_deadline(complaint, rule_code=COMPLAINT_ACCEPT, party_org=office, title=f"决定是否受理投诉举报{complaint.number}",
                  start=facts["received_at"])  # fmt: skip
    notify(
        complaint, by=by, key="received", organizations=[office.pk], roles=[Role.OFFICE_STAFF, Role.OFFICE_HEAD],
        # The title stands in the office's log of what was sent, which whoever is kept away reads as well.
        title="收到一件投诉举报", body=f"{complaint.number}：{complaint.get_category_display()}",
        urgent=complaint.category == Complaint.Category.SAFETY, category=Category.TO_SIGN,
    )  # fmt: skip
    return complaint


def _keep_away(complaint: Complaint, office: Organization) -> None:
    """Whoever is named in the letter learns nothing of it from its first moment; the office's head may lift a mistake."""
    for user_id in sorted({m.user_id for m in _named(complaint.text, office)}):
        ComplaintRecusal(
            complaint=complaint,
            person_id=user_id,
            owner_code=complaint.owner_code,
            reason=NAMED,
            decided_at=clock.now(),
        ).save(force_insert=True)


@handles(HAND_UP)
def hand_up(row: Outbox, actor: Actor) -> None:
    """The office above enters what the office below passed on, with its contact and files, under the same number."""
    old = Complaint.objects.select_related("subject_org").get(pk=row.root_id)
    contact = ComplaintContact.objects.filter(complaint=old).first()
    files = list(Attachment.objects.of(old).values("sha256", "name", "mime", "size", "category", "uploaded_at"))
    with scope(system()):
        office = _office(int(row.payload["to"]))
    if office is None:
        return
    facts = {name: getattr(old, name) for name in FACTS} | {"has_contact": contact is not None}
    above = office_actor(office.division_id)
    with scope(above):
        new = _make(by=above, office=office, subject=old.subject_org, code=old.subject_code, facts=facts)
        if contact is not None:
            ComplaintContact(complaint=new, owner_code=new.owner_code, name=contact.name, phone=contact.phone).save(
                force_insert=True
            )
        for file in files:
            Attachment(root_kind=new.kind, root_id=new.pk, organization=office, filed_at=new.created_at, **file).save(
                force_insert=True
            )


# --- asked without a scope -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Status:
    """What the sender learns with number and code."""

    state: str
    received_at: datetime
    accepted_at: datetime | None
    finish_by: date | None
    answer: str
    finished_at: datetime | None

    @property
    def label(self) -> str:
        if self.state == Complaint.State.PROPOSED:  # a draft of the office's; to the sender nothing has changed
            return str(Complaint.State.ACCEPTED.label)
        return Complaint.State(self.state).label if self.state in Complaint.State.values else "正在登记"


def status_of(number: str, code: str) -> Status | None:
    """None for a number or a code that is not right: which of the two is not said."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM complaint_status(%s, %s)", [number.strip().upper(), hash_of(code)])
        row = cursor.fetchone()
    return Status(*row) if row else None


@dataclass(frozen=True)
class Unit:
    """A school as the public names it."""

    pk: int
    name: str
    division_code: int


def units_of(division_code: int) -> list[Unit]:
    """The open schools that the division manages, by name."""
    return _units(division_code, None)


def unit_of(pk: int) -> Unit | None:
    found = _units(None, pk)
    return found[0] if found else None


def _units(division_code: int | None, pk: int | None) -> list[Unit]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name, division_code FROM complaint_units(%s, %s)", [division_code, pk])
        return [Unit(*row) for row in cursor.fetchall()]


def places() -> list[tuple[int, str]]:
    """The divisions that have an office: where a complaint can be sent."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, name FROM complaint_places()")
        return [(int(code), str(name)) for code, name in cursor.fetchall()]
