"""What somebody who leaves holds in this room: the tickets that he was asked to verify."""

from __future__ import annotations

from django.db.models import Q

from accounts.actors import Actor
from accounts.models import Organization, User
from accounts.permissions import words_of
from records.handovers.registry import register_handover, roles_in
from records.state import log
from rectification.models import Ticket
from rectification.permissions import Permission
from rectification.querysets import TicketQuerySet

FOUR_EYES = "接任人员本人报送或代签过的整改单，不能由其核查，届时请另行指定核查人。"


def _to_verify(user: User, organization: Organization) -> TicketQuerySet:
    waiting = Q(verified_at__isnull=True) | Q(state=Ticket.State.REPORTED)
    return Ticket.objects.filter(waiting, owner_code=organization.division_id, verifier=user).running()


def _move(from_: User, to: User, organization: Organization, by: Actor) -> int:
    rows = list(_to_verify(from_, organization).select_for_update(of=("self",)))
    for ticket in rows:
        ticket.verifier = to
        ticket.save(update_fields=["verifier"])
        log(ticket, by=by, name="hand_over", label="移交核查", source=ticket.state, target=ticket.state,
            reason=f"{from_}离岗，改由{to}核查", facts={"from": from_.pk, "to": to.pk})  # fmt: skip
    return len(rows)


def _hinder(from_: User, to: User, organization: Organization) -> str:
    if any(Permission.VERIFY in words_of(role) for role in roles_in(to, organization)):
        return ""
    return f"{to}的身份不能核查，请选择督导办工作人员或督学。"


register_handover("待核查的整改单", columns=("rectification.ticket.verifier",), open_items=lambda user, org: _to_verify(user, org), move=_move, hinder=_hinder,
                  note=FOUR_EYES)  # fmt: skip
