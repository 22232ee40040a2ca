"""Letters to many through the API: the rows as text, drafting and making as jobs, one approval for all."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase

from accounts.actors import Actor
from accounts.api import fields as f
from accounts.api.fields import Part, listed, record
from accounts.api.problems import Problem
from accounts.api.resources import Deed, Download, Resource
from records.actions import letters as acts
from records.api.roots import HISTORY, STARTED, TENANCY
from records.api.transitions import move, options, simple
from records.documents.kinds import DocumentKind
from records.letters.forms import LetterBatchForm
from records.letters.workflow import BATCH
from records.models import Letter, LetterBatch
from records.permissions import Permission as P
from records.state import Refusal, Refused
from records.views import letters as pages

S = LetterBatch.State
READERS = (P.DRAFT_DOCUMENTS, P.APPROVE_DOCUMENTS)
DRAFTER = (P.DRAFT_DOCUMENTS,)


def _form(data: Any, files: Any, actor: Actor, on: Any) -> LetterBatchForm:
    return LetterBatchForm(actor, data, initial=LetterBatchForm.begin(on) if on else {"kind": "letter"})


def _edit_form(data: Any, files: Any, actor: Actor, on: Any) -> LetterBatchForm:
    """The kind was chosen when it was begun, as on the page: saying it again changes nothing."""
    return _form(data, files, actor, on)


def _begun(actor: Actor, on: Any, form: Any) -> LetterBatch:
    typed = form.cleaned_data
    return acts.begin_batch(by=actor, kind=typed["kind"], title=typed["title"], content=form.content(),
                            columns=form.columns(), recipients=form.recipients)  # fmt: skip


def _revised(actor: Actor, batch: Any, form: Any) -> LetterBatch:
    return acts.revise_batch(batch, by=actor, title=form.cleaned_data["title"], content=form.content(),
                             columns=form.columns(), recipients=form.recipients)  # fmt: skip


def _approved(actor: Actor, batch: Any, form: Any) -> None:
    """The papers are numbered and made by the job that follows, as by the page's button."""
    acts.approve_batch(batch, by=actor)
    pages.make(batch, actor)


def _draft(actor: Actor, batch: Any, form: Any) -> Any:
    refused = acts.revise_refusal(batch, actor)
    if refused is not None:
        raise Refused(refused)
    return pages.draft(batch, actor)


def _go_on(actor: Actor, batch: Any, form: Any) -> Any:
    if batch.state != S.APPROVED:
        raise Refused(Refusal(f"当前状态为“{batch.get_state_display()}”，没有要继续生成的。"))
    if actor.division_code != batch.owner_code:
        raise Problem(403, "此事项由承办的督导办办理，您所在单位只能查看。", kind="forbidden")
    return pages.make(batch, actor)


def _file(name: str) -> Download:
    def get(request: HttpRequest, batch: Any, actor: Actor) -> HttpResponseBase:
        if not getattr(batch, name):
            raise Http404("还没有生成文件。")
        return pages.take(request, batch, name)

    title, mime = pages.FILES[name]
    return Download(name, title, get, mime=mime)


BATCH_MOVES = [
    move(BATCH, "approve", _approved),
    move(BATCH, "return", simple(acts.return_batch, with_reason=True)),
    move(BATCH, "withdraw", simple(acts.withdraw_batch)),
]
LETTER = record(
    n=f.INTEGER, recipient_id=f.INTEGER, recipient=f.STRING, document_id=f.INTEGER | {"nullable": True}, fault=f.STRING
)
TEXT = record(kind=f.STRING, title=f.STRING, body=f.STRING, attachments=f.STRING, contact_note=f.STRING, rows=f.STRING)


def _letters(batch: Any, actor: Actor) -> list[dict[str, Any]]:
    rows = Letter.objects.visible_to(actor).filter(batch=batch).order_by("n")
    names = ("n", "recipient_id", "recipient__name", "document_id", "fault")
    return [dict(zip(LETTER["properties"], row, strict=True)) for row in rows.values_list(*names)]


LETTERS = Resource(
    name="letter-batches", title="批量公文", room="records", words=READERS, order="-created_at",
    rows=lambda actor: LetterBatch.objects.visible_to(actor),
    fields=(
        f.text("title", "标题", sort=True), *f.coded("kind", "文种", DocumentKind.choices, column="kind_of"),
        *f.coded("state", "状态", S.choices, sort=True), f.moment("approved_at", "签发时间", sort=True), *TENANCY,
    ),
    parts=(
        Part("text", "文稿和名单", TEXT, lambda batch, actor: LetterBatchForm.begin(batch)),
        Part("letters", "各件", listed(LETTER), _letters, inline=False), options(BATCH, BATCH_MOVES), HISTORY,
    ),
    create=Deed("create", "拟制批量公文", _begun, DRAFTER, _form),
    change=Deed("change", "修改批量公文", _revised, DRAFTER, _edit_form),
    deeds=(
        *BATCH_MOVES,
        Deed("draft", "拟制各件并送签", _draft, DRAFTER, gives=STARTED),
        Deed("go-on", "继续生成", _go_on, READERS, gives=STARTED),
    ),
    downloads=(_file("merged"), _file("archive")),
)  # fmt: skip
RESOURCES = (LETTERS,)
