"""Who may open which address: written out by hand from who does what, for tests/test_access.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.actors import Role
from tests.world import World

STAFF, HEAD, LEADER, INSPECTOR = Role.OFFICE_STAFF, Role.OFFICE_HEAD, Role.LEADER, Role.INSPECTOR
UNIT, DEPARTMENT, LIAISON = Role.UNIT_CONTACT, Role.DEPARTMENT_CONTACT, Role.MEMBER_LIAISON
OUTSIDER = Role.OUTSIDER
SYSTEM, SECURITY, AUDIT = Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN
DESK = (STAFF, HEAD)
RUNS = (STAFF, HEAD, LEADER)
OFFICE = (STAFF, HEAD, LEADER, INSPECTOR)
BUSINESS = (*OFFICE, UNIT, DEPARTMENT, LIAISON)
ALL = tuple(Role)
Args = Callable[[World], list[Any]]


def nothing(world: World) -> list[Any]:
    return []


@dataclass(frozen=True)
class Page:
    """`roles` carry the word. `scoped`: the address names an object of 530102, so a stranger with the word gets 404.

    `seen_by` (default `roles`): who of 530102 gets past the object's own visibility. `post`: the page only takes POST.
    `shares`: the object is shown to the divisions around too (a committee), so a stranger may find it.
    `without_identity`: the status for a signed-in person who is nobody today, where it is not 403.
    """

    roles: tuple[str, ...]
    args: Args = nothing
    scoped: bool = False
    post: bool = False
    seen_by: tuple[str, ...] | None = None
    query: str = ""
    data: dict[str, str] | None = None
    shares: bool = False
    without_identity: int = 0

    @property
    def sees(self) -> tuple[str, ...]:
        return self.roles if self.seen_by is None else self.seen_by


def of(name: str) -> Args:
    return lambda world: [getattr(world, name).pk]


def about(
    name: str,
    roles: tuple[str, ...],
    *more: Any,
    post: bool = False,
    seen_by: tuple[str, ...] | None = None,
    data: dict[str, str] | None = None,
    shares: bool = False,
) -> Page:
    """A page of one object of 530102; `more` are the further parts of its address."""
    return Page(
        roles, lambda w: [getattr(w, name).pk, *more], scoped=True, post=post, seen_by=seen_by, data=data, shares=shares
    )


TICKET = (*OFFICE, UNIT, DEPARTMENT, OUTSIDER)
VISIT = (*OFFICE, UNIT, OUTSIDER)
ASKS = (STAFF, HEAD, INSPECTOR, UNIT, DEPARTMENT, LIAISON)

PAGES: dict[str, Page] = {
    "portal:search": Page((*BUSINESS, OUTSIDER, SECURITY), query="?q=小学"),
    "portal:suggest": Page((*BUSINESS, OUTSIDER, SECURITY), query="?q=小学"),
    "portal:home": Page(ALL, without_identity=200),
    "records:figure_checks": Page((SYSTEM,)),
    "portal:overview": Page(RUNS),
    "portal:overview_place": Page(RUNS, lambda world: [530102], scoped=True),
    # accounts
    "accounts:me": Page(ALL),
    "accounts:switch_identity": Page(ALL, post=True, data={"membership": "{own}"}),
    "accounts:people": Page((SECURITY,)),
    "accounts:units": Page((SECURITY,)),
    "accounts:slip_list": Page((SECURITY,)),
    "accounts:slip_create": Page((SECURITY,), post=True),
    "accounts:person_create": Page((SECURITY,), lambda w: [w.school.pk], scoped=True),
    "accounts:person": Page((SECURITY,), lambda w: [w.people[UNIT, w.code].user_id], scoped=True),
    "accounts:person_change": Page((SECURITY,), lambda w: [w.people[UNIT, w.code].user_id], scoped=True),
    "accounts:person_act": Page((SECURITY,), lambda w: [w.people[UNIT, w.code].user_id, "deactivate"], scoped=True, post=True),
    "accounts:membership_create": Page(
        (SECURITY,), lambda w: [w.people[UNIT, w.code].user_id, w.school.pk], scoped=True
    ),
    "accounts:membership_end": Page((SECURITY,), lambda w: [w.people[UNIT, w.code].pk], scoped=True),
    "api:docs": Page(ALL),
    "accounts:token_list": Page(ALL),
    "accounts:token_create": Page(ALL),
    "accounts:token_revoke": Page(ALL, lambda w: [10**6], scoped=True, post=True, seen_by=()),
    "accounts:sign_in_list": Page(ALL),
    "accounts:sign_in_end": Page(ALL, post=True),
    "accounts:second_factor_reset": Page((SECURITY,), lambda w: [w.people[UNIT, w.code].user_id], scoped=True),
    "accounts:steward_list": Page((HEAD,)),
    "accounts:steward_create": Page((HEAD,), lambda w: [w.people[INSPECTOR, w.code].pk], scoped=True),
    "accounts:steward_end": Page((HEAD,), lambda w: [w.stewardship.pk], scoped=True, post=True),
    # Who carries a steward's words: in the world of these tests an office's staff does.
    "accounts:contact_list": Page((STAFF,)),
    "accounts:contact_end": Page((STAFF,), lambda w: [w.people[UNIT, w.code].pk], scoped=True, post=True),
    "accounts:invitation_list": Page((STAFF,)),
    "accounts:invitation_create": Page((STAFF,), post=True),
    "accounts:invitation_revoke": about("invitation", (STAFF,), post=True),
    # records
    "records:attachment": about("attachment", (*BUSINESS, OUTSIDER), seen_by=TICKET),
    "records:attachment_upload": Page(
        (STAFF, HEAD, INSPECTOR, UNIT, DEPARTMENT, LIAISON), post=True, scoped=True,
        data={"root_kind": "rectification.ticket", "root_id": "{ticket}"}, seen_by=(STAFF, HEAD, INSPECTOR, UNIT, DEPARTMENT),
    ),
    "records:attachment_remove": about(
        "attachment", (STAFF, HEAD, INSPECTOR, UNIT, DEPARTMENT, LIAISON), post=True, seen_by=(STAFF, HEAD, INSPECTOR, UNIT, DEPARTMENT)
    ),
    "records:draft": Page(BUSINESS, post=True, data={"key": "a:1", "data": "{}"}),
    "records:document_list": Page((*BUSINESS, OUTSIDER)),
    "records:document_detail": about("document", (*BUSINESS, OUTSIDER), seen_by=TICKET),
    "records:document_edit": about("draft_document", DESK),
    "records:document_new": Page(DESK),
    "records:document_begin": Page(DESK, of("template"), scoped=True),
    "records:document_word": about("draft_document", DESK),
    "records:document_word_export": about("draft_document", DESK, post=True),
    "records:template_detail": Page(DESK, of("template"), scoped=True),
    "records:template_change": Page(DESK, of("template"), scoped=True),
    "records:template_preview": Page(DESK, of("template"), scoped=True),
    "records:template_page": Page(DESK, lambda w: [w.template.pk, 1], scoped=True, seen_by=()),
    "records:template_act": Page(DESK, lambda w: [w.template.pk, "keep"], scoped=True, post=True),
    "records:document_preview": about("document", (*BUSINESS, OUTSIDER), seen_by=TICKET),
    "records:document_page": about("paper", (*BUSINESS, OUTSIDER), 1, seen_by=TICKET),
    "records:document_file": about("paper", (*BUSINESS, OUTSIDER), seen_by=TICKET),
    "records:document_move": about("draft_document", (STAFF, HEAD, LEADER, UNIT, DEPARTMENT, LIAISON), "submit", post=True,
                                   seen_by=(STAFF, HEAD, LEADER)),
    "records:document_recipients": about("paper", DESK),
    "records:letterbatch_list": Page((STAFF, HEAD, LEADER)),
    "records:letterbatch_create": Page(DESK),
    "records:letterbatch_detail": about("letterbatch", (STAFF, HEAD, LEADER)),
    "records:letterbatch_edit": about("letterbatch", DESK),
    "records:letterbatch_act": about("letterbatch", (STAFF, HEAD, LEADER), "withdraw", post=True),
    "records:letterbatch_file": about("letterbatch", (STAFF, HEAD, LEADER), "merged"),
    "records:deemed_service": Page((HEAD,)),
    "records:service_receipt": about("service", DESK),
    "records:service_void": about("service", DESK, post=True, data={"reason": "填错"}),
    "records:service_form": about("service", (*BUSINESS, OUTSIDER), post=True, seen_by=(*OFFICE, UNIT)),
    "records:interview_record": about("paper", DESK, post=True),
    "records:interview_blank": Page(DESK, post=True),
    "records:service_evidence": Page((*BUSINESS, OUTSIDER), lambda w: [w.service.pk, w.service_evidence.pk], scoped=True,
                                     seen_by=(*OFFICE, UNIT)),
    "records:inbox": Page(ALL),
    "records:inbox_item": Page(ALL, lambda w: [w.notification.pk], scoped=True, seen_by=(STAFF,)),
    "records:inbox_read_all": Page(ALL, post=True),
    "records:grant_list": Page((HEAD,)),
    "records:root_grants": Page((HEAD,), lambda w: ["rectification.ticket", w.ticket.pk], scoped=True),
    "records:grant_end": Page((HEAD,), post=True, scoped=True,
                              data={"grant": "rectification.ticketparty:0", "reason": ""}, seen_by=()),
    "records:inbox_read": Page(ALL, post=True),
    "records:preferences": Page(ALL),
    "records:notice_rules": Page((HEAD,)),
    "records:dispatch_list": Page(DESK),
    "records:dispatch_detail": about("dispatch", DESK),
    "records:dispatch_retry": about("dispatch", DESK, post=True),
    "records:trail": Page(
        (*BUSINESS, SECURITY, OUTSIDER), lambda w: ["rectification.ticket", w.ticket.pk], scoped=True, seen_by=TICKET,
    ),
    "records:reveal": Page(
        (*BUSINESS, SECURITY), lambda w: ["supervision.unitcontact", w.contact.pk, "phone"], scoped=True,
        seen_by=(*OFFICE, UNIT, DEPARTMENT),
    ),
    "records:job_list": Page(ALL),
    "records:job": Page(ALL, of("job"), scoped=True, seen_by=(STAFF,)),
    "records:job_again": Page(ALL, of("job"), scoped=True, seen_by=(STAFF,), post=True),
    "records:job_file": Page(ALL, of("job"), scoped=True, seen_by=(STAFF,)),
    "records:import_list": Page(ALL),
    "records:import_create": Page(DESK, lambda w: ["schools"]),
    "records:import_template": Page(DESK, lambda w: ["schools"]),
    "records:import_detail": Page(ALL, of("import"), scoped=True, seen_by=(STAFF,)),
    "records:import_write": Page(ALL, of("import"), scoped=True, seen_by=(STAFF,), post=True),
    "records:handover_list": Page((HEAD,)),
    "records:handover_create": Page((HEAD,), lambda w: [w.people[STAFF, w.code].pk], scoped=True),
    "records:handover_detail": about("handover", OFFICE),
    "records:deadline": about("deadline", (*BUSINESS, OUTSIDER), seen_by=TICKET),
    "records:deadline_ask": about("deadline", ASKS, "extension", seen_by=(STAFF, HEAD, INSPECTOR, UNIT, DEPARTMENT)),
    "records:deadline_change_move": about("change", ASKS, "withdraw", post=True,
                                          seen_by=(STAFF, HEAD, INSPECTOR, UNIT, DEPARTMENT)),
    "records:contact_handover": Page((STAFF, UNIT, DEPARTMENT), lambda w: [w.people[UNIT, w.code].pk], scoped=True,
                                     seen_by=(STAFF, UNIT)),
    "records:welcome": Page(ALL),
    "records:rules": Page((*BUSINESS, SYSTEM)),
    "records:rule": Page((*BUSINESS, SYSTEM), lambda w: ["complaint.finish"]),
    "records:rule_change": Page((HEAD,), lambda w: ["rectification.sign"]),
    "records:rule_reset": Page((HEAD,), lambda w: ["rectification.sign"], post=True),
    "records:holidays_load": Page(DESK),
    "records:terms": Page((*BUSINESS, SYSTEM)),
    "records:term_remove": about("term", DESK, post=True),
    "records:calendar": Page((*BUSINESS, SYSTEM), lambda w: [2026]),
    "records:countersigners": about("draft_document", DESK),
    "records:countersign": about("document", (*DESK, LEADER, UNIT, DEPARTMENT, LIAISON), post=True,
                                 seen_by=(*DESK, LEADER, UNIT, DEPARTMENT), data={"opinion": "agreed"}),
    "records:countersign_answer": Page(DESK, lambda w: [w.document.pk, w.signer.pk], scoped=True, post=True,
                                       data={"answer": "已采纳"}),
    "records:record_approval": about("draft_document", DESK),
    "records:seal_scan": about("draft_document", DESK),
    "records:document_replace": about("document", DESK, post=True),
    "records:delegation_list": Page((*DESK, LEADER)),
    "records:delegation_revoke": Page((*DESK, LEADER), lambda w: [w.delegation.pk], scoped=True, post=True),
    "records:paper_settings": Page(DESK),
    "records:series": Page(DESK),
    "records:archive_list": Page((*DESK, LEADER)),
    "records:archive_waiting": Page(DESK),
    "records:archive_open": Page(DESK, post=True, scoped=True, data={"root_kind": "rectification.ticket", "root_id": "{ticket}"}),
    "records:archive_retention": Page((*DESK, LEADER)),
    "records:retention_change": Page((HEAD,), lambda w: ["rectification.ticket"]),
    "records:retention_reset": Page((HEAD,), lambda w: ["rectification.ticket"], post=True),
    "records:archive_file": about("archive", (*DESK, LEADER)),
    "records:archive_move": about("archive", DESK, "close", post=True),
    "records:archive_export": about("archive", (*DESK, LEADER), post=True, data={"what": "pdf"}),
    "records:archive_catalogue": about("archive", (*DESK, LEADER)),
    "records:archive_arrange": about("archive", DESK, post=True),
    "records:archive_refresh": about("archive", DESK, post=True),
    "records:archive_scan": about("archive", DESK, post=True),
    "records:archive_item": Page((*DESK, LEADER), lambda w: [w.archive.pk, w.archive_item.pk], scoped=True),
    "records:archive_leave_out": Page(DESK, lambda w: [w.archive.pk, w.archive_item.pk], scoped=True, post=True),
    "records:transfer_list": Page((*DESK, LEADER)),
    "records:transfer_create": Page(DESK),
    "records:transfer_draft": Page(DESK),
    "records:transfer": about("transfer", (*DESK, LEADER)),
    "records:transfer_receipt": about("transfer", (*DESK, LEADER)),
    "records:list_export": Page(TICKET, lambda w: ["problems"]),
    "records:audit_list": Page((AUDIT,)),
    "records:publication_list": Page(RUNS),
    "records:publication_create": Page(DESK),
    "records:publication_detail": about("publication", RUNS),
    "records:publication_edit": about("publication", DESK),
    "records:publication_preview": about("publication", RUNS),
    "records:publication_move": about("publication", RUNS, "withdraw", post=True, data={"reason": "有误"}),
    "records:mask_by_hand": about("publication", DESK, post=True, data={"text": "公示", "mask": "某"}),
    "records:flag_decide": Page(DESK, lambda w: [w.publication.pk, w.flag.pk], scoped=True, post=True, data={"decision": "mask"}),
    "records:photo_add": about("publication", DESK, post=True),
    "records:photo_decide": Page(DESK, lambda w: [w.publication.pk, w.photo_flag.pk], scoped=True, post=True,
                                 data={"decision": "omit"}),
    "records:photo_image": Page(RUNS, lambda w: [w.publication.pk, w.photo_flag.pk], scoped=True),
    "records:objection_list": Page(DESK),
    "records:objection_detail": about("objection", DESK),
    # supervision
    "supervision:school_list": Page((*OFFICE, UNIT, DEPARTMENT)),
    "supervision:school_detail": about("school", (*OFFICE, UNIT, DEPARTMENT)),
    "supervision:school_create": Page(DESK),
    "supervision:school_change": about("school", DESK),
    "supervision:township_options": Page(DESK),
    "supervision:contact_create": about("school", DESK),
    "supervision:contact_change": about("contact", DESK),
    "supervision:contact_remove": about("contact", DESK, post=True),
    "supervision:unit_list": Page(OFFICE),
    "supervision:unit_detail": about("department", OFFICE),
    "supervision:unit_create": Page(DESK),
    "supervision:unit_change": about("department", DESK),
    "supervision:committee": Page(BUSINESS),
    "supervision:committee_list": Page(OFFICE),
    "supervision:committee_detail": about("committee", BUSINESS),
    "supervision:committee_change": Page(DESK),
    "supervision:committee_establish": Page(DESK, post=True),
    "supervision:member_create": Page(DESK),
    "supervision:member_change": about("member", DESK),
    "supervision:member_unit_create": Page(DESK),
    "supervision:member_unit_change": about("member_unit", DESK),
    # inspectors
    "inspectors:inspector_list": Page(OFFICE),
    "inspectors:inspector_detail": about("inspector", OFFICE),
    "inspectors:inspector_create": Page(DESK),
    "inspectors:inspector_change": about("inspector", DESK),
    "inspectors:school_panel": about("school", (*OFFICE, UNIT, DEPARTMENT)),
    "inspectors:district_list": Page(OFFICE),
    "inspectors:district_detail": about("district", OFFICE),
    "inspectors:district_create": Page(DESK),
    "inspectors:district_change": about("district", DESK),
    "inspectors:district_schools": about("district", DESK),
    "inspectors:duty_create": about("district", DESK),
    "inspectors:duty_end": about("district_inspector", DESK),
    # rectification
    "rectification:problem_list": Page(TICKET),
    "rectification:problem_detail": about("problem", TICKET),
    "rectification:problem_create": Page((STAFF, HEAD, INSPECTOR)),
    "rectification:problem_move": about("problem", (STAFF,), "dismiss", post=True, data={"reason": "重复"}),
    "rectification:problem_classify": about("problem", DESK),
    "rectification:relapse_link": about("problem", DESK),
    "rectification:relapse_unlink": about("problem", DESK, post=True, data={"reason": "认定有误"}),
    "rectification:recurring": Page(TICKET),
    "rectification:category_list": Page(DESK),
    "rectification:category_create": Page(DESK),
    "rectification:category_change": about("category", DESK),
    "rectification:category_retire": about("category", DESK, post=True),
    "rectification:ticket_open": about("problem", (STAFF,)),
    "rectification:ticket_list": Page(TICKET),
    "rectification:ticket_detail": about("ticket", TICKET),
    "rectification:school_panel": about("school", TICKET, seen_by=(*OFFICE, UNIT, DEPARTMENT)),
    "rectification:ticket_change": about("draft_ticket", (STAFF,)),
    "rectification:ticket_move": about("ticket", TICKET, "sign", post=True),
    "rectification:verifier": about("ticket", (STAFF,)),
    "rectification:verify": about("ticket", (STAFF, INSPECTOR)),
    "rectification:note_create": about("ticket", (STAFF, HEAD, INSPECTOR), post=True, data={"text": "内部意见"}),
    "rectification:measures": about("ticket", (UNIT,)),
    "rectification:report": about("ticket", (UNIT,)),
    "rectification:urge": about("ticket", (DEPARTMENT,)),
    "rectification:order_draft": about("ticket", DESK),
    "rectification:order_list": Page(TICKET),
    "rectification:order_detail": about("order", TICKET),
    "rectification:interview_record": about("order", DESK, post=True),
    # inspections
    "inspections:visit_list": Page(VISIT),
    "inspections:visit_start": Page((INSPECTOR,)),
    "inspections:visit_detail": about("visit", VISIT),
    "inspections:visit_print": about("visit", VISIT, post=True),
    "inspections:visit_edit": about("draft_visit", (INSPECTOR,)),
    "inspections:visit_merge": about("draft_visit", (INSPECTOR,), 0),
    "inspections:visit_discard": about("draft_visit", (INSPECTOR,), post=True),
    "inspections:visit_move": about("visit", (STAFF, HEAD, INSPECTOR), "return", post=True, data={"reason": "补充"}),
    "inspections:complaint_list": Page(OFFICE),
    "inspections:complaint_detail": about("complaint", OFFICE),
    "inspections:complaint_move": about("complaint", DESK, "finish", post=True),
    "inspections:complaint_recuse": about("complaint", DESK),
    "inspections:complaint_lift": about("complaint", (HEAD,), post=True),
    "inspections:complaint_problem": about("complaint", DESK),
    "inspections:complaint_code": about("school", DESK),
    "inspections:month_plan": Page(OFFICE),
    "inspections:plan_detail": about("plan", VISIT, seen_by=OFFICE),
    "inspections:plan_start": about("plan", (INSPECTOR,), post=True),
    "inspections:coverage": Page(OFFICE),
    "inspections:school_panel": about("school", VISIT, seen_by=(*OFFICE, UNIT)),
    "inspections:instrument_list": Page(OFFICE),
    "inspections:version": about("version", VISIT, shares=True),
    "inspections:version_copy": about("version", DESK, post=True, shares=True),
    "inspections:version_publish": about("version", DESK, post=True, shares=True),
    "inspections:version_change": about("version", DESK, shares=True),
    "inspections:item_create": about("version", DESK, shares=True),
    "inspections:item_change": about("version", DESK, 1, shares=True),
}  # fmt: skip

# The public site: everybody gets the same page, signed in or not, and no cookie with it (tests/portal/test_public.py).
PUBLIC: dict[str, Args] = {
    "public:home": nothing,
    "public:list": lambda w: ["notice"],
    "public:search": nothing,
    "public:item": of("published"),
    "public:item_file": of("published"),
    "public:item_photo": lambda w: [w.published.pk, 1],
    "public:verify": nothing,
    "public:feed": nothing,
    "public:sitemap": nothing,
}

# Forms of the public site: everybody's too, kept by nobody (tests/portal/test_public_complaints.py).
PUBLIC_FORMS = ("public:complaint", "public:complaint_query", "public:objection_query")

# Addresses that are everybody's or a library's, and who tests them.
ELSEWHERE: dict[str, str] = {
    "records:gateway_receipts": "the gateway's, by signature: tests/records/test_gateway.py",
    "public:objection": "a form to send: tests/portal/test_public.py",
    "public:received": "what came of the form",
    "public:verify_paper": "leads on to records:verify",
    "records:verify": "public, for whoever holds the paper: tests/records/test_documents_pages.py",
    "accounts:claim": "whoever holds a printed invitation, signed in or not: tests/accounts/test_claims.py",
    "accounts:claim_confirm": "the same",
    **dict.fromkeys(
        [
            "mfa_index",
            "mfa_authenticate",
            "mfa_reauthenticate",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_download_recovery_codes",
        ],
        "one's own second factor: tests/accounts/test_second_factor.py",
    ),
    "account_login": "sign-in: tests/accounts",
    "account_logout": "sign-in",
    "account_inactive": "sign-in",
    "account_confirm_login_code": "sign-in",
    "account_signup": "closed: says whom to ask",
    "account_reauthenticate": "sign-in",
    "account_change_password": "own password",
    "account_set_password": "own password",
    "account_reset_password": "closed: says whom to ask",
    "account_reset_password_done": "closed",
    "account_reset_password_from_key": "closed",
    "account_reset_password_from_key_done": "closed",
    "account_confirm_email": "nobody has an e-mail address here",
    "account_email_verification_sent": "nobody has an e-mail address here",
    "account_email": "nobody has an e-mail address here",
}
