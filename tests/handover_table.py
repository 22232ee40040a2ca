"""Columns that point at a person and do not pass to a leaver's successor, each with its reason (records/handovers/registry.py)."""

from __future__ import annotations

DID = "who did it then: history stays under the name of whoever did it"
OWN = "his own and nobody else's: it ends with his identities or stays his"
OUTSIDERS = "a named person from outside, to a last day; the office's staff are not let in by it"
FREE = "no person is asked for the next step: anybody of the office with the word goes on"

STAYS: dict[str, str] = {
    **dict.fromkeys(
        [
            "accounts.delegation.given_by", "accounts.delegation.revoked_by", "accounts.invitation.invited_by",
            "accounts.invitation.claimed_by", "accounts.invitation.revoked_by", "accounts.stewardship.named_by",
            "accounts.stewardship.ended_by", "records.deadline.met_by", "records.archivetransfer.recorded_by",
            "records.archivefile.opened_by", "records.archivefile.closed_by", "records.attachment.uploaded_by",
            "records.document.created_by", "records.document.checked_by", "records.document.approved_by",
            "records.document.approved_for", "records.document.recorded_by", "records.document.sealed_by",
            "records.document.issued_by", "records.document.voided_by", "records.countersigner.signed_by",
            "records.countersigner.answered_by", "records.deadlinechange.decided_by", "records.grantentry.by",
            "records.handover.membership", "records.handover.person", "records.handover.successor",
            "records.handover.done_by", "records.letterbatch.created_by", "records.letterbatch.approved_by",
            "records.publication.created_by", "records.publication.approved_by", "records.publication.withdrawn_by",
            "records.redactionflag.confirmed_by", "records.publicobjection.answered_by", "records.service.recorded_by",
            "records.service.signed_by", "records.service.voided_by", "records.serviceevidence.uploaded_by",
            "records.documenttemplate.written_by", "records.holidaynotice.loaded_by", "records.statetransition.person",
            "records.auditentry.user_id", "records.statetransition.membership_id", "records.job.membership_id", "records.import.membership_id", "rectification.ticket.created_by", "rectification.ticket.signed_by",
            "rectification.ticket.answered_by", "rectification.ticket.verified_by", "rectification.ticket.closed_by",
            "rectification.ticket.withdrawn_by", "rectification.supervisoryorder.created_by",
            "rectification.problem.created_by", "rectification.problem.found_by", "rectification.measure.written_by",
            "rectification.rectificationreport.submitted_by", "rectification.verification.verified_by",
            "rectification.internalnote.written_by", "inspections.complaint.created_by",
            "inspections.complaint.finished_by", "inspections.complaintrecusal.decided_by",
            "inspections.instrumentversion.published_by", "inspections.plannedvisit.created_by",
            "inspections.plannedvisit.cancelled_by", "inspections.routinevisit.created_by",
            "inspections.routinevisit.submitted_by", "inspections.routinevisit.accepted_by",
        ],
        DID,
    ),
    **dict.fromkeys(
        [
            "records.notification.user", "records.dispatch.user", "records.delivery.user", "records.reach.user", "accounts.apitoken.user", "accounts.apicall.user", "accounts.apitoken.membership", "accounts.apicall.membership",
            "records.preference.user", "records.draft.user", "records.job.user", "records.import.user", "mfa.authenticator.user",
            "account.emailaddress.user",
        ],
        OWN,
    ),
    **dict.fromkeys(
        [
            "records.documentparty.person", "records.documentguestpermission.user", "records.grantentry.person",
            "rectification.ticketparty.person", "rectification.ticketguestpermission.user",
            "rectification.orderparty.person", "rectification.orderguestpermission.user",
            "rectification.problemparty.person", "rectification.problemguestpermission.user",
            "inspections.visitparty.person", "inspections.visitguestpermission.user",
        ],
        OUTSIDERS,
    ),
    "records.deadlinechange.asked_by": f"asked already, decided by another; {FREE}",
    "records.publication.proposed_by": f"proposed already, and it keeps him from approving; {FREE}",
    "records.publication.redacted_by": f"redacted already, and it keeps him from approving; {FREE}",
    "inspections.complaint.proposed_by": f"proposed the answer, which keeps him from deciding on it; {FREE}",
    "inspections.complaintrecusal.person": "who is kept away from a complaint: of him it is true, not of a successor",
    "inspections.visitcompanion.person": "who came along on a visit; an unfinished record does not pass either",
    "accounts.invitation.person": "his own account's first password: nobody else may claim it",
    "accounts.membership.user": "ended by the hand-over itself",
    "accounts.invitation.replaces": "a unit's contact: his successor claims a printed code (records:contact_handover)",
    "supervision.committeemember.user": "the committee names its members; its register is changed by the office",
    "inspectors.inspector.user": "an appointment as inspector is personal; it ends in the register of the corps",
}  # fmt: skip
