"""Work outside the request. Thin, runs as the system's database role, may run twice."""

from __future__ import annotations

from datetime import date

from celery import Task, shared_task
from django.core.files.base import File
from django.http import QueryDict

import records.archive.work
import records.imports.work  # noqa: F401  its jobs
from accounts.actors import Actor
from accounts.models import ApiCall, Organization
from accounts.scope import scope, system_role
from records import clock, exports, jobs, printing  # noqa: F401  printing registers its jobs
from records.actions.documents import RENDER, store_file
from records.actions.holidays import RECOMPUTE, RECOMPUTE_OFFICE, recompute_office, spread
from records.actions.publications import PUBLISH
from records.actions.publishing import announce_objections, publish_copy
from records.actions.seals import pass_unsealed, way_for
from records.documents import draft_pages
from records.documents.kinds import kind_of
from records.documents.papers import compose
from records.lost_jobs import find_lost
from records.models import Document, DocumentTemplate, Outbox, Publication, RedactionFlag
from records.notices import dispatches
from records.outbox import consume, handles, office_actor
from records.pictures import PREVIEWS, copy_of
from records.publication.redacted import facts_of, redacted
from records.storage import put, put_file
from records.timing.sweep import sweep


class SystemTask(Task):  # type: ignore[type-arg]
    """A task whose body plays the system's role where tests have one login for all."""

    abstract = True

    def __call__(self, *args: object, **kwargs: object) -> object:
        with system_role():
            return super().__call__(*args, **kwargs)


@shared_task(base=SystemTask)
def sweep_deadlines() -> str:
    done = sweep()
    consume()
    return str(done)


@shared_task(base=SystemTask)
def consume_outbox(slow: bool = False) -> int:
    return consume(slow=slow)


@shared_task(base=SystemTask, bind=True, max_retries=None)
def run_job(self: Task, job_id: int, user_id: int, membership_id: int) -> None:  # type: ignore[type-arg]
    """A second delivery while a worker is at it comes again later: by then the job is over, or that worker was lost."""
    if not jobs.run(job_id, user_id, membership_id):
        raise self.retry(countdown=60)


@shared_task(base=SystemTask)
def find_lost_jobs() -> int:
    return find_lost()


@jobs.runs("records.export", label="导出列表")
def export_list(job: jobs.Running) -> None:
    """A list too long for one answer, as it was narrowed when it was asked for."""
    export = exports.export_named(job.params["name"])
    if export is None or not any(job.actor.can(word) for word in export.permissions):
        raise jobs.JobFailed("您当前的身份没有导出这张表的权限。")
    sheet = export.sheet(job.actor, QueryDict(job.params["query"]))
    job.expect(sheet.written)
    with exports.write(sheet, by=job.actor, step=job.step) as content:
        size = content.seek(0, 2)
        content.seek(0)
        file = File(content)
        file.size = size  # a spooled file has no name to ask the size of
        name = exports.file_name(export.title, clock.today())
        job.result(name=name, sha256=put_file(file), size=size, mime=exports.MIME)


@shared_task(base=SystemTask)
def send_notices() -> int:
    """What is due by mail, SMS and messenger. Runs each minute; two at once share the work."""
    return dispatches.run()


@shared_task(base=SystemTask)
def prepare_previews(sha256: str) -> None:
    """Make a stored picture's smaller copies before somebody waits for them; those that are there stay."""
    for size in PREVIEWS:
        copy_of(sha256, size)


@shared_task(base=SystemTask)
def prepare_draft_pages(document_id: int, owner_code: int) -> None:
    """Set a draft as it would be printed, for the people who work on it. What is there already stays."""
    with scope(office_actor(owner_code)):
        document = Document.objects.filter(pk=document_id).first()
        if document is not None:
            draft_pages.prepare(document)


@shared_task(base=SystemTask)
def prepare_template_pages(template_id: int, division_code: int) -> None:
    """Set a template as the office's paper. What is there already stays."""
    actor = office_actor(division_code)
    with scope(actor):
        template = DocumentTemplate.objects.filter(pk=template_id).first()
        office = Organization.objects.filter(pk=actor.organization_id).first()
        if template is not None and office is not None:
            draft_pages.prepare_template(template, office)


def keep_render_error(row: Outbox, actor: Actor, sentence: str) -> None:
    """The office's staff see on the document why it is not there yet."""
    Document.objects.filter(pk=int(row.root_id or 0), rendered_at__isnull=True).update(render_error=sentence)


@handles(RENDER, slow=True, failed=keep_render_error)
def render(row: Outbox, actor: Actor) -> None:
    """Render an approved paper and keep its bytes. Rendered once: a second run finds the file and leaves it."""
    from records.rendering import official, previews  # WeasyPrint loads in workers only

    document = Document.objects.filter(pk=int(row.root_id or 0)).select_related("author_org", "subject_org").first()
    if document is None or document.state != Document.State.APPROVED:
        return
    if document.rendered_at is not None:
        sha256, size, pages = document.file, document.file_size or 0, document.pages or 0
    else:
        content = official.render(compose(document))
        sha256, size, pages = put(content), len(content), previews.page_count(content)
    is_sealed = kind_of(document.kind_of).is_sealed
    way = way_for(document.owner_code) if is_sealed else ""
    made = store_file(document, sha256=sha256, size=size, pages=pages, by=actor, seal_way=way)
    if not is_sealed:
        pass_unsealed(made, by=actor)


@handles(RECOMPUTE, slow=True)
def recompute_subtree(row: Outbox, actor: Actor) -> None:
    """A year's notice was loaded: each office below counts its own open deadlines anew, in a transaction of its own."""
    spread(row)


@handles(RECOMPUTE_OFFICE, slow=True)
def recompute_deadlines(row: Outbox, actor: Actor) -> None:
    recompute_office(row.owner_code, since=date.fromisoformat(row.payload["since"]), source=row.payload["source"])


def keep_publish_error(row: Outbox, actor: Actor, sentence: str) -> None:
    """The office's staff see on the publication why it is not out yet."""
    Publication.objects.filter(pk=int(row.root_id or 0), state=Publication.State.APPROVED).update(
        problem=sentence[:300]
    )


@handles(PUBLISH, slow=True, failed=keep_publish_error)
def publish(row: Outbox, actor: Actor) -> None:
    """Set the approved version as PDF and put it out. A second run finds it published and leaves it."""
    from records.rendering.publications import render_public  # WeasyPrint loads in workers only

    publication = Publication.objects.filter(pk=int(row.root_id or 0)).select_related("document", "author_org").first()
    if publication is None or publication.state != Publication.State.APPROVED:
        return
    version = redacted(publication, list(RedactionFlag.objects.filter(publication=publication)))
    file = put(render_public(version.title, version.blocks, *facts_of(publication)))
    publish_copy(publication, by=actor, wanted=row.payload["fingerprint"], file=file)


@shared_task(base=SystemTask)
def tell_of_objections() -> int:
    """Objections that came in from the public site: the offices' people are told."""
    return announce_objections()


@shared_task(base=SystemTask)
def forget_api_calls() -> int:
    """Answers that were kept for idempotency keys and have run out."""
    return ApiCall.objects.forget_old()
