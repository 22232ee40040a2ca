"""Every column that points at a person passes to a leaver's successor, is shown in the preview, or says why not."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from accounts.models import Membership, User
from inspectors.models import Inspector
from records.handovers.registry import kinds
from tests.handover_table import STAYS

PEOPLE = (User, Membership, Inspector)
# Of frameworks whose rows name permissions, not work.
FOREIGN = {"auth", "admin", "guardian", "pghistory"}
# Names of persons that are kept as numbers, alone, in arrays or in JSON.
LOOSE = ("user_id", "users", "user_ids", "person_id", "persons", "person_ids", "membership_id", "members", "inspectors")


def columns() -> Iterator[str]:
    for model in apps.get_models():
        meta = model._meta
        if meta.proxy or meta.app_label in FOREIGN or hasattr(model, "pgh_tracked_model"):
            continue
        for field in meta.local_fields:
            to_person = field.is_relation and field.related_model in PEOPLE
            loose = not field.is_relation and field.name in LOOSE and not isinstance(field, models.CharField)
            if to_person or loose:
                yield f"{meta.label_lower}.{field.name}"


def test_every_column_that_points_at_a_person_passes_on_or_says_why_not() -> None:
    found = set(columns())
    passing = [column for kind in kinds for column in kind.columns]
    assert len(passing) == len(set(passing)), "two kinds move the same column"
    assert all(kind.columns for kind in kinds)
    named = set(passing) | set(STAYS)
    assert not found - named, (
        f"{sorted(found - named)}: register it with records.handover (or register_kept), or name it with a reason in tests/handover_table.py"
    )
    assert not named - found, f"{sorted(named - found)}: no such column any more"
    assert not set(passing) & set(STAYS)


def test_the_walk_finds_what_is_known_to_be_there() -> None:
    """A walk that finds nothing would be green for ever."""
    assert {"rectification.ticket.verifier", "records.papersteps.checker", "accounts.delegation.receiver",
            "inspectors.districtinspector.inspector", "records.auditentry.user_id"} <= set(columns())  # fmt: skip


def test_reasons_are_sentences() -> None:
    assert all(len(why.split()) > 3 for why in STAYS.values())
