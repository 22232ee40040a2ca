"""The problem ledger: register once per source, dismiss with a reason, resume."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from accounts.models import Organization, User
from records import clock
from records.models import Attachment
from records.state import Refusal, Refused, log
from rectification.actions.ledger import category_of_item
from rectification.models import Problem, ProblemCategory
from rectification.permissions import Permission
from rectification.workflow import PROBLEM


def register_problem(
    *,
    by: Actor,
    subject_org: Organization,
    title: str,
    description: str = "",
    item_code: str = "",
    item_label: str = "",
    category: ProblemCategory | None = None,
    severity: str = "",
    found_on: date | None = None,
    found_by: User | None = None,
    source_kind: str = "",
    source_id: str | int = "",
    source_label: str = "",
    photos: Iterable[Attachment] = (),
) -> Problem:
    """Enter a problem into the ledger of `by`'s office; the same source (kind and id) is entered once.

    `photos` are attachments of the source: the problem gets rows of its own that name the same stored bytes. Without a
    `category` the item's own is taken; without a `severity` the category's.
    """
    _refuse_strangers(by)
    now, category = clock.now(), category or category_of_item(item_code)
    problem = Problem(
        owner_code=by.division_code, author_org_id=by.organization_id, subject_code=subject_org.division_id,
        subject_org=subject_org, filed_at=now, created_at=now, created_by_id=by.user_id, title=title.strip()[:120],
        description=description.strip(), item_code=item_code, item_label=item_label, category=category,
        severity=severity or (category and category.severity) or Problem.Severity.GENERAL,
        found_on=found_on or clock.today(), found_by_id=found_by.pk if found_by else by.user_id,
        source_kind=source_kind, source_id=str(source_id), source_label=source_label[:200],
    )  # fmt: skip
    try:
        return _enter(problem, photos, by)
    except IntegrityError:
        # Registered before: a retried task or a second click. Anything else is a real error.
        found = _of_source(by.division_code, source_kind, str(source_id))
        if found is None:
            raise
        return found


def _refuse_strangers(by: Actor) -> None:
    if not by.can(Permission.REGISTER_PROBLEMS) and not by.can(Permission.OPEN_TICKETS):
        raise Refused(Refusal(f"您当前的身份（{by.role_label}）无权登记问题。"))


def _enter(problem: Problem, photos: Iterable[Attachment], by: Actor) -> Problem:
    facts = {"source": problem.source_label} if problem.source_label else None
    with transaction.atomic():
        problem.save(force_insert=True)
        log(problem, by=by, name="register", label="登记问题", source="", target=problem.state, facts=facts)
        _copy_photos(photos, problem)
    return problem


def _of_source(owner_code: int, kind: str, pk: str) -> Problem | None:
    """The office's problem from this source, whichever member of the office registered it."""
    if not pk:
        return None
    found: Problem | None = Problem.objects.filter(owner_code=owner_code, source_kind=kind, source_id=pk).first()
    return found


def _copy_photos(photos: Iterable[Attachment], problem: Problem) -> None:
    for photo in photos:
        Attachment.objects.create(
            root_kind=problem.kind, root_id=problem.pk, category=photo.category, name=photo.name, mime=photo.mime,
            size=photo.size, sha256=photo.sha256, taken_at=photo.taken_at, longitude=photo.longitude,
            latitude=photo.latitude, organization_id=photo.organization_id, uploaded_at=photo.uploaded_at,
            uploaded_by_id=photo.uploaded_by_id, filed_at=clock.now(),
        )  # fmt: skip


def dismiss_problem(problem: Problem, *, by: Actor, reason: str) -> Problem:
    """Not to be put right (不予整改); the reason stays in the ledger."""
    moved: Problem = PROBLEM.move(problem, "dismiss", by=by, reason=reason, dismissal_reason=reason.strip())
    return moved


def resume_problem(problem: Problem, *, by: Actor, reason: str) -> Problem:
    moved: Problem = PROBLEM.move(problem, "resume", by=by, reason=reason, dismissal_reason="")
    return moved
