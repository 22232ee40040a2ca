"""No page asks the database more often than it may: lists 8 times, everything else 15, the whole request counted.

That the number does not grow with the rows is tested beside each page.
"""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.actors import Role
from tests import factories as f
from tests.access_table import PAGES
from tests.conftest import as_owner
from tests.world import World, build

pytestmark = pytest.mark.django_db
LISTS = {
    "portal:search", "portal:suggest",
    "accounts:contact_list", "accounts:invitation_list", "accounts:people", "accounts:slip_list", "accounts:units", "inspections:complaint_list", "inspections:coverage", "inspections:instrument_list", "inspections:visit_list",
    "inspectors:district_list", "inspectors:inspector_list", "records:audit_list", "records:handover_list", "records:document_list", "records:inbox", "records:objection_list", "records:publication_list", "records:job_list",
    "records:dispatch_list",
    "records:archive_list", "records:archive_waiting", "records:transfer_list",
    "records:letterbatch_list",
    "rectification:order_list", "rectification:problem_list", "rectification:ticket_list", "supervision:committee_list",
    "supervision:school_list", "supervision:unit_list",
}  # fmt: skip
MOST = (Role.OFFICE_HEAD, Role.OFFICE_STAFF, Role.INSPECTOR, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.UNIT_CONTACT,
        Role.DEPARTMENT_CONTACT)  # fmt: skip
# Files, and pages that answer with a redirect where nothing is open to change.
ELSEWHERE = {
    "accounts:token_create", "inspections:visit_merge", "inspections:version_change", "inspections:item_create", "inspections:item_change",
    "records:attachment", "records:document_file", "records:document_page", "records:document_preview",
    "records:inbox_item", "records:photo_image", "records:job_file",
    "records:archive_item", "records:list_export", "records:template_page", "records:template_preview", "records:transfer_receipt",
    "records:letterbatch_file", "records:service_evidence", "records:seal_scan",
}  # fmt: skip


@pytest.fixture
def world() -> World:
    with as_owner():
        return build()


@pytest.mark.parametrize("only_lists", [True, False], ids=["lists", "pages"])
def test_budget_of_every_page(world: World, only_lists: bool) -> None:
    over = []
    for name, page in PAGES.items():
        if page.post or name in ELSEWHERE or (name in LISTS) is not only_lists:
            continue
        budget = 8 if only_lists else 15
        for role in [r for r in MOST if r in page.sees]:
            client = f.client_for(world.people[role, 530102])
            asked = f.queries_of(client, reverse(name, args=page.args(world)))
            if asked > budget:
                over.append(f"{name} as {role}: {asked}")
    assert not over
