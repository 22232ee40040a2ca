from rectification.models.categories import ProblemCategory
from rectification.models.orders import OrderGuestPermission, OrderParty, SupervisoryOrder
from rectification.models.problems import Problem, ProblemGuestPermission, ProblemParty
from rectification.models.proceedings import InternalNote, Measure, RectificationReport, Verification
from rectification.models.tickets import Ticket, TicketGuestPermission, TicketParty

__all__ = [
    "InternalNote",
    "Measure",
    "OrderGuestPermission",
    "OrderParty",
    "Problem",
    "ProblemCategory",
    "ProblemGuestPermission",
    "ProblemParty",
    "RectificationReport",
    "SupervisoryOrder",
    "Ticket",
    "TicketGuestPermission",
    "TicketParty",
    "Verification",
]
