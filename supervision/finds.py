"""What this room lets be found: schools, governments and departments, and whom to ring up at a unit."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.actors import Actor, OrganizationKind
from accounts.models import Organization
from accounts.tenancy import setting
from records.search.registry import Findable, Watch, register_findable, shown
from supervision.exports import KINDS
from supervision.models import School, UnitContact
from supervision.permissions import Permission

# The names that it bore before, as the change log has them (supervision.history), are names by which it is looked for.
FORMER = """LEFT JOIN LATERAL (SELECT array_agg(DISTINCT f.name::text) AS names FROM accounts_organizationchangeevent f
    WHERE f.pgh_obj_id = o.id AND f.name <> o.name) former ON true"""
NAMES = "VARIADIC ARRAY[o.name, o.short_name, search_core(o.name, o.division_id::int)]::text[] || coalesce(former.names, '{}')"
SCHOOLS = f"""SELECT t.organization_id, t.division_code, NULL::int, t.organization_id::int * 389 % 1024,
    search_joined(VARIADIC ARRAY[o.name, o.short_name, o.code, t.head_name]::text[] || coalesce(former.names, '{{{{}}}}')), '',
    search_keys({NAMES.replace("{}", "{{}}")} || o.code::text), search_initials({NAMES.replace("{}", "{{}}")}),
    coalesce(array_to_string(former.names, '、'), '')
  FROM supervision_school t JOIN accounts_organization o ON o.id = t.organization_id {FORMER} WHERE {{these}}"""
UNITS = f"""SELECT t.id, t.division_id::int, t.division_id::int, t.id::int * 389 % 1024,
    search_joined(VARIADIC ARRAY[o.name, o.short_name, o.code]::text[] || coalesce(former.names, '{{{{}}}}')), '',
    search_keys({NAMES.replace("{}", "{{}}")} || o.code::text), search_initials({NAMES.replace("{}", "{{}}")}),
    coalesce(array_to_string(former.names, '、'), '')
  FROM accounts_organization t JOIN accounts_organization o ON o.id = t.id {FORMER}
  WHERE {{these}} AND t.kind IN ('government', 'department')"""
CONTACTS = """SELECT t.id, t.division_code, NULL::int, t.id::int * 389 % 1024, search_joined(t.name, o.name, t.post), '',
    search_keys(t.name), search_initials(t.name), ''
  FROM supervision_unitcontact t JOIN accounts_organization o ON o.id = t.organization_id WHERE {these}"""
ORG = ("name", "short_name", "code", "division_id", "kind")
MINE = f"""SELECT {{key}} FROM {{table}} WHERE organization_id = {setting("org")} OR organization_id IN
    (SELECT o.id FROM accounts_organization o WHERE o.competent_department_id = {setting("org")})"""


def _schools(actor: Actor) -> QuerySet[Any]:
    return shown("school", School.objects.visible_to(actor), title="organization__name", number="organization__code",
                 place="organization__division__name", more="head_name", state="stage")  # fmt: skip


def _units(actor: Actor) -> QuerySet[Any]:
    units = Organization.objects.visible_to(actor).filter(kind__in=KINDS)
    return shown("unit", units, title="name", number="code", place="division__name", state="kind")


def _contacts(actor: Actor) -> QuerySet[Any]:
    return shown("contact", UnitContact.objects.visible_to(actor), title="name", unit="organization_id", more="post",
                 page="organization_id")  # fmt: skip


register_findable(
    Findable(
        "school", "学校", "school", School, (Permission.VIEW_SCHOOLS,), "supervision:school_detail", rows=SCHOOLS,
        show=_schools, named=True, states=dict(School.Stage.choices),
        mine=MINE.format(key="organization_id", table="supervision_school"),
        order=10,
        watches=(
            Watch("supervision_school", ("division_code", "head_name"), "SELECT {row}.organization_id"),
            Watch("accounts_organization", ORG, "SELECT {row}.id"),
        ),
    ),
    Findable(
        "unit", "政府和部门", "building-bank", Organization, (Permission.VIEW_UNITS,), "supervision:unit_detail", rows=UNITS,
        show=_units, named=True, states=dict(OrganizationKind.choices),
        order=15,
        watches=(Watch("accounts_organization", ORG, "SELECT {row}.id"),),
    ),
    Findable(
        "contact", "单位联系人", "phone", UnitContact, (Permission.VIEW_SCHOOLS,), "supervision:school_detail",
        rows=CONTACTS, show=_contacts, named=True, mine=MINE.format(key="id", table="supervision_unitcontact"),
        order=25,
        watches=(
            Watch("supervision_unitcontact", ("name", "post", "organization_id", "division_code"), "SELECT {row}.id"),
            Watch("accounts_organization", ("name",), "SELECT c.id FROM supervision_unitcontact c WHERE c.organization_id = {row}.id"),
        ),
    ),
)  # fmt: skip
