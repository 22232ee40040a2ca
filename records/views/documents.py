"""Official documents: the list, one with its page beside its fields, its text while it is a draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from records import storage
from records.actions import documents as acts
from records.actions.attachments import visible_root
from records.actions.grants import may_download
from records.actions.series import layout_for
from records.documents import draft_pages
from records.documents.draft_forms import DraftTextForm
from records.documents.service_pages import receipts_of
from records.files import hand_out
from records.filters import DocumentFilter
from records.list_exports import DOCUMENT_COLUMNS, DOCUMENT_READS, receipts_of_list
from records.lists import listing
from records.models import Document, DocumentParty
from records.models.service import COPIED, RECIPIENT
from records.permissions import Permission
from records.state import Refused
from records.trail import audit
from records.views.document_actions import buttons_of, series_missing
from records.views.document_life import life_of, to_do_here
from records.views.document_moves import MOVES
from records.web import Entry, page_of_root, perform, timeline


def _visible(request: HttpRequest) -> QuerySet[Any]:
    rows: QuerySet[Any] = Document.objects.visible_to(actor_of(request)).select_related(
        "author_org", "subject_org", "drafted_by", "replaces"
    )
    return rows


def _document(request: HttpRequest, pk: int) -> Document:
    found: Document = get_object_or_404(_visible(request).select_related("letter"), pk=pk)
    return found


@require_GET
@requires(Permission.VIEW_DOCUMENTS)
def document_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = listing(
        request, Document.objects.visible_to(actor), columns=DOCUMENT_COLUMNS, default_sort="-created_at",
        filterset_class=DocumentFilter, export="documents", reads=DOCUMENT_READS, beside=[receipts_of_list(actor)],
    )  # fmt: skip
    return render(request, "records/document_list.html", context)


@require_GET
@requires(Permission.VIEW_DOCUMENTS, leaves_trace=True)
def document_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page as it is printed, beside its fields; who reads it is kept in the audit trail."""
    document = _document(request, pk)
    actor = actor_of(request)
    audit.read(request, document, detail=document.number)
    receipts = receipts_of(document, actor)
    with_names = DocumentParty.objects.visible_to(actor).select_related("organization").order_by("pk")
    parties = list(with_names.filter(root=document, organization__isnull=False))
    life = life_of(document, actor)
    context = {
        "document": document, "receipts": receipts, "copied": [p for p in parties if p.role == COPIED],
        "also_to": [p for p in parties if p.role == RECIPIENT], "pages": draft_pages.pages_of(document),
        "actions": [*to_do_here(life), *buttons_of(document, receipts.services, actor)], "entries": entries_of(document, actor),
        "about": _about(document, actor), "series_missing": series_missing(document, actor), "life": life,
    }  # fmt: skip
    return render(request, "records/document_detail.html", context)


def entries_of(document: Document, actor: Actor) -> list[Entry]:
    """What happened to the paper. How its office came to it (a draft sent back and why) stays with that office."""
    entries = timeline(document)
    if actor.organization_id == document.author_org_id:
        return entries
    # Another recipient's receipt is his and the offices' business; row security says the same.
    entries = [e for e in entries if actor.is_office or e.only_for in (None, actor.organization_id)]
    return [e for e in entries if document.approved_at is not None and e.at >= document.approved_at]


def _about(document: Document, actor: Actor) -> dict[str, str] | None:
    """The business that the document serves: what it is called and where it is."""
    if not document.about_kind or document.about_id is None:
        return None
    root = visible_root(document.about_kind, document.about_id, actor)
    if root is None:
        return None
    return {"label": str(root), "kind": str(root._meta.verbose_name), "url": page_of_root(root)}


@require_GET
@requires(Permission.VIEW_DOCUMENTS)
def document_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The pages alone, asked for again by htmx until the worker has set them."""
    document = _document(request, pk)
    pages = draft_pages.pages_of(document)
    if request.htmx and document.file:  # type: ignore[attr-defined]
        # Number, state and buttons have changed with it; what the page has just said would be gone with the old one.
        messages.success(request, f"已签发并取得文号{document.number}，公文已经生成。")
        refresh: HttpResponse = HttpResponseClientRefresh()
        return refresh
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(document)
    return render(request, "records/document_pages.html", {"document": document, "pages": pages})


@require_GET
@requires(Permission.VIEW_DOCUMENTS)
def document_page(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One page as PNG."""
    document = _document(request, pk)
    try:
        picture = draft_pages.page_of(document, number, request.GET.get("v", ""))
    except FileNotFoundError as error:
        raise Http404("存档文件不存在。") from error
    if picture is None:
        raise Http404("没有这一页。")
    return HttpResponse(picture, content_type="image/png", headers={"X-Content-Type-Options": "nosniff"})


@require_GET
@requires(Permission.VIEW_DOCUMENTS, leaves_trace=True)
def document_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The stored PDF, sealed once it is: never made again, so its hash is its tag."""
    return take(request, _document(request, pk))


def take(request: HttpRequest, document: Document) -> HttpResponseBase:
    if not document.file:
        raise Http404("公文尚未成文。")
    if not may_download(actor_of(request), document):
        raise PermissionDenied("这份公文只可在页面上查阅，没有向您开放下载。")
    audit.read(request, document, detail=f"{document.number} PDF"[:200])
    name = f"{document.number} {document.title}.pdf"
    return hand_out(request, storage.path_of(document.paper), mime="application/pdf", name=name, etag=document.paper)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DRAFT_DOCUMENTS, writes=True)
def document_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The text of a draft. Somebody else's change in between is not written over."""
    document = _document(request, pk)
    actor = actor_of(request)
    refused = acts.revise_refusal(document, actor)
    if refused is not None:
        messages.error(request, str(refused))
        return redirect(document)
    initial = DraftTextForm.begin(document) | {"seen": acts.version_of(document)}
    layout = layout_for(document.owner_code, document.kind_of)
    form = DraftTextForm(document, request.POST or None, initial=initial, layout=layout)
    if request.method == "POST" and form.is_valid() and _revised(form, document, actor):
        messages.success(request, "文稿已保存。")
        return redirect("records:document_edit", pk) if "stay" in request.POST else redirect(document)
    context = {"document": document, "form": form, "pages": draft_pages.pages_of(document)}
    return render(request, "records/document_edit.html", context, status=422 if form.errors else 200)


def _revised(form: DraftTextForm, document: Document, actor: Actor) -> bool:
    typed = form.cleaned_data
    try:
        acts.revise(document, by=actor, title=form.filled_title(), publicity=typed["publicity"], content=form.content(),
                    seen=typed["seen"])  # fmt: skip
    except Refused as error:
        form.add_error(None, str(error.refusal))
        return False
    return True


@require_POST
@requires(
    Permission.DRAFT_DOCUMENTS, Permission.CHECK_DOCUMENTS, Permission.APPROVE_DOCUMENTS, Permission.VOID_DOCUMENTS,
    Permission.ISSUE_DOCUMENTS, Permission.SIGN_FOR_DOCUMENTS, writes=True,
)  # fmt: skip
def document_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One step of its life, by its name in MOVES. A refusal is shown in its own words."""
    document = _document(request, pk)
    move = MOVES.get(name)
    if move is None:
        raise Http404("没有这一步。")
    perform(request, lambda: move.act(document, actor_of(request), request.POST), done=move.done)
    return redirect(document)
