"""Making public, for an office's staff: the list, a proposal, one publication with its moves, its preview."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from records.actions import publications as acts
from records.filters import PublicationFilter
from records.list_exports import PUBLICATION_COLUMNS, publications
from records.lists import listing
from records.models import Deadline, Document, Publication, PublishedCopy, RedactionFlag
from records.permissions import Permission
from records.publication.forms import PublicationForm
from records.publication.redacted import redacted
from records.publication.redaction_pages import editor_of, photos_of, public_view
from records.publication.workflow import PUBLICATION
from records.state import Refused
from records.timing.rules import PUBLISH as DUTY
from records.trail import audit
from records.web import Button, buttons, perform, timeline

MOST_PAPERS = 100
S = Publication.State


def visible(request: HttpRequest) -> QuerySet[Any]:
    rows: QuerySet[Any] = Publication.objects.visible_to(actor_of(request))
    return rows.select_related("author_org", "document", "proposed_by", "redacted_by")


def publication_of(request: HttpRequest, pk: int) -> Publication:
    found: Publication = get_object_or_404(visible(request), pk=pk)
    return found


@require_GET
@requires(Permission.VIEW_PUBLICATIONS)
def publication_list(request: HttpRequest) -> HttpResponse:
    context = listing(
        request, publications(actor_of(request)), columns=PUBLICATION_COLUMNS, default_sort="-created_at",
        filterset_class=PublicationFilter, export="publications",
    )  # fmt: skip
    return render(request, "records/publication_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PROPOSE_PUBLICATIONS, writes=True)
def publication_create(request: HttpRequest) -> HttpResponse:
    """Propose an issued paper (?document=…) or free text; without either, choose."""
    actor = actor_of(request)
    asked = request.GET.get("document", "")
    if not asked and "free" not in request.GET:
        return render(request, "records/publication_choice.html", _choice(actor))
    document = _paper(actor, asked) if asked else None
    refused = acts.propose_refusal(document, actor)
    if refused is not None:
        messages.error(request, str(refused))
        return redirect("records:publication_create")
    form = PublicationForm(request.POST or None, document=document, initial=PublicationForm.begin(document))
    if request.method == "POST" and form.is_valid():
        made = _proposed(form, actor)
        if made is not None:
            messages.success(request, "已提出公开。请逐处确认标记的内容，全部确认后送批。")
            return redirect(made)
    context = {"form": form, "document": document, "publication": None}
    return render(request, "records/publication_form.html", context, status=422 if form.errors else 200)


def _proposed(form: PublicationForm, actor: Actor) -> Publication | None:
    typed = form.cleaned_data
    try:
        return acts.propose(
            by=actor, kind=typed["kind"], title=typed["title"], blocks=typed["body"], shows_from=typed["shows_from"],
            shows_until=typed["shows_until"], document=form.document, reason=typed.get("reason", ""),
        )  # fmt: skip
    except Refused as error:
        form.add_error(None, str(error.refusal))
        return None


def _paper(actor: Actor, asked: str) -> Document:
    pk = int(asked) if asked.isdecimal() and len(asked) < 18 else 0
    found: Document = get_object_or_404(Document.objects.visible_to(actor), pk=pk)
    return found


def _choice(actor: Actor) -> dict[str, Any]:
    """The office's issued papers that may be made public and are not, those with a deadline first."""
    running = Publication.objects.visible_to(actor).exclude(state__in=[S.WITHDRAWN, S.DROPPED])
    papers = Document.objects.visible_to(actor).filter(
        owner_code=actor.division_code, issued_at__isnull=False, voided_at__isnull=True
    )
    papers = papers.exclude(publicity=Document.Publicity.CLOSED).exclude(pk__in=running.values("document_id"))
    duties = Deadline.objects.visible_to(actor).open().filter(act=DUTY).order_by("due_at")
    due = {duty.root_id: duty for duty in duties[:MOST_PAPERS]}
    rows = list(papers.defer("content").order_by("-issued_at")[:MOST_PAPERS])
    lines = [(paper, due.get(paper.pk)) for paper in rows]
    return {
        "lines": sorted(lines, key=lambda line: (line[1] is None, line[1].due_at if line[1] else line[0].issued_at))
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PROPOSE_PUBLICATIONS, writes=True)
def publication_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The text and the days, while it is being redacted; what changed is looked through again."""
    publication, actor = publication_of(request, pk), actor_of(request)
    if publication.state != S.PROPOSED:
        messages.error(request, f"当前状态为“{publication.get_state_display()}”，不能再改。")
        return redirect(publication)
    initial = PublicationForm.of(publication) | {"seen": acts.version_of(publication)}
    form = PublicationForm(
        request.POST or None, document=publication.document, publication=publication, initial=initial
    )
    if request.method == "POST" and form.is_valid() and _revised(form, publication, actor):
        messages.success(request, "已保存。改动过的地方已重新查找，请确认新的标记。")
        return redirect(publication)
    context = {"form": form, "document": publication.document, "publication": publication}
    return render(request, "records/publication_form.html", context, status=422 if form.errors else 200)


def _revised(form: PublicationForm, publication: Publication, actor: Actor) -> bool:
    typed = form.cleaned_data
    try:
        acts.revise(publication, by=actor, title=typed["title"], blocks=typed["body"], shows_from=typed["shows_from"],
                    shows_until=typed["shows_until"], seen=typed["seen"])  # fmt: skip
    except Refused as error:
        form.add_error(None, str(error.refusal))
        return False
    return True


@require_GET
@requires(Permission.VIEW_PUBLICATIONS, leaves_trace=True)
def publication_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The full text beside the redacted one, with each flag to decide; who reads it is kept in the audit trail."""
    publication, actor = publication_of(request, pk), actor_of(request)
    audit.read(request, publication)
    flags = list(RedactionFlag.objects.visible_to(actor).filter(publication=publication).select_related("attachment"))
    editing = publication.state == S.PROPOSED and actor.division_code == publication.owner_code
    copy = PublishedCopy.objects.known().filter(publication_id=publication.pk).first()
    context = {
        "publication": publication, "editor": editor_of(publication, flags), "actions": _buttons(publication, actor),
        "entries": timeline(publication), "copy": copy,
        "editing": editing and actor.can(Permission.PROPOSE_PUBLICATIONS),
    }  # fmt: skip
    return render(request, "records/publication_detail.html", context)


def _buttons(publication: Publication, actor: Actor) -> list[Button]:
    found = buttons(PUBLICATION, publication, actor, "records:publication_move")
    if publication.state == S.PROPOSED and actor.can(Permission.PROPOSE_PUBLICATIONS):
        own = actor.division_code == publication.owner_code
        url = reverse("records:publication_edit", args=[publication.pk])
        why_not = "" if own else "此事项由承办的督导办办理，您所在单位只能查看。"
        found.append(Button("修改文本和日期", url, allowed=own, why_not=why_not, tone="secondary", is_link=True))
    return found


@require_GET
@requires(Permission.VIEW_PUBLICATIONS)
def publication_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The page as the public would see it, marked as not published."""
    publication, actor = publication_of(request, pk), actor_of(request)
    flags = list(RedactionFlag.objects.visible_to(actor).filter(publication=publication).select_related("attachment"))
    copy = public_view(publication, redacted(publication, flags))
    waiting = sum(flag.decision == "" for flag in flags)
    context = {"copy": copy, "photos": photos_of(flags), "waiting": waiting, "place": copy.kind}
    return render(request, "records/publication_preview.html", context)


MOVES: dict[str, tuple[Callable[[Publication, Actor, str], Any], str]] = {
    "redact": (lambda p, by, reason: acts.finish_redaction(p, by=by), "已送批，批准人会收到通知。"),
    "reopen": (lambda p, by, reason: acts.reopen(p, by=by), "已回到脱敏，可以继续修改。"),
    "approve": (lambda p, by, reason: acts.approve(p, by=by), "已批准，正在生成公开版本，稍候即出现在公众网站。"),
    "return": (lambda p, by, reason: acts.return_(p, by=by, reason=reason), "已退回，经办人会收到通知。"),
    "withdraw": (lambda p, by, reason: acts.withdraw(p, by=by, reason=reason), "已从公众网站撤下。"),
    "drop": (lambda p, by, reason: acts.drop(p, by=by, reason=reason), "已记为不公开。"),
}


@require_POST
@requires(
    Permission.PROPOSE_PUBLICATIONS, Permission.APPROVE_PUBLICATIONS, Permission.WITHDRAW_PUBLICATIONS, writes=True
)
def publication_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One step; a refusal is shown in its own words."""
    publication = publication_of(request, pk)
    if name not in MOVES:
        raise Http404("没有这一步。")
    act, done = MOVES[name]
    reason = request.POST.get("reason", "")
    perform(request, lambda: act(publication, actor_of(request), reason), done=done)
    return redirect(publication)
