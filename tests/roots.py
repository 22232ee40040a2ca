"""A valid row of every business root, as plain as can be: for the tests that walk all of them.

A new root without a builder fails `test_every_root_has_a_builder`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.models import Organization
from records import clock
from records.models import Document, Root
from records.models.roots import PartyBase

Builder = Callable[..., Root]
builders: dict[type[Root], Builder] = {}


def builds(model: type[Root]) -> Callable[[Builder], Builder]:
    def register(builder: Builder) -> Builder:
        builders[model] = builder
        return builder

    return register


def tenancy(author: Organization, subject: Organization, shown: dict[str, Any]) -> dict[str, Any]:
    return {
        "owner_code": author.division_id, "author_org": author, "subject_code": subject.division_id,
        "subject_org": subject, "created_at": clock.now(), **shown,
    }  # fmt: skip


def make(model: type[Root], author: Organization, subject: Organization, **shown: Any) -> Root:
    """A row of `author`'s office about `subject`, shown as `shown` says (filed_at, served_at, …)."""
    return builders[model](tenancy(author, subject, shown))


def add_party(root: Root, organization: Organization, **dates: Any) -> PartyBase:
    party_model = type(root).party_model()
    assert party_model is not None
    values = {"valid_from": clock.today(), "role": "party", **dates}
    return party_model.objects.create(root=root, owner_code=root.owner_code, organization=organization, **values)


@builds(Document)
def document(columns: dict[str, Any]) -> Root:
    number = Document.objects.count() + 1
    return Document.objects.create(
        kind_of="rectification_notice", title="整改通知书", content={}, token=f"token-{number}", **columns
    )
