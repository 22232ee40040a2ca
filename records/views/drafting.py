"""Drafting by hand: the gallery of templates, a new paper from one of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.decorators import actor_of, requires
from records.actions.drafting import draft_from
from records.actions.templates import Standing, standing
from records.documents.addressees import suggestions
from records.documents.blanks import open_blanks
from records.documents.draft_forms import NewDraftForm
from records.documents.kinds import KINDS, KindOfPaper
from records.models import DocumentTemplate
from records.permissions import Permission


@require_GET
@requires(Permission.DRAFT_DOCUMENTS)
def document_new(request: HttpRequest) -> HttpResponse:
    """Which paper: the kinds with the templates in force."""
    context = {"shelves": _shelves(standing(actor_of(request)))}
    return render(request, "records/document_new.html", context)


def _shelves(found: list[Standing]) -> list[tuple[KindOfPaper, list[Standing]]]:
    return [
        (kind, [one for one in found if one.template.kind == kind.code]) for kind in KINDS.values() if kind.is_official
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DRAFT_DOCUMENTS, writes=True)
def document_begin(request: HttpRequest, pk: int) -> HttpResponse:
    """To whom, and what the blanks hold; then the text itself is edited."""
    actor = actor_of(request)
    template: DocumentTemplate = get_object_or_404(DocumentTemplate.objects.visible_to(actor), pk=pk)
    form = NewDraftForm(template, request.POST if request.method == "POST" else None, actor=actor)
    if request.method == "POST" and form.is_valid():
        typed: dict[str, Any] = form.cleaned_data
        document = draft_from(
            template, by=actor, recipients=typed["all_recipients"], copies_to=typed["copies_to"],
            addressed=typed["addressed"], blanks=form.blanks(),
        )  # fmt: skip
        left = open_blanks(document.kind_of, document.title, document.content)
        more = f"还有{len(left)}处空白未填，可在下面补填。" if left else ""
        messages.success(request, f"已拟稿。请核对并修改正文，保存后送签。{more}")
        return redirect("records:document_edit", document.pk)
    context = {"template": template, "form": form, "kind": KINDS[template.kind], "units": suggestions(actor)}
    return render(request, "records/document_begin.html", context, status=422 if form.errors else 200)
