"""The verbs of this room. Rooms above call these; nothing here knows them."""

from rectification.actions.notices import notice_served, notice_signed, notice_voided, sign_for, submit_notice
from rectification.actions.orders import (
    draft_order,
    lapse_order,
    order_refusal,
    order_served,
    order_voided,
    withdraw_drafted_orders,
)
from rectification.actions.problems import dismiss_problem, register_problem, resume_problem
from rectification.actions.proceedings import (
    close,
    recheck,
    save_measures,
    submit_report,
    urge,
    verify,
    write_note,
)
from rectification.actions.tickets import assign_verifier, change_ticket, open_ticket, withdraw_ticket

__all__ = [
    "assign_verifier",
    "change_ticket",
    "close",
    "dismiss_problem",
    "draft_order",
    "lapse_order",
    "notice_served",
    "notice_signed",
    "notice_voided",
    "open_ticket",
    "order_refusal",
    "order_served",
    "order_voided",
    "recheck",
    "register_problem",
    "resume_problem",
    "save_measures",
    "sign_for",
    "submit_notice",
    "submit_report",
    "urge",
    "verify",
    "withdraw_drafted_orders",
    "withdraw_ticket",
    "write_note",
]
