"""The words of this room, and which roles carry them."""

from __future__ import annotations

from enum import StrEnum

from accounts.actors import OFFICE_ROLES, UNIT_ROLES, Role
from accounts.permissions import allow_delegation, grant


class Permission(StrEnum):
    VIEW_DOCUMENTS = "records.view_documents"
    DRAFT_DOCUMENTS = "records.draft_documents"
    CHECK_DOCUMENTS = "records.check_documents"
    COUNTERSIGN_DOCUMENTS = "records.countersign_documents"
    APPROVE_DOCUMENTS = "records.approve_documents"
    RECORD_APPROVALS = "records.record_approvals"
    SEAL_DOCUMENTS = "records.seal_documents"
    VOID_DOCUMENTS = "records.void_documents"
    ISSUE_DOCUMENTS = "records.issue_documents"
    SIGN_FOR_DOCUMENTS = "records.sign_for_documents"
    READ_ATTACHMENTS = "records.read_attachments"
    ADD_ATTACHMENTS = "records.add_attachments"
    KEEP_DRAFTS = "records.keep_drafts"
    MANAGE_SERIES = "records.manage_series"
    MANAGE_TEMPLATES = "records.manage_templates"
    READ_INBOX = "records.read_inbox"
    SET_NOTICES = "records.set_notices"
    VIEW_DISPATCHES = "records.view_dispatches"
    REVEAL = "records.reveal"
    VIEW_TRAIL = "records.view_trail"
    USE_JOBS = "records.use_jobs"
    GRANT_ACCESS = "records.grant_access"
    VIEW_RULES = "records.view_rules"
    SET_RULES = "records.set_rules"
    KEEP_CALENDAR = "records.keep_calendar"
    VIEW_DEADLINES = "records.view_deadlines"
    ASK_DEADLINE_CHANGES = "records.ask_deadline_changes"
    DECIDE_DEADLINE_CHANGES = "records.decide_deadline_changes"
    READ_AUDIT = "records.read_audit"
    HAND_OVER = "records.hand_over"
    VIEW_HANDOVERS = "records.view_handovers"
    RUN_SCHEDULE = "records.run_schedule"
    VIEW_FIGURE_CHECKS = "records.view_figure_checks"
    VIEW_PUBLICATIONS = "records.view_publications"
    PROPOSE_PUBLICATIONS = "records.propose_publications"
    APPROVE_PUBLICATIONS = "records.approve_publications"
    WITHDRAW_PUBLICATIONS = "records.withdraw_publications"
    ANSWER_OBJECTIONS = "records.answer_objections"
    VIEW_ARCHIVE = "records.view_archive"
    KEEP_ARCHIVE = "records.keep_archive"
    CLOSE_ARCHIVE = "records.close_archive"


grant(
    {
        Role.OFFICE_STAFF: [Permission.VIEW_DOCUMENTS, Permission.DRAFT_DOCUMENTS, Permission.ISSUE_DOCUMENTS],
        Role.OFFICE_HEAD: [Permission.VIEW_DOCUMENTS, Permission.DRAFT_DOCUMENTS, Permission.APPROVE_DOCUMENTS,
                           Permission.ISSUE_DOCUMENTS],
        Role.LEADER: [Permission.VIEW_DOCUMENTS, Permission.APPROVE_DOCUMENTS],
        Role.INSPECTOR: [Permission.VIEW_DOCUMENTS],
        Role.UNIT_CONTACT: [Permission.VIEW_DOCUMENTS, Permission.SIGN_FOR_DOCUMENTS],
        Role.DEPARTMENT_CONTACT: [Permission.VIEW_DOCUMENTS, Permission.SIGN_FOR_DOCUMENTS],
        Role.MEMBER_LIAISON: [Permission.VIEW_DOCUMENTS, Permission.SIGN_FOR_DOCUMENTS],
        Role.OUTSIDER: [Permission.VIEW_DOCUMENTS, Permission.READ_ATTACHMENTS, Permission.READ_INBOX],
        Role.AUDIT_ADMIN: [Permission.READ_AUDIT],
        Role.SYSTEM_ADMIN: [Permission.VIEW_RULES],
    }
)  # fmt: skip
for _role in OFFICE_ROLES | UNIT_ROLES:
    grant({_role: [Permission.READ_INBOX, Permission.VIEW_RULES, Permission.READ_ATTACHMENTS,
                   Permission.KEEP_DRAFTS]})  # fmt: skip
for _role in (Role.OFFICE_STAFF, Role.OFFICE_HEAD):
    grant({_role: [Permission.MANAGE_SERIES, Permission.CHECK_DOCUMENTS, Permission.RECORD_APPROVALS,
                   Permission.SEAL_DOCUMENTS, Permission.MANAGE_TEMPLATES]})  # fmt: skip
for _role in (Role.OFFICE_HEAD, Role.LEADER):
    grant({_role: [Permission.VOID_DOCUMENTS]})
for _role in {Role.OFFICE_STAFF, Role.OFFICE_HEAD, Role.LEADER} | UNIT_ROLES:
    grant({_role: [Permission.COUNTERSIGN_DOCUMENTS]})
allow_delegation(Permission.APPROVE_DOCUMENTS, "签发公文")
for _role in (Role.OFFICE_STAFF, Role.OFFICE_HEAD):
    # Who closes a file or opens it again is another person than who did the step before (records.archive.workflow).
    grant({_role: [Permission.VIEW_ARCHIVE, Permission.KEEP_ARCHIVE, Permission.CLOSE_ARCHIVE]})
grant({Role.LEADER: [Permission.VIEW_ARCHIVE]})
for _role in (OFFICE_ROLES | UNIT_ROLES) - {Role.LEADER}:
    grant({_role: [Permission.ADD_ATTACHMENTS]})
for _role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
    grant({_role: [Permission.READ_INBOX]})
grant({Role.SYSTEM_ADMIN: [Permission.VIEW_FIGURE_CHECKS]})
grant({role: [Permission.USE_JOBS] for role in Role})
grant({Role.OFFICE_HEAD: [Permission.HAND_OVER]})
grant({role: [Permission.VIEW_HANDOVERS] for role in OFFICE_ROLES})
for _role in OFFICE_ROLES | UNIT_ROLES | {Role.OUTSIDER}:
    grant({_role: [Permission.VIEW_DEADLINES]})
for _role in (OFFICE_ROLES | UNIT_ROLES) - {Role.LEADER}:
    grant({_role: [Permission.ASK_DEADLINE_CHANGES]})
for _role in (Role.OFFICE_STAFF, Role.OFFICE_HEAD):
    grant({_role: [Permission.KEEP_CALENDAR]})
grant({Role.OFFICE_HEAD: [Permission.DECIDE_DEADLINE_CHANGES, Permission.SET_RULES]})
grant({Role.OFFICE_HEAD: [Permission.GRANT_ACCESS]})
# Whoever sees that something is wrong may take it down at once; to put it up takes two people.
grant(
    {
        Role.OFFICE_STAFF: [Permission.PROPOSE_PUBLICATIONS, Permission.ANSWER_OBJECTIONS],
        Role.OFFICE_HEAD: [
            Permission.PROPOSE_PUBLICATIONS,
            Permission.APPROVE_PUBLICATIONS,
            Permission.ANSWER_OBJECTIONS,
        ],
        Role.LEADER: [Permission.APPROVE_PUBLICATIONS],
    }
)
for _role in (Role.OFFICE_STAFF, Role.OFFICE_HEAD, Role.LEADER):
    grant({_role: [Permission.VIEW_PUBLICATIONS, Permission.WITHDRAW_PUBLICATIONS]})
grant({Role.OFFICE_HEAD: [Permission.SET_NOTICES]})
for _role in (Role.OFFICE_STAFF, Role.OFFICE_HEAD):
    grant({_role: [Permission.VIEW_DISPATCHES]})
# Whoever sees a masked number at all may open it for a reason; each kind of row has its own door besides.
for _role in (OFFICE_ROLES | UNIT_ROLES) | {Role.SECURITY_ADMIN}:
    grant({_role: [Permission.REVEAL]})
# Each kind of thing has its own door and, where it is registered so, its own word besides (records.trail.trails).
for _role in (OFFICE_ROLES | UNIT_ROLES) | {Role.SECURITY_ADMIN, Role.OUTSIDER}:
    grant({_role: [Permission.VIEW_TRAIL]})
