"""The words of this room, and which roles carry them."""

from __future__ import annotations

from enum import StrEnum

from accounts.actors import Role
from accounts.permissions import grant


class Permission(StrEnum):
    VIEW_PROBLEMS = "rectification.view_problems"
    VIEW_TICKETS = "rectification.view_tickets"
    REGISTER_PROBLEMS = "rectification.register_problems"
    OPEN_TICKETS = "rectification.open_tickets"
    DRAFT_ORDERS = "rectification.draft_orders"
    VERIFY = "rectification.verify"
    CLOSE = "rectification.close"
    SIGN = "rectification.sign"
    REPORT = "rectification.report"
    URGE = "rectification.urge"
    WRITE_NOTES = "rectification.write_notes"
    KEEP_LEDGER = "rectification.keep_ledger"


READ = [Permission.VIEW_PROBLEMS, Permission.VIEW_TICKETS]
grant(
    {
        Role.OFFICE_STAFF: [*READ, Permission.REGISTER_PROBLEMS, Permission.OPEN_TICKETS, Permission.DRAFT_ORDERS,
                            Permission.VERIFY, Permission.CLOSE, Permission.WRITE_NOTES, Permission.KEEP_LEDGER],
        Role.OFFICE_HEAD: [*READ, Permission.CLOSE, Permission.DRAFT_ORDERS, Permission.WRITE_NOTES,
                           Permission.KEEP_LEDGER],
        Role.INSPECTOR: [*READ, Permission.REGISTER_PROBLEMS, Permission.VERIFY, Permission.WRITE_NOTES],
        Role.LEADER: READ,
        Role.OUTSIDER: READ,
        Role.UNIT_CONTACT: [*READ, Permission.SIGN, Permission.REPORT],
        Role.DEPARTMENT_CONTACT: [*READ, Permission.URGE],
    }
)  # fmt: skip
