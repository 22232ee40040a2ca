"""The verbs of this room. Rooms above call these; nothing here knows them."""

from rectification.actions.ledger import classify, link_relapse, retire_category, save_category, unlink_relapse
from rectification.actions.notices import (
    notice_replaced,
    notice_served,
    notice_signed,
    notice_voided,
    receipt_voided,
    sign_for,
    submit_notice,
)
from rectification.actions.orders import (
    draft_order,
    lapse_order,
    order_refusal,
    order_replaced,
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
    "classify",
    "close",
    "dismiss_problem",
    "draft_order",
    "lapse_order",
    "link_relapse",
    "notice_replaced",
    "notice_served",
    "notice_signed",
    "notice_voided",
    "open_ticket",
    "order_refusal",
    "order_replaced",
    "order_served",
    "order_voided",
    "receipt_voided",
    "recheck",
    "register_problem",
    "resume_problem",
    "retire_category",
    "save_category",
    "save_measures",
    "sign_for",
    "submit_notice",
    "submit_report",
    "unlink_relapse",
    "urge",
    "verify",
    "withdraw_drafted_orders",
    "withdraw_ticket",
    "write_note",
]
