"""Who reads how a paper came about: its own office all of it, the recipient from the approval on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from records import clock
from records.models import StateTransition
from tests import factories as f
from tests.conftest import as_owner
from tests.roots import served_paper, tenancy

pytestmark = pytest.mark.django_db


def test_why_a_draft_was_sent_back_stays_with_its_office() -> None:
    with as_owner():
        school = f.school(530102)
        paper = served_paper(
            tenancy(f.office(530102), school.organization, {"served_at": clock.now()}), "rectification_notice"
        )
        for name, label, reason, at in (
            ("return", "退回修改", "措辞过重", clock.now() - timedelta(days=1)), ("serve", "送达", "", clock.now()),
        ):  # fmt: skip
            StateTransition.objects.create(
                root_kind=paper.kind, root_id=paper.pk, name=name, label=label, reason=reason, target="served", at=at,
                person_name="周主任", acting_as="督导办",
            )  # fmt: skip
        unit = f.client_for(f.member(school.organization, "unit_contact"))
        staff = f.client_for(f.member(f.office(530102), "office_staff"))
    address = reverse("records:document_detail", args=[paper.pk])
    own, theirs = (client.get(address).content.decode() for client in (staff, unit))
    assert "措辞过重" in own and "送达" in own
    assert "措辞过重" not in theirs and "送达" in theirs
