from inspections.models.findings import Finding
from inspections.models.instruments import AnswerKind, Instrument, InstrumentItem, InstrumentVersion
from inspections.models.plans import PlannedVisit
from inspections.models.visits import RoutineVisit, VisitAnswer, VisitCompanion, VisitGuestPermission, VisitParty

__all__ = [
    "AnswerKind", "Finding", "Instrument", "InstrumentItem", "InstrumentVersion", "PlannedVisit", "RoutineVisit",
    "VisitAnswer", "VisitCompanion", "VisitGuestPermission", "VisitParty",
]  # fmt: skip
