from records.models.archive import ArchiveFile, ArchiveItem, ArchiveTransfer, RetentionRule
from records.models.attachments import Attachment
from records.models.audit import AuditEntry
from records.models.countersigners import Countersigner
from records.models.deadline_changes import DeadlineChange
from records.models.deadlines import CalendarDay, Deadline, DeadlineRule
from records.models.deliveries import Delivery, Dispatch
from records.models.documents import Document, DocumentGuestPermission, DocumentParty, DocumentSeries, NumberCounter
from records.models.drafts import Draft
from records.models.figures import Figure, FigureCheck, FigureDelta, FigureDifference, FigureVersion
from records.models.grants import GrantEntry
from records.models.handovers import Handover
from records.models.imports import Import
from records.models.jobs import Job
from records.models.ladder import LadderRung, LadderStep
from records.models.letters import Letter, LetterBatch
from records.models.notifications import Category, ChannelKind, Notification
from records.models.outbox import Outbox
from records.models.paper_settings import OfficePaper, PaperSteps
from records.models.preferences import NoticeRule, Preference, Reach, SendingHours
from records.models.publications import Publication, RedactionFlag
from records.models.published import PublicObjection, PublishedCopy
from records.models.roots import GuestPermission, PartyBase, Root
from records.models.search import SearchEntry
from records.models.service import Service, ServiceEvidence
from records.models.templates import DocumentTemplate
from records.models.terms import HolidayNotice, SchoolTerm
from records.models.transitions import StateTransition

__all__ = [
    "ArchiveFile",
    "ArchiveItem",
    "ArchiveTransfer",
    "Attachment",
    "AuditEntry",
    "CalendarDay",
    "Category",
    "ChannelKind",
    "Countersigner",
    "Deadline",
    "DeadlineChange",
    "DeadlineRule",
    "Delivery",
    "Dispatch",
    "Document",
    "DocumentGuestPermission",
    "DocumentParty",
    "DocumentSeries",
    "DocumentTemplate",
    "Draft",
    "Figure",
    "FigureCheck",
    "FigureDelta",
    "FigureDifference",
    "FigureVersion",
    "GrantEntry",
    "GuestPermission",
    "Handover",
    "HolidayNotice",
    "Import",
    "Job",
    "LadderRung",
    "LadderStep",
    "Letter",
    "LetterBatch",
    "NoticeRule",
    "Notification",
    "NumberCounter",
    "OfficePaper",
    "Outbox",
    "PaperSteps",
    "PartyBase",
    "Preference",
    "PublicObjection",
    "Publication",
    "PublishedCopy",
    "Reach",
    "RedactionFlag",
    "RetentionRule",
    "Root",
    "SchoolTerm",
    "SearchEntry",
    "SendingHours",
    "Service",
    "ServiceEvidence",
    "StateTransition",
]
