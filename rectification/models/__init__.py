from rectification.models.categories import ProblemCategory
from rectification.models.orders import OrderParty, SupervisoryOrder
from rectification.models.problems import Problem, ProblemParty
from rectification.models.proceedings import InternalNote, Measure, RectificationReport, Verification
from rectification.models.tickets import Ticket, TicketParty

__all__ = [
    "InternalNote",
    "Measure",
    "OrderParty",
    "Problem",
    "ProblemCategory",
    "ProblemParty",
    "RectificationReport",
    "SupervisoryOrder",
    "Ticket",
    "TicketParty",
    "Verification",
]
