"""What this room lets be found: problems, tickets and supervisory orders."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.tenancy import setting
from inspectors.assignments import SCHOOLS_OF_MINE
from records.search.registry import Findable, Watch, register_findable, shown
from rectification.models import Problem, SupervisoryOrder, Ticket
from rectification.permissions import Permission

PROBLEMS = """SELECT t.id, t.subject_code, NULL::int, t.found_on - date '2000-01-01',
    search_joined(t.title, o.name, o.short_name), '', '{{}}'::text[], '', ''
  FROM rectification_problem t LEFT JOIN accounts_organization o ON o.id = t.subject_org_id WHERE {these}"""
TICKETS = """SELECT t.id, t.subject_code, NULL::int, search_day(t.created_at),
    search_joined(t.title, t.number, o.name, o.short_name), '',
    search_keys(t.number, substring(t.number FROM '[0-9]{{4}}-[0-9]+$')), '', ''
  FROM rectification_ticket t LEFT JOIN accounts_organization o ON o.id = t.subject_org_id WHERE {these}"""
ORDERS = """SELECT t.id, t.subject_code, NULL::int, search_day(t.created_at),
    search_joined(k.title, k.number, d.number, o.name, o.short_name), '', search_keys(d.number), '', ''
  FROM rectification_supervisoryorder t JOIN rectification_ticket k ON k.id = t.ticket_id
  LEFT JOIN records_document d ON d.id = t.document_id
  LEFT JOIN accounts_organization o ON o.id = t.subject_org_id WHERE {these}"""
ME = setting("user")
HIS = f"""SELECT r.id FROM {{table}} r WHERE r.subject_org_id IN ({SCHOOLS_OF_MINE}) UNION
    SELECT r.id FROM {{table}} r WHERE r.created_by_id = {ME}"""
VERIFIES = f"SELECT k.id FROM rectification_ticket k WHERE k.verifier_id = {ME}"
UNIT = ("name", "short_name")


def _about(table: str) -> str:
    return f"SELECT r.id FROM {table} r WHERE r.subject_org_id = {{row}}.id"


def _problems(actor: Actor) -> QuerySet[Any]:
    return shown("problem", Problem.objects.visible_to(actor), title="title", unit="subject_org_id", state="state",
                 on="found_on")  # fmt: skip


def _tickets(actor: Actor) -> QuerySet[Any]:
    return shown("ticket", Ticket.objects.visible_to(actor), title="title", number="number", unit="subject_org_id",
                 state="state", on="created_at")  # fmt: skip


def _orders(actor: Actor) -> QuerySet[Any]:
    return shown("order", SupervisoryOrder.objects.visible_to(actor), title="ticket__title", number="document__number",
                 unit="subject_org_id", more="ticket__number", state="state", on="created_at")  # fmt: skip


register_findable(
    Findable(
        "problem", "问题", "alert-triangle", Problem, (Permission.VIEW_PROBLEMS,), "rectification:problem_detail",
        rows=PROBLEMS, show=_problems, states=dict(Problem.State.choices),
        his=f"""{HIS.format(table="rectification_problem")}
            UNION SELECT r.id FROM rectification_problem r WHERE r.found_by_id = {ME}
            UNION SELECT r.id FROM rectification_problem r WHERE r.ticket_id IN ({VERIFIES})""",
        order=50,
        watches=(
            Watch("rectification_problem", ("title", "subject_code", "subject_org_id", "found_on"), "SELECT {row}.id"),
            Watch("accounts_organization", UNIT, _about("rectification_problem")),
        ),
    ),
    Findable(
        "ticket", "整改单", "checklist", Ticket, (Permission.VIEW_TICKETS,), "rectification:ticket_detail",
        rows=TICKETS, show=_tickets, states=dict(Ticket.State.choices),
        his=f"{HIS.format(table='rectification_ticket')} UNION {VERIFIES}",
        order=45,
        watches=(
            Watch("rectification_ticket", ("title", "number", "subject_code", "subject_org_id", "created_at"), "SELECT {row}.id"),
            Watch("accounts_organization", UNIT, _about("rectification_ticket")),
        ),
    ),
    Findable(
        "order", "督办单", "gavel", SupervisoryOrder, (Permission.VIEW_TICKETS,), "rectification:order_detail",
        rows=ORDERS, show=_orders, states=dict(SupervisoryOrder.State.choices),
        his=f"""{HIS.format(table="rectification_supervisoryorder")}
            UNION SELECT r.id FROM rectification_supervisoryorder r WHERE r.ticket_id IN ({VERIFIES})""",
        order=55,
        watches=(
            Watch("rectification_supervisoryorder", ("ticket_id", "document_id", "subject_code", "subject_org_id"), "SELECT {row}.id"),
            Watch("rectification_ticket", ("title", "number"), "SELECT s.id FROM rectification_supervisoryorder s WHERE s.ticket_id = {row}.id"),
            Watch("records_document", ("number",), "SELECT s.id FROM rectification_supervisoryorder s WHERE s.document_id = {row}.id"),
            Watch("accounts_organization", UNIT, _about("rectification_supervisoryorder")),
        ),
    ),
)  # fmt: skip
