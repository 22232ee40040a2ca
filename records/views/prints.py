"""Internal forms on paper, set by a worker."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.decorators import actor_of, requires
from records.documents.interviews import NOTICE_RECORD
from records.documents.kinds import DocumentKind
from records.jobs import start
from records.models import Document
from records.permissions import Permission
from records.state import Refusal, owning_office


@require_POST
@requires(Permission.DRAFT_DOCUMENTS, writes=True)
def interview_record(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """约谈记录 of the office's 约谈通知书; without one, the blank form."""
    actor, about, title = actor_of(request), {}, "约谈记录（空白表）"
    if pk is not None:
        document: Document = get_object_or_404(Document.objects.visible_to(actor), pk=pk)
        refused = owning_office(document, actor)
        if document.kind_of != DocumentKind.INTERVIEW_NOTICE:
            refused = Refusal("只有约谈通知书有约谈记录。")
        if refused is not None:
            messages.error(request, str(refused))
            return redirect(document)
        about, title = {"document": document.pk}, f"约谈记录：{document.title}"
    return redirect(start(NOTICE_RECORD, by=actor, params=about, title=title))
