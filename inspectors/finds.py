"""What this room lets be found: the corps."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.actors import Actor
from inspectors.models import Inspector
from inspectors.permissions import Permission
from records.search.registry import Findable, Watch, register_findable, shown

INSPECTORS = """SELECT t.id, t.division_code, NULL::int, t.id::int * 389 % 1024,
    search_joined(u.full_name, t.certificate_number, o.name), '', search_keys(u.full_name, t.certificate_number),
    search_initials(u.full_name), ''
  FROM inspectors_inspector t JOIN accounts_user u ON u.id = t.user_id JOIN accounts_organization o ON o.id = t.office_id
  WHERE {these}"""


def _inspectors(actor: Actor) -> QuerySet[Any]:
    return shown("inspector", Inspector.objects.visible_to(actor), title="user__full_name", number="certificate_number",
                 unit="office_id", state="kind")  # fmt: skip


register_findable(
    Findable(
        "inspector", "督学", "users", Inspector, (Permission.VIEW_CORPS,), "inspectors:inspector_detail",
        rows=INSPECTORS, show=_inspectors, named=True, states=dict(Inspector.Kind.choices),
        order=20,
        watches=(
            Watch("inspectors_inspector", ("user_id", "certificate_number", "office_id", "division_code"), "SELECT {row}.id"),
            Watch("accounts_user", ("full_name",), "SELECT i.id FROM inspectors_inspector i WHERE i.user_id = {row}.id"),
            Watch("accounts_organization", ("name",), "SELECT i.id FROM inspectors_inspector i WHERE i.office_id = {row}.id"),
        ),
    )
)  # fmt: skip
