"""Service as a document's page shows it: a line for each recipient that the actor may see, with what he can do."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.actors import Actor
from records.actions.receipts import record_refusal, void_refusal
from records.actions.service import recipients_refusal
from records.models import Document, Service


@dataclass(frozen=True)
class Line:
    service: Service
    can_record: bool
    can_void: bool
    can_print: bool


@dataclass(frozen=True)
class Receipts:
    lines: list[Line]
    may_address: bool

    @property
    def services(self) -> list[Service]:
        return [line.service for line in self.lines]

    @property
    def sent(self) -> int:
        return sum(service.voided_at is None for service in self.services)

    @property
    def received(self) -> int:
        return sum(service.voided_at is None and service.received_at is not None for service in self.services)


def receipts_of(document: Document, actor: Actor) -> Receipts:
    """Two queries. The rows in force first, those whose receipt was voided at the end."""
    rows = Service.objects.visible_to(actor).filter(document=document).select_related("recipient")
    found = sorted(rows.prefetch_related("evidence").order_by("sent_at", "pk"), key=lambda s: s.voided_at is not None)
    for service in found:
        service.document = document
    may_address = actor.is_office and recipients_refusal(document, actor) is None
    return Receipts([_line(document, service, actor) for service in found], may_address)


def _line(document: Document, service: Service, actor: Actor) -> Line:
    return Line(
        service,
        can_record=actor.is_office and record_refusal(document, service, actor) is None,
        can_void=actor.is_office and void_refusal(document, service, actor) is None,
        can_print=service.voided_at is None,
    )
