from inspections.models.complaints import Complaint, ComplaintContact, ComplaintIntake, ComplaintRecusal
from inspections.models.findings import Finding
from inspections.models.instruments import AnswerKind, Instrument, InstrumentItem, InstrumentVersion
from inspections.models.plans import PlannedVisit
from inspections.models.visits import RoutineVisit, VisitAnswer, VisitCompanion, VisitGuestPermission, VisitParty

__all__ = [
    "AnswerKind", "Complaint", "ComplaintContact", "ComplaintIntake", "ComplaintRecusal", "Finding", "Instrument", "InstrumentItem", "InstrumentVersion", "PlannedVisit", "RoutineVisit",
    "VisitAnswer", "VisitCompanion", "VisitGuestPermission", "VisitParty",
]  # fmt: skip
