"""What publication shows on the workbench, and whom this room knows by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Q
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Membership
from records.models import Deadline, Publication, PublicObjection
from records.permissions import Permission
from records.redaction import register_names
from records.registry import Place, Section, Todo, register_place, register_todos
from records.rules import PUBLISH as DUTY

MOST = 100
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


@register_todos
def publications_at_work(actor: Actor) -> Iterator[Todo]:
    """What is to be redacted, and what another person has redacted and waits for approval. One query."""
    proposes, approves = actor.can(Permission.PROPOSE_PUBLICATIONS), actor.can(Permission.APPROVE_PUBLICATIONS)
    if not actor.is_office or not (proposes or approves):
        return
    wanted = Q(pk=None)
    if proposes:
        wanted |= Q(state=S.PROPOSED)
    if approves:
        wanted |= Q(state=S.REDACTED) & ~Q(proposed_by_id=actor.user_id) & ~Q(redacted_by_id=actor.user_id)
    rows = Publication.objects.visible_to(actor).filter(wanted, owner_code=actor.division_code).defer("blocks")
    for row in rows.order_by("created_at")[:MOST]:
        what, action = ("信息公开脱敏", "去确认") if row.state == S.PROPOSED else ("批准信息公开", "去批准")
        yield Todo(
            what=what, title=row.title, unit=row.get_kind_of_display(), url=row.get_absolute_url(), action=action
        )


@register_todos
def papers_to_make_public(actor: Actor) -> Iterator[Todo]:
    """The twenty working days that run on issued papers. One query."""
    if not actor.is_office or not actor.can(Permission.PROPOSE_PUBLICATIONS):
        return
    duties = Deadline.objects.visible_to(actor).open().filter(act=DUTY, owner_code=actor.division_code)
    for duty in duties.order_by("due_at", "pk")[:MOST]:
        yield Todo(
            what="主动公开公文", title=duty.title.removeprefix("主动公开："), unit="", due_at=duty.due_at, basis=duty.basis,
            url=f"{reverse('records:publication_create')}?document={duty.root_id}", action="去公开",
        )  # fmt: skip


@register_todos
def objections_to_answer(actor: Actor) -> Iterator[Todo]:
    """Objections that nobody has dealt with. One query."""
    if not actor.is_office or not actor.can(Permission.ANSWER_OBJECTIONS):
        return
    rows = PublicObjection.objects.visible_to(actor).filter(answered_at__isnull=True).select_related("publication")
    for row in rows.order_by("received_at")[:MOST]:
        url = reverse("records:objection_detail", args=[row.pk])
        yield Todo(
            what="处理公示异议", title=row.publication.title, unit=f"回执{row.receipt}", url=url, action="去处理"
        )
