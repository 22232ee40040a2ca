"""Which steps an office's papers take, and how they are sealed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actors import Actor, Role
from accounts.models import Membership
from records import clock
from records.models import OfficePaper, PaperSteps
from records.state import Refusal, Refused

CHECKERS = (Role.OFFICE_STAFF, Role.OFFICE_HEAD)


def checkers(by: Actor) -> list[Membership]:
    """Who may be named as the one who checks."""
    rows = Membership.objects.visible_to(by).filter(organization_id=by.organization_id, role__in=CHECKERS)
    return list(rows.valid_on(clock.today()).select_related("user").order_by("pk"))


def seal_way_of(by: Actor) -> str:
    found = OfficePaper.objects.visible_to(by).first()
    return found.seal_way if found else ""


def set_paper_settings(*, by: Actor, steps: Mapping[str, Mapping[str, Any]], seal_way: str) -> int:
    """Set the steps by kind and the way of sealing; papers on their way take the steps that bind when they are handed on.
    Returns how many settings changed."""
    known = {row.kind: row for row in PaperSteps.objects.visible_to(by)}
    mine = {m.user_id for m in checkers(by)}
    changed = 0
    with transaction.atomic():
        for kind, wanted in steps.items():
            if wanted["checker_id"] is not None and wanted["checker_id"] not in mine:
                raise Refused(Refusal("核稿人须是本单位的在岗人员。"))
            row = known.get(kind) or PaperSteps(owner_code=by.division_code, kind=kind)
            if all(getattr(row, name) == value for name, value in wanted.items()):
                continue
            for name, value in wanted.items():
                setattr(row, name, value)
            row.save()
            changed += 1
        if seal_way != seal_way_of(by):
            OfficePaper.objects.update_or_create(owner_code=by.division_code, defaults={"seal_way": seal_way})
            changed += 1
    return changed
