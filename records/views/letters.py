"""Batches of letters: the list, the form, one batch with its letters, its steps, its two files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor, OrganizationKind
from accounts.decorators import actor_of, requires
from accounts.models import Organization
from records import clock, storage
from records.actions import letters as acts
from records.files import hand_out
from records.jobs import start
from records.letters.forms import LetterBatchForm
from records.letters.jobs import DRAFT, MAKE
from records.letters.rows import MOST_LETTERS
from records.letters.workflow import BATCH
from records.list_exports import BATCH_COLUMNS, LETTER_COLUMNS, batches, letters
from records.lists import export_url, listing
from records.models import Letter, LetterBatch
from records.permissions import Permission
from records.state import Refused
from records.trail import audit
from records.web import Button, buttons, perform, timeline

S = LetterBatch.State
FILES = {"merged": ("合并打印.pdf", "application/pdf"), "archive": ("全部公文.zip", "application/zip")}


def _batch(pk: int, actor: Actor) -> LetterBatch:
    found: LetterBatch = get_object_or_404(LetterBatch.objects.visible_to(actor).select_related("author_org"), pk=pk)
    return found


@require_GET
@requires(Permission.DRAFT_DOCUMENTS, Permission.APPROVE_DOCUMENTS)
def letterbatch_list(request: HttpRequest) -> HttpResponse:
    rows = batches(actor_of(request))
    context = listing(request, rows, columns=BATCH_COLUMNS, default_sort="-created_at", export="letter-batches")
    return render(request, "records/letterbatch_list.html", context)


@requires(Permission.DRAFT_DOCUMENTS, writes=True)
def letterbatch_create(request: HttpRequest) -> HttpResponse:
    """?fill=schools begins with every school of the office's own division."""
    actor = actor_of(request)
    initial = {"kind": "letter", "rows": _schools(actor) if request.GET.get("fill") == "schools" else ""}
    form = LetterBatchForm(actor, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            batch = acts.begin_batch(by=actor, kind=typed["kind"], title=typed["title"], content=form.content(),
                                     columns=form.columns(), recipients=form.recipients)  # fmt: skip
            return redirect(batch)
        except Refused as error:
            form.add_error(None, str(error.refusal))
    return render(request, "records/letterbatch_form.html", {"form": form}, status=422 if form.errors else 200)


def _schools(actor: Actor) -> str:
    rows = Organization.objects.visible_to(actor).open_on(clock.today())
    names = rows.filter(kind=OrganizationKind.SCHOOL, division_id=actor.division_code).order_by("pk")
    return "\n".join(names.values_list("name", flat=True)[:MOST_LETTERS])


@requires(Permission.DRAFT_DOCUMENTS, writes=True)
def letterbatch_edit(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    batch = _batch(pk, actor)
    refused = acts.revise_refusal(batch, actor)
    if refused is not None:
        messages.error(request, str(refused))
        return redirect(batch)
    form = LetterBatchForm(actor, request.POST or None, initial=LetterBatchForm.begin(batch))
    if request.method == "POST" and form.is_valid():
        done = perform(request, lambda: acts.revise_batch(batch, by=actor, title=form.cleaned_data["title"],
                       content=form.content(), columns=form.columns(), recipients=form.recipients), done="已保存。")  # fmt: skip
        if done:
            return redirect(batch)
    context = {"form": form, "batch": batch}
    return render(request, "records/letterbatch_form.html", context, status=422 if form.errors else 200)


@require_GET
@requires(Permission.DRAFT_DOCUMENTS, Permission.APPROVE_DOCUMENTS)
def letterbatch_detail(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    batch = _batch(pk, actor)
    rows = letters(actor, QueryDict(f"batch={batch.pk}"))
    context = listing(request, rows, columns=LETTER_COLUMNS, default_sort="n")
    context |= {"batch": batch, "export_url": export_url(request, "letters", batch=batch.pk), "actions": _actions(batch, actor), "entries": timeline(batch),
                "first": Letter.objects.visible_to(actor).filter(batch=batch, document__isnull=False).order_by("n").first()}  # fmt: skip
    return render(request, "records/letterbatch_detail.html", context)


def _actions(batch: LetterBatch, actor: Actor) -> list[Button]:
    found = buttons(BATCH, batch, actor, "records:letterbatch_act")
    if batch.state == S.DRAFTED and acts.revise_refusal(batch, actor) is None:
        found = [Button("拟制各件并送签", _step(batch, "draft"), confirm="按名单逐件拟稿，全部拟好后送签发人。"),
                 Button("修改", reverse("records:letterbatch_edit", args=[batch.pk]), is_link=True, tone="secondary"), *found]  # fmt: skip
    if batch.state == S.APPROVED and actor.is_office and actor.division_code == batch.owner_code:
        found.append(Button("继续生成", _step(batch, "go_on"), tone="secondary"))
    return found


def _step(batch: LetterBatch, name: str) -> str:
    return reverse("records:letterbatch_act", args=[batch.pk, name])


@require_POST
@requires(Permission.DRAFT_DOCUMENTS, Permission.APPROVE_DOCUMENTS, writes=True)
def letterbatch_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Drafting and making are jobs; the rest is a move."""
    actor = actor_of(request)
    batch = _batch(pk, actor)
    reason = request.POST.get("reason", "")
    if name == "draft" and acts.revise_refusal(batch, actor) is None:
        return redirect(draft(batch, actor))
    if name == "go_on" and batch.state == S.APPROVED:
        return redirect(make(batch, actor))
    moves: dict[str, Any] = {
        "approve": lambda: acts.approve_batch(batch, by=actor),
        "return": lambda: acts.return_batch(batch, by=actor, reason=reason),
        "withdraw": lambda: acts.withdraw_batch(batch, by=actor),
    }
    if name not in moves:
        raise Http404("没有这一步。")
    done = perform(request, moves[name], done="已办理。")
    if done and name == "approve":
        return redirect(make(batch, actor))
    return redirect(batch)


def draft(batch: LetterBatch, actor: Actor) -> Any:
    """The job that drafts every paper and hands them in."""
    return _job(DRAFT, batch, actor, "批量拟稿")


def make(batch: LetterBatch, actor: Actor) -> Any:
    """The job that numbers and makes them."""
    return _job(MAKE, batch, actor, "批量生成")


def _job(kind: str, batch: LetterBatch, actor: Actor, what: str) -> Any:
    return start(kind, by=actor, params={"batch": batch.pk}, title=f"{what}：{batch.title}"[:200])


@require_GET
@requires(Permission.DRAFT_DOCUMENTS, Permission.APPROVE_DOCUMENTS, leaves_trace=True)
def letterbatch_file(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """What came of it, in one file. Fetching it is an export and stands in the audit log."""
    batch = _batch(pk, actor_of(request))
    if name not in FILES or not getattr(batch, name):
        raise Http404("还没有生成文件。")
    return take(request, batch, name)


def take(request: HttpRequest, batch: LetterBatch, name: str) -> HttpResponseBase:
    title, mime = FILES[name]
    sha256 = getattr(batch, name)
    audit.exported(request, batch, filters=title, rows=batch.letters.count())
    return hand_out(request, storage.path_of(sha256), mime=mime, name=f"{batch.title} {title}", etag=sha256)
