"""The words of this room, and which roles carry them."""

from __future__ import annotations

from enum import StrEnum

from accounts.actors import OFFICE_ROLES, Role
from accounts.permissions import grant
from rectification.permissions import Permission as Ledger


class Permission(StrEnum):
    VIEW_VISITS = "inspections.view_visits"
    READ_SERVED_VISITS = "inspections.read_served_visits"
    VIEW_PLANS = "inspections.view_plans"
    PLAN_VISITS = "inspections.plan_visits"
    WRITE_VISITS = "inspections.write_visits"
    ACCEPT_VISITS = "inspections.accept_visits"
    VIEW_INSTRUMENTS = "inspections.view_instruments"
    MANAGE_INSTRUMENTS = "inspections.manage_instruments"
    VIEW_COMPLAINTS = "inspections.view_complaints"
    HANDLE_COMPLAINTS = "inspections.handle_complaints"
    ANSWER_COMPLAINTS = "inspections.answer_complaints"


READING = [Permission.VIEW_VISITS, Permission.VIEW_PLANS, Permission.VIEW_INSTRUMENTS]
OFFICE = [*READING, Permission.PLAN_VISITS, Permission.ACCEPT_VISITS, Permission.MANAGE_INSTRUMENTS]

grant(
    {
        Role.OFFICE_STAFF: OFFICE,
        Role.OFFICE_HEAD: OFFICE,
        Role.LEADER: READING,
        Role.INSPECTOR: [*READING, Permission.PLAN_VISITS, Permission.WRITE_VISITS],
        Role.UNIT_CONTACT: [Permission.READ_SERVED_VISITS],
        Role.OUTSIDER: [Permission.READ_SERVED_VISITS],
    }
)
grant({role: [Permission.VIEW_COMPLAINTS] for role in OFFICE_ROLES})
grant({role: [Permission.HANDLE_COMPLAINTS] for role in (Role.OFFICE_STAFF, Role.OFFICE_HEAD)})
grant({Role.OFFICE_HEAD: [Permission.ANSWER_COMPLAINTS]})
# Who accepts a visit enters what it found into the ledger: the head may accept, so the head may register.
grant({Role.OFFICE_HEAD: [Ledger.REGISTER_PROBLEMS]})
