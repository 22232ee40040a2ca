"""Drafting a paper by hand: a template's words, the blanks that are known, the recipients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from accounts.actors import Actor, OrganizationKind
from accounts.models import Organization
from records import clock
from records.actions.documents import draft_document
from records.documents.blanks import fill, fill_content, names_in
from records.documents.kinds import KNOWN_BLANKS
from records.documents.papers import from_text
from records.models import Document, DocumentTemplate
from records.rendering.papers import chinese_date

ATTENDANCE = ("出席", "请假", "列席")


def draft_from(
    template: DocumentTemplate,
    *,
    by: Actor,
    recipients: Sequence[Organization],
    copies_to: Sequence[Organization] = (),
    addressed: str = "",
    blanks: dict[str, str],
) -> Document:
    """A draft of the office of `by`. The first recipient in the office's range is the subject, the others are parties.

    `addressed` is how the paper calls its recipients where that is not their names; `blanks` that stay empty stay open.
    """
    office = Organization.objects.visible_to(by).get(pk=by.organization_id)
    lo, hi = by.range
    subject = next((o for o in recipients if lo <= o.division_id <= hi), None)
    values = {**blanks, **known_values(office, recipients, addressed)}
    title = fill(template.title, values)
    return draft_document(
        by=by, kind=template.kind, title=title, content=fill_content(content_of(template, office, recipients, copies_to, addressed), values),
        recipient=subject, recipients=tuple(o for o in recipients if o != subject), copies_to=tuple(copies_to),
    )  # fmt: skip


def content_of(
    template: DocumentTemplate,
    office: Organization,
    recipients: Sequence[Organization],
    copies_to: Sequence[Organization],
    addressed: str = "",
) -> dict[str, Any]:
    """A document's content as the template begins it, its blanks still open."""
    content: dict[str, Any] = {
        "issuer_mark": f"{office.name}文件",
        "recipient": addressed or called(recipients),
        "paragraphs": from_text(template.body),
        "attachments": lines_of(template.attachments),
        "contact_note": template.contact_note,
        "signature": office.name,
        "copies_to": called(copies_to),
        "printed_by": office.name,
    }
    attendance = attendance_of(template.attendance)
    return content | ({"attendance": attendance} if attendance else {})


def called(organizations: Iterable[Organization]) -> str:
    """How a paper names several bodies in one line."""
    return "，".join(organization.name for organization in organizations)


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def attendance_of(text: str) -> list[list[str]]:
    """「出席：王建国、李明」 a line, as [label, names]. ValueError in Chinese for a line that begins otherwise."""
    found = []
    for line in lines_of(text):
        label, colon, names = line.replace(":", "：", 1).partition("：")
        if not colon or label not in ATTENDANCE:
            raise ValueError(f"请以“{'：”“'.join(ATTENDANCE)}：”开头，每行一类：{line[:30]}")
        found.append([label, names.strip()])
    return found


def known_values(office: Organization, recipients: Sequence[Organization], addressed: str = "") -> dict[str, str]:
    """What the platform fills in by itself."""
    one = recipients[0] if len(recipients) == 1 else None
    school = one is not None and one.kind == OrganizationKind.SCHOOL
    several = "各单位" if len(recipients) > 1 else "你单位"
    values = {
        "本机关": office.name, "主送单位": addressed or "、".join(o.name for o in recipients),
        "称谓": "你校" if school else several, "今天": chinese_date(clock.today()),
    }  # fmt: skip
    return {name: text for name, text in values.items() if text}


def asked_of(template: DocumentTemplate) -> list[str]:
    """The blanks of a template that a person fills in, in the order in which they appear."""
    known = {name for name, _ in KNOWN_BLANKS}
    return [name for name in names_in(*map(str, template.texts.values())) if name not in known]
