"""What this room lets be found: complaints. Their text and who wrote them are in no entry."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.actors import Actor
from inspections.models import Complaint
from inspections.permissions import Permission
from inspectors.assignments import SCHOOLS_OF_MINE
from records.search.registry import Findable, Watch, register_findable, shown

COMPLAINTS = """SELECT t.id, t.subject_code, NULL::int, search_day(t.created_at), search_joined(t.number, o.name, o.short_name), '',
    search_keys(t.number), '', ''
  FROM inspections_complaint t LEFT JOIN accounts_organization o ON o.id = t.subject_org_id WHERE {these}"""


def _complaints(actor: Actor) -> QuerySet[Any]:
    return shown("complaint", Complaint.objects.visible_to(actor), title="number", unit="subject_org_id", state="state",
                 on="created_at")  # fmt: skip


register_findable(
    Findable(
        "complaint", "投诉举报", "message", Complaint, (Permission.VIEW_COMPLAINTS,), "inspections:complaint_detail",
        rows=COMPLAINTS, show=_complaints, states=dict(Complaint.State.choices),
        his=f"""SELECT r.id FROM inspections_complaint r
            WHERE r.subject_org_id IN ({SCHOOLS_OF_MINE}) AND r.accepted_at IS NOT NULL""",
        order=60,
        watches=(
            Watch("inspections_complaint", ("number", "subject_code", "subject_org_id", "created_at"), "SELECT {row}.id"),
            Watch("accounts_organization", ("name", "short_name"),
                  "SELECT c.id FROM inspections_complaint c WHERE c.subject_org_id = {row}.id"),
        ),
    )
)  # fmt: skip
