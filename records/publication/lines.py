"""What publication shows on the workbench, and whom this room knows by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Membership
from records.lines import Row, line_rows, register_lines
from records.models import Deadline, Publication, PublicObjection
from records.permissions import Permission
from records.publication.redaction import register_names
from records.registry import Place, Section, Todo, register_place
from records.timing.rules import PUBLISH as DUTY

S = Publication.State

register_place(
    Place(Section.DOCUMENTS, "信息公开", "records:publication_list", (Permission.VIEW_PUBLICATIONS,), "eye", order=60),
    Place(
        Section.DOCUMENTS, "公示异议", "records:objection_list", (Permission.ANSWER_OBJECTIONS,), "message", order=62
    ),
)


@register_names
def people_of_the_scope(actor: Actor) -> Iterable[str]:
    """Everybody with an account in the office's range."""
    return Membership.objects.visible_to(actor).values_list("user__full_name", flat=True)


def _at_work(actor: Actor) -> Any:
    """What is to be redacted or approved."""
    wanted = Q()
    if actor.can(Permission.PROPOSE_PUBLICATIONS):
        wanted |= Q(state=S.PROPOSED)
    if actor.can(Permission.APPROVE_PUBLICATIONS):
        wanted |= Q(state=S.REDACTED) & ~Q(proposed_by_id=actor.user_id) & ~Q(redacted_by_id=actor.user_id)
    if not wanted or not actor.is_office:
        return []
    rows = Publication.objects.visible_to(actor).filter(wanted, owner_code=actor.division_code)
    return [line_rows("publication", rows, title="title", since="created_at", more={"state": "state"})]


def _duties(actor: Actor) -> Any:
    """The twenty working days that run."""
    if not actor.is_office or not actor.can(Permission.PROPOSE_PUBLICATIONS):
        return []
    rows = Deadline.objects.visible_to(actor).open().filter(act=DUTY, owner_code=actor.division_code)
    return [line_rows("disclosure", rows, key="root_id", title="title", since="due_at", due="due_at", basis="basis")]


def _objections(actor: Actor) -> Any:
    """Objections without an answer."""
    if not actor.is_office or not actor.can(Permission.ANSWER_OBJECTIONS):
        return []
    rows = PublicObjection.objects.visible_to(actor).filter(answered_at__isnull=True)
    return [line_rows("objection", rows, title="publication__title", since="received_at", more={"receipt": "receipt"})]


def _work(row: Row) -> Todo:
    proposed = row.more["state"] == S.PROPOSED
    what, action = ("信息公开脱敏", "去确认") if proposed else ("批准信息公开", "去批准")
    url = reverse("records:publication_detail", args=[row.key])
    return Todo(what=what, title=row.title, unit="", url=url, action=action)


def _duty(row: Row) -> Todo:
    url = f"{reverse('records:publication_create')}?document={row.key}"
    named = row.title.removeprefix("主动公开：")
    return Todo(what="主动公开公文", title=named, unit="", due_at=row.due_at, basis=row.basis, url=url, action="去公开")


def _objection(row: Row) -> Todo:
    url = reverse("records:objection_detail", args=[row.key])
    return Todo(what="处理公示异议", title=row.title, unit=f"回执{row.more['receipt']}", url=url, action="去处理")


register_lines("publication", _at_work, _work)
register_lines("disclosure", _duties, _duty)
register_lines("objection", _objections, _objection)
