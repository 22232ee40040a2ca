"""A document of Wuhua's office and the people around it, for the tests of documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from accounts.actors import Actor, Role
from accounts.models import Membership, Organization
from accounts.scope import scope
from records import storage
from records.actions import documents as acts
from records.actions.seals import seal
from records.models import Document, DocumentSeries
from records.outbox import consume, office_actor
from tests import factories
from tests.conftest import as_owner, as_system
from tests.records.samples import CONTENT

SERIES = "五政教督办"


@dataclass(frozen=True)
class NoRoot:
    """What a document is about that serves no business root."""

    owner_code: int = 530102
    kind: str = ""
    pk: int | None = None


@dataclass
class Office:
    """Staff, head and leader of an office with its series, and a school with its contact."""

    code: int = 530102
    people: dict[str, Membership] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with as_owner():
            home = factories.office(self.code)
            for role in (Role.OFFICE_STAFF, Role.OFFICE_HEAD, Role.LEADER, Role.INSPECTOR):
                self.people[role] = factories.member(home, role)
            self.school: Organization = factories.school(self.code).organization
            self.people["school"] = factories.member(self.school, Role.UNIT_CONTACT)
            for kind in ("rectification_notice", "supervisory_order"):
                DocumentSeries.objects.get_or_create(owner_code=self.code, kind=kind, defaults={"code": SERIES})

    def actor(self, who: str) -> Actor:
        return factories.actor(self.people[who])

    @property
    def staff(self) -> Actor:
        return self.actor(Role.OFFICE_STAFF)

    @property
    def head(self) -> Actor:
        return self.actor(Role.OFFICE_HEAD)

    @property
    def unit(self) -> Actor:
        return self.actor("school")

    def client(self, who: str) -> Any:
        return factories.client_for(self.people[who])

    def draft(
        self,
        title: str = "关于消防通道问题的督办单",
        kind: str = "supervisory_order",
        by: Actor | None = None,
        content: dict[str, Any] | None = None,
    ) -> Document:
        by = by or self.staff
        with scope(by):
            return acts.draft_document(by=by, kind=kind, title=title, content=content or CONTENT,
                                       about=NoRoot(self.code), recipient=self.school)  # fmt: skip

    def submitted(self, **more: Any) -> Document:
        document = self.draft(**more)
        with scope(self.staff):
            return acts.submit(document, by=self.staff)

    def approved(self, *, serve: bool = False, **more: Any) -> Document:
        document = self.submitted(**more)
        with scope(self.head):
            return acts.approve(document, by=self.head, serve_when_ready=serve)

    def filed(self, *, serve: bool = False, **more: Any) -> Document:
        """Approved and sealed, with a stand-in for the file that a worker makes and signs."""
        document = self.approved(serve=serve, **more)
        content = f"%PDF-1.7 {document.number}".encode()
        worker = office_actor(self.code)
        with scope(worker):
            document = acts.store_file(document, sha256=storage.put(content), size=len(content), pages=1, by=worker)
            sealed = content + b" sealed"
            return seal(document, by=worker, sha256=storage.put(sealed), size=len(sealed), way="signature")

    def served(self, **more: Any) -> Document:
        return self.filed(serve=True, **more)


def work() -> int:
    """What the workers do with what waits."""
    with as_system():  # type: ignore[attr-defined]
        return consume() + consume(slow=True) + consume()
