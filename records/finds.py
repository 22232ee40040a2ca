"""What this room and the one below let be found: official documents, and for a security administrator people's accounts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.actors import Actor, Role
from accounts.models import Membership
from accounts.permissions import Permission as Accounts
from accounts.tenancy import setting
from records.models import Document
from records.permissions import Permission
from records.search.registry import Findable, Watch, register_findable, shown

# Recipients stand inside: of the other copies each recipient learns nothing, an office reads them all.
DOCUMENTS = """SELECT t.id, t.subject_code, CASE WHEN t.circulated_at IS NOT NULL THEN t.owner_code END,
    search_day(t.created_at), search_joined(t.title, t.number, o.name, o.short_name),
    coalesce((SELECT search_joined(VARIADIC array_agg(r.name::text)) FROM (SELECT DISTINCT ro.name FROM records_service s
      JOIN accounts_organization ro ON ro.id = s.recipient_id
      WHERE s.document_id = t.id AND s.voided_at IS NULL AND ro.id IS DISTINCT FROM t.subject_org_id LIMIT 30) r), ''),
    search_keys(t.number, CASE WHEN t.sequence IS NOT NULL THEN t.year || '-' || t.sequence END,
                CASE WHEN t.sequence IS NOT NULL THEN t.year || '-' || t.sequence || '号' END), '', ''
  FROM records_document t LEFT JOIN accounts_organization o ON o.id = t.subject_org_id WHERE {these}"""
PEOPLE = """SELECT t.id, t.division_code, NULL::int, t.user_id::int % 1024, search_joined(u.full_name, u.username, o.name), '',
    search_keys(u.full_name, u.username), search_initials(u.full_name), ''
  FROM accounts_membership t JOIN accounts_user u ON u.id = t.user_id JOIN accounts_organization o ON o.id = t.organization_id
  WHERE {these}"""


def _documents(actor: Actor) -> QuerySet[Any]:
    return shown("document", Document.objects.visible_to(actor), title="title", number="number", unit="subject_org_id",
                 state="state", on="created_at")  # fmt: skip


def _people(actor: Actor) -> QuerySet[Any]:
    mine = Membership.objects.visible_to(actor)
    seen = mine if actor.role == Role.SECURITY_ADMIN else mine.none()
    return shown("person", seen, title="user__full_name", number="user__username", unit="organization_id",
                 state="role", page="user_id")  # fmt: skip


ROOT = ("title", "subject_code", "subject_org_id")
register_findable(
    Findable(
        "document", "公文", "file-text", Document, (Permission.VIEW_DOCUMENTS,), "records:document_detail",
        rows=DOCUMENTS, show=_documents, states=dict(Document.State.choices),
        narrow=f"created_by_id = {setting('user')} OR issued_at IS NOT NULL",
        order=40,
        watches=(
            Watch("records_document", (*ROOT, "number", "created_at", "circulated_at", "owner_code"), "SELECT {row}.id"),
            Watch("records_service", (), "SELECT {row}.document_id"),
            Watch("accounts_organization", ("name", "short_name"),
                  """SELECT d.id FROM records_document d WHERE d.subject_org_id = {row}.id
                     UNION SELECT s.document_id FROM records_service s WHERE s.recipient_id = {row}.id"""),
        ),
    ),
    Findable(
        "person", "账号人员", "user", Membership, (Accounts.VIEW_PEOPLE,), "accounts:person", rows=PEOPLE, show=_people,
        named=True, states=dict(Role.choices),
        order=30,
        watches=(
            Watch("accounts_membership", ("user_id", "organization_id", "division_code"), "SELECT {row}.id"),
            Watch("accounts_user", ("full_name", "username"), "SELECT m.id FROM accounts_membership m WHERE m.user_id = {row}.id"),
            Watch("accounts_organization", ("name",), "SELECT m.id FROM accounts_membership m WHERE m.organization_id = {row}.id"),
        ),
    ),
)  # fmt: skip
