"""What publication shows on the workbench, and whom this room knows by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, F, Q, TextField, Value
from django.db.models.functions import Cast
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
def publication_lines(actor: Actor) -> Iterator[Todo]:
    """What is to be redacted or approved, the twenty working days that run, objections without an answer. One query."""
    if not actor.is_office:
        return
    parts = [rows for rows in (_at_work(actor), _duties(actor), _objections(actor)) if rows is not None]
    if not parts:
        return
    for kind, pk, title, more, basis, due_at, _ in (
        parts[0].union(*parts[1:], all=True).order_by("line_since")[: 3 * MOST]
    ):
        yield _TODOS[kind](pk, title, more, basis, due_at)


def _row(rows: Any, kind: str, pk: str, title: str, more: str, since: str, *, due: bool = False) -> Any:
    """The columns that the three have in common, so that they can be asked for together."""
    nothing = Value("", output_field=TextField())
    never = Value(None, output_field=DateTimeField())
    columns = {
        "line_kind": Value(kind, output_field=TextField()), "line_key": F(pk), "line_title": Cast(title, TextField()),
        "line_more": Cast(more, TextField()) if more else nothing, "line_basis": Cast("basis", TextField()) if due else nothing,
        "line_due": F("due_at") if due else never, "line_since": F(since),
    }  # fmt: skip
    return rows.order_by().annotate(**columns).values_list(*columns)


def _at_work(actor: Actor) -> Any:
    wanted = Q()
    if actor.can(Permission.PROPOSE_PUBLICATIONS):
        wanted |= Q(state=S.PROPOSED)
    if actor.can(Permission.APPROVE_PUBLICATIONS):
        wanted |= Q(state=S.REDACTED) & ~Q(proposed_by_id=actor.user_id) & ~Q(redacted_by_id=actor.user_id)
    if not wanted:
        return None
    rows = Publication.objects.visible_to(actor).filter(wanted, owner_code=actor.division_code)
    return _row(rows, "work", "pk", "title", "state", "created_at")


def _duties(actor: Actor) -> Any:
    if not actor.can(Permission.PROPOSE_PUBLICATIONS):
        return None
    rows = Deadline.objects.visible_to(actor).open().filter(act=DUTY, owner_code=actor.division_code)
    return _row(rows, "duty", "root_id", "title", "", "due_at", due=True)


def _objections(actor: Actor) -> Any:
    if not actor.can(Permission.ANSWER_OBJECTIONS):
        return None
    rows = PublicObjection.objects.visible_to(actor).filter(answered_at__isnull=True)
    return _row(rows, "objection", "pk", "publication__title", "receipt", "received_at")


def _work(pk: int, title: str, state: str, basis: str, due_at: datetime | None) -> Todo:
    what, action = ("信息公开脱敏", "去确认") if state == S.PROPOSED else ("批准信息公开", "去批准")
    return Todo(what=what, title=title, unit="", url=reverse("records:publication_detail", args=[pk]), action=action)


def _duty(pk: int, title: str, more: str, basis: str, due_at: datetime | None) -> Todo:
    url = f"{reverse('records:publication_create')}?document={pk}"
    named = title.removeprefix("主动公开：")
    return Todo(what="主动公开公文", title=named, unit="", due_at=due_at, basis=basis, url=url, action="去公开")


def _objection(pk: int, title: str, receipt: str, basis: str, due_at: datetime | None) -> Todo:
    url = reverse("records:objection_detail", args=[pk])
    return Todo(what="处理公示异议", title=title, unit=f"回执{receipt}", url=url, action="去处理")


_TODOS = {"work": _work, "duty": _duty, "objection": _objection}
